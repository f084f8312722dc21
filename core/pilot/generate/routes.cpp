#include "core/pilot/generate/routes.h"

#include <algorithm>

#include "core/pilot/generate/matchers.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/route_policy.h"
#include "core/pilot/generate/traffic_policy.h"
#include "core/pilot/model/base64.h"
#include "core/pilot/model/duration.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

using namespace std::chrono_literals;

ServicePtr serviceOf(const std::string& host, const RouteContext& context) {
  if (ServicePtr service = context.scope.find(host)) return service;
  return context.model.registry.find(host, context.proxy.ns);
}

void setTimeout(const Value& timeout, xds::RouteAction& action) {
  action.timeout = durationOf(timeout).value_or(0ns);
  action.maxGrpcTimeout = action.timeout;
}

void setRewrite(const Value& rewrite, xds::RouteAction& action, std::string& authority) {
  const Value& regex = rewrite["uriRegexRewrite"];
  if (regex.isMap()) {
    action.regexRewrite =
        xds::RegexMatchAndSubstitute{{regex["match"].asString()}, regex["rewrite"].asString()};
  } else {
    action.prefixRewrite = rewrite["uri"].asString();
  }
  if (!rewrite["authority"].asString().empty()) authority = rewrite["authority"].asString();
}

// Absent percentage mirrors everything, zero nothing (trap 24).
void addMirror(const Value& destination, const Value& percentage, const Value& percent, const std::string& ns,
               const RouteContext& context, xds::RouteAction& action) {
  xds::FractionalPercent share{100, xds::Denominator::Hundred};
  if (percentage.isMap()) {
    share = percentOf(percentage).value_or(share);
  } else if (!percent.isNull()) {
    share.numerator = static_cast<std::uint32_t>(percent.asInt());
  }
  if (share.numerator == 0 || !destination.isMap()) return;
  xds::RequestMirrorPolicy mirror;
  mirror.cluster = destinationCluster(destination, ns, context);
  mirror.runtimeFraction = xds::RuntimeFractionalPercent{share, {}};
  mirror.traceSampled = false;
  action.requestMirrorPolicies.push_back(std::move(mirror));
}

// Ring hash and maglev need to know what of the request to hash.
std::optional<xds::HashPolicy> hashOf(const Value& destination, const std::string& ns,
                                      const RouteContext& context) {
  const ServicePtr service =
      serviceOf(lowerCased(resolveHost(destination["host"].asString(), ns, context.model.domain())), context);
  if (!service) return std::nullopt;
  const DestinationRulePtr rule =
      context.model.rules.destinationRuleFor(*service, context.proxy.ns, context.proxy.labels);
  if (!rule) return std::nullopt;
  const int explicitPort = static_cast<int>(destination["port"]["number"].asInt());
  const int port = explicitPort                 ? explicitPort
                   : service->ports.size() == 1 ? service->ports[0].port
                                                : context.port;
  return hashPolicyOf(effectivePolicy(*rule, destination["subset"].asString(), port));
}

