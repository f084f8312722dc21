#pragma once
// Container: the service process of a pod (one of them), started, watched, probed and restarted with
// back-off. Its pod owns it and its world. Mesh thread.

#include <QObject>
#include <QTimer>
#include <memory>
#include <string>
#include <vector>

#include "core/launcher/capture.h"
#include "core/launcher/plan.h"
#include "core/launcher/probe.h"

namespace varka::launcher {

class Container : public QObject {
  Q_OBJECT
 public:
  enum class State { Idle, Running, BackOff, Stopping, Ended };

  /// `capture` must outlive the process; `restartPolicy` as Kubernetes'.
  Container(ContainerSpec spec, std::string restartPolicy, std::string podIp, int graceSeconds,
            Capture* capture, QObject* parent = nullptr);
  ~Container() override;

  void start(Environment environment);
  void stop();     // SIGTERM → grace → SIGKILL → `ended`; at once when nothing runs
  void restart();  // the same, then start again
  bool signal(int number);
  void killNow();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool ready() const { return state_ == State::Running && ready_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] std::int64_t pid() const { return child_ ? child_->pid() : 0; }
  [[nodiscard]] std::int64_t startedMs() const { return startedMs_; }
  [[nodiscard]] int restarts() const { return restarts_; }
  [[nodiscard]] bool crashed() const { return crashed_; }
  [[nodiscard]] const ContainerSpec& spec() const { return spec_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }

 Q_SIGNALS:
  void changed();
  void line(QString stream, QString text);
  void happened(QString severity, QString message);
  void exitedNow();  // the process is gone, whatever follows: time to sweep its children
  void ended();      // and will not come back

 private:
  void launch();
  void startProbes();
  void startLiveness();
  void onExit(int status);
  [[nodiscard]] std::string exitReason(int status);
  void scheduleRestart();
  void finish();
  [[nodiscard]] ExecInPod execInPod();
  [[nodiscard]] int portOf(const ProbeSpec& probe) const;

  ContainerSpec spec_;
  std::string restartPolicy_, podIp_;
  int graceSeconds_;
  Capture* capture_;
  Environment environment_;
  State state_ = State::Idle;
  std::unique_ptr<Child> child_;
  UniqueFd startStatus_;
  std::vector<std::unique_ptr<Probe>> probes_;
  QTimer grace_, backOff_;
  std::string reason_;
  std::int64_t startedMs_ = 0;
  int restarts_ = 0, failures_ = 0, unmetReadiness_ = 0;
  bool ready_ = false, crashed_ = false, restartWanted_ = false;
};

}  // namespace varka::launcher
