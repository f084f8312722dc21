#pragma once
// Probe: asks a container whether it is ready or alive, again and again, from inside its pod. Mesh thread.

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <string>

#include "core/launcher/capture.h"
#include "core/launcher/plan.h"

namespace varka::launcher {

/// Runs `command` in the pod for exec probes; starts the child and returns it, or an error.
using ExecInPod = std::function<Result<std::unique_ptr<Child>>(const std::vector<std::string>&)>;

/// One question. Deleting it cancels.
class ProbeAttempt : public QObject {
  Q_OBJECT
 public:
  ProbeAttempt(const ProbeSpec& spec, int port, std::string podIp, Capture* capture, const ExecInPod& exec,
               QObject* parent = nullptr);
  ~ProbeAttempt() override;

 Q_SIGNALS:
  void done(bool ok, QString detail);  // "GET :9080/health → 503", once

 private:
  class Exchange;
  void startExec(const ExecInPod& exec);
  void finish(bool ok, const std::string& detail);

  ProbeSpec spec_;
  QTimer timeout_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Child> child_;
  bool finished_ = false;
};

/// The series with its thresholds. Until the first success it asks every 100 ms (0.1 s, not `periodSeconds`:
/// a pod is ready when it is); failures count by periods.
class Probe : public QObject {
  Q_OBJECT
 public:
  Probe(ProbeSpec spec, int port, std::string podIp, Capture* capture, ExecInPod exec,
        QObject* parent = nullptr);
  void start();
  void stop();
  [[nodiscard]] bool passing() const { return passing_; }

 Q_SIGNALS:
  void passed();                // successThreshold reached, after not passing
  void failedFor(QString why);  // failureThreshold reached
  void attempted(QString why);  // a single failure

 private:
  void ask();
  void onDone(bool ok, const QString& detail);

  ProbeSpec spec_;
  int port_;
  std::string podIp_;
  Capture* capture_;
  ExecInPod exec_;
  QTimer timer_;
  std::unique_ptr<ProbeAttempt> attempt_;
  int successes_ = 0, failures_ = 0;
  std::int64_t lastCountedMs_ = 0;
  bool passing_ = false, everPassed_ = false;
};

}  // namespace varka::launcher
