// LDS and RDS of gateways: servers merged by port, routes of VirtualServices where hosts intersect (traps
// 7-10).

#include <algorithm>
#include <set>

#include "core/pilot/generate/filters.h"
#include "core/pilot/generate/gateway_model.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/routes.h"
#include "core/pilot/generate/tls_contexts.h"
#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

RouteContext routing(const Generation& context, const GatewayServer& server) {
  return {context.model, context.scope, context.proxy, server.port, server.gateway, server.tls};
}

// ---- routes ----

class HostTable {
 public:
  HostTable(const Generation& context, std::string routeName)
      : context_(context), routeName_(std::move(routeName)) {}

  void add(const GatewayServer& server) {
    for (const VirtualServicePtr& rule :
         context_.model.rules.virtualServicesFor(context_.proxy.ns, server.gateway)) {
      const auto hosts = intersection(hostsForNamespace(server, rule->ns), rule->hosts);
      if (hosts.empty() || rule->http.empty()) continue;
      const std::vector<xds::Route> routes = routesFor(*rule, routing(context_, server));
      if (routes.empty()) continue;
      for (const std::string& host : hosts) {
        xds::VirtualHost& vhost = hostFor(host, server, *rule->object);
        vhost.routes.insert(vhost.routes.end(), routes.begin(), routes.end());
      }
    }
    if (!server.httpsRedirect) return;
    for (const std::string& host : plainHosts(server)) {
      hostFor(host, server, *server.owner).requireTls = xds::TlsRequirement::All;
    }
  }

  xds::RouteConfiguration finish(int port) {
    xds::RouteConfiguration out;
    out.name = routeName_;
    out.validateClusters = false;
    out.maxDirectResponseBodySizeBytes = 1048576;
    out.ignorePortInHostMatching = true;
    for (auto& [host, vhost] : hosts_) {
      sortCatchAllLast(vhost.routes);
      out.virtualHosts.push_back(std::move(vhost));
    }
    if (!out.virtualHosts.empty()) return out;
    xds::VirtualHost blackhole;  // 404 for everything
    blackhole.name = hostPort("blackhole", port);
    blackhole.domains = {"*"};
    out.virtualHosts.push_back(std::move(blackhole));
    return out;
  }

 private:
  // httpsRedirect on any server of a host redirects the whole host.
  xds::VirtualHost& hostFor(const std::string& host, const GatewayServer& server,
                            const resource::Object& origin) {
    const auto [place, fresh] = hosts_.emplace(host, xds::VirtualHost{});
    xds::VirtualHost& vhost = place->second;
    if (fresh) {
      vhost.name = hostPort(host, server.port);
      vhost.domains = {host};
      vhost.includeRequestAttemptCount = true;
      vhost.metadata = metadataFor(origin);
    }
    if (server.httpsRedirect) vhost.requireTls = xds::TlsRequirement::All;
    return vhost;
  }

  const Generation& context_;
  std::string routeName_;
  std::map<std::string, xds::VirtualHost> hosts_;
};

void addRoutes(const Generation& context, const MergedGateway& merged, Generated& out) {
  for (const auto& [name, servers] : merged.routes) {
    HostTable table(context, name);
    for (const MergedServer* server : servers) table.add(*server->server);
    out.routes.push_back(table.finish(servers.front()->server->port));
  }
}

// ---- listeners ----

xds::FilterChain httpChain(const Generation& context, const MergedServer& merged,
                           const std::string& statPrefix) {
  xds::FilterChain chain;
  auto manager = connectionManager(context, ManagerRole::Gateway, statPrefix);
  manager.routes = rdsOf(merged.routeName);
  chain.filters.push_back(httpFilter(std::move(manager)));
  chain.metadata = metadataFor(*merged.server->owner, merged.server->value.mark());
  return chain;
}

void setSni(const std::vector<std::string>& hosts, xds::FilterChain& chain) {
  if (std::find(hosts.begin(), hosts.end(), "*") != hosts.end()) return;
  chain.filterChainMatch.serverNames = hosts;
  std::sort(chain.filterChainMatch.serverNames.begin(), chain.filterChainMatch.serverNames.end());
}

bool servesHosts(const GatewayServer& server, const VirtualService& rule) {
  return !intersection(hostsForNamespace(server, rule.ns), rule.hosts).empty();
}

bool l4Matches(const Value& item, const VirtualService& rule, const RouteContext& route) {
  if (item["match"].size() == 0) return true;
  const auto& matches = item["match"].items();
  return std::any_of(matches.begin(), matches.end(),
                     [&](const Value& match) { return matchesSource(match, rule.ns, route, false); });
}

