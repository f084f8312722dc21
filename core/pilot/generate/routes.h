#pragma once
// HTTP rules -> Envoy routes, for one proxy on one port: the ordered list a virtual host tries (traps 8,
// 16-24).

#include <functional>
#include <string>
#include <vector>

#include "core/pilot/scope/scope.h"
#include "core/xds/route.h"

namespace varka::pilot {

struct RouteContext {
  const MeshModel& model;
  const Scope& scope;
  const ProxyNode& proxy;
  int port = 0;                  // of the listener
  std::string gateway = "mesh";  // or "ns/name"
  bool tls = false;              // the listener terminates TLS
};

/// Empty when no rule is for this proxy on this port.
[[nodiscard]] std::vector<xds::Route> routesFor(const VirtualService& rule, const RouteContext& context);
/// The route of a service that no VirtualService covers.
[[nodiscard]] xds::Route defaultRoute(const Service& service, int port, const RouteContext& context);
/// The only route of an inbound virtual host.
[[nodiscard]] xds::Route inboundRoute(const std::string& cluster, const std::string& operation);
/// Catch-all routes to the end, the order kept otherwise (gateways only, trap 8).
void sortCatchAllLast(std::vector<xds::Route>& routes);

/// "outbound|PORT|SUBSET|HOST" of a Destination message: its port, else the service's only one, else the
/// listener's (trap 19). ExternalName aliases are followed.
[[nodiscard]] std::string destinationCluster(const resource::Value& destination, const std::string& ns,
                                             const RouteContext& context);

/// Is a match of this rule for this proxy? sourceLabels, sourceNamespace, gateways and port are decided here
/// (trap 16).
[[nodiscard]] bool matchesSource(const resource::Value& match, const std::string& ruleNs,
                                 const RouteContext& context, bool gatewaysExcuseLabels);

}  // namespace varka::pilot
