// NDS: the names a pod can resolve, with the addresses Pilot gave them.

#include "core/pilot/generate/generated.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

namespace {

std::vector<std::string> addressesOf(const Service& service) {
  std::vector<std::string> out;
  for (const std::string& address : service.addresses) {
    if (isIpAddress(address) && address != "0.0.0.0") out.push_back(address);
  }
  if (!out.empty() || !service.headless) return out;
  for (const ServiceEndpoint& endpoint : service.endpoints) {  // headless: the instances themselves
    if ((endpoint.ready || service.publishNotReady) && isIpAddress(endpoint.address))
      out.push_back(endpoint.address);
  }
  return out;
}

void addInstances(const Service& service, const std::string& domain, xds::NameTable& table) {
  for (const ServiceEndpoint& endpoint : service.endpoints) {
    if (endpoint.pod.empty() || !isIpAddress(endpoint.address)) continue;
    xds::NameTable::Entry entry;
    entry.ips = {endpoint.address};
    entry.registry = "Kubernetes";
    entry.shortname = endpoint.pod + "." + service.name;
    entry.namespace_ = service.ns;
    table.table[endpoint.pod + "." + service.name + "." + service.ns + ".svc." + domain] = std::move(entry);
  }
}

}  // namespace

void generateNames(const Generation& context, Generated& out) {
  if (context.proxy.router()) return;
  for (const ServicePtr& service : context.scope.services) {
    const ServicePtr target =
        service->resolution == Resolution::Alias ? context.scope.find(service->aliasOf) : service;
    if (!target) continue;
    xds::NameTable::Entry entry;
    entry.ips = addressesOf(*target);
    if (entry.ips.empty()) continue;  // the host's resolver answers
    entry.registry = service->kubernetes ? "Kubernetes" : "External";
    if (service->kubernetes) {
      entry.shortname = service->name;
      entry.namespace_ = service->ns;
    }
    out.names.table[service->host] = std::move(entry);
    if (service->headless) addInstances(*service, context.model.domain(), out.names);
  }
}

}  // namespace varka::pilot
