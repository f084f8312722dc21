#include "proxy/xds/config_builder.h"

#include <algorithm>

#include "proxy/stats/access_log.h"
#include "proxy/xds/secrets.h"

namespace varka::proxy {
namespace {

constexpr std::chrono::seconds kDefaultFetchTimeout{15};

/// Until when to wait for what `source` brings: initial_fetch_timeout, 15 s when not said, for ever when zero.
std::optional<ConfigBuilder::Clock::time_point> fetchDeadline(const std::optional<xds::ConfigSource>& source,
                                                              ConfigBuilder::Clock::time_point since) {
  const xds::Duration timeout = source && source->initialFetchTimeout ? *source->initialFetchTimeout : kDefaultFetchTimeout;
  if (timeout.count() == 0) return std::nullopt;
  return since + std::chrono::duration_cast<ConfigBuilder::Clock::duration>(timeout);
}

bool isOver(const std::optional<ConfigBuilder::Clock::time_point>& until, ConfigBuilder::Clock::time_point now) {
  return until && now >= *until;
}

const std::vector<xds::AccessLog>& accessLogsOf(const xds::NetworkFilter& filter) {
  static const std::vector<xds::AccessLog> kNone;
  if (const auto* manager = std::get_if<xds::HttpConnectionManager>(&filter.typedConfig)) return manager->accessLog;
  if (const auto* tcp = std::get_if<xds::TcpProxy>(&filter.typedConfig)) return tcp->accessLog;
  return kNone;
}

Result<> checkManager(const xds::HttpConnectionManager& manager) {
  if (manager.routes.index() == 0) return fail("names neither rds nor routeConfig");
  if (manager.httpFilters.empty() || !std::holds_alternative<xds::Router>(manager.httpFilters.back().typedConfig))
    return fail("httpFilters: the last one must be the router");
  return {};
}

/// What the codec cannot see because it concerns more than one field.
Result<> checkChain(const xds::FilterChain& chain) {
  if (chain.filters.empty()) return fail("has no filters");
  const auto& last = chain.filters.back().typedConfig;
  if (!std::holds_alternative<xds::HttpConnectionManager>(last) && !std::holds_alternative<xds::TcpProxy>(last))
    return fail("filters: the last one must be tcp_proxy or http_connection_manager");
  for (const auto& filter : chain.filters) {
    if (const auto* manager = std::get_if<xds::HttpConnectionManager>(&filter.typedConfig))
      if (auto good = checkManager(*manager); !good) return fail(good.error().in(filter.name));
    if (auto logs = AccessLogger::compile(accessLogsOf(filter)); !logs) return fail(logs.error().in(filter.name));
  }
  return {};
}

template <typename T>
void addAll(const std::vector<T>& from, std::set<T>& to) {
  to.insert(from.begin(), from.end());
}

}  // namespace

// --- resources in --------------------------------------------------------------------------------
ApplyResult ConfigBuilder::apply(const xds::DeltaResponse& response, Clock::time_point now) {
  ApplyResult result;
  const auto reject = [&](const std::string& name, const std::string& reason) {
    result.rejected.insert(name);
    if (!result.error.empty()) result.error += '\n';
    result.error += reason.starts_with(name + ": ") ? reason : name + ": " + reason;
  };
  for (const auto& resource : response.resources) {
    auto decoded = xds::decodeResourceWithNotices(*resource.json);
    if (!decoded) {
      reject(resource.name, decoded.error().message);
      continue;
    }
    for (const auto& notice : decoded->notices) result.notices.push_back(resource.name + ": " + notice + ": has no effect here");
    if (xds::typeUrlOf(decoded->value) != response.typeUrl) reject(resource.name, "@type: is not that of the response");
    else if (auto added = add(std::move(decoded->value), resource, now); !added) reject(resource.name, added.error().message);
  }
  for (const auto& name : response.removed) remove(response.typeUrl, name);
  clustersSeen_ = clustersSeen_ || response.typeUrl == xds::kClusterType;
  listenersSeen_ = listenersSeen_ || response.typeUrl == xds::kListenerType;
  dirty_ = true;
  return result;
}

ApplyResult ConfigBuilder::applyStatic(const xds::Bootstrap& bootstrap, Clock::time_point now) {
  ApplyResult result;
  const auto addEach = [&](const auto& messages) {
    for (const auto& message : messages) {
      const xds::Resource resource = xds::makeResource(message);
      if (auto added = add(message, resource, now); !added) {
        result.rejected.insert(resource.name);
        result.error += resource.name + ": " + added.error().message + "\n";
      }
    }
  };
  addEach(bootstrap.secrets);
  addEach(bootstrap.clusters);
  addEach(bootstrap.listeners);
  clustersSeen_ = listenersSeen_ = dirty_ = true;
  return result;
}

Result<> ConfigBuilder::add(xds::AnyResource&& value, const xds::Resource& resource, Clock::time_point now) {
  auto added = std::visit([&](auto&& each) { return addOne(std::move(each), resource, now); }, std::move(value));
  if (added) resources_[resource.typeUrl][resource.name] = resource;
  return added;
}

Result<> ConfigBuilder::addOne(xds::Cluster&& cluster, const xds::Resource& resource, Clock::time_point now) {
  ClusterState& state = clusters_[cluster.name];
  if (state.config && state.version == resource.version) return {};
  state.version = resource.version;
  state.waitsForAssignment = cluster.type == xds::ClusterType::Eds;
  state.since = now;
  if (state.waitsForAssignment) resubscribe_.push_back(cluster.edsName());
  state.config = std::make_shared<const xds::Cluster>(std::move(cluster));
  return {};
}

Result<> ConfigBuilder::addOne(xds::Listener&& listener, const xds::Resource& resource, Clock::time_point now) {
  const auto known = listeners_.find(listener.name);
  if (known != listeners_.end() && known->second.version == resource.version) return {};
  ListenerState state;
  state.version = resource.version;
  state.since = now;
  const auto prepare = [&](const xds::FilterChain& chain) -> Result<> {
    if (known != listeners_.end())
      for (const PreparedChain& old : known->second.chains)
        if (*old.config == chain) return state.chains.push_back(old), Result<>();
    if (auto good = checkChain(chain); !good) return good;
    PreparedChain prepared{std::make_shared<const xds::FilterChain>(chain), nullptr};
    const xds::HttpConnectionManager* manager = xds::httpManager(*prepared.config);
    if (const auto* routes = manager ? std::get_if<xds::RouteConfiguration>(&manager->routes) : nullptr) {
      // The routes share the life of the chain they are written in.
      auto compiled = CompiledRoutes::compile(std::shared_ptr<const xds::RouteConfiguration>(prepared.config, routes), resource.version);
      if (!compiled) return fail(compiled.error());
      prepared.inlineRoutes = std::move(*compiled);
    }
    state.chains.push_back(std::move(prepared));
    return {};
  };
  for (std::size_t i = 0; i < listener.filterChains.size(); ++i)
    if (auto done = prepare(listener.filterChains[i]); !done) return fail(done.error().in("filterChains[" + std::to_string(i) + "]"));
  if (listener.defaultFilterChain)
    if (auto done = prepare(*listener.defaultFilterChain); !done) return fail(done.error().in("defaultFilterChain"));
  state.config = std::make_shared<const xds::Listener>(std::move(listener));
  listeners_[state.config->name] = std::move(state);
  return {};
}

Result<> ConfigBuilder::addOne(xds::RouteConfiguration&& routes, const xds::Resource& resource, Clock::time_point) {
  const std::string name = routes.name;
  auto compiled = CompiledRoutes::compile(std::make_shared<const xds::RouteConfiguration>(std::move(routes)), resource.version);
  if (!compiled) return fail(compiled.error());
  auto& current = routes_[name];
  if (!current || current->version() != resource.version) current = std::move(*compiled);
  return {};
}

Result<> ConfigBuilder::addOne(xds::ClusterLoadAssignment&& assignment, const xds::Resource& resource, Clock::time_point) {
  const std::string name = assignment.clusterName;
  AssignmentState& state = assignments_[name];
  if (!state.config || state.version != resource.version)
    state = {std::make_shared<const xds::ClusterLoadAssignment>(std::move(assignment)), resource.version};
  assignmentArrived(name);
  return {};
}

Result<> ConfigBuilder::addOne(xds::Secret&& secret, const xds::Resource& resource, Clock::time_point) {
  auto resolved = resolveSecret(secret, resource.version);
  if (!resolved) return fail(resolved.error());
  auto& current = secrets_[secret.name];
  if (!current || current->version != resource.version) current = std::move(*resolved);
  ownSecrets_.erase(secret.name);
  return {};
}

Result<> ConfigBuilder::addOne(xds::NameTable&& table, const xds::Resource&, Clock::time_point) {
  names_ = std::make_shared<const xds::NameTable>(std::move(table));
  return {};
}

void ConfigBuilder::assignmentArrived(const std::string& name) {
  for (auto& [clusterName, state] : clusters_)
    if (state.waitsForAssignment && state.config->edsName() == name) state.waitsForAssignment = false;
}

void ConfigBuilder::remove(std::string_view typeUrl, const std::string& name) {
  resources_[std::string(typeUrl)].erase(name);
  if (typeUrl == xds::kClusterType) clusters_.erase(name);
  else if (typeUrl == xds::kListenerType) listeners_.erase(name);
  else if (typeUrl == xds::kRouteType) routes_.erase(name);
  else if (typeUrl == xds::kSecretType && !ownSecrets_.contains(name)) secrets_.erase(name);
  else if (typeUrl == xds::kNameTableType) names_ = nullptr;
  else if (typeUrl == xds::kEndpointType) assignments_.erase(name), assignmentArrived(name);  // "removed" counts as empty
}

void ConfigBuilder::setCertificate(const std::string& name, const std::string& chainPem, const std::string& keyPem,
                                   const std::string& rootsPem) {
  auto certificate = std::make_shared<ResolvedSecret>();
  certificate->name = name;
  certificate->version = xds::contentVersion(chainPem);
  certificate->chainPem = chainPem;
  certificate->keyPem = keyPem;
  secrets_[name] = std::move(certificate);
  ownSecrets_.insert(name);
  dirty_ = true;
  // ROOTCA also comes as a resource; that one, once there, is the authority.
  constexpr const char* kRoots = "ROOTCA";
  const auto known = secrets_.find(kRoots);
  if (rootsPem.empty() || (known != secrets_.end() && !ownSecrets_.contains(kRoots))) return;
  auto roots = std::make_shared<ResolvedSecret>();
  roots->name = kRoots;
  roots->version = xds::contentVersion(rootsPem);
  roots->rootsPem = rootsPem;
  if (known != secrets_.end() && known->second->version == roots->version) return;
  secrets_[kRoots] = std::move(roots);
  ownSecrets_.insert(kRoots);
}

// --- warming -------------------------------------------------------------------------------------
void ConfigBuilder::addSecretWaits(const std::vector<std::string>& names, std::vector<Wait>& out) const {
  // Without its secret a handshake can only fail, so there is no limit to this wait.
  for (const auto& name : names)
    if (!secrets_.contains(name)) out.push_back({"secret " + name, std::nullopt});
}

std::vector<ConfigBuilder::Wait> ConfigBuilder::waits(const ClusterState& state) const {
  std::vector<Wait> out;
  if (state.waitsForAssignment)
    out.push_back({"endpoints " + state.config->edsName(), fetchDeadline(state.config->edsClusterConfig.edsConfig, state.since)});
  addSecretWaits(xds::secretNames(*state.config), out);
  return out;
}

std::vector<ConfigBuilder::Wait> ConfigBuilder::waits(const ListenerState& state) const {
  std::vector<Wait> out;
  for (const PreparedChain& chain : state.chains) {
    const auto* manager = xds::httpManager(*chain.config);
    const auto* rds = manager ? std::get_if<xds::Rds>(&manager->routes) : nullptr;
    if (rds && !routes_.contains(rds->routeConfigName))
      out.push_back({"routes " + rds->routeConfigName, fetchDeadline(rds->configSource, state.since)});
  }
  addSecretWaits(xds::secretNames(*state.config), out);
  return out;
}

std::vector<std::string> ConfigBuilder::warming() const {
  std::vector<std::string> out;
  const auto collect = [&](std::string_view kind, const auto& states) {
    for (const auto& [name, state] : states)
      for (const Wait& wait : waits(state)) out.push_back(std::string(kind) + " " + name + " waits for " + wait.what);
  };
  collect("cluster", clusters_);
  collect("listener", listeners_);
  return out;
}

std::optional<ConfigBuilder::Clock::time_point> ConfigBuilder::deadlineAfter(Clock::time_point now) const {
  std::optional<Clock::time_point> first;
  const auto collect = [&](const auto& states) {
    for (const auto& [name, state] : states)
      for (const Wait& wait : waits(state))
        if (wait.until && *wait.until > now && (!first || *wait.until < *first)) first = wait.until;
  };
  collect(clusters_);
  collect(listeners_);
  return first;
}

bool ConfigBuilder::ready() const {
  const auto allServed = [](const auto& states, const auto& served) {
    return std::all_of(states.begin(), states.end(), [&](const auto& each) {
      const auto found = served.find(each.first);
      return found != served.end() && found->second->version == each.second.version;
    });
  };
  return clustersSeen_ && listenersSeen_ && allServed(clusters_, current_->clusters) && allServed(listeners_, current_->listeners);
}

// --- what is wanted ------------------------------------------------------------------------------
// Both what shall serve and what still serves keep their routes, endpoints and secrets.
std::set<std::string> ConfigBuilder::wantedRoutes() const {
  std::set<std::string> names;
  for (const auto& [name, state] : listeners_) addAll(xds::routeNames(*state.config), names);
  for (const auto& [name, listener] : current_->listeners)
    if (listeners_.contains(name)) addAll(xds::routeNames(*listener->config), names);
  return names;
}

std::set<std::string> ConfigBuilder::wantedAssignments() const {
  std::set<std::string> names;
  const auto addName = [&](const std::string& name) {
    if (!name.empty()) names.insert(name);
  };
  for (const auto& [name, state] : clusters_) addName(state.config->edsName());
  for (const auto& [name, cluster] : current_->clusters)
    if (clusters_.contains(name)) addName(cluster->config->edsName());
  return names;
}

std::set<std::string> ConfigBuilder::wantedSecrets() const {
  std::set<std::string> names;
  for (const auto& [name, state] : clusters_) addAll(xds::secretNames(*state.config), names);
  for (const auto& [name, state] : listeners_) addAll(xds::secretNames(*state.config), names);
  for (const auto& [name, cluster] : current_->clusters)
    if (clusters_.contains(name)) addAll(xds::secretNames(*cluster->config), names);
  for (const auto& [name, listener] : current_->listeners)
    if (listeners_.contains(name)) addAll(xds::secretNames(*listener->config), names);
  return names;
}

std::vector<std::string> ConfigBuilder::takeResubscriptions() {
  return std::exchange(resubscribe_, {});
}

void ConfigBuilder::forgetUnwanted() {
  const auto keepOnly = [&](auto& map, const std::set<std::string>& wanted, std::string_view typeUrl) {
    std::erase_if(map, [&](const auto& each) { return !wanted.contains(each.first); });
    std::erase_if(resources_[std::string(typeUrl)], [&](const auto& each) { return !wanted.contains(each.first); });
  };
  keepOnly(routes_, wantedRoutes(), xds::kRouteType);
  keepOnly(assignments_, wantedAssignments(), xds::kEndpointType);
  auto secrets = wantedSecrets();
  secrets.insert(ownSecrets_.begin(), ownSecrets_.end());
  keepOnly(secrets_, secrets, xds::kSecretType);
}

// --- the configuration out -----------------------------------------------------------------------
RuntimeConfigPtr ConfigBuilder::build(Clock::time_point now) {
  if (!dirty_ && !isOver(deadline_, now)) return current_;
  dirty_ = false;
  auto next = std::make_shared<RuntimeConfig>();
  const auto isWarm = [&](const auto& state) {
    const auto open = waits(state);
    return std::all_of(open.begin(), open.end(), [&](const Wait& wait) { return isOver(wait.until, now); });
  };
  const auto buildAll = [&](const auto& states, const auto& served, auto& out, auto buildOne) {
    for (const auto& [name, state] : states) {
      const auto found = served.find(name);
      const auto old = found == served.end() ? decltype(found->second)() : found->second;
      if (isWarm(state)) out[name] = buildOne(state, old);
      else if (old) out[name] = old;  // the previous version serves on
    }
  };
  buildAll(clusters_, current_->clusters, next->clusters, [this](const auto& state, const auto& old) { return buildCluster(state, old); });
  buildAll(listeners_, current_->listeners, next->listeners, [this](const auto& state, const auto& old) { return buildListener(state, old); });
  next->routes = routes_;
  next->secrets = secrets_;
  next->names = names_;
  const bool same = next->clusters == current_->clusters && next->listeners == current_->listeners && next->routes == current_->routes &&
                    next->secrets == current_->secrets && next->names == current_->names;
  if (!same) {
    next->generation = current_->generation + 1;
    current_ = std::move(next);
  }
  forgetUnwanted();
  deadline_ = deadlineAfter(now);
  return current_;
}

TlsPtr ConfigBuilder::resolve(const xds::TransportSocket& socket, const TlsPtr& old) const {
  return resolveTls(socket, secrets_, old);
}

ClusterPtr ConfigBuilder::buildCluster(const ClusterState& state, const ClusterPtr& old) const {
  static const auto kNoEndpoints = std::make_shared<const xds::ClusterLoadAssignment>();
  auto cluster = std::make_shared<RuntimeCluster>();
  cluster->name = state.config->name;
  cluster->version = state.version;
  cluster->config = state.config;
  const auto assignment = assignments_.find(state.config->edsName());
  if (state.config->type == xds::ClusterType::Eds) {
    cluster->assignment = assignment == assignments_.end() ? kNoEndpoints : assignment->second.config;
    if (assignment != assignments_.end()) cluster->assignmentVersion = assignment->second.version;
  } else if (state.config->loadAssignment) {
    cluster->assignment = std::shared_ptr<const xds::ClusterLoadAssignment>(state.config, &*state.config->loadAssignment);
    cluster->assignmentVersion = state.version;
  } else {
    cluster->assignment = kNoEndpoints;
  }
  if (state.config->transportSocket) cluster->tls = resolve(*state.config->transportSocket, old ? old->tls : nullptr);
  for (const auto& match : state.config->transportSocketMatches) {
    TlsPtr before;
    for (std::size_t i = 0; old && i < old->matches.size(); ++i)
      if (old->matches[i].name == match.name) before = old->matches[i].tls;
    cluster->matches.push_back({match.name, match.match, resolve(match.transportSocket, before)});
  }
  const auto sameMatch = [](const RuntimeTransportMatch& a, const RuntimeTransportMatch& b) { return a.name == b.name && a.tls == b.tls; };
  const bool same = old && old->config == cluster->config && old->assignment == cluster->assignment && old->tls == cluster->tls &&
                    std::equal(old->matches.begin(), old->matches.end(), cluster->matches.begin(), cluster->matches.end(), sameMatch);
  return same ? old : cluster;
}

ChainPtr ConfigBuilder::buildChain(const PreparedChain& prepared, const ListenerPtr& old) const {
  ChainPtr before;
  const auto consider = [&](const ChainPtr& chain) {
    if (chain && chain->config == prepared.config) before = chain;
  };
  if (old) {
    for (const auto& chain : old->chains) consider(chain);
    consider(old->defaultChain);
  }
  const TlsPtr tls = prepared.config->transportSocket ? resolve(*prepared.config->transportSocket, before ? before->tls : nullptr) : nullptr;
  if (before && before->tls == tls) return before;
  auto chain = std::make_shared<RuntimeChain>();
  chain->name = prepared.config->name;
  chain->config = prepared.config;
  chain->tls = tls;
  chain->http = xds::httpManager(*prepared.config);
  chain->tcp = xds::tcpProxy(*prepared.config);
  chain->inlineRoutes = prepared.inlineRoutes;
  if (const auto* rds = chain->http ? std::get_if<xds::Rds>(&chain->http->routes) : nullptr) chain->routeName = rds->routeConfigName;
  return chain;
}

ListenerPtr ConfigBuilder::buildListener(const ListenerState& state, const ListenerPtr& old) const {
  auto listener = std::make_shared<RuntimeListener>();
  listener->name = state.config->name;
  listener->version = state.version;
  listener->config = state.config;
  for (const PreparedChain& prepared : state.chains) listener->chains.push_back(buildChain(prepared, old));
  if (state.config->defaultFilterChain) {
    listener->defaultChain = listener->chains.back();
    listener->chains.pop_back();
  }
  const bool same = old && old->config == listener->config && old->chains == listener->chains && old->defaultChain == listener->defaultChain;
  return same ? old : listener;
}

}  // namespace varka::proxy
