#pragma once
// The servers of all Gateways that select a proxy, merged by port (trap 10): which listen, as what, and who
// was refused.

#include <map>
#include <string>
#include <vector>

#include "core/pilot/generate/generated.h"

namespace varka::pilot {

struct MergedServer {
  const GatewayServer* server = nullptr;
  int listenPort = 0;     // server.port, or the target port of the gateway's own Service
  std::string routeName;  // RDS; empty for TCP and passthrough
};

struct MergedPort {
  int port = 0;
  std::string bind = "0.0.0.0";
  bool plainHttp = false;  // one connection manager for all servers
  std::vector<MergedServer> servers;
};

struct MergedGateway {
  std::vector<MergedPort> ports;                                   // ordered
  std::map<std::string, std::vector<const MergedServer*>> routes;  // RDS name -> its servers
};

[[nodiscard]] MergedGateway mergeGateways(const MeshModel& model, const ProxyNode& proxy);

/// HTTPS with TLS terminated here.
[[nodiscard]] bool terminatesHttps(const GatewayServer& server);
[[nodiscard]] bool passesThrough(const GatewayServer& server);
/// Hosts of the server that VirtualServices of namespace `ns` may use: "ns/host" entries stripped or left
/// out.
[[nodiscard]] std::vector<std::string> hostsForNamespace(const GatewayServer& server, const std::string& ns);
/// Hosts without namespaces, for SNI.
[[nodiscard]] std::vector<std::string> plainHosts(const GatewayServer& server);

}  // namespace varka::pilot
