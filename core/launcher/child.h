#pragma once
// Child: one process of ours, from spawn to exit. Lives on the mesh thread, whose end would kill it
// (PR_SET_PDEATHSIG). Uses posix_spawn and `varka-pod exec` as trampoline, so that nothing runs between fork
// and exec in this big program.

#include <QObject>
#include <QPointer>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/descriptor.h"

class QSocketNotifier;

namespace varka::launcher {

struct SpawnPlan {
  std::vector<std::string> arguments;                            // [0] is the path of the program
  std::vector<std::pair<std::string, std::string>> environment;  // complete
  std::vector<int> descriptors;                                  // become 3, 4, 5 … in the child
  bool ownGroup = true;  // a Ctrl-C in the terminal is for the engine alone
};

class Child : public QObject {
  Q_OBJECT
 public:
  explicit Child(QObject* parent = nullptr);
  ~Child() override;  // SIGKILL and reap if it still runs

  /// Starts; stdin is /dev/null, stdout and stderr come as `lines`.
  Result<> start(const SpawnPlan& plan);
  [[nodiscard]] bool running() const { return pid_ > 0; }
  [[nodiscard]] std::int64_t pid() const { return pid_; }
  bool kill(int signal);       // to the process
  bool killGroup(int signal);  // to its process group
  void drainOutput();          // reads what is in the pipes now

 Q_SIGNALS:
  void line(QString stream, QString text);  // "stdout" or "stderr", without '\n'
  void exited(int status);  // as waitpid; the object may be deleted in a slot by deleteLater only

 private:
  class Pipe;
  void onExit();

  std::int64_t pid_ = 0;
  UniqueFd pidfd_;
  std::unique_ptr<QSocketNotifier> exitNotifier_;
  std::unique_ptr<Pipe> out_, err_;
};

}  // namespace varka::launcher
