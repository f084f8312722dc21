#include "core/pilot/model/build_rules.h"

#include <algorithm>
#include <cstdlib>

#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::ObjectPtr;
using resource::Value;

namespace {

constexpr std::string_view kNetworking = "networking.istio.io";
constexpr std::string_view kSecurity = "security.istio.io";

std::optional<resource::Labels> selectorOf(const Value& selector) {
  resource::Labels labels = resource::labelsOf(selector["matchLabels"]);
  if (labels.empty()) labels = resource::labelsOf(selector["labels"]);
  if (labels.empty()) return std::nullopt;
  return labels;
}

MtlsMode modeOf(const Value& mtls) {
  const std::string& text = mtls["mode"].asString();
  if (text == "STRICT") return MtlsMode::Strict;
  if (text == "PERMISSIVE") return MtlsMode::Permissive;
  if (text == "DISABLE") return MtlsMode::Disable;
  return MtlsMode::Unset;
}

void appendSubsets(DestinationRule& rule, const ObjectPtr& object) {
  int index = 0;
  for (const Value& item : object->spec()["subsets"].items()) {
    Subset subset;
    subset.name = item["name"].asString();
    subset.labels = resource::labelsOf(item["labels"]);
    subset.trafficPolicy = item["trafficPolicy"];
    subset.owner = object;
    subset.path = "spec.subsets[" + std::to_string(index++) + "]";
    subset.mark = item.mark();
    if (!rule.findSubset(subset.name)) rule.subsets.push_back(std::move(subset));
  }
}

bool sameAudience(const DestinationRule& a, const DestinationRule& b) {
  return a.visibility.kind == b.visibility.kind && a.visibility.namespaces == b.visibility.namespaces &&
         a.selector == b.selector;
}

// "./host" -> "NS/host", "*/host" -> "host".
std::string serverHost(const std::string& text, const std::string& ns) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return lowerCased(text);
  const std::string where = text.substr(0, slash);
  const std::string host = lowerCased(text.substr(slash + 1));
  if (where == "*") return host;
  return (where == "." ? ns : where) + "/" + host;
}

GatewayServer serverOf(const Value& item, const ObjectPtr& owner, const std::string& key) {
  GatewayServer server;
  server.value = item;
  server.gateway = key;
  server.owner = owner;
  const Value& port = item["port"];
  server.port = static_cast<int>(port["number"].asInt());
  server.portName = port["name"].asString();
  server.protocol = protocolFromText(port["protocol"].asString());
  for (const std::string& host : texts(item["hosts"])) server.hosts.push_back(serverHost(host, owner->ns));
  server.tls = item.has("tls") && item["tls"].isMap();
  server.tlsMode = item["tls"]["mode"].asString();
  server.httpsRedirect = item["tls"]["httpsRedirect"].asBool();
  return server;
}

}  // namespace

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.text());
  return out;
}

std::vector<ObjectPtr> oldestFirst(const resource::Snapshot& snapshot, std::string_view group,
                                   std::string_view kind) {
  std::vector<ObjectPtr> out = snapshot.list(group, kind);
  std::sort(out.begin(), out.end(), [](const ObjectPtr& a, const ObjectPtr& b) { return olderThan(*a, *b); });
  return out;
}

std::vector<VirtualServicePtr> readVirtualServices(const PilotInput& input) {
  const std::vector<ObjectPtr> objects = oldestFirst(*input.resources, kNetworking, "VirtualService");
  std::map<std::string, ObjectPtr> delegates;
  for (const ObjectPtr& object : objects) {
    if (object->spec()["hosts"].size() == 0) delegates[object->ns + "/" + object->name] = object;
  }
  const auto visibility = [&](const resource::Object& object) {
    return visibilityOf(texts(object.spec()["exportTo"]), input.mesh.defaultVirtualServiceExportTo,
                        object.ns);
  };
  std::vector<VirtualServicePtr> out;
  for (const ObjectPtr& object : objects) {
    const Value& spec = object->spec();
    if (spec["hosts"].size() == 0) continue;
    auto rule = std::make_shared<VirtualService>();
    rule->object = object;
    rule->ns = object->ns;
    rule->name = object->name;
    for (const std::string& host : texts(spec["hosts"])) {
      rule->hosts.push_back(lowerCased(resolveHost(host, object->ns, input.clusterDomain)));
    }
    for (const std::string& gateway : texts(spec["gateways"]))
      rule->gateways.push_back(resolveGateway(gateway, object->ns));
    if (rule->gateways.empty()) rule->gateways.emplace_back(kMeshGateway);
    rule->visibility = visibility(*object);
    int index = 0;
    for (const Value& http : spec["http"].items()) {
      HttpRule item{http, object, object->ns, index++};
      if (!http.has("delegate")) {
        rule->http.push_back(std::move(item));
        continue;
      }
      const Value& reference = http["delegate"];
      const std::string ns =
          reference["namespace"].asString().empty() ? object->ns : reference["namespace"].asString();
      const auto child = delegates.find(ns + "/" + reference["name"].asString());
      if (child == delegates.end() || !visibility(*child->second).to(object->ns, ns)) continue;
      for (HttpRule& merged : mergeDelegate(item, *child->second)) {
        merged.owner = child->second;
        merged.ns = ns;
        rule->http.push_back(std::move(merged));
      }
    }
    out.push_back(std::move(rule));
  }
  return out;
}

