#include "core/pilot/registry/registry.h"

#include <algorithm>

#include "core/pilot/model/names.h"
#include "core/pilot/registry/sources.h"

namespace varka::pilot {

namespace {

// ExternalName of a host of the mesh is an alias; of any other name it becomes a DNS service of its own.
void linkAliases(std::vector<std::shared_ptr<Service>>& services) {
  std::map<std::string, Service*> byHost;
  for (const auto& service : services) {
    if (service->aliasOf.empty()) byHost.emplace(service->host, service.get());
  }
  for (const auto& service : services) {
    if (service->aliasOf.empty()) continue;
    const auto target = byHost.find(service->aliasOf);
    if (target != byHost.end()) {
      target->second->aliases.push_back(service->host);
      continue;
    }
    ServiceEndpoint endpoint;
    endpoint.address = service->aliasOf;
    for (const ServicePort& port : service->ports) endpoint.ports.push_back(port.port);
    service->resolution = Resolution::Dns;
    service->external = true;
    service->aliasOf.clear();
    service->endpoints.push_back(std::move(endpoint));
  }
}

}  // namespace

ServicePtr Registry::find(std::string_view host, std::string_view ns) const {
  const auto found = byHost.find(host);
  if (found == byHost.end()) return nullptr;
  ServicePtr best;
  for (const ServicePtr& service : found->second) {
    if (!service->visibility.to(ns, service->ns)) continue;
    if (service->ns == ns) return service;
    if (!best || (!best->kubernetes && service->kubernetes)) best = service;
  }
  return best;
}

Registry buildRegistry(const PilotInput& input) {
  std::vector<std::shared_ptr<Service>> services = kubernetesServices(input);
  for (auto& service : serviceEntries(input)) services.push_back(std::move(service));
  linkAliases(services);
  allocateAddresses(services);
  std::stable_sort(services.begin(), services.end(),
                   [](const auto& a, const auto& b) { return olderThan(*a->object, *b->object); });
  Registry out;
  for (auto& service : services) {
    out.byHost[service->host].push_back(service);
    out.services.push_back(std::move(service));
  }
  return out;
}

}  // namespace varka::pilot
