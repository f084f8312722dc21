#include "core/pilot/scope/scope.h"

#include <algorithm>

#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

using Imports = std::map<std::string, std::vector<std::string>>;  // namespace or "*" -> host patterns

Imports importsOf(const Value& hosts, const std::string& ns) {
  Imports out;
  for (const std::string& text : texts(hosts)) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) continue;
    std::string where = text.substr(0, slash);
    if (where == ".") where = ns;
    out[where].push_back(lowerCased(text.substr(slash + 1)));
  }
  return out;
}

// "~" imports nothing; hosts of a namespace that is named are only those named for it (and never those of
// "*").
const std::vector<std::string>* patternsFor(const Imports& imports, const std::string& ns) {
  const auto named = imports.find(ns);
  if (named != imports.end()) return &named->second;
  const auto all = imports.find("*");
  return all == imports.end() ? nullptr : &all->second;
}

ServicePtr trimmedToPort(const ServicePtr& service, int port) {
  const std::size_t index = service->portIndex(port);
  if (index == service->ports.size()) return nullptr;
  auto out = std::make_shared<Service>(*service);
  out->ports = {service->ports[index]};
  for (ServiceEndpoint& endpoint : out->endpoints) endpoint.ports = {endpoint.ports[index]};
  return out;
}

// One namespace for each host: the client's own, then Kubernetes', then the oldest (trap 14).
std::vector<ServicePtr> oneNamespaceEach(const std::vector<ServicePtr>& services, const std::string& ns) {
  std::map<std::string_view, const Service*> chosen;
  for (const ServicePtr& service : services) {
    const Service*& best = chosen[service->host];
    if (!best || (service->ns == ns && best->ns != ns) ||
        (service->kubernetes && !best->kubernetes && best->ns != ns)) {
      best = service.get();
    }
  }
  std::vector<ServicePtr> out;
  for (const ServicePtr& service : services) {
    if (chosen[service->host]->ns == service->ns &&
        chosen[service->host]->kubernetes == service->kubernetes) {
      out.push_back(service);
    }
  }
  return out;
}

// Old semantics on purpose: one imported host brings the whole VirtualService, wildcards match both ways
// (trap 12).
bool importsVirtualService(const Imports& imports, const VirtualService& rule) {
  for (const std::string& where : {rule.ns, std::string("*")}) {
    const auto found = imports.find(where);
    if (found == imports.end()) continue;
    for (const std::string& pattern : found->second) {
      for (const std::string& host : rule.hosts) {
        if (hostsMatch(host, pattern)) return true;
      }
    }
  }
  return false;
}

void bind(EgressScope& egress) {
  std::map<std::string_view, const VirtualService*> exact;
  std::vector<std::pair<std::string_view, const VirtualService*>> wild;
  for (const VirtualServicePtr& rule : egress.virtualServices) {
    for (const std::string& host : rule->hosts) {
      if (isWildcard(host)) {
        wild.emplace_back(host, rule.get());
      } else {
        exact.emplace(host, rule.get());
      }
    }
  }
  for (const ServicePtr& service : egress.services) {
    const auto found = exact.find(service->host);
    if (found != exact.end()) {
      egress.bindings[service->host] = found->second;
      continue;
    }
    std::string_view best;
    const VirtualService* rule = nullptr;
    for (const auto& [pattern, candidate] : wild) {
      if (!subsetOf(service->host, pattern) || (rule && !moreSpecific(pattern, best))) continue;
      best = pattern;
      rule = candidate;
    }
    if (rule) egress.bindings[service->host] = rule;
  }
}

EgressScope egressOf(const Value* item, const std::vector<ServicePtr>& visible,
                     const std::vector<VirtualServicePtr>& rules, const std::string& ns) {
  EgressScope egress;
  if (!item) {
    egress.services = oneNamespaceEach(visible, ns);
    egress.virtualServices = rules;
    bind(egress);
    return egress;
  }
  const Value& port = (*item)["port"];
  egress.bind = (*item)["bind"].asString();
  egress.captureNone = (*item)["captureMode"].asString() == "NONE";
  if (port.has("number")) {
    egress.port = ServicePort{port["name"].asString(),
                              static_cast<int>(port["number"].asInt()),
                              0,
                              {},
                              protocolFromText(port["protocol"].asString())};
  }
  const Imports imports = importsOf((*item)["hosts"], ns);
  const bool trim = egress.port && egress.port->protocol != Protocol::HttpProxy && egress.port->port != 0;
  std::vector<ServicePtr> imported;
  for (const ServicePtr& service : visible) {
    const auto* patterns = patternsFor(imports, service->ns);
    if (!patterns) continue;
    const bool wanted = std::any_of(patterns->begin(), patterns->end(), [&](const std::string& pattern) {
      return subsetOf(service->host, pattern);
    });
    if (!wanted) continue;
    if (ServicePtr used = trim ? trimmedToPort(service, egress.port->port) : service)
      imported.push_back(std::move(used));
  }
  egress.services = oneNamespaceEach(imported, ns);
  for (const VirtualServicePtr& rule : rules) {
    if (importsVirtualService(imports, *rule)) egress.virtualServices.push_back(rule);
  }
  bind(egress);
  return egress;
}

