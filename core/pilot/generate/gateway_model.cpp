#include "core/pilot/generate/gateway_model.h"

#include <algorithm>
#include <set>

#include "core/pilot/generate/targets.h"

namespace varka::pilot {

namespace {

constexpr const char* kNoTranslation = "experimental.istio.io/disable-gateway-port-translation";

bool selects(const Gateway& gateway, const ProxyNode& proxy) {
  return std::all_of(gateway.selector.begin(), gateway.selector.end(), [&](const auto& item) {
    const auto label = proxy.labels.find(item.first);
    return label != proxy.labels.end() && label->second == item.second;
  });
}

// Service port -> the ports the gateway's pod listens on for it.
std::map<int, std::set<int>> portTranslation(const MeshModel& model, const ProxyNode& proxy) {
  std::map<int, std::set<int>> out;
  for (const ServiceTarget& target : serviceTargets(model, proxy)) {
    const auto label = target.service->labels.find(kNoTranslation);
    if (label != target.service->labels.end() && label->second == "true") continue;
    out[target.port.port].insert(target.targetPort);
  }
  return out;
}

bool isTlsServer(const GatewayServer& server) {
  return server.tls && !isHttp(server.protocol);
}

std::string routeNameOf(const GatewayServer& server, int listenPort) {
  if (isHttp(server.protocol)) return "http." + std::to_string(listenPort);
  if (!terminatesHttps(server)) return {};
  return "https." + std::to_string(server.port) + "." + server.portName + "." + server.owner->name + "." +
         server.owner->ns;
}

class Merger {
 public:
  void add(const GatewayServer& server, int listenPort) {
    if (isTlsServer(server) && !claimTlsHosts(server, listenPort)) return;
    MergedServer merged{&server, listenPort, routeNameOf(server, listenPort)};
    const auto existing = ports_.find(listenPort);
    if (existing == ports_.end()) {
      MergedPort port;
      port.port = listenPort;
      if (!server.value["bind"].asString().empty()) port.bind = server.value["bind"].asString();
      port.plainHttp = isHttp(server.protocol);
      plainTcp_[listenPort] = !port.plainHttp && !isTlsServer(server);
      port.servers.push_back(merged);
      ports_.emplace(listenPort, std::move(port));
    } else if (!fits(existing->second, server, merged)) {
      return;
    } else {
      existing->second.servers.push_back(merged);
    }
    if (!merged.routeName.empty()) routeNames_.insert(merged.routeName);
  }

  MergedGateway finish() {
    MergedGateway out;
    for (auto& [number, port] : ports_) out.ports.push_back(std::move(port));
    for (const MergedPort& port : out.ports) {
      for (const MergedServer& server : port.servers) {
        if (!server.routeName.empty()) out.routes[server.routeName].push_back(&server);
      }
    }
    return out;
  }

 private:
  // The first server of a port fixes its kind; later ones of another kind are left out.
  bool fits(const MergedPort& port, const GatewayServer& server, const MergedServer& merged) const {
    if (port.plainHttp) return isHttp(server.protocol);
    if (plainTcp_.at(port.port) || !isTlsServer(server)) return false;
    return merged.routeName.empty() || routeNames_.count(merged.routeName) == 0;
  }

  bool claimTlsHosts(const GatewayServer& server, int listenPort) {
    auto& known = tlsHosts_[listenPort];
    const std::vector<std::string> hosts = plainHosts(server);
    const bool taken =
        std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) { return known.count(host) > 0; });
    if (!taken) known.insert(hosts.begin(), hosts.end());
    return !taken;
  }

  std::map<int, MergedPort> ports_;
  std::map<int, bool> plainTcp_;
  std::map<int, std::set<std::string>> tlsHosts_;
  std::set<std::string> routeNames_;
};

}  // namespace

bool passesThrough(const GatewayServer& server) {
  return server.tls &&
         (server.tlsMode.empty() || server.tlsMode == "PASSTHROUGH" || server.tlsMode == "AUTO_PASSTHROUGH");
}

bool terminatesHttps(const GatewayServer& server) {
  return server.protocol == Protocol::Https && server.tls && !passesThrough(server);
}

std::vector<std::string> hostsForNamespace(const GatewayServer& server, const std::string& ns) {
  std::vector<std::string> out;
  for (const std::string& host : server.hosts) {
    const std::size_t slash = host.find('/');
    if (slash == std::string::npos) {
      out.push_back(host);
    } else if (host.substr(0, slash) == ns) {
      out.push_back(host.substr(slash + 1));
    }
  }
  return out;
}

std::vector<std::string> plainHosts(const GatewayServer& server) {
  std::vector<std::string> out;
  for (const std::string& host : server.hosts) {
    const std::size_t slash = host.find('/');
    std::string plain = slash == std::string::npos ? host : host.substr(slash + 1);
    if (std::find(out.begin(), out.end(), plain) == out.end()) out.push_back(std::move(plain));
  }
  return out;
}

MergedGateway mergeGateways(const MeshModel& model, const ProxyNode& proxy) {
  const auto translation = portTranslation(model, proxy);
  Merger merger;
  for (const Gateway& gateway : model.rules.gateways) {
    if (!selects(gateway, proxy)) continue;
    for (const GatewayServer& server : gateway.servers) {
      const auto translated = translation.find(server.port);
      if (translated == translation.end()) {
        merger.add(server, server.port);
        continue;
      }
      for (const int port : translated->second) merger.add(server, port);
    }
  }
  return merger.finish();
}

}  // namespace varka::pilot
