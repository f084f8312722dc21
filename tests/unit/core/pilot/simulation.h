#pragma once
// A tiny walk through generated configuration: listener -> filter chain -> virtual host -> route -> cluster,
// as the corpus describes it (set "simulation"). It sends nothing; it decides like an Envoy would. Tests
// only.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "core/pilot/generate/chains.h"
#include "core/pilot/generate/generated.h"
#include "core/pilot/model/host.h"

namespace varka::pilot::test {

struct Call {
  std::string address = "1.3.3.7", protocol, tls = "plaintext", host, sni, alpn, path = "/",
              mode = "outbound";
  int port = 0;
};

struct Outcome {
  std::string error, listener, chain, routeConfig, virtualHost, route, cluster;
};

class Simulation {
 public:
  explicit Simulation(const Generated& made) : made_(made) {}

  [[nodiscard]] Outcome run(Call call) const {
    Outcome out;
    fillDefaults(call);
    const xds::Listener* listener = findListener(call);
    if (!listener) return failed(out, "ErrNoListener");
    out.listener = listener->name;
    const bool tlsInspected = inspects<xds::TlsInspector>(*listener, call.port);
    if (!tlsInspected) call.alpn.clear();
    if (inspects<xds::HttpInspector>(*listener, call.port) && call.tls == "plaintext") {
      if (call.protocol == "http") call.alpn = "http/1.1";
      if (call.protocol == "http2") call.alpn = "h2c";
    }
    const xds::FilterChain* chain = nullptr;
    if (const char* error = findChain(*listener, call, tlsInspected, chain)) return failed(out, error);
    out.chain = chain->name;
    if (chain->transportSocket && call.tls == "plaintext") return failed(out, "ErrTLSError");
    if (chain->transportSocket && wantsMeshCertificate(*chain) != (call.tls == "mtls"))
      return failed(out, "ErrMTLSError");
    if (const xds::TcpProxy* proxy = xds::tcpProxy(*chain)) {
      if (const auto* name = std::get_if<std::string>(&proxy->cluster)) out.cluster = *name;
      return out;
    }
    return runHttp(*xds::httpManager(*chain), *chain, call, std::move(out));
  }

 private:
  static Outcome failed(Outcome out, const char* error) {
    out.error = error;
    return out;
  }

  static void fillDefaults(Call& call) {
    if (call.tls == "tls" && call.sni.empty()) call.sni = call.host;
    if (!call.alpn.empty() || call.tls == "plaintext") return;
    if (call.tls == "mtls") {
      call.alpn = call.protocol == "http"    ? "istio-http/1.1"
                  : call.protocol == "http2" ? "istio-h2"
                                             : "istio";
    } else {
      call.alpn = call.protocol == "http" ? "http/1.1" : call.protocol == "http2" ? "h2" : "";
    }
  }

  [[nodiscard]] const xds::Listener* at(const std::string& address, int port) const {
    for (const xds::Listener& listener : made_.listeners) {
      const xds::SocketAddress* socket = listener.address.socket();
      if (socket && socket->address == address && static_cast<int>(socket->portValue) == port)
        return &listener;
    }
    return nullptr;
  }
  [[nodiscard]] const xds::Listener* byName(const std::string& name) const {
    for (const xds::Listener& listener : made_.listeners) {
      if (listener.name == name) return &listener;
    }
    return nullptr;
  }
  [[nodiscard]] const xds::Listener* findListener(const Call& call) const {
    if (call.mode == "inbound") return byName("virtualInbound");
    if (const auto* exact = at(call.address, call.port)) return exact;
    if (const auto* any = at("0.0.0.0", call.port)) return any;
    return byName("virtualOutbound");
  }

  template <typename Kind>
  static bool inspects(const xds::Listener& listener, int port) {
    for (const xds::ListenerFilter& filter : listener.listenerFilters) {
      if (!std::holds_alternative<Kind>(filter.typedConfig)) continue;
      return !filter.filterDisabled || !filter.filterDisabled->matches(static_cast<std::uint32_t>(port));
    }
    return false;
  }

  using Chains = std::vector<const xds::FilterChain*>;
  using Test = std::function<bool(const xds::FilterChainMatch&)>;

  // Envoy narrows criterion by criterion and never goes back.
  static Chains narrowed(const Chains& chains, const Test& empty, const Test& matches) {
    const bool any = std::any_of(chains.begin(), chains.end(),
                                 [&](const auto* chain) { return !empty(chain->filterChainMatch); });
    if (!any) return chains;
    Chains hit, open;
    for (const xds::FilterChain* chain : chains) {
      if (empty(chain->filterChainMatch)) {
        open.push_back(chain);
      } else if (matches(chain->filterChainMatch)) {
        hit.push_back(chain);
      }
    }
    return hit.empty() ? open : hit;
  }

  static bool contains(const xds::CidrRange& range, const std::string& address) {
    xds::CidrRange masked;
    return parseCidr(address + "/" + std::to_string(range.prefixLen), masked) &&
           masked.addressPrefix == range.addressPrefix;
  }

