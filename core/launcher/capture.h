#pragma once
// Capture: how one pod's traffic is caught, one implementation a file (capture_namespace.cpp,
// capture_env.cpp). The pod asks it for its world; everything else of a pod is the same in all modes. Mesh
// thread.

#include <QObject>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/child.h"
#include "core/launcher/environment.h"

namespace varka::launcher {

struct CapturePlan {
  std::string podProgram;
  std::string podName, hostname, ip, etcDirectory;
  std::vector<std::pair<std::string, std::string>> mounts;
  std::vector<ContainerPort> ports;
};

class Capture : public QObject {
  Q_OBJECT
 public:
  using Dialed = std::function<void(Result<UniqueFd>)>;

  using QObject::QObject;
  virtual void start() = 0;  // `ready` or `failed` follows
  /// Arguments and descriptors that start `command` in the pod; `descriptors` of `plan` are extended.
  virtual void enter(SpawnPlan& plan, const std::string& directory, const std::vector<std::string>& command,
                     int statusDescriptor) const = 0;
  /// Variables that this mode adds to the service's.
  virtual void adjust(Environment& environment) const = 0;
  /// A non-blocking socket on its way to the pod's port: writable = connected.
  virtual void dial(int port, Dialed done) = 0;
  /// What the proxy inherits, or an empty descriptor when this mode captures nothing.
  virtual Result<UniqueFd> openProxyChannel() = 0;
  virtual void sweep(std::function<void()> done) = 0;
  virtual void stop() = 0;  // `stopped` follows
  [[nodiscard]] virtual std::int64_t agentPid() const { return 0; }
  /// Options of `varka-pod exec` that bring a stranger into the pod.
  [[nodiscard]] virtual std::vector<std::string> joinOptions() const { return {}; }

 Q_SIGNALS:
  void ready(QString warnings);
  void failed(QString why);
  void lost();  // the world is gone though nobody asked for it
  void stopped();
};

std::unique_ptr<Capture> makeNamespaceCapture(CapturePlan plan);
std::unique_ptr<Capture> makeEnvCapture(CapturePlan plan);

/// Starts a non-blocking connect; EINPROGRESS is success.
Result<UniqueFd> beginConnect(UniqueFd socket, const std::string& ip, int port);
[[nodiscard]] Result<UniqueFd> newTcpSocket();

}  // namespace varka::launcher
