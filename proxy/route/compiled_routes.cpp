#include "proxy/route/compiled_routes.h"

#include <algorithm>

#include "core/base/text.h"

namespace varka::proxy {
namespace {

constexpr std::size_t kMaxSkippedSteps = 40;  // of one decision; the rest is summed up

std::string_view pathOnly(std::string_view path) {
  return path.substr(0, path.find_first_of("?#"));
}
std::string_view queryOf(std::string_view path) {
  const auto mark = path.find('?');
  if (mark == std::string_view::npos) return {};
  path.remove_prefix(mark + 1);
  return path.substr(0, path.find('#'));
}

/// Independent bits for a second question about the same request (splitmix64).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

// --- compiling -----------------------------------------------------------------------------------
template <typename Compiled, typename Config>
Result<> compileAll(const std::vector<Config>& configs, std::vector<Compiled>& out) {
  for (const auto& config : configs) {
    auto compiled = Compiled::compile(config);
    if (!compiled) return fail(compiled.error());
    out.push_back(std::move(*compiled));
  }
  return {};
}

template <typename Level>
Result<> compileEdits(const Level& level, HeaderEdits& request, HeaderEdits& response) {
  auto requestEdits = HeaderEdits::compile(level.requestHeadersToAdd, level.requestHeadersToRemove);
  if (!requestEdits) return fail(requestEdits.error());
  auto responseEdits = HeaderEdits::compile(level.responseHeadersToAdd, level.responseHeadersToRemove);
  if (!responseEdits) return fail(responseEdits.error());
  request = std::move(*requestEdits);
  response = std::move(*responseEdits);
  return {};
}

Result<> compileRegex(const std::string& pattern, CompiledRegex& out) {
  auto regex = CompiledRegex::compile(pattern);
  if (!regex) return fail(regex.error());
  out = std::move(*regex);
  return {};
}

Result<> compileWeights(const xds::WeightedCluster& weighted, CompiledRoute& out) {
  for (const auto& cluster : weighted.clusters) {
    CompiledWeight weight;
    weight.config = &cluster;
    weight.upTo = out.totalWeight += cluster.weight;
    if (auto edits = compileEdits(cluster, weight.request, weight.response); !edits) return edits;
    out.weights.push_back(std::move(weight));
  }
  if (out.totalWeight == 0) return fail("weightedClusters: the sum of the weights is zero");
  return {};
}

Result<> compileAction(const xds::Route& route, CompiledRoute& out) {
  if (const auto* redirect = std::get_if<xds::RedirectAction>(&route.action)) {
    const auto* rewrite = std::get_if<xds::RegexMatchAndSubstitute>(&redirect->pathRewrite);
    return rewrite ? compileRegex(rewrite->pattern.regex, out.rewrite) : Result<>();
  }
  out.action = std::get_if<xds::RouteAction>(&route.action);
  if (!out.action) {
    if (route.action.index() == 0) return fail("has neither route, redirect nor directResponse");
    return {};
  }
  if (out.action->regexRewrite)
    if (auto rewrite = compileRegex(out.action->regexRewrite->pattern.regex, out.rewrite); !rewrite) return rewrite;
  const auto* weighted = std::get_if<xds::WeightedCluster>(&out.action->cluster);
  return weighted ? compileWeights(*weighted, out) : Result<>();
}

Result<CompiledRoute> compileRoute(const xds::Route& route, std::size_t position) {
  CompiledRoute out;
  out.config = &route;
  out.label = route.name.empty() ? "#" + std::to_string(position + 1) : route.name;
  if (route.match.path.index() == 0) return fail("match: says no path");
  if (const auto* regex = std::get_if<xds::RegexMatcher>(&route.match.path))
    if (auto compiled = compileRegex(regex->regex, out.regex); !compiled) return fail(compiled.error().in("match.safeRegex"));
  if (auto done = compileAll(route.match.headers, out.headers); !done) return fail(done.error().in("match"));
  if (auto done = compileAll(route.match.queryParameters, out.query); !done) return fail(done.error().in("match"));
  if (auto done = compileAll(route.match.dynamicMetadata, out.metadata); !done) return fail(done.error().in("match"));
  if (auto done = compileAction(route, out); !done) return fail(done.error());
  if (auto done = compileEdits(route, out.request, out.response); !done) return fail(done.error());
  return out;
}

/// The prefix by which a route can be found in the index; nullptr when it cannot.
const std::string* indexedPrefix(const xds::RouteMatch& match) {
  if (!match.caseSensitive) return nullptr;
  if (const auto* prefix = std::get_if<xds::RouteMatch::Prefix>(&match.path)) return &prefix->value;
  if (const auto* prefix = std::get_if<xds::RouteMatch::PathSeparatedPrefix>(&match.path)) return &prefix->value;
  return nullptr;
}

void buildIndex(CompiledVirtualHost& host) {
  for (std::uint32_t i = 0; i < host.routes.size(); ++i) {
    const xds::RouteMatch& match = host.routes[i].config->match;
    const auto* exact = std::get_if<xds::RouteMatch::Path>(&match.path);
    if (exact && match.caseSensitive) host.byPath[exact->value].push_back(i);
    else if (const std::string* prefix = indexedPrefix(match)) host.byPrefix[*prefix].push_back(i);
    else host.others.push_back(i);
  }
  for (const auto& [prefix, indices] : host.byPrefix) host.prefixLengths.push_back(prefix.size());
  std::sort(host.prefixLengths.begin(), host.prefixLengths.end());
  host.prefixLengths.erase(std::unique(host.prefixLengths.begin(), host.prefixLengths.end()), host.prefixLengths.end());
}

Result<CompiledVirtualHost> compileHost(const xds::VirtualHost& config) {
  CompiledVirtualHost host;
  host.config = &config;
  host.routes.reserve(config.routes.size());
  for (std::size_t i = 0; i < config.routes.size(); ++i) {
    auto route = compileRoute(config.routes[i], i);
    if (!route) return fail(route.error().in("routes[" + std::to_string(i) + "]"));
    host.routes.push_back(std::move(*route));
  }
  if (auto edits = compileEdits(config, host.request, host.response); !edits) return fail(edits.error());
  buildIndex(host);
  return host;
}

// --- matching one route --------------------------------------------------------------------------
struct Subject {
  const RequestView& request;
  std::string_view path;   // without query
  std::string_view query;  // without '?'
  std::uint64_t random;
};

bool equalPath(std::string_view a, std::string_view b, bool caseSensitive) {
  return caseSensitive ? a == b : equalsIgnoreCase(a, b);
}

bool pathMatches(const CompiledRoute& route, const Subject& subject) {
  const xds::RouteMatch& match = route.config->match;
  struct Visitor {
    const CompiledRoute& route;
    const Subject& subject;
    bool caseSensitive;
    bool startsWith(std::string_view prefix) const {
      return subject.path.size() >= prefix.size() && equalPath(subject.path.substr(0, prefix.size()), prefix, caseSensitive);
    }
    bool operator()(std::monostate) const { return false; }
    bool operator()(const xds::RouteMatch::Prefix& prefix) const { return startsWith(prefix.value); }
    bool operator()(const xds::RouteMatch::Path& exact) const { return equalPath(subject.path, exact.value, caseSensitive); }
    bool operator()(const xds::RegexMatcher&) const { return route.regex.matches(subject.path); }
    bool operator()(const xds::RouteMatch::PathSeparatedPrefix& prefix) const {
      const auto length = prefix.value.size();
      return startsWith(prefix.value) && (subject.path.size() == length || subject.path[length] == '/');
    }
    bool operator()(const xds::RouteMatch::Connect&) const { return subject.request.head.method == "CONNECT"; }
  };
  // CONNECT has no path; only its own matcher takes it.
  return std::visit(Visitor{route, subject, match.caseSensitive}, match.path);
}

std::string describePath(const xds::RouteMatch& match) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "no path"; }
    std::string operator()(const xds::RouteMatch::Prefix& prefix) const { return "path must start with " + prefix.value; }
    std::string operator()(const xds::RouteMatch::Path& exact) const { return "path must be " + exact.value; }
    std::string operator()(const xds::RegexMatcher& regex) const { return "path must match regex " + regex.regex; }
    std::string operator()(const xds::RouteMatch::PathSeparatedPrefix& prefix) const { return "path must be " + prefix.value + " or below it"; }
    std::string operator()(const xds::RouteMatch::Connect&) const { return "method must be CONNECT"; }
  };
  return std::visit(Visitor{}, match.path);
}

