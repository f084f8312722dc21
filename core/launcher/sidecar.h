#pragma once
// Sidecar: the varka-proxy process of a pod or gateway (docs/contracts.md, "varka-proxy: command line"). When
// it dies, it is started again at once with a new channel; the agent keeps the listeners meanwhile. Mesh
// thread, owned by its pod.

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/launcher/child.h"

class QLocalSocket;

namespace varka::launcher {

struct SidecarPlan {
  std::string podProgram, proxyProgram;
  std::string nodeId, nodeMetadata, runDirectory, ip;
  std::function<std::vector<std::pair<int, int>>()>
      listeners;  // mesh port → descriptor, borrowed; asked at each start
  std::string adminSocket;
};

class Sidecar : public QObject {
  Q_OBJECT
 public:
  /// `channel` makes a fresh capture channel for each start; an empty descriptor means no capture.
  using OpenChannel = std::function<Result<UniqueFd>()>;

  Sidecar(SidecarPlan plan, OpenChannel channel, QObject* parent = nullptr);
  ~Sidecar() override;

  void start();
  void stop();     // SIGTERM, after 3 s SIGKILL; then `ended`
  void restart();  // drains, then starts again with the listeners of now
  void killNow();
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] std::int64_t pid() const { return child_ ? child_->pid() : 0; }
  [[nodiscard]] int restarts() const { return restarts_; }

 Q_SIGNALS:
  void changed();
  void line(QString text);
  void happened(QString severity, QString message);
  void ended();

 private:
  void launch();
  void askReady();
  void answered(bool ready);
  void onExit(int status);

  SidecarPlan plan_;
  OpenChannel channel_;
  std::unique_ptr<Child> child_;
  std::unique_ptr<QLocalSocket> question_;
  QTimer poll_, again_, grace_;
  std::string lastWords_;
  std::int64_t startedMs_ = 0;
  int restarts_ = 0, quickDeaths_ = 0;
  bool ready_ = false, stopping_ = false;
  int missedPolls_ = 0;
};

}  // namespace varka::launcher