void addDestinations(const Value& list, const VirtualService& rule, const std::string& domain,
                     std::vector<std::string>& out) {
  for (const Value& item : list.items()) {
    for (const Value& route : item["route"].items()) {
      out.push_back(lowerCased(resolveHost(route["destination"]["host"].asString(), rule.ns, domain)));
    }
  }
}

// Hosts that imported rules send to must have clusters although nobody imported them.
std::vector<std::string> destinationHosts(const VirtualService& rule, const std::string& domain) {
  std::vector<std::string> out;
  for (const HttpRule& http : rule.http) {
    const auto add = [&](const Value& destination) {
      if (destination.has("host"))
        out.push_back(lowerCased(resolveHost(destination["host"].asString(), http.ns, domain)));
    };
    for (const Value& route : http.value["route"].items()) add(route["destination"]);
    add(http.value["mirror"]);
    for (const Value& mirror : http.value["mirrors"].items()) add(mirror["destination"]);
  }
  addDestinations(rule.tcp(), rule, domain, out);
  addDestinations(rule.tls(), rule, domain, out);
  return out;
}

void addService(Scope& scope, const ServicePtr& service) {
  const auto [place, fresh] = scope.byHost.emplace(service->host, service);
  if (fresh) {
    scope.services.push_back(service);
    return;
  }
  if (place->second == service || place->second->ns != service->ns) return;
  auto merged = std::make_shared<Service>(*place->second);  // partial services of several egress ports
  for (std::size_t i = 0; i < service->ports.size(); ++i) {
    if (merged->findPort(service->ports[i].port)) continue;
    merged->ports.push_back(service->ports[i]);
    for (std::size_t e = 0; e < merged->endpoints.size(); ++e) {
      merged->endpoints[e].ports.push_back(e < service->endpoints.size() ? service->endpoints[e].ports[i]
                                                                         : 0);
    }
  }
  std::replace(scope.services.begin(), scope.services.end(), place->second, ServicePtr(merged));
  place->second = merged;
}

}  // namespace

ServicePtr Scope::find(std::string_view host) const {
  const auto found = byHost.find(host);
  return found == byHost.end() ? nullptr : found->second;
}

DestinationRulePtr Scope::destinationRule(std::string_view host) const {
  const auto found = destinationRules.find(host);
  return found == destinationRules.end() ? nullptr : found->second;
}

const EgressScope* Scope::egressFor(int port) const {
  for (const EgressScope& item : egress) {
    if (!item.port || item.port->port == port) return &item;
  }
  return nullptr;
}

resource::ObjectPtr sidecarFor(const Rules& rules, const ProxyNode& proxy) {
  if (proxy.router()) return nullptr;
  const auto selector = [](const resource::Object& object) -> const Value& {
    return object.spec()["workloadSelector"]["labels"];
  };
  const auto own = rules.sidecars.find(proxy.ns);
  if (own != rules.sidecars.end()) {
    for (const auto& object : own->second) {
      if (selector(*object).size() > 0 && resource::mapMatches(selector(*object), proxy.labels))
        return object;
    }
    for (const auto& object : own->second) {
      if (selector(*object).size() == 0) return object;
    }
  }
  const auto root = rules.sidecars.find(rules.rootNamespace);
  if (root == rules.sidecars.end()) return nullptr;
  for (const auto& object : root->second) {
    if (selector(*object).size() == 0) return object;
  }
  return nullptr;
}

Scope buildScope(const MeshModel& model, const ProxyNode& proxy) {
  Scope scope;
  scope.ns = proxy.ns;
  scope.allowAny = model.mesh().allowAny;
  scope.sidecar = sidecarFor(model.rules, proxy);
  std::vector<ServicePtr> visible;
  for (const ServicePtr& service : model.registry.services) {
    if (service->visibility.to(proxy.ns, service->ns)) visible.push_back(service);
  }
  std::vector<VirtualServicePtr> rules;
  if (!proxy.router()) rules = model.rules.virtualServicesFor(proxy.ns, kMeshGateway);
  if (scope.sidecar && scope.sidecar->spec()["egress"].size() > 0) {
    for (const Value& item : scope.sidecar->spec()["egress"].items()) {
      scope.egress.push_back(egressOf(&item, visible, rules, proxy.ns));
    }
  } else {
    scope.egress.push_back(egressOf(nullptr, visible, rules, proxy.ns));
  }
  if (scope.sidecar && scope.sidecar->spec()["outboundTrafficPolicy"].isMap()) {
    scope.allowAny = scope.sidecar->spec()["outboundTrafficPolicy"]["mode"].asString() == "ALLOW_ANY";
  }
  for (const EgressScope& egress : scope.egress) {
    for (const ServicePtr& service : egress.services) addService(scope, service);
  }
  for (const EgressScope& egress : scope.egress) {
    for (const VirtualServicePtr& rule : egress.virtualServices) {
      for (const std::string& host : destinationHosts(*rule, model.domain())) {
        if (scope.byHost.count(host) > 0) continue;
        if (ServicePtr service = model.registry.find(host, proxy.ns)) addService(scope, service);
      }
    }
  }
  for (const ServicePtr& service : scope.services) {
    if (auto rule = model.rules.destinationRuleFor(*service, proxy.ns, proxy.labels)) {
      scope.destinationRules.emplace(service->host, std::move(rule));
    }
  }
  return scope;
}

}  // namespace varka::pilot
