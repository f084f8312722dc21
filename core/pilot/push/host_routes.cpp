// What the window asks: the rules of one host in the order requests try them, with the place of every part.

#include <algorithm>

#include "core/pilot/generate/endpoints.h"
#include "core/pilot/generate/matchers.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"
#include "core/pilot/push/describe.h"
#include "core/pilot/push/push_context.h"

namespace varka::pilot {

using resource::Value;

namespace {

struct Query {
  const MeshModel& model;
  std::string ns;  // of the client
};

Source sourceAt(const resource::Object& object, std::string path) {
  const Value& node = path.empty() ? object.root : object.root.at(path);
  Origin origin = object.origin;
  if (!path.empty() && node.mark().line > 0) origin.mark = node.mark();
  return {objectText(object), object.key(), std::move(path), std::move(origin)};
}

int readyEndpoints(const Service& service, const resource::Labels& labels) {
  return static_cast<int>(
      std::count_if(service.endpoints.begin(), service.endpoints.end(),
                    [&](const ServiceEndpoint& item) { return item.ready && hasLabels(item, labels); }));
}

DestinationRulePtr ruleOf(const Query& query, const Service& service) {
  return query.model.rules.destinationRuleFor(service, query.ns, {});
}

RouteDestination destinationOf(const Query& query, const Value& item, const resource::Object& owner,
                               const std::string& ruleNs, const std::string& path) {
  RouteDestination out;
  const Value& destination = item["destination"];
  out.host = lowerCased(resolveHost(destination["host"].asString(), ruleNs, query.model.domain()));
  out.subset = destination["subset"].asString();
  out.port = static_cast<int>(destination["port"]["number"].asInt());
  out.weightWritten = item.has("weight");
  out.weight = static_cast<int>(item["weight"].asInt());
  out.source = sourceAt(owner, path);
  out.weightSource = out.source;
  out.weightSource.path = path + ".weight";
  if (out.weightWritten) out.weightSource = sourceAt(owner, path + ".weight");
  const ServicePtr service = query.model.registry.find(out.host, query.ns);
  out.hostKnown = service != nullptr;
  if (!service) return out;
  resource::Labels labels;
  if (!out.subset.empty()) {
    const DestinationRulePtr rule = ruleOf(query, *service);
    const Subset* subset = rule ? rule->findSubset(out.subset) : nullptr;
    out.subsetKnown = subset != nullptr;
    if (subset) labels = subset->labels;
  }
  out.endpoints = out.subsetKnown ? readyEndpoints(*service, labels) : 0;
  const int port = out.port ? out.port : service->ports.size() == 1 ? service->ports.front().port : 0;
  if (port) out.cluster = outboundCluster(port, out.subset, out.host);
  return out;
}

void addDestinations(const Query& query, const Value& rule, const resource::Object& owner,
                     const std::string& ruleNs, const std::string& path, RouteRule& out) {
  const auto& items = rule["route"].items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    out.destinations.push_back(
        destinationOf(query, items[i], owner, ruleNs, path + ".route[" + std::to_string(i) + "]"));
  }
  if (out.destinations.size() == 1) out.destinations.front().weight = 100;
}

RouteRule baseRule(std::string kind, int index, const Value& value, const resource::Object& owner,
                   const std::string& path) {
  RouteRule out;
  out.kind = std::move(kind);
  out.index = index;
  out.name = value["name"].asString();
  out.label = ruleText(index, out.name);
  out.source = sourceAt(owner, path);
  for (const Value& match : value["match"].items()) out.matches.push_back(describeMatch(match));
  out.actions = describeActions(value);
  return out;
}

// A match that some clients never see cannot hide what follows it.
bool hidesTheRest(const Value& match) {
  for (const char* key : {"sourceLabels", "sourceNamespace", "gateways", "port"}) {
    if (match.has(key)) return false;
  }
  return isCatchAll(routeMatch(match));
}

void addHttpRules(const Query& query, const VirtualService& rule, HostRoutes& out) {
  bool reachable = true;
  for (const HttpRule& http : rule.http) {
    const std::string path = "spec.http[" + std::to_string(http.index) + "]";
    RouteRule item = baseRule("http", http.index, http.value, *http.owner, path);
    item.reachable = reachable;
    addDestinations(query, http.value, *http.owner, http.ns, path, item);
    out.rules.push_back(std::move(item));
    const auto& matches = http.value["match"].items();
    if (matches.empty() || std::any_of(matches.begin(), matches.end(), hidesTheRest)) reachable = false;
  }
}

void addL4Rules(const Query& query, const VirtualService& rule, const char* kind, const Value& list,
                HostRoutes& out) {
  int index = 0;
  for (const Value& value : list.items()) {
    const std::string path = "spec." + std::string(kind) + "[" + std::to_string(index) + "]";
    RouteRule item = baseRule(kind, index++, value, *rule.object, path);
    addDestinations(query, value, *rule.object, rule.ns, path, item);
    out.rules.push_back(std::move(item));
  }
}

// The rule that governs the host for callers inside the mesh, else the first that names it on a gateway.
VirtualServicePtr governing(const Query& query, const std::string& host) {
  VirtualServicePtr best;
  std::string_view bestPattern;
  for (const VirtualServicePtr& rule : query.model.rules.virtualServicesFor(query.ns, kMeshGateway)) {
    for (const std::string& pattern : rule->hosts) {
      if (!subsetOf(host, pattern) || (best && !moreSpecific(pattern, bestPattern))) continue;
      best = rule;
      bestPattern = pattern;
    }
  }
  if (best) return best;
  for (const VirtualServicePtr& rule : query.model.rules.virtualServices) {
    if (std::find(rule->hosts.begin(), rule->hosts.end(), host) != rule->hosts.end()) return rule;
  }
  return nullptr;
}

bool isUsed(const HostRoutes& routes, const std::string& subset) {
  for (const RouteRule& rule : routes.rules) {
    for (const RouteDestination& destination : rule.destinations) {
      if (destination.host == routes.host && destination.subset == subset) return true;
    }
  }
  return false;
}

void addSubsets(const Query& query, const Service& service, HostRoutes& out) {
  const DestinationRulePtr rule = ruleOf(query, service);
  if (!rule) return;
  out.destinationRule = sourceAt(*rule->object, "");
  for (const Subset& subset : rule->subsets) {
    SubsetInfo info;
    info.name = subset.name;
    info.labels = subset.labels;
    info.endpoints = readyEndpoints(service, subset.labels);
    info.used = isUsed(out, subset.name);
    info.source = sourceAt(*subset.owner, subset.path);
    out.subsets.push_back(std::move(info));
  }
}

void addDefaultRule(const Service& service, HostRoutes& out) {
  RouteRule rule;
  rule.kind = "default";
  rule.label = "default";
  rule.actions = {"every ready instance"};
  RouteDestination destination;
  destination.host = service.host;
  destination.weight = 100;
  destination.endpoints = readyEndpoints(service, {});
  if (service.ports.size() == 1)
    destination.cluster = outboundCluster(service.ports.front().port, "", service.host);
  destination.source = sourceAt(*service.object, "");
  rule.source = destination.source;
  rule.destinations.push_back(std::move(destination));
  out.rules.push_back(std::move(rule));
}

const char* modeText(MtlsMode mode) {
  if (mode == MtlsMode::Strict) return "STRICT";
  return mode == MtlsMode::Disable ? "DISABLE" : "PERMISSIVE";
}

}  // namespace

HostRoutes PushContext::routesFor(std::string_view host, std::string_view clientNamespace) const {
  const Query query{state_->model, std::string(clientNamespace)};
  HostRoutes out;
  out.host = lowerCased(resolveHost(host, clientNamespace, state_->model.domain()));
  const ServicePtr service = state_->model.registry.find(out.host, clientNamespace);
  if (service) {
    out.isService = true;
    out.ns = service->ns;
    for (const ServicePort& port : service->ports) out.ports.push_back(port.port);
    const resource::Labels labels =
        service->endpoints.empty() ? service->selector : service->endpoints.front().labels;
    out.mtlsMode = service->external ? "" : modeText(state_->model.rules.mtlsFor(service->ns, labels).mode);
  }
  if (const VirtualServicePtr rule = governing(query, out.host)) {
    out.virtualService = sourceAt(*rule->object, "");
    out.gateways = rule->gateways;
    addHttpRules(query, *rule, out);
    addL4Rules(query, *rule, "tls", rule->tls(), out);
    addL4Rules(query, *rule, "tcp", rule->tcp(), out);
  }
  if (service) {
    if (out.rules.empty()) addDefaultRule(*service, out);
    addSubsets(query, *service, out);
  }
  return out;
}

}  // namespace varka::pilot
