#include "core/pilot/generate/targets.h"

#include <algorithm>
#include <map>

namespace varka::pilot {

using resource::Value;

namespace {

const ServiceEndpoint* instanceAt(const Service& service, const std::string& ip) {
  const auto found = std::find_if(service.endpoints.begin(), service.endpoints.end(),
                                  [&](const ServiceEndpoint& endpoint) { return endpoint.address == ip; });
  return found == service.endpoints.end() ? nullptr : &*found;
}

bool selects(const Service& service, const ProxyNode& proxy) {
  if (!service.kubernetes || service.selector.empty() || service.ns != proxy.ns) return false;
  return std::all_of(service.selector.begin(), service.selector.end(), [&](const auto& item) {
    const auto label = proxy.labels.find(item.first);
    return label != proxy.labels.end() && label->second == item.second;
  });
}

Protocol afterTermination(Protocol protocol, bool terminated) {
  if (!terminated) return protocol;
  if (protocol == Protocol::Https) return Protocol::Http;
  return protocol == Protocol::Tls ? Protocol::Tcp : protocol;
}

std::map<int, InboundPort> ingressPorts(const Generation& context) {
  std::map<int, InboundPort> out;
  const bool none = context.proxy.interception == Interception::None;
  for (const Value& item : context.scope.sidecar->spec()["ingress"].items()) {
    InboundPort port;
    port.port = static_cast<int>(item["port"]["number"].asInt());
    port.servicePort = port.port;
    port.protocol =
        afterTermination(protocolFromText(item["port"]["protocol"].asString()), item["tls"].isMap());
    port.bind = item["bind"].asString().empty() ? context.proxy.ip : item["bind"].asString();
    const std::string& capture = item["captureMode"].asString();
    port.bindToPort = capture == "NONE" || (none && (capture.empty() || capture == "DEFAULT"));
    port.ingress = item;
    out.emplace(port.port, std::move(port));
  }
  return out;
}

}  // namespace

std::vector<ServiceTarget> serviceTargets(const MeshModel& model, const ProxyNode& proxy) {
  std::vector<ServiceTarget> out;
  for (const ServicePtr& service : model.registry.services) {
    const ServiceEndpoint* instance = instanceAt(*service, proxy.ip);
    if (!instance && !selects(*service, proxy)) continue;
    for (std::size_t i = 0; i < service->ports.size(); ++i) {
      const int target = instance ? instance->ports[i] : service->ports[i].targetPort;
      if (target > 0) out.push_back({service, service->ports[i], target});
    }
  }
  return out;
}

std::vector<InboundPort> inboundPorts(const Generation& context) {
  std::map<int, InboundPort> ports;
  if (context.scope.hasIngress()) {
    ports = ingressPorts(context);
  } else if (context.proxy.interception != Interception::None) {
    for (const ServiceTarget& target : serviceTargets(context.model, context.proxy)) {
      if (target.port.protocol == Protocol::Udp) continue;
      InboundPort port;
      port.port = target.targetPort;
      port.protocol = target.port.protocol;
      port.service = target.service;
      port.servicePort = target.port.port;
      ports.emplace(port.port, std::move(port));
    }
  }
  std::vector<InboundPort> out;
  out.reserve(ports.size());
  for (auto& [number, port] : ports) out.push_back(std::move(port));
  return out;
}

}  // namespace varka::pilot