bool fractionHits(const CompiledRoute& route, const Subject& subject) {
  const auto& fraction = route.config->match.runtimeFraction;
  return !fraction || fraction->defaultValue.hits(mixed(subject.random));
}

bool grpcMatches(const CompiledRoute& route, const Subject& subject) {
  return !route.config->match.grpc || subject.request.head.get("content-type").starts_with("application/grpc");
}

bool routeMatches(const CompiledRoute& route, const Subject& subject) {
  if (!pathMatches(route, subject) || !fractionHits(route, subject) || !grpcMatches(route, subject)) return false;
  for (const auto& header : route.headers)
    if (!header.matches(subject.request.head)) return false;
  for (const auto& parameter : route.query)
    if (!parameter.matches(subject.query)) return false;
  for (const auto& metadata : route.metadata)
    if (!metadata.matches(subject.request.dynamicMetadata)) return false;
  return true;
}

/// The first condition of a route that failed, as a sentence.
std::string whyNot(const CompiledRoute& route, const Subject& subject) {
  if (!pathMatches(route, subject)) return describePath(route.config->match) + ", is " + std::string(subject.path);
  if (!fractionHits(route, subject)) return "the request is outside of its share of the traffic";
  if (!grpcMatches(route, subject)) return "it is for gRPC requests only";
  for (const auto& header : route.headers)
    if (!header.matches(subject.request.head)) return header.describe(subject.request.head);
  for (const auto& parameter : route.query)
    if (!parameter.matches(subject.query)) return parameter.describe();
  return "the claims of the token do not match";
}