template <typename To>
void applyOperations(HeaderOperations&& from, To& to) {
  const auto append = [](auto& out, auto&& items) {
    out.insert(out.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  };
  append(to.requestHeadersToAdd, from.requestAdd);
  append(to.requestHeadersToRemove, from.requestRemove);
  append(to.responseHeadersToAdd, from.responseAdd);
  append(to.responseHeadersToRemove, from.responseRemove);
}

// With several destinations the zero weights are dropped; a single one ignores its weight (trap 20).
bool addDestinations(const HttpRule& rule, const RouteContext& context, xds::Route& route,
                     xds::RouteAction& action) {
  const auto& destinations = rule.value["route"].items();
  bool hashed = false;
  const auto addHash = [&](const Value& destination) {
    if (auto hash = hashOf(destination, rule.ns, context)) {
      action.hashPolicy.push_back(std::move(*hash));
      hashed = true;
    }
  };
  if (destinations.size() == 1) {
    const Value& only = destinations.front();
    action.cluster = xds::RouteAction::ClusterName{destinationCluster(only["destination"], rule.ns, context)};
    HeaderOperations operations = headerOperations(only["headers"]);
    if (!operations.authority.empty() && action.hostRewrite.index() == 0) {
      action.hostRewrite =
          xds::RouteAction::HostRewriteLiteral{operations.authority};  // the route level wins (trap 22)
    }
    applyOperations(std::move(operations), route);
    addHash(only["destination"]);
    return hashed;
  }
  xds::WeightedCluster weighted;
  for (const Value& item : destinations) {
    const std::int64_t weight = item["weight"].asInt();
    if (weight <= 0) continue;
    xds::WeightedCluster::ClusterWeight to;
    to.name = destinationCluster(item["destination"], rule.ns, context);
    to.weight = static_cast<std::uint32_t>(weight);
    HeaderOperations operations = headerOperations(item["headers"]);
    if (action.hostRewrite.index() == 0) to.hostRewriteLiteral = operations.authority;
    applyOperations(std::move(operations), to);
    weighted.clusters.push_back(std::move(to));
    addHash(item["destination"]);
  }
  if (!weighted.clusters.empty()) action.cluster = std::move(weighted);
  return hashed;
}

void setRedirect(const Value& redirect, const RouteContext& context, xds::Route& route) {
  using Code = xds::RedirectResponseCode;
  xds::RedirectAction action;
  action.hostRedirect = redirect["authority"].asString();
  if (!redirect["uri"].asString().empty())
    action.pathRewrite = xds::RedirectAction::PathRedirect{redirect["uri"].asString()};
  std::string scheme = redirect["scheme"].asString();
  if (!scheme.empty()) action.schemeRewrite = xds::RedirectAction::SchemeRedirect{scheme};
  if (scheme.empty()) scheme = context.tls ? "https" : "http";
  if (redirect["derivePort"].asString() == "FROM_REQUEST_PORT") {
    action.portRedirect = static_cast<std::uint32_t>(context.port);
  } else if (redirect.has("port")) {
    action.portRedirect = static_cast<std::uint32_t>(redirect["port"].asInt());
  }
  const bool schemeDefault =
      (action.portRedirect == 80 && scheme == "http") || (action.portRedirect == 443 && scheme == "https");
  if (schemeDefault) action.portRedirect = 0;
  switch (redirect["redirectCode"].asInt()) {
    case 0:
    case 301:
      break;
    case 302:
      action.responseCode = Code::Found;
      break;
    case 303:
      action.responseCode = Code::SeeOther;
      break;
    case 307:
      action.responseCode = Code::TemporaryRedirect;
      break;
    case 308:
      action.responseCode = Code::PermanentRedirect;
      break;
    default:
      return;  // a route without action (trap 23)
  }
  route.action = std::move(action);
}

void setDirectResponse(const Value& response, xds::Route& route) {
  xds::DirectResponseAction action;
  action.status = static_cast<std::uint32_t>(response["status"].asInt());
  const Value& body = response["body"];
  if (body.has("string")) action.body = xds::inlineString(body["string"].asString());
  if (body.has("bytes")) action.body = xds::inlineBytes(base64Decoded(body["bytes"].asString()));
  route.action = std::move(action);
}

std::string operationOf(const xds::Route& route, const VirtualService& rule, int port) {
  std::string path = "/*";
  if (const auto* prefix = std::get_if<xds::RouteMatch::Prefix>(&route.match.path))
    path = prefix->value + "*";
  if (const auto* exact = std::get_if<xds::RouteMatch::Path>(&route.match.path)) path = exact->value;
  if (const auto* regex = std::get_if<xds::RegexMatcher>(&route.match.path)) path = regex->regex;
  if (const auto* action = std::get_if<xds::RouteAction>(&route.action)) {
    if (const auto* cluster = std::get_if<xds::RouteAction::ClusterName>(&action->cluster)) {
      const std::string& name = cluster->name;  // "outbound|PORT|SUBSET|HOST"
      const std::size_t first = name.find('|');
      const std::size_t last = name.rfind('|');
      if (first != std::string::npos && last > first) {
        const std::string number = name.substr(first + 1, name.find('|', first + 1) - first - 1);
        return name.substr(last + 1) + ":" + number + path;
      }
    }
  }
  return rule.name + ":" + std::to_string(port) + path;
}

void setForwarding(const HttpRule& rule, const RouteContext& context, std::string authority,
                   xds::Route& route) {
  const Value& in = rule.value;
  xds::RouteAction action;
  setTimeout(in["timeout"], action);
  if (in["rewrite"].isMap()) setRewrite(in["rewrite"], action, authority);
  if (!authority.empty()) action.hostRewrite = xds::RouteAction::HostRewriteLiteral{authority};
  addMirror(in["mirror"], in["mirrorPercentage"], in["mirrorPercent"], rule.ns, context, action);
  for (const Value& mirror : in["mirrors"].items()) {
    addMirror(mirror["destination"], mirror["percentage"], Value(), rule.ns, context, action);
  }
  const bool hashed = addDestinations(rule, context, route, action);
  action.retryPolicy = retryPolicy(in["retries"], context.model.mesh(), hashed);
  route.action = std::move(action);
}

xds::Route translate(const VirtualService& owner, const HttpRule& rule, const Value& match,
                     const RouteContext& context) {
  const Value& in = rule.value;
  xds::Route route;
  route.name = in["name"].asString();
  if (!match["name"].asString().empty()) route.name += "." + match["name"].asString();
  route.match = routeMatch(match);
  route.metadata = metadataFor(*rule.owner, in.mark(), ruleText(rule.index, in["name"].asString()));
  route.statPrefix = match["statPrefix"].asString();
  HeaderOperations operations = headerOperations(in["headers"]);
  std::string authority = operations.authority;
  applyOperations(std::move(operations), route);
  if (in["redirect"].isMap()) {
    setRedirect(in["redirect"], context, route);
  } else if (in["directResponse"].isMap()) {
    setDirectResponse(in["directResponse"], route);
  } else {
    setForwarding(rule, context, std::move(authority), route);
  }
  route.decorator = xds::Decorator{operationOf(route, owner, context.port), {}};
  if (auto fault = faultOf(in["fault"])) route.typedPerFilterConfig[kFaultFilter] = std::move(*fault);
  if (in["corsPolicy"].isMap()) route.typedPerFilterConfig[kCorsFilter] = corsPolicy(in["corsPolicy"]);
  return route;
}

}  // namespace

