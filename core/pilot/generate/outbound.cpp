// LDS, outbound side of a sidecar: virtualOutbound, 0.0.0.0_PORT for HTTP, VIP_PORT for TCP and sniffed ports
// (trap 31).

#include <algorithm>
#include <map>

#include "core/pilot/generate/chains.h"
#include "core/pilot/generate/filters.h"
#include "core/pilot/generate/l4_routes.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

namespace {

constexpr const char* kWildcard = "0.0.0.0";

struct Entry {
  std::string bind;
  int port = 0;
  Wire wire = Wire::Tcp;
  bool bindToPort = false;
  bool locked = false;  // an egress listener with a port owns it
  std::vector<OutboundChain> chains;
};
using Entries = std::map<std::pair<std::string, int>, Entry>;

// Sniffing breaks server-first protocols, so their usual ports are never shared with HTTP.
bool wellKnown(int port) {
  return port == 25 || port == 53 || port == 3306 || port == 27017;
}

std::string catchAllCluster(const Generation& context) {
  return std::string(context.scope.allowAny ? kPassthroughCluster : kBlackHoleCluster);
}

OutboundChain httpChain(const Generation& context, const std::string& rds, const std::string& bind, int port,
                        bool sniffed) {
  OutboundChain chain;
  if (sniffed) {
    chain.alpns = plaintextHttpAlpns();
    chain.transport = "raw_buffer";
  }
  auto manager =
      connectionManager(context, ManagerRole::SidecarOutbound, "outbound_" + listenerName(bind, port) + ";");
  manager.routes = rdsOf(rds);
  chain.filters.push_back(httpFilter(std::move(manager)));
  return chain;
}

void mergeChains(std::vector<OutboundChain>&& incoming, Entry& entry) {
  for (OutboundChain& chain : incoming) {
    const bool conflict =
        std::any_of(entry.chains.begin(), entry.chains.end(),
                    [&](const OutboundChain& existing) { return existing.conflictsWith(chain); });
    if (!conflict) entry.chains.push_back(std::move(chain));
  }
}

// One service port on one address. `bind` empty: HTTP shares 0.0.0.0, the rest listens on the address.
struct Request {
  const Service& service;
  const ServicePort& port;
  std::string address;
  std::string bind;
  bool bindToPort = false;
};

std::vector<OutboundChain> chainsFor(const Generation& context, const EgressScope& egress,
                                     const Request& request, const std::string& bind,
                                     const std::vector<std::string>& cidrs, Wire wire) {
  const int port = request.port.port;
  const bool sniffedHttp =
      wire == Wire::Http && bind == kWildcard && request.port.protocol != Protocol::HttpProxy;
  if (wire == Wire::Http) return {httpChain(context, std::to_string(port), bind, port, sniffedHttp)};
  std::vector<OutboundChain> chains =
      l4Chains({context, egress, request.service, request.port, bind, request.address, cidrs});
  if (wire == Wire::Auto) {
    const std::string rds = bind == kWildcard ? std::to_string(port) : hostPort(request.service.host, port);
    chains.push_back(httpChain(context, rds, bind, port, true));
  }
  return chains;
}

void addListener(const Generation& context, const EgressScope& egress, const Request& request,
                 Entries& entries) {
  const Wire wire = wireOf(request.port.protocol);
  if (wire == Wire::None || request.service.resolution == Resolution::Alias) return;
  std::string bind = request.bind;
  std::vector<std::string> cidrs;
  if (bind.empty()) {
    bind = kWildcard;
    if (wire != Wire::Http) {
      xds::CidrRange range;
      const bool isCidr = request.address.find('/') != std::string::npos && parseCidr(request.address, range);
      const bool single =
          isCidr && range.prefixLen == (range.addressPrefix.find(':') == std::string::npos ? 32u : 128u);
      if (isCidr && !single) {
        cidrs.push_back(request.address);
      } else {
        bind = isCidr ? range.addressPrefix : request.address;
      }
    }
  }
  const auto key = std::make_pair(bind, request.port.port);
  const auto existing = entries.find(key);
  if (existing == entries.end()) {
    Entry entry{bind, request.port.port, wire, request.bindToPort, false, {}};
    entry.chains = chainsFor(context, egress, request, bind, cidrs, wire);
    if (wire == Wire::Http && bind == kWildcard) entry.wire = Wire::Auto;  // it has a fall-through chain
    entries.emplace(key, std::move(entry));
    return;
  }
  Entry& entry = existing->second;
  if (entry.locked) return;
  if (wire == Wire::Http && entry.wire != Wire::Tcp) return;  // routes share one listener
  if (wire == Wire::Auto && entry.wire == Wire::Auto) return;
  if (wellKnown(entry.port) && wire != entry.wire) return;
  mergeChains(chainsFor(context, egress, request, bind, cidrs, wire), entry);
  if (wire != entry.wire) entry.wire = Wire::Auto;
}

void addCatchAll(const Generation& context, const EgressScope& egress, const std::string& bind,
                 bool bindToPort, Entries& entries) {
  for (auto& [key, entry] : entries) entry.locked = true;
  for (const ServicePtr& service : egress.services) {
    for (const ServicePort& port : service->ports) {
      const bool perInstance = bind.empty() && service->resolution == Resolution::Passthrough &&
                               service->addresses.empty() && wireOf(port.protocol) != Wire::Http;
      if (!perInstance || (!service->kubernetes && service->endpoints.empty())) {
        if (service->addresses.empty())
          addListener(context, egress, {*service, port, kWildcard, bind, bindToPort}, entries);
        for (const std::string& address : service->addresses) {
          addListener(context, egress, {*service, port, address, bind, bindToPort}, entries);
        }
        continue;
      }
      // Headless: one listener for each instance but our own (trap 34).
      for (const ServiceEndpoint& endpoint : service->endpoints) {
        if (!isIpAddress(endpoint.address) || endpoint.address == context.proxy.ip) continue;
        addListener(context, egress, {*service, port, endpoint.address, bind, bindToPort}, entries);
      }
    }
  }
}

void addEgress(const Generation& context, const EgressScope& egress, Entries& entries) {
  const bool none = context.proxy.interception == Interception::None;
  const bool bindToPort = none || egress.captureNone;
  const std::string bind = !egress.bind.empty() ? egress.bind : bindToPort ? "127.0.0.1" : "";
  if (!egress.port) return addCatchAll(context, egress, bind, bindToPort, entries);
  for (const ServicePtr& service : egress.services) {
    addListener(context, egress, {*service, *egress.port, service->address(), bind, bindToPort}, entries);
  }
}

xds::FilterChain passthroughChain(const Generation& context) {
  xds::FilterChain chain;
  chain.name = "PassthroughFilterChain";
  chain.filters.push_back(tcpFilter(context, catchAllCluster(context)));
  return chain;
}

xds::Listener listenerOf(const Generation& context, Entry&& entry) {
  xds::Listener out;
  out.name = listenerName(entry.bind, entry.port);
  out.address = xds::tcpAddress(entry.bind, static_cast<std::uint32_t>(entry.port));
  out.bindToPort = entry.bindToPort;
  out.trafficDirection = xds::TrafficDirection::Outbound;
  out.continueOnListenerFiltersTimeout = true;
  out.accessLog = listenerAccessLogs(context.model.mesh());
  bool sni = false;
  bool http = false;
  for (OutboundChain& from : entry.chains) {
    sni = sni || !from.sniHosts.empty();
    http = http || !from.alpns.empty();
    xds::FilterChain chain;
    chain.filterChainMatch = from.match();
    const bool everything = from.matchesAll();
    chain.filters = std::move(from.filters);
    chain.metadata = std::move(from.metadata);
    if (everything) {
      out.defaultFilterChain = std::move(chain);
    } else {
      out.filterChains.push_back(std::move(chain));
    }
  }
  if (sni || http) out.listenerFilters.push_back(tlsInspector());
  if (http) out.listenerFilters.push_back(httpInspector());
  out.listenerFiltersTimeout =
      http ? xds::Duration(context.model.mesh().protocolDetectionTimeout) : xds::Duration(0);
  if (out.defaultFilterChain && out.filterChains.empty()) {
    out.filterChains.push_back(std::move(*out.defaultFilterChain));
    out.defaultFilterChain.reset();
  } else if (!out.defaultFilterChain) {
    out.defaultFilterChain = passthroughChain(context);
  }
  return out;
}

xds::Listener virtualOutbound(const Generation& context) {
  xds::Listener out;
  out.name = kVirtualOutbound;
  out.address = xds::tcpAddress(kWildcard, kOutboundPort);
  out.useOriginalDst = true;
  out.trafficDirection = xds::TrafficDirection::Outbound;
  out.accessLog = listenerAccessLogs(context.model.mesh());
  xds::FilterChain blackhole;  // calls to 15001 itself would run in circles (trap 32)
  blackhole.name = "virtualOutbound-blackhole";
  blackhole.filterChainMatch.destinationPort = kOutboundPort;
  blackhole.filters.push_back(tcpFilter(context, std::string(kBlackHoleCluster)));
  xds::FilterChain rest;
  rest.name = "virtualOutbound-catchall-tcp";
  rest.filters.push_back(tcpFilter(context, catchAllCluster(context)));
  out.filterChains = {std::move(blackhole), std::move(rest)};
  return out;
}

}  // namespace

void generateOutbound(const Generation& context, Generated& out) {
  if (context.proxy.interception != Interception::None) out.listeners.push_back(virtualOutbound(context));
  Entries entries;
  for (const EgressScope& egress : context.scope.egress) addEgress(context, egress, entries);
  for (auto& [key, entry] : entries) out.listeners.push_back(listenerOf(context, std::move(entry)));
}

}  // namespace varka::pilot
