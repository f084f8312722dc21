#include "core/mesh/builtin.h"

#include "core/base/result.h"
#include "core/resource/yaml.h"

namespace varka::mesh {
namespace {

using resource::Object;
using resource::Snapshot;
using resource::Value;

const resource::Labels& ingressLabels() {
  static const resource::Labels labels{{"app", kIngressName}, {"istio", "ingressgateway"}};
  return labels;
}

Value labelsValue() {
  Value out = Value::map();
  for (const auto& [key, value] : ingressLabels()) out.set(key, value);
  return out;
}

Value metadata(const std::string& name, const std::string& ns) {
  Value out = Value::map();
  out.set("name", name);
  if (!ns.empty()) out.set("namespace", ns);
  return out;
}

Object object(const char* apiVersion, const char* kind, Value meta, Value spec) {
  Value root = Value::map();
  root.set("apiVersion", apiVersion);
  root.set("kind", kind);
  root.set("metadata", std::move(meta));
  if (!spec.isNull()) root.set("spec", std::move(spec));
  Origin origin;
  origin.file = std::make_shared<const std::string>("default");
  auto made = resource::objectFromValue(std::move(root), origin, kIngressNamespace);
  return made ? std::move(*made) : Object{};
}

/// Istio's own gateway listens on unprivileged ports behind its Service: 80 → 8080, 443 → 8443, others as they are.
int targetPort(int port) {
  return port == 80 ? 8080 : port == 443 ? 8443 : port;
}

std::string portName(int port) {
  return port == 80 ? "http2" : port == 443 ? "https" : "tcp-" + std::to_string(port);
}

Object gatewayService(const std::set<int>& ports) {
  Value spec = Value::map();
  spec.set("type", "LoadBalancer");
  spec.set("selector", labelsValue());
  Value list = Value::list();
  for (const int port : ports) {
    Value entry = Value::map();
    entry.set("name", portName(port));
    entry.set("port", port);
    entry.set("targetPort", targetPort(port));
    list.append(std::move(entry));
  }
  spec.set("ports", std::move(list));
  Value meta = metadata(kIngressName, kIngressNamespace);
  meta.set("labels", labelsValue());
  return object("v1", "Service", std::move(meta), std::move(spec));
}

Object gatewayDeployment() {
  Value container = Value::map();
  container.set("name", "istio-proxy");
  container.set("image", "auto");
  Value podSpec = Value::map();
  podSpec.set("serviceAccountName", std::string(kIngressName) + "-service-account");
  Value containers = Value::list();
  containers.append(std::move(container));
  podSpec.set("containers", std::move(containers));

  Value podMeta = Value::map();
  podMeta.set("labels", labelsValue());
  Value annotations = Value::map();
  annotations.set("inject.istio.io/templates", "gateway");
  podMeta.set("annotations", std::move(annotations));
  Value podTemplate = Value::map();
  podTemplate.set("metadata", std::move(podMeta));
  podTemplate.set("spec", std::move(podSpec));

  Value selector = Value::map();
  selector.set("matchLabels", labelsValue());
  Value spec = Value::map();
  spec.set("replicas", 1);
  spec.set("selector", std::move(selector));
  spec.set("template", std::move(podTemplate));
  Value meta = metadata(kIngressName, kIngressNamespace);
  meta.set("labels", labelsValue());
  return object("apps/v1", "Deployment", std::move(meta), std::move(spec));
}

}  // namespace

std::vector<Object> builtinNamespaces(const Snapshot& snapshot) {
  std::set<std::string> names{"default", kIngressNamespace};
  for (const auto& [key, entry] : snapshot.objects) {
    if (!key.ns.empty()) names.insert(key.ns);
  }
  std::vector<Object> out;
  for (const auto& name : names) {
    if (snapshot.find({"", "Namespace", "", name})) continue;
    out.push_back(object("v1", "Namespace", metadata(name, ""), {}));
  }
  return out;
}

std::set<int> ingressPorts(const Snapshot& snapshot) {
  std::set<int> ports;
  for (const auto& gateway : snapshot.list("networking.istio.io", "Gateway")) {
    const Value& selector = gateway->spec()["selector"];
    if (!resource::mapMatches(selector, ingressLabels())) continue;
    for (const auto& server : gateway->spec()["servers"].items()) {
      if (const auto port = server["port"]["number"].asInt(); port > 0) ports.insert(static_cast<int>(port));
    }
  }
  for (const auto& gateway : snapshot.list("gateway.networking.k8s.io", "Gateway")) {
    for (const auto& listener : gateway->spec()["listeners"].items()) {
      if (const auto port = listener["port"].asInt(); port > 0) ports.insert(static_cast<int>(port));
    }
  }
  return ports;
}

std::vector<Object> ingressGateway(const Snapshot& snapshot) {
  std::set<int> ports = ingressPorts(snapshot);
  if (ports.empty()) return {};
  const auto own = snapshot.find({"apps", "Deployment", kIngressNamespace, kIngressName});
  if (own && own->origin.file && *own->origin.file != "default") return {};
  ports.insert({80, 443});
  std::vector<Object> out;
  out.push_back(object("v1", "ServiceAccount", metadata(std::string(kIngressName) + "-service-account", kIngressNamespace), {}));
  out.push_back(gatewayDeployment());
  out.push_back(gatewayService(ports));
  return out;
}

}  // namespace varka::mesh