// --- choosing a route ----------------------------------------------------------------------------
/// Merges the index lists that a path selects, in order of the routes; the first full match wins.
const CompiledRoute* findRoute(const CompiledVirtualHost& host, const Subject& subject) {
  struct Cursor {
    const std::uint32_t* at;
    const std::uint32_t* end;
  };
  static thread_local std::vector<Cursor> cursors;  // reused: no allocation per request
  cursors.clear();
  const auto consider = [&](const RouteIndices& indices) {
    if (!indices.empty()) cursors.push_back({indices.data(), indices.data() + indices.size()});
  };
  if (const auto found = host.byPath.find(subject.path); found != host.byPath.end()) consider(found->second);
  for (const std::size_t length : host.prefixLengths) {
    if (length > subject.path.size()) break;
    const auto found = host.byPrefix.find(subject.path.substr(0, length));
    if (found != host.byPrefix.end()) consider(found->second);
  }
  consider(host.others);
  while (!cursors.empty()) {
    const auto next = std::min_element(cursors.begin(), cursors.end(), [](const Cursor& a, const Cursor& b) { return *a.at < *b.at; });
    const CompiledRoute& route = host.routes[*next->at];
    if (routeMatches(route, subject)) return &route;
    if (++next->at == next->end) cursors.erase(next);
  }
  return nullptr;
}

