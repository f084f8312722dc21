#pragma once
// Pod: one pod from waiting for its dependencies to gone: its world (Capture), its proxy (Sidecar) and its
// processes (Containers). The launcher owns it and answers its questions. Mesh thread.

#include <QObject>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/launcher/capture.h"
#include "core/launcher/container.h"
#include "core/launcher/plain_network.h"
#include "core/launcher/plan.h"
#include "core/launcher/pod_files.h"
#include "core/launcher/sidecar.h"
#include "core/launcher/status.h"

namespace varka::launcher {

/// What a pod asks its launcher.
struct PodWorld {
  const LauncherOptions* options = nullptr;
  std::string captureMode;
  std::function<std::string(const std::vector<std::string>&)> missingDependency;  // "" = all ready
  std::function<Result<Environment>(const PodSpec&, const ContainerSpec&, const PodIdentity&)> environment;
  std::function<const std::vector<resource::ObjectPtr>&()> configs;
  /// Pods without a sidecar: where their names and connections lead.
  std::function<PlainRoutes(const std::string& ns, const std::string& ip)> plainRoutes;
  /// Gateways: mesh port → listening descriptor, and mesh port → host port.
  std::function<std::vector<std::pair<int, int>>(const PodSpec&)> gatewayListeners;
  std::function<std::vector<std::pair<int, int>>(const PodSpec&)> gatewayHostPorts;
};

class Pod : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kMaxLogLines = 10'000;

  Pod(PodSpec spec, std::string name, std::string ip, PodWorld world, QObject* parent = nullptr);
  ~Pod() override;

  void begin();
  void poke();  // a dependency may have become ready
  /// Leaves the endpoints, then stops. `hurry`: nobody is routed to it any more.
  void terminate(bool hurry);
  Result<> restart();
  Result<> signal(int number);
  void sample(double seconds);  // CPU and RSS since the last call

  [[nodiscard]] PodStatusPtr status() const { return status_; }
  [[nodiscard]] const PodSpec& spec() const { return spec_; }
  [[nodiscard]] bool terminating() const { return terminating_; }
  [[nodiscard]] const std::deque<LogLine>& log() const { return log_; }
  [[nodiscard]] Capture* capture() const { return capture_.get(); }
  [[nodiscard]] Result<std::vector<std::string>> joinCommand(const std::vector<std::string>& command) const;
  [[nodiscard]] std::vector<std::int64_t> pids() const;

 Q_SIGNALS:
  void changed();
  void logged(varka::launcher::LogLine line);
  void happened(QString kind, QString severity, QString message);
  void gone();

 private:
  void startWorld();
  void waitForConfig(const std::string& why);
  void onWorldReady(const QString& warnings);
  void onWorldFailed(const QString& why);
  void onWorldLost();
  void startSidecar();
  void startPlainNetwork();
  void startContainers();
  void stopSidecarAndWorld();
  void tearDownThen(std::function<void()> next);
  void onContainerEnded();
  void updateStatus();
  void failForGood(const std::string& why);
  void keepLine(const std::string& stream, const std::string& text);
  [[nodiscard]] std::string nodeMetadata() const;
  [[nodiscard]] PodState computeState(std::string& reason) const;
  struct Usage;

  PodSpec spec_;
  std::string name_, ip_;
  PodWorld world_;
  PodFiles files_;
  std::unique_ptr<Capture> capture_;
  std::unique_ptr<PlainNetwork> plain_;  // instead of a sidecar
  std::unique_ptr<Sidecar> sidecar_;
  std::vector<std::unique_ptr<Container>> containers_;
  std::unique_ptr<Usage> serviceUsage_, proxyUsage_;
  QTimer again_, patience_;
  std::deque<LogLine> log_;
  PodStatusPtr status_;
  std::string waitReason_, failure_;
  std::int64_t createdMs_ = 0;
  int worldRestarts_ = 0, worldFailures_ = 0;
  bool worldUp_ = false, containersStarted_ = false, terminating_ = false, done_ = false, rebuilding_ = false;
};

}  // namespace varka::launcher