// The first tcp[] rule for this server; with TLS terminated or not.
void addTcpChain(const Generation& context, const GatewayServer& server, std::vector<xds::FilterChain>& out) {
  for (const VirtualServicePtr& rule :
       context.model.rules.virtualServicesFor(context.proxy.ns, server.gateway)) {
    if (!servesHosts(server, *rule)) continue;
    int index = 0;
    for (const Value& item : rule->tcp().items()) {
      const int at = index++;
      if (item["route"].size() == 0 || !l4Matches(item, *rule, routing(context, server))) continue;
      xds::FilterChain chain;
      chain.filters.push_back(tcpFilter(context, item["route"], rule->ns, server.port));
      chain.metadata = metadataFor(*rule->object, item.mark(), ruleText(at, ""));
      if (server.tls) {
        setSni(plainHosts(server), chain);
        chain.transportSocket = serverTls(server.value["tls"], false);
      }
      out.push_back(std::move(chain));
      return;
    }
  }
}

// SNI routing without termination; a name that two rules claim belongs to the first.
void addPassthroughChains(const Generation& context, const GatewayServer& server,
                          std::set<std::string>& claimed, std::vector<xds::FilterChain>& out) {
  for (const VirtualServicePtr& rule :
       context.model.rules.virtualServicesFor(context.proxy.ns, server.gateway)) {
    if (!servesHosts(server, *rule)) continue;
    int index = 0;
    for (const Value& item : rule->tls().items()) {
      const int at = index++;
      if (item["route"].size() == 0) continue;
      for (const Value& match : item["match"].items()) {
        if (!matchesSource(match, rule->ns, routing(context, server), false)) continue;
        const std::vector<std::string> sni = texts(match["sniHosts"]);
        const bool taken =
            std::any_of(sni.begin(), sni.end(), [&](const auto& name) { return claimed.count(name) > 0; });
        if (taken) continue;
        claimed.insert(sni.begin(), sni.end());
        xds::FilterChain chain;
        setSni(sni, chain);
        chain.filters.push_back(tcpFilter(context, item["route"], rule->ns, server.port));
        chain.metadata = metadataFor(*rule->object, item.mark(), ruleText(at, ""));
        out.push_back(std::move(chain));
      }
    }
  }
}

std::vector<xds::FilterChain> chainsOf(const Generation& context, const MergedPort& port) {
  const std::string statPrefix = "outbound_" + listenerName(port.bind, port.port) + ";";
  std::vector<xds::FilterChain> out;
  if (port.plainHttp) {
    out.push_back(httpChain(context, port.servers.front(), statPrefix));
    return out;
  }
  std::set<std::string> claimedSni;
  for (const MergedServer& merged : port.servers) {
    const GatewayServer& server = *merged.server;
    if (terminatesHttps(server)) {
      xds::FilterChain chain = httpChain(context, merged, statPrefix);
      setSni(plainHosts(server), chain);
      chain.transportSocket = serverTls(server.value["tls"], true);
      chain.transportSocketConnectTimeout = std::chrono::seconds(15);
      out.push_back(std::move(chain));
    } else if (passesThrough(server)) {
      addPassthroughChains(context, server, claimedSni, out);
    } else {
      addTcpChain(context, server, out);
    }
  }
  return out;
}

}  // namespace

void generateGateway(const Generation& context, Generated& out) {
  const MergedGateway merged = mergeGateways(context.model, context.proxy);
  for (const MergedPort& port : merged.ports) {
    xds::Listener listener;
    listener.filterChains = chainsOf(context, port);
    if (listener.filterChains.empty()) continue;  // no rule is bound: nothing listens
    listener.name = listenerName(port.bind, port.port);
    listener.address = xds::tcpAddress(port.bind, static_cast<std::uint32_t>(port.port));
    listener.trafficDirection = xds::TrafficDirection::Outbound;
    listener.listenerFiltersTimeout = xds::Duration(0);
    listener.accessLog = listenerAccessLogs(context.model.mesh());
    const bool looksInside =
        std::any_of(listener.filterChains.begin(), listener.filterChains.end(), [](const auto& chain) {
          return chain.transportSocket || !chain.filterChainMatch.serverNames.empty();
        });
    if (looksInside) listener.listenerFilters.push_back(tlsInspector());
    out.listeners.push_back(std::move(listener));
  }
  addRoutes(context, merged, out);
}

}  // namespace varka::pilot
