// RDS of sidecars: a table for each HTTP port, virtual hosts of services and of VirtualServices (traps 4, 7,
// 13, 32, 33).

#include <algorithm>
#include <map>

#include "core/pilot/generate/generated.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/routes.h"
#include "core/pilot/generate/virtual_hosts.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

namespace {

struct Table {
  const Generation& context;
  const EgressScope& egress;
  int port = 0;
  RouteContext routing;
  std::map<std::string, ServicePtr, std::less<>> services;  // that have the port as HTTP or sniffed
  std::set<std::string> known;                              // hosts that have the port with any protocol
  std::set<std::string> claimed;                            // domains
  std::set<std::string> names;                              // of virtual hosts
  std::set<std::string> bound;                              // services that a rule covers
  std::vector<xds::VirtualHost> out;
};

bool speaksHttp(Protocol protocol) {
  return wireOf(protocol) == Wire::Http || wireOf(protocol) == Wire::Auto;
}

void addVirtualHost(Table& table, const std::string& host, std::vector<std::string> domains,
                    const std::vector<xds::Route>& routes, xds::Metadata metadata) {
  xds::VirtualHost vhost;
  vhost.name = hostPort(host, table.port);
  if (!table.names.insert(vhost.name).second) return;
  vhost.domains = claimDomains(std::move(domains), table.claimed);
  if (vhost.domains.empty()) return;
  vhost.routes = routes;
  vhost.includeRequestAttemptCount = true;
  vhost.metadata = std::move(metadata);
  table.out.push_back(std::move(vhost));
}

// Ports other than 80 know only rules for hosts that are services there (trap 13).
bool selected(const Table& table, const VirtualService& rule) {
  if (table.port == 80) return true;
  return std::any_of(rule.hosts.begin(), rule.hosts.end(), [&](const std::string& host) {
    return std::any_of(table.known.begin(), table.known.end(),
                       [&](const std::string& service) { return hostsMatch(host, service); });
  });
}

// A rule covers a service only where it is the one bound to it: the first exact one, else the most specific
// wildcard.
void splitHosts(const Table& table, const VirtualService& rule, std::vector<ServicePtr>& services,
                std::vector<std::string>& others) {
  for (const std::string& host : rule.hosts) {
    bool isService = false;
    if (!isWildcard(host)) {
      const auto found = table.services.find(host);
      isService = found != table.services.end();
      if (isService) services.push_back(found->second);
      if (!isService && table.known.count(host) > 0) isService = true;  // a TCP port: no HTTP routes
    } else {
      for (const std::string& name : table.known) {
        if (!hostsMatch(name, host)) continue;
        isService = true;
        const auto found = table.services.find(name);
        const auto binding = table.egress.bindings.find(name);
        if (found != table.services.end() && binding != table.egress.bindings.end() &&
            binding->second == &rule) {
          services.push_back(found->second);
        }
      }
    }
    if (!isService) others.push_back(host);
  }
}

void addRule(Table& table, const VirtualService& rule) {
  if (rule.http.empty() || !selected(table, rule)) return;
  const std::vector<xds::Route> routes = routesFor(rule, table.routing);
  if (routes.empty()) return;
  std::vector<ServicePtr> services;
  std::vector<std::string> others;
  splitHosts(table, rule, services, others);
  if (services.empty() && table.port != 80) return;
  const xds::Metadata metadata = metadataFor(*rule.object);
  for (const std::string& host : others)
    addVirtualHost(table, host, domainsOf(host, table.port), routes, metadata);
  for (const ServicePtr& service : services) {
    const std::string& domain = table.context.model.domain();
    table.bound.insert(service->host);
    addVirtualHost(table, service->host, domainsOf(*service, table.port, table.context.proxy.ns, domain),
                   routes, metadata);
  }
}

void addPlainServices(Table& table) {
  for (const auto& [host, service] : table.services) {
    if (service->resolution == Resolution::Alias || table.bound.count(host) > 0) continue;
    addVirtualHost(table, host,
                   domainsOf(*service, table.port, table.context.proxy.ns, table.context.model.domain()),
                   {defaultRoute(*service, table.port, table.routing)}, metadataFor(*service->object));
  }
}

xds::VirtualHost catchAll(bool allowAny) {
  xds::VirtualHost vhost;
  vhost.name = allowAny ? "allow_any" : "block_all";
  vhost.domains = {"*"};
  vhost.includeRequestAttemptCount = true;
  xds::Route route;
  route.name = vhost.name;
  route.match.path = xds::RouteMatch::Prefix{"/"};
  if (allowAny) {
    xds::RouteAction action;
    action.cluster = xds::RouteAction::ClusterName{std::string(kPassthroughCluster)};
    action.timeout = xds::Duration(0);
    action.maxGrpcTimeout = xds::Duration(0);
    route.action = std::move(action);
  } else {
    xds::DirectResponseAction action;
    action.status = 502;
    route.action = std::move(action);
  }
  vhost.routes.push_back(std::move(route));
  return vhost;
}

std::vector<xds::VirtualHost> virtualHostsFor(const Generation& context, const EgressScope& egress,
                                              int port) {
  Table table{context, egress,
              port,    {context.model, context.scope, context.proxy, port, std::string(kMeshGateway), false},
              {},      {},
              {},      {},
              {},      {}};
  for (const ServicePtr& service : egress.services) {
    const ServicePort* found = service->findPort(port);
    if (!found) continue;
    table.known.insert(service->host);
    if (speaksHttp(found->protocol)) table.services.emplace(service->host, service);
  }
  for (const VirtualServicePtr& rule : egress.virtualServices) addRule(table, *rule);
  addPlainServices(table);
  std::sort(table.out.begin(), table.out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return std::move(table.out);
}

// "reviews.default.svc.cluster.local:9080": the address already chose the service.
std::vector<xds::VirtualHost> onlyService(std::vector<xds::VirtualHost> all, const std::string& name) {
  for (xds::VirtualHost& vhost : all) {
    if (vhost.name != name) continue;
    vhost.domains = {"*"};
    return {std::move(vhost)};
  }
  return {};
}

}  // namespace

void generateSidecarRoutes(const Generation& context, Generated& out) {
  std::set<std::string> names;
  for (const xds::Listener& listener : out.listeners) {
    for (std::string& name : xds::routeNames(listener)) names.insert(std::move(name));
  }
  std::map<int, std::vector<xds::VirtualHost>> tables;
  for (const std::string& name : names) {
    const std::size_t colon = name.rfind(':');
    const bool sniffed = colon != std::string::npos;
    const int port = std::atoi(name.c_str() + (sniffed ? colon + 1 : 0));
    const EgressScope* egress = context.scope.egressFor(port);
    if (!egress) continue;
    auto table = tables.find(port);
    if (table == tables.end()) table = tables.emplace(port, virtualHostsFor(context, *egress, port)).first;
    xds::RouteConfiguration configuration;
    configuration.name = name;
    configuration.virtualHosts = sniffed ? onlyService(table->second, name) : table->second;
    if (!sniffed) configuration.virtualHosts.push_back(catchAll(context.scope.allowAny));
    configuration.validateClusters = false;
    configuration.maxDirectResponseBodySizeBytes = 1048576;
    configuration.ignorePortInHostMatching = true;
    out.routes.push_back(std::move(configuration));
  }
}

}  // namespace varka::pilot