  // The longest prefix that contains the address, per chain; chains with a shorter one are out.
  static Chains byAddress(const Chains& chains, const std::string& address) {
    const auto longest = [&](const xds::FilterChainMatch& match) {
      int best = -1;
      for (const xds::CidrRange& range : match.prefixRanges) {
        if (contains(range, address)) best = std::max(best, static_cast<int>(range.prefixLen));
      }
      return best;
    };
    int best = -1;
    for (const xds::FilterChain* chain : chains) best = std::max(best, longest(chain->filterChainMatch));
    return narrowed(
        chains, [](const auto& match) { return match.prefixRanges.empty(); },
        [&](const auto& match) { return best >= 0 && longest(match) == best; });
  }

  static const char* findChain(const xds::Listener& listener, const Call& call, bool tlsInspected,
                               const xds::FilterChain*& out) {
    Chains chains;
    for (const xds::FilterChain& chain : listener.filterChains) chains.push_back(&chain);
    chains = narrowed(
        chains, [](const auto& match) { return !match.destinationPort; },
        [&](const auto& match) { return static_cast<int>(*match.destinationPort) == call.port; });
    chains = byAddress(chains, call.address);
    chains = narrowed(
        chains, [](const auto& match) { return match.serverNames.empty(); },
        [&](const auto& match) {
          return std::any_of(
              match.serverNames.begin(), match.serverNames.end(),
              [&](const std::string& name) { return !call.sni.empty() && subsetOf(call.sni, name); });
        });
    const std::string transport = !tlsInspected || call.tls == "plaintext" ? "raw_buffer" : "tls";
    chains = narrowed(
        chains, [](const auto& match) { return match.transportProtocol.empty(); },
        [&](const auto& match) { return match.transportProtocol == transport; });
    chains = narrowed(
        chains, [](const auto& match) { return match.applicationProtocols.empty(); },
        [&](const auto& match) {
          return std::find(match.applicationProtocols.begin(), match.applicationProtocols.end(), call.alpn) !=
                 match.applicationProtocols.end();
        });
    if (chains.size() > 1) return "ErrMultipleFilterChain";
    out = !chains.empty()               ? chains.front()
          : listener.defaultFilterChain ? &*listener.defaultFilterChain
                                        : nullptr;
    return out ? nullptr : "ErrNoFilterChain";
  }

  static bool wantsMeshCertificate(const xds::FilterChain& chain) {
    const auto* context = std::get_if<xds::DownstreamTlsContext>(&chain.transportSocket->typedConfig);
    if (!context) return false;
    const auto& secrets = context->commonTlsContext.tlsCertificateSdsSecretConfigs;
    return !secrets.empty() && secrets.front().name == "default";
  }

  static const xds::VirtualHost* findHost(const xds::RouteConfiguration& routes, const std::string& host) {
    const xds::VirtualHost* best = nullptr;
    std::size_t longest = 0;
    for (const xds::VirtualHost& vhost : routes.virtualHosts) {
      for (const std::string& domain : vhost.domains) {
        if (domain == host) return &vhost;
        const bool wild = isWildcard(domain) && host.ends_with(domain.substr(1));
        if (wild && domain.size() > longest) {
          best = &vhost;
          longest = domain.size();
        }
      }
    }
    return best;
  }

  static bool pathMatches(const xds::RouteMatch& match, const std::string& path) {
    if (const auto* prefix = std::get_if<xds::RouteMatch::Prefix>(&match.path))
      return path.starts_with(prefix->value);
    if (const auto* exact = std::get_if<xds::RouteMatch::Path>(&match.path)) return path == exact->value;
    return true;
  }

  [[nodiscard]] Outcome runHttp(const xds::HttpConnectionManager& manager, const xds::FilterChain& chain,
                                const Call& call, Outcome out) const {
    if (call.tls != "plaintext" && !chain.transportSocket) return failed(out, "ErrProtocolError");
    if (call.protocol != "http" && call.protocol != "http2") return failed(out, "ErrProtocolError");
    const xds::RouteConfiguration* routes = std::get_if<xds::RouteConfiguration>(&manager.routes);
    if (const auto* rds = std::get_if<xds::Rds>(&manager.routes)) {
      out.routeConfig = rds->routeConfigName;
      for (const xds::RouteConfiguration& candidate : made_.routes) {
        if (candidate.name == rds->routeConfigName) routes = &candidate;
      }
    }
    const xds::VirtualHost* vhost = routes ? findHost(*routes, call.host) : nullptr;
    if (!vhost) return failed(out, "ErrNoVirtualHost");
    out.virtualHost = vhost->name;
    if (vhost->requireTls == xds::TlsRequirement::All && call.tls == "plaintext")
      return failed(out, "ErrTLSRedirect");
    for (const xds::Route& route : vhost->routes) {
      if (!pathMatches(route.match, call.path)) continue;
      out.route = route.name;
      const auto* action = std::get_if<xds::RouteAction>(&route.action);
      const auto* cluster = action ? std::get_if<xds::RouteAction::ClusterName>(&action->cluster) : nullptr;
      if (cluster) out.cluster = cluster->name;
      return out;
    }
    return failed(out, "ErrNoRoute");
  }

  const Generated& made_;
};

}  // namespace varka::pilot::test
