// ServiceEntries: one service for each host; endpoints listed, selected (WorkloadEntries, pods), or the host
// itself by DNS.

#include <algorithm>

#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"
#include "core/pilot/registry/sources.h"

namespace varka::pilot {

using resource::Value;

namespace {

Resolution resolutionOf(const Value& spec) {
  const std::string& text = spec["resolution"].asString();
  if (text == "STATIC") return Resolution::Static;
  if (text == "DNS") return Resolution::Dns;
  if (text == "DNS_ROUND_ROBIN") return Resolution::DnsRoundRobin;
  return Resolution::Passthrough;
}

std::vector<ServicePort> portsOf(const Value& spec) {
  std::vector<ServicePort> out;
  for (const Value& item : spec["ports"].items()) {
    ServicePort port;
    port.name = item["name"].asString();
    port.port = static_cast<int>(item["number"].asInt());
    port.targetPort = static_cast<int>(item["targetPort"].asInt(port.port));
    if (port.targetPort == 0) port.targetPort = port.port;
    port.protocol = protocolFromText(item["protocol"].asString());
    out.push_back(std::move(port));
  }
  return out;
}

void setLocality(ServiceEndpoint& endpoint, const std::string& text) {
  const std::size_t first = text.find('/');
  endpoint.region = text.substr(0, first);
  if (first == std::string::npos) return;
  const std::size_t second = text.find('/', first + 1);
  endpoint.zone = text.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  if (second != std::string::npos) endpoint.subZone = text.substr(second + 1);
}

// A WorkloadEntry's spec, or an item of `endpoints`: the same shape.
ServiceEndpoint workloadOf(const Service& service, const Value& item, const std::string& ns) {
  ServiceEndpoint endpoint;
  endpoint.address = item["address"].asString();
  endpoint.labels = resource::labelsOf(item["labels"]);
  endpoint.ns = ns;
  endpoint.serviceAccount = item["serviceAccount"].asString();
  endpoint.weight = static_cast<int>(item["weight"].asInt());
  setLocality(endpoint, item["locality"].asString());
  const auto mode = endpoint.labels.find("security.istio.io/tlsMode");
  endpoint.mtls = mode != endpoint.labels.end() && mode->second == "istio";
  for (const ServicePort& port : service.ports) {
    endpoint.ports.push_back(static_cast<int>(item["ports"][port.name].asInt(port.targetPort)));
  }
  return endpoint;
}

void addSelected(Service& service, const Value& selector, const PilotInput& input) {
  const Value& wanted = selector["labels"];
  for (const Endpoint& pod : input.endpoints) {
    if (pod.ns == service.ns && resource::mapMatches(wanted, pod.labels)) {
      service.endpoints.push_back(instanceOf(service, pod));
    }
  }
  for (const resource::ObjectPtr& entry :
       input.resources->list("networking.istio.io", "WorkloadEntry", service.ns)) {
    const resource::Labels labels = resource::labelsOf(entry->spec()["labels"]);
    if (!resource::mapMatches(wanted, labels) && !resource::mapMatches(wanted, entry->labels)) continue;
    ServiceEndpoint endpoint = workloadOf(service, entry->spec(), service.ns);
    endpoint.workload = entry->name;
    service.endpoints.push_back(std::move(endpoint));
  }
}

// DNS without endpoints means: the host itself.
void addHostItself(Service& service) {
  if (!service.endpoints.empty() || isWildcard(service.host)) return;
  if (service.resolution != Resolution::Dns && service.resolution != Resolution::DnsRoundRobin) return;
  ServiceEndpoint endpoint;
  endpoint.address = service.host;
  for (const ServicePort& port : service.ports) endpoint.ports.push_back(port.targetPort);
  service.endpoints.push_back(std::move(endpoint));
}

}  // namespace

std::vector<std::shared_ptr<Service>> serviceEntries(const PilotInput& input) {
  std::vector<std::shared_ptr<Service>> out;
  if (!input.resources) return out;
  for (const resource::ObjectPtr& object : input.resources->list("networking.istio.io", "ServiceEntry")) {
    const Value& spec = object->spec();
    for (const Value& host : spec["hosts"].items()) {
      auto service = std::make_shared<Service>();
      service->object = object;
      service->host = lowerCased(host.text());
      service->ns = object->ns;
      service->name = object->name;
      service->created = object->creationTimestamp;
      service->labels = object->labels;
      service->external = spec["location"].asString() != "MESH_INTERNAL";
      service->resolution = resolutionOf(spec);
      service->ports = portsOf(spec);
      service->addresses = textList(spec["addresses"]);
      service->subjectAltNames = textList(spec["subjectAltNames"]);
      service->visibility =
          visibilityOf(textList(spec["exportTo"]), input.mesh.defaultServiceExportTo, object->ns);
      for (const Value& item : spec["endpoints"].items()) {
        service->endpoints.push_back(workloadOf(*service, item, object->ns));
      }
      if (spec.has("workloadSelector")) addSelected(*service, spec["workloadSelector"], input);
      addHostItself(*service);
      out.push_back(std::move(service));
    }
  }
  return out;
}

}  // namespace varka::pilot