/// The same choice in the plain order, telling why each route before was passed over.
const CompiledRoute* findRouteAloud(const CompiledVirtualHost& host, const Subject& subject, std::vector<xds::DecisionStep>& steps) {
  std::size_t skipped = 0;
  for (const auto& route : host.routes) {
    const std::string source(route.config->metadata.source());
    if (routeMatches(route, subject)) {
      if (skipped > kMaxSkippedSteps)
        steps.push_back({"route", false, "…", std::to_string(skipped - kMaxSkippedSteps) + " more routes did not match", {}});
      steps.push_back({"route", true, route.label, "first route whose conditions all hold", source});
      return &route;
    }
    if (++skipped <= kMaxSkippedSteps) steps.push_back({"route", false, route.label, whyNot(route, subject), source});
  }
  steps.push_back({"route", false, {}, "no route of the virtual host matches " + std::string(subject.path), {}});
  return nullptr;
}

void chooseCluster(const Subject& subject, RouteDecision& decision, std::vector<xds::DecisionStep>* steps) {
  const xds::RouteAction& action = *decision.route->action;
  if (const auto* single = std::get_if<xds::RouteAction::ClusterName>(&action.cluster)) {
    decision.cluster = single->name;
  } else if (const auto* header = std::get_if<xds::RouteAction::ClusterHeader>(&action.cluster)) {
    decision.cluster = subject.request.head.get(lowered(header->header));
  } else if (!decision.route->weights.empty()) {
    const std::uint64_t drawn = subject.random % decision.route->totalWeight;
    const auto chosen = std::upper_bound(decision.route->weights.begin(), decision.route->weights.end(), drawn,
                                         [](std::uint64_t value, const CompiledWeight& weight) { return value < weight.upTo; });
    decision.weight = &*chosen;
    decision.cluster = chosen->config->name;
    if (steps)
      steps->push_back({"weight", true, chosen->config->name,
                        "weight " + std::to_string(chosen->config->weight) + " of " + std::to_string(decision.route->totalWeight),
                        std::string(decision.route->config->metadata.source())});
  }
}

RouteDecision::Kind kindOf(const xds::Route& route) {
  using Kind = RouteDecision::Kind;
  if (std::holds_alternative<xds::RedirectAction>(route.action)) return Kind::Redirect;
  if (std::holds_alternative<xds::DirectResponseAction>(route.action)) return Kind::DirectResponse;
  if (std::holds_alternative<xds::NonForwardingAction>(route.action)) return Kind::NonForwarding;
  return Kind::Forward;
}

std::string_view withoutPort(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');  // "[::1]:80"
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return host;
  return host.substr(0, colon);
}

}  // namespace

// --- CompiledRoutes ------------------------------------------------------------------------------
Result<std::shared_ptr<const CompiledRoutes>> CompiledRoutes::compile(std::shared_ptr<const xds::RouteConfiguration> config,
                                                                      std::string version) {
  auto routes = std::shared_ptr<CompiledRoutes>(new CompiledRoutes);
  const auto problem = [&](const Error& error, std::string_view where) {
    return fail(config->name + ": " + (where.empty() ? "" : std::string(where) + ": ") + error.message);
  };
  if (auto edits = compileEdits(*config, routes->request_, routes->response_); !edits) return problem(edits.error(), {});
  routes->hosts_.reserve(config->virtualHosts.size());
  for (std::size_t i = 0; i < config->virtualHosts.size(); ++i) {
    const std::string where = "virtualHosts[" + std::to_string(i) + "]";
    auto host = compileHost(config->virtualHosts[i]);
    if (!host) return problem(host.error(), where);
    routes->hosts_.push_back(std::move(*host));
    for (const auto& domain : config->virtualHosts[i].domains)
      if (auto added = routes->addDomain(domain, static_cast<std::uint32_t>(i)); !added) return problem(added.error(), where);
  }
  routes->config_ = std::move(config);
  routes->version_ = std::move(version);
  return std::shared_ptr<const CompiledRoutes>(std::move(routes));
}

