#pragma once
// What the launcher tells about pods: plain values, any thread, never pointing back.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/origin.h"
#include "core/resource/object.h"

namespace varka::launcher {

enum class PodState { Waiting, Starting, Ready, NotReady, Crashed, Restarting, Terminating, Stopped };
/// The words of mesh::PodView::state: "waiting", "starting", "ready", "notready", …
[[nodiscard]] std::string_view stateName(PodState state);

struct ContainerPort {
  std::string name;
  int port = 0;
  std::string protocol;  // "TCP" "UDP"
};

struct PodStatus {
  std::string name, ns, workload, app, version, serviceAccount;
  resource::Labels labels, annotations;
  std::string ip;  // set before the first process starts; lives as long as the pod
  std::string
      nodeId;  // "sidecar~10.244.0.7~reviews-v1-….default~default.svc.cluster.local"; "" without a proxy
  PodState state = PodState::Waiting;
  std::string reason;  // "waits for redis", "exit 139 (SIGSEGV)", "readiness: GET /health → 503"
  bool ready = false;  // belongs into the endpoints (a pod that terminates does not)
  bool sidecar = true;
  bool gateway = false;
  std::string captureMode;  // "namespace", "env", "none" (gateways)
  std::vector<ContainerPort> ports;
  std::int64_t pid = 0, proxyPid = 0, agentPid = 0;
  std::int64_t createdMs = 0, startedMs = 0;  // since the epoch; startedMs: of the service's current process
  int restarts = 0, proxyRestarts = 0;
  double cpuPercent = 0, proxyCpuPercent = 0;  // of one core
  std::int64_t rssKiB = 0, proxyRssKiB = 0;
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> env;  // of the manifest and ours, secrets masked
  std::vector<std::pair<int, int>> hostPorts;            // gateways: listener port → port on 127.0.0.1
  std::string adminSocket;                               // of the proxy
  Origin origin;                                         // of the Deployment or Pod
};
using PodStatusPtr = std::shared_ptr<const PodStatus>;

/// A Service's port as the host reaches it.
struct HostAddress {
  std::string ns, service, portName;
  int port = 0;
  std::string address;  // "127.0.0.1:34567"
};

struct LogLine {
  std::int64_t timeMs = 0;
  std::string pod, ns, app;
  std::string stream;  // stdout stderr proxy event
  std::string text;
};

struct LauncherEvent {
  std::int64_t timeMs = 0;
  std::string kind;      // process proxy capture
  std::string severity;  // info warning error
  std::string object;    // "Pod default/reviews-v1-7d4f9c5b6-x2x9k"
  std::string message;
  Origin origin;
};

}  // namespace varka::launcher