std::string destinationCluster(const Value& destination, const std::string& ns, const RouteContext& context) {
  std::string host = lowerCased(resolveHost(destination["host"].asString(), ns, context.model.domain()));
  const ServicePtr service = serviceOf(host, context);
  int port = static_cast<int>(destination["port"]["number"].asInt());
  if (port == 0) port = service && service->ports.size() == 1 ? service->ports[0].port : context.port;
  if (service && service->resolution == Resolution::Alias) host = service->aliasOf;
  return outboundCluster(port, destination["subset"].asString(), host);
}

bool matchesSource(const Value& match, const std::string& ruleNs, const RouteContext& context,
                   bool gatewaysExcuseLabels) {
  if (!match.isMap()) return true;
  const int port = static_cast<int>(match["port"].asInt());
  if (port != 0 && port != context.port) return false;
  const auto& gateways = match["gateways"].items();
  if (!gateways.empty()) {
    const bool named = std::any_of(gateways.begin(), gateways.end(), [&](const Value& gateway) {
      return resolveGateway(gateway.asString(), ruleNs) == context.gateway;
    });
    if (!named || gatewaysExcuseLabels) return named;
  }
  if (!resource::mapMatches(match["sourceLabels"], context.proxy.labels)) return false;
  const std::string& ns = match["sourceNamespace"].asString();
  return ns.empty() || ns == context.proxy.ns;
}

std::vector<xds::Route> routesFor(const VirtualService& rule, const RouteContext& context) {
  static const Value kEverything;
  std::vector<xds::Route> out;
  for (const HttpRule& http : rule.http) {
    const auto& matches = http.value["match"].items();
    if (matches.empty()) {
      out.push_back(translate(rule, http, kEverything, context));
      return out;
    }
    for (const Value& match : matches) {
      if (!matchesSource(match, rule.ns, context, true)) continue;
      out.push_back(translate(rule, http, match, context));
      if (isCatchAll(out.back().match)) return out;  // nothing behind it can be reached
    }
  }
  return out;
}

xds::Route defaultRoute(const Service& service, int port, const RouteContext& context) {
  xds::Route route;
  route.name = "default";
  route.match.path = xds::RouteMatch::Prefix{"/"};
  route.decorator = xds::Decorator{hostPort(service.host, port) + "/*", {}};
  route.metadata = metadataFor(*service.object);
  xds::RouteAction action;
  setTimeout(Value(), action);
  action.cluster = xds::RouteAction::ClusterName{outboundCluster(port, "", service.host)};
  bool hashed = false;
  if (const DestinationRulePtr rule = context.scope.destinationRule(service.host)) {
    if (auto hash = hashPolicyOf(effectivePolicy(*rule, "", port))) {
      action.hashPolicy.push_back(std::move(*hash));
      hashed = true;
    }
  }
  action.retryPolicy = retryPolicy(Value(), context.model.mesh(), hashed);
  route.action = std::move(action);
  return route;
}

xds::Route inboundRoute(const std::string& cluster, const std::string& operation) {
  xds::Route route;
  route.name = "default";
  route.match.path = xds::RouteMatch::Prefix{"/"};
  route.decorator = xds::Decorator{operation, {}};
  xds::RouteAction action;
  action.cluster = xds::RouteAction::ClusterName{cluster};
  action.timeout = 0ns;
  action.maxStreamDuration = xds::MaxStreamDuration{xds::Duration(0), xds::Duration(0), std::nullopt};
  xds::RetryPolicy retry;
  retry.retryOn = "reset-before-request";
  retry.numRetries = 2;
  action.retryPolicy = std::move(retry);
  route.action = std::move(action);
  return route;
}

void sortCatchAllLast(std::vector<xds::Route>& routes) {
  std::stable_partition(routes.begin(), routes.end(),
                        [](const xds::Route& route) { return !isCatchAll(route.match); });
}

}  // namespace varka::pilot
