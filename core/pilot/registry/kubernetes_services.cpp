// Kubernetes Services and, for those without a selector, EndpointSlices.

#include "core/pilot/registry/sources.h"

#include <map>
#include <tuple>

namespace varka::pilot {

using resource::Value;

namespace {

constexpr const char* kServiceNameLabel = "kubernetes.io/service-name";

std::vector<std::string> splitList(const std::string& text) {
  std::vector<std::string> out;
  std::string item;
  for (const char c : text + ",") {
    if (c == ',') {
      if (!item.empty()) out.push_back(item);
      item.clear();
    } else if (c != ' ') {
      item += c;
    }
  }
  return out;
}

ServicePort portOf(const Value& spec) {
  ServicePort port;
  port.name = spec["name"].asString();
  port.port = static_cast<int>(spec["port"].asInt());
  port.protocol =
      selectProtocol(port.port, port.name, spec["appProtocol"].asString(), spec["protocol"].asString());
  const Value& target = spec["targetPort"];
  port.targetPort = static_cast<int>(target.asInt(0));
  if (port.targetPort == 0 && target.isString()) {
    port.targetName = target.asString();
  } else if (port.targetPort == 0) {
    port.targetPort = port.port;
  }
  return port;
}

std::shared_ptr<Service> serviceOf(const resource::ObjectPtr& object, const PilotInput& input) {
  auto service = std::make_shared<Service>();
  const Value& spec = object->spec();
  service->object = object;
  service->name = object->name;
  service->ns = object->ns;
  service->host = object->name + "." + object->ns + ".svc." + input.clusterDomain;
  service->kubernetes = true;
  service->labels = object->labels;
  service->created = object->creationTimestamp;
  service->selector = resource::labelsOf(spec["selector"]);
  service->publishNotReady = spec["publishNotReadyAddresses"].asBool();
  for (const Value& port : spec["ports"].items()) service->ports.push_back(portOf(port));
  const auto exportTo = object->annotations.find("networking.istio.io/exportTo");
  service->visibility = visibilityOf(
      exportTo == object->annotations.end() ? std::vector<std::string>{} : splitList(exportTo->second),
      input.mesh.defaultServiceExportTo, object->ns);
  if (spec["type"].asString() == "ExternalName") {
    service->aliasOf = spec["externalName"].asString();
    service->resolution = Resolution::Alias;
    return service;
  }
  const std::string& clusterIp = spec["clusterIP"].asString();
  if (clusterIp == "None") {
    service->headless = true;
    service->resolution = Resolution::Passthrough;
  } else if (!clusterIp.empty()) {
    service->addresses.push_back(clusterIp);
  }
  return service;
}

// Slices are the API of endpoints that no pod stands for; slices of services with a selector repeat the pods.
void addSlice(Service& service, const resource::Object& slice) {
  const Value& ports = slice.root["ports"];
  for (const Value& item : slice.root["endpoints"].items()) {
    const Value& conditions = item["conditions"];
    for (const Value& address : item["addresses"].items()) {
      ServiceEndpoint endpoint;
      endpoint.address = address.asString();
      endpoint.ns = service.ns;
      endpoint.ready = conditions["ready"].asBool(true);
      endpoint.zone = item["zone"].asString();
      endpoint.pod = item["targetRef"]["name"].asString();
      for (const ServicePort& wanted : service.ports) {
        int number = 0;
        for (const Value& port : ports.items()) {
          if (port["name"].asString() == wanted.name) number = static_cast<int>(port["port"].asInt());
        }
        endpoint.ports.push_back(number);
      }
      service.endpoints.push_back(std::move(endpoint));
    }
  }
}

// Pods by namespace and single label, so that a thousand services do not each look at every pod.
class PodIndex {
 public:
  explicit PodIndex(const std::vector<Endpoint>& pods) {
    for (const Endpoint& pod : pods) {
      for (const auto& [key, value] : pod.labels) byLabel_[{pod.ns, key, value}].push_back(&pod);
    }
  }
  /// Those that have the selector's rarest label.
  [[nodiscard]] const std::vector<const Endpoint*>& candidates(const std::string& ns,
                                                               const resource::Labels& selector) const {
    static const std::vector<const Endpoint*> kNone;
    const std::vector<const Endpoint*>* best = nullptr;
    for (const auto& [key, value] : selector) {
      const auto found = byLabel_.find({ns, key, value});
      if (found == byLabel_.end()) return kNone;
      if (!best || found->second.size() < best->size()) best = &found->second;
    }
    return best ? *best : kNone;
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<const Endpoint*>> byLabel_;
};

bool known(const Service& service, const std::string& address) {
  for (const ServiceEndpoint& endpoint : service.endpoints) {
    if (endpoint.address == address) return true;
  }
  return false;
}

}  // namespace

ServiceEndpoint instanceOf(const Service& service, const Endpoint& endpoint) {
  ServiceEndpoint out;
  out.address = endpoint.ip;
  out.labels = endpoint.labels;
  out.ns = endpoint.ns;
  out.pod = endpoint.pod;
  out.workload = endpoint.workload;
  out.serviceAccount = endpoint.serviceAccount;
  out.ready = endpoint.ready;
  out.mtls = endpoint.mtls;
  out.region = endpoint.region;
  out.zone = endpoint.zone;
  out.subZone = endpoint.subZone;
  for (const ServicePort& port : service.ports) {
    int number = port.targetPort;
    if (number == 0) {
      const auto named = endpoint.namedPorts.find(port.targetName);
      number = named == endpoint.namedPorts.end() ? 0 : named->second;
    }
    out.ports.push_back(number);
  }
  return out;
}

std::vector<std::string> textList(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.text());
  return out;
}

std::vector<std::shared_ptr<Service>> kubernetesServices(const PilotInput& input) {
  std::vector<std::shared_ptr<Service>> out;
  if (!input.resources) return out;
  const PodIndex index(input.endpoints);
  std::map<std::string, std::shared_ptr<Service>> byName;
  for (const resource::ObjectPtr& object : input.resources->list("", "Service")) {
    auto service = serviceOf(object, input);
    if (!service->selector.empty()) {
      for (const Endpoint* pod : index.candidates(service->ns, service->selector)) {
        if (resource::mapMatches(object->spec()["selector"], pod->labels)) {
          service->endpoints.push_back(instanceOf(*service, *pod));
        }
      }
    }
    byName[object->ns + "/" + object->name] = service;
    out.push_back(std::move(service));
  }
  for (const resource::ObjectPtr& slice : input.resources->list("discovery.k8s.io", "EndpointSlice")) {
    const auto label = slice->labels.find(kServiceNameLabel);
    if (label == slice->labels.end()) continue;
    const auto service = byName.find(slice->ns + "/" + label->second);
    if (service == byName.end()) continue;
    const auto addresses = slice->root["endpoints"].items();
    if (!known(*service->second, addresses[0].asString())) addSlice(*service->second, *slice);
  }
  return out;
}

}  // namespace varka::pilot