std::map<std::string, std::map<std::string, std::vector<DestinationRulePtr>>> readDestinationRules(
    const PilotInput& input) {
  std::map<std::string, std::map<std::string, std::vector<std::shared_ptr<DestinationRule>>>> building;
  for (const ObjectPtr& object : oldestFirst(*input.resources, kNetworking, "DestinationRule")) {
    const Value& spec = object->spec();
    auto rule = std::make_shared<DestinationRule>();
    rule->host = lowerCased(resolveHost(spec["host"].asString(), object->ns, input.clusterDomain));
    rule->ns = object->ns;
    rule->object = object;
    rule->trafficPolicy = spec["trafficPolicy"];
    rule->selector = selectorOf(spec["workloadSelector"]);
    rule->visibility = visibilityOf(rule->selector ? std::vector<std::string>{"."} : texts(spec["exportTo"]),
                                    input.mesh.defaultDestinationRuleExportTo, object->ns);
    auto& sameHost = building[rule->ns][rule->host];
    const auto mate = std::find_if(sameHost.begin(), sameHost.end(),
                                   [&](const auto& other) { return sameAudience(*other, *rule); });
    if (mate == sameHost.end()) {
      appendSubsets(*rule, object);
      sameHost.push_back(std::move(rule));
      continue;
    }
    appendSubsets(**mate, object);
    if ((*mate)->trafficPolicy.isNull()) (*mate)->trafficPolicy = rule->trafficPolicy;
  }
  std::map<std::string, std::map<std::string, std::vector<DestinationRulePtr>>> out;
  for (auto& [ns, hosts] : building) {
    for (auto& [host, rules] : hosts) out[ns][host].assign(rules.begin(), rules.end());
  }
  return out;
}

std::vector<Gateway> readGateways(const PilotInput& input) {
  std::vector<Gateway> out;
  for (const ObjectPtr& object : oldestFirst(*input.resources, kNetworking, "Gateway")) {
    Gateway gateway;
    gateway.object = object;
    gateway.key = object->ns + "/" + object->name;
    gateway.selector = resource::labelsOf(object->spec()["selector"]);
    for (const Value& item : object->spec()["servers"].items()) {
      gateway.servers.push_back(serverOf(item, object, gateway.key));
    }
    out.push_back(std::move(gateway));
  }
  return out;
}

std::map<std::string, std::vector<PeerAuthentication>> readPeerAuthentications(const PilotInput& input) {
  std::map<std::string, std::vector<PeerAuthentication>> out;
  for (const ObjectPtr& object : oldestFirst(*input.resources, kSecurity, "PeerAuthentication")) {
    PeerAuthentication policy;
    policy.object = object;
    policy.selector = selectorOf(object->spec()["selector"]);
    policy.mode = modeOf(object->spec()["mtls"]);
    for (const auto& entry : object->spec()["portLevelMtls"].entries()) {
      policy.ports[std::atoi(entry.key.c_str())] = modeOf(entry.value);
    }
    out[object->ns].push_back(std::move(policy));
  }
  return out;
}

Rules buildRules(const PilotInput& input) {
  Rules rules;
  rules.rootNamespace = input.mesh.rootNamespace;
  if (!input.resources) return rules;
  rules.virtualServices = readVirtualServices(input);
  rules.destinationRules = readDestinationRules(input);
  rules.gateways = readGateways(input);
  rules.peerAuthentications = readPeerAuthentications(input);
  for (const ObjectPtr& object : oldestFirst(*input.resources, kNetworking, "Sidecar")) {
    rules.sidecars[object->ns].push_back(object);
  }
  return rules;
}

}  // namespace varka::pilot
