// LDS, inbound side of a sidecar: virtualInbound with the chains of PeerAuthentication and protocol (traps
// 36, 37, 39).

#include <algorithm>
#include <map>

#include "core/pilot/generate/filters.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/routes.h"
#include "core/pilot/generate/targets.h"
#include "core/pilot/generate/tls_contexts.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

namespace {

// One way a connection may come in. `tls`: we terminate it.
struct ChainOption {
  std::vector<std::string> alpns;
  const char* transport;
  bool http;
  bool tls;
};

const std::vector<std::string>& mtlsHttp() {
  static const std::vector<std::string> kAlpns{"istio-http/1.0", "istio-http/1.1", "istio-h2"};
  return kAlpns;
}
const std::vector<std::string>& mtlsTcp() {
  static const std::vector<std::string> kAlpns{"istio-peer-exchange", "istio"};
  return kAlpns;
}
const std::vector<std::string>& mtlsAll() {
  static const std::vector<std::string> kAlpns{"istio", "istio-peer-exchange", "istio-http/1.0",
                                               "istio-http/1.1", "istio-h2"};
  return kAlpns;
}

constexpr const char* kTls = "tls";
constexpr const char* kRaw = "raw_buffer";

std::vector<ChainOption> permissive(Wire wire) {
  switch (wire) {
    case Wire::Http:
      return {{mtlsAll(), kTls, true, true}, {{}, kRaw, true, false}};
    case Wire::Auto:
      return {{mtlsHttp(), kTls, true, true},
              {plaintextHttpAlpns(), kRaw, true, false},
              {mtlsTcp(), kTls, false, true},
              {{}, kRaw, false, false},
              {{}, kTls, false, false}};
    default:
      return {{mtlsAll(), kTls, false, true}, {{}, kRaw, false, false}, {{}, kTls, false, false}};
  }
}

std::vector<ChainOption> strict(Wire wire) {
  if (wire == Wire::Http) return {{{}, kTls, true, true}};
  if (wire == Wire::Auto) return {{mtlsHttp(), kTls, true, true}, {{}, kTls, false, true}};
  return {{{}, kTls, false, true}};
}

// Nobody asks for TLS, so no inspector runs and TLS bytes count as raw: they pass through TCP chains
// untouched and fail in the HTTP codec, as with Istio (trap 37).
std::vector<ChainOption> disabled(Wire wire) {
  if (wire == Wire::Http) return {{{}, kRaw, true, false}};
  if (wire == Wire::Auto) return {{plaintextHttpAlpns(), kRaw, true, false}, {{}, kRaw, false, false}};
  return {{{}, kRaw, false, false}};
}

std::vector<ChainOption> optionsFor(MtlsMode mode, Wire wire) {
  if (mode == MtlsMode::Strict) return strict(wire);
  return mode == MtlsMode::Disable ? disabled(wire) : permissive(wire);
}

struct ChainSpec {
  std::string httpName, tcpName;
  std::string cluster;
  std::string statPrefix;
  int matchPort = 0;  // 0 = any
  int labelPort = 0;  // in "inbound|http|PORT"
  std::string operation;
  resource::Value serverTls;  // Sidecar.ingress tls, when it is terminated with it
  xds::Metadata metadata;
};

xds::RouteConfiguration inboundRoutes(const ChainSpec& spec) {
  xds::RouteConfiguration out;
  out.name = spec.cluster;
  out.validateClusters = false;
  xds::VirtualHost vhost;
  vhost.name = "inbound|http|" + std::to_string(spec.labelPort);
  vhost.domains = {"*"};
  vhost.routes.push_back(inboundRoute(spec.cluster, spec.operation));
  vhost.routes.back().metadata = spec.metadata;
  vhost.metadata = spec.metadata;
  out.virtualHosts.push_back(std::move(vhost));
  return out;
}

xds::FilterChain chainOf(const Generation& context, const ChainSpec& spec, const ChainOption& option) {
  xds::FilterChain chain;
  chain.name = option.http ? spec.httpName : spec.tcpName;
  if (spec.matchPort > 0) chain.filterChainMatch.destinationPort = static_cast<std::uint32_t>(spec.matchPort);
  chain.filterChainMatch.transportProtocol = option.transport;
  chain.filterChainMatch.applicationProtocols = option.alpns;
  chain.metadata = spec.metadata;
  if (option.http) {
    auto manager = connectionManager(context, ManagerRole::SidecarInbound, spec.statPrefix);
    manager.routes = inboundRoutes(spec);
    chain.filters.push_back(httpFilter(std::move(manager)));
  } else {
    chain.filters.push_back(tcpFilter(context, spec.cluster));
  }
  if (!option.tls) return chain;
  chain.transportSocket =
      spec.serverTls.isMap() ? serverTls(spec.serverTls, option.http) : inboundMtls(option.http);
  return chain;
}

// A port with no service: whatever comes is sent to where it wanted to go.
ChainSpec passthroughSpec(int port) {
  ChainSpec spec;
  spec.httpName = "virtualInbound-catchall-http";
  spec.tcpName = kVirtualInbound;
  spec.cluster = kInboundPassthroughCluster;
  spec.statPrefix = spec.cluster + ";";
  spec.matchPort = port;
  spec.labelPort = 0;
  spec.operation = ":0/*";
  return spec;
}

ChainSpec portSpec(const Generation& context, const InboundPort& port, const EffectiveMtls& mtls) {
  ChainSpec spec;
  spec.httpName = spec.tcpName = listenerName(port.bind, port.port);
  spec.cluster = inboundCluster(port.port);
  spec.statPrefix = "inbound_" + spec.httpName + ";";
  spec.matchPort = port.port;
  spec.labelPort = port.servicePort;
  if (port.service) {
    spec.operation = hostPort(port.service->host, port.servicePort) + "/*";
    spec.metadata = metadataFor(*port.service->object);
  } else if (context.scope.sidecar) {
    spec.operation = context.scope.sidecar->name + "." + context.scope.sidecar->ns + ":" +
                     std::to_string(port.port) + "/*";
    spec.metadata = metadataFor(*context.scope.sidecar, port.ingress.mark());
  }
  // Who refuses a plaintext caller should be able to say why.
  if (mtls.decidedBy) {
    xds::Struct& ours = spec.metadata.filterMetadata["varka"];
    ours["mtls"] = objectText(*mtls.decidedBy);
    ours["mtlsSource"] = sourceText(*mtls.decidedBy);
  }
  return spec;
}

std::vector<xds::FilterChain> portChains(const Generation& context, const InboundPort& port,
                                         const EffectiveMtls& mtls) {
  ChainSpec spec = portSpec(context, port, mtls);
  const MtlsMode mode = mtls.forPort(port.port);
  Wire wire = wireOf(port.protocol);
  if (wire == Wire::None) wire = Wire::Tcp;
  std::vector<ChainOption> options = optionsFor(mode, wire);
  if (port.ingress["tls"].isMap() && mode == MtlsMode::Disable) {  // the user's own TLS
    spec.serverTls = port.ingress["tls"];
    options = {{{}, kTls, wire == Wire::Http, true}};
  }
  std::vector<xds::FilterChain> out;
  for (const ChainOption& option : options) out.push_back(chainOf(context, spec, option));
  return out;
}

// Inspectors run only on ports whose chains ask for them, so that server-first protocols are not held up.
template <typename Asks>
void addInspector(xds::ListenerFilter filter, const std::vector<xds::FilterChain>& chains, Asks asks,
                  std::vector<xds::ListenerFilter>& out) {
  std::map<int, bool> wanted;
  for (const xds::FilterChain& chain : chains) {
    bool& value = wanted[static_cast<int>(chain.filterChainMatch.destinationPort.value_or(0))];
    value = value || asks(chain.filterChainMatch);
  }
  const bool byDefault = wanted[0];
  std::vector<xds::ListenerFilterPredicate> ports;
  bool any = byDefault;
  for (const auto& [port, value] : wanted) {
    any = any || value;
    if (port == 0 || value == byDefault) continue;
    xds::ListenerFilterPredicate predicate;
    predicate.rule = xds::ListenerFilterPredicate::PortRange{port, port + 1};
    ports.push_back(std::move(predicate));
  }
  if (!any) return;
  if (!ports.empty()) {
    xds::ListenerFilterPredicate these = ports.front();
    if (ports.size() > 1) these.rule = xds::ListenerFilterPredicate::Or{std::move(ports)};
    if (!byDefault) {
      xds::ListenerFilterPredicate others;
      others.rule =
          xds::ListenerFilterPredicate::Not{xds::Box<xds::ListenerFilterPredicate>(std::move(these))};
      these = std::move(others);
    }
    filter.filterDisabled = std::move(these);
  }
  out.push_back(std::move(filter));
}

void addListenerFilters(bool redirected, xds::Listener& listener) {
  if (redirected) listener.listenerFilters.push_back(originalDst());
  addInspector(
      tlsInspector(), listener.filterChains,
      [](const xds::FilterChainMatch& match) { return match.transportProtocol == kTls; },
      listener.listenerFilters);
  addInspector(
      httpInspector(), listener.filterChains,
      [](const xds::FilterChainMatch& match) { return match.applicationProtocols == plaintextHttpAlpns(); },
      listener.listenerFilters);
}

xds::Listener inboundListener(const Generation& context, std::string name, const std::string& address,
                              int port, std::vector<xds::FilterChain> chains, bool redirected) {
  xds::Listener out;
  out.name = std::move(name);
  out.address = xds::tcpAddress(address, static_cast<std::uint32_t>(port));
  out.trafficDirection = xds::TrafficDirection::Inbound;
  out.continueOnListenerFiltersTimeout = true;
  out.listenerFiltersTimeout = xds::Duration(context.model.mesh().protocolDetectionTimeout);
  out.accessLog = listenerAccessLogs(context.model.mesh());
  out.filterChains = std::move(chains);
  addListenerFilters(redirected, out);
  return out;
}

xds::FilterChain blackhole(const Generation& context) {
  xds::FilterChain chain;
  chain.name = "virtualInbound-blackhole";
  chain.filterChainMatch.destinationPort = kInboundPort;
  chain.filters.push_back(tcpFilter(context, std::string(kBlackHoleCluster)));
  return chain;
}

}  // namespace