Result<> CompiledRoutes::addDomain(const std::string& domain, std::uint32_t host) {
  const std::string name = lowered(domain);
  const auto duplicate = [&] { return fail("domains: \"" + domain + "\" is already taken by another virtual host"); };
  if (name.empty()) return fail("domains: one is empty");
  if (name == "*") {
    if (any_ >= 0) return duplicate();
    any_ = host;
    return {};
  }
  HostMap* map = &exact_;
  std::string key = name;
  if (name.front() == '*') key = name.substr(1), map = &suffixes_[key.size()];
  else if (name.back() == '*') key.pop_back(), map = &prefixes_[key.size()];
  if (!map->emplace(std::move(key), host).second) return duplicate();
  return {};
}

std::int64_t CompiledRoutes::hostIndex(std::string_view authority) const {
  if (config_->ignorePortInHostMatching) authority = withoutPort(authority);
  std::string lower;
  if (std::any_of(authority.begin(), authority.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    authority = lower = lowered(authority);
  if (const auto found = exact_.find(authority); found != exact_.end()) return found->second;
  for (const auto& [length, hosts] : suffixes_) {
    if (length >= authority.size()) continue;  // the star stands for at least one character
    if (const auto found = hosts.find(authority.substr(authority.size() - length)); found != hosts.end()) return found->second;
  }
  for (const auto& [length, hosts] : prefixes_) {
    if (length >= authority.size()) continue;
    if (const auto found = hosts.find(authority.substr(0, length)); found != hosts.end()) return found->second;
  }
  return any_;
}

const CompiledVirtualHost* CompiledRoutes::findHost(std::string_view authority) const {
  const auto index = hostIndex(authority);
  return index < 0 ? nullptr : &hosts_[static_cast<std::size_t>(index)];
}

RouteDecision CompiledRoutes::decide(const RequestView& request, std::uint64_t random, std::vector<xds::DecisionStep>* steps) const {
  RouteDecision decision;
  decision.virtualHost = findHost(request.head.authority);
  if (!decision.virtualHost) {
    if (steps)
      steps->push_back({"vhost", false, {}, "no virtual host of " + config_->name + " is for \"" + std::string(request.head.authority) + "\"", {}});
    return decision;
  }
  const xds::VirtualHost& host = *decision.virtualHost->config;
  if (steps)
    steps->push_back({"vhost", true, host.name, "host \"" + std::string(request.head.authority) + "\" in " + config_->name,
                      std::string(host.metadata.source())});
  if (host.requireTls != xds::TlsRequirement::None && !request.isTls) {
    decision.kind = RouteDecision::Kind::TlsRequired;
    if (steps) steps->push_back({"route", true, host.name, "the host is for HTTPS only: redirect", std::string(host.metadata.source())});
    return decision;
  }
  const Subject subject{request, pathOnly(request.head.path), queryOf(request.head.path), random};
  decision.route = steps ? findRouteAloud(*decision.virtualHost, subject, *steps) : findRoute(*decision.virtualHost, subject);
  if (!decision.route) {
    decision.kind = RouteDecision::Kind::NoRoute;
    return decision;
  }
  decision.kind = kindOf(*decision.route->config);
  if (decision.kind == RouteDecision::Kind::Forward) chooseCluster(subject, decision, steps);
  return decision;
}

const xds::PerRouteConfig* perFilterConfig(const CompiledRoutes& routes, const RouteDecision& decision, std::string_view filter) {
  const auto in = [&](const xds::PerFilterConfig& level) -> const xds::PerRouteConfig* {
    if (level.empty()) return nullptr;
    const auto found = level.find(std::string(filter));
    return found == level.end() ? nullptr : &found->second;
  };
  const xds::PerRouteConfig* config = nullptr;
  if (decision.weight && (config = in(decision.weight->config->typedPerFilterConfig))) return config;
  if (decision.route && (config = in(decision.route->config->typedPerFilterConfig))) return config;
  if (decision.virtualHost && (config = in(decision.virtualHost->config->typedPerFilterConfig))) return config;
  return in(routes.config().typedPerFilterConfig);
}

}  // namespace varka::proxy