void generateInbound(const Generation& context, Generated& out) {
  const EffectiveMtls mtls = context.model.rules.mtlsFor(context.proxy.ns, context.proxy.labels);
  const std::vector<InboundPort> ports = inboundPorts(context);
  std::vector<xds::FilterChain> chains{blackhole(context)};
  const auto addPassthrough = [&](int port) {
    for (const ChainOption& option : optionsFor(mtls.forPort(port), Wire::Auto)) {
      chains.push_back(chainOf(context, passthroughSpec(port), option));
    }
  };
  addPassthrough(0);
  for (const auto& [port, mode] : mtls.ports) {
    const bool declared =
        std::any_of(ports.begin(), ports.end(), [&](const InboundPort& item) { return item.port == port; });
    if (!declared) addPassthrough(port);
  }
  for (const InboundPort& port : ports) {
    std::vector<xds::FilterChain> made = portChains(context, port, mtls);
    if (port.bindToPort) {
      out.listeners.push_back(inboundListener(context, listenerName(port.bind, port.port), port.bind,
                                              port.port, std::move(made), false));
      continue;
    }
    chains.insert(chains.end(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
  }
  if (context.proxy.interception == Interception::None) return;
  out.listeners.push_back(inboundListener(context, std::string(kVirtualInbound), "0.0.0.0", kInboundPort,
                                          std::move(chains), true));
}

}  // namespace varka::pilot
