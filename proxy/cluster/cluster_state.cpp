#include "proxy/cluster/cluster_state.h"

#include <algorithm>

#include "proxy/cluster/pool.h"

namespace varka::proxy {
namespace {

bool metadataFits(const xds::Struct& wanted, const xds::Metadata& metadata) {
  if (wanted.empty()) return true;
  const auto found = metadata.filterMetadata.find("envoy.transport_socket_match");
  if (found == metadata.filterMetadata.end()) return false;
  for (const auto& [key, value] : wanted) {
    const auto field = found->second.find(key);
    if (field == found->second.end() || !(field->second == value)) return false;
  }
  return true;
}

}  // namespace

ClusterState::ClusterState(ClusterPtr config, Connector& connector, ClusterStats& stats)
    : counters(stats), connector_(connector) {
  update(std::move(config));
}

void ClusterState::update(ClusterPtr config) {
  const bool first = !config_;
  // Other TLS or other connection settings make the open connections useless; other endpoints do not.
  const bool changed = !first && config_->version != config->version;
  const bool newTls = !first && (config_->tls != config->tls || changed);
  config_ = std::move(config);
  limits_ = config_->config->circuitBreakers ? config_->config->circuitBreakers->effective()
                                             : xds::CircuitBreakers::Thresholds{};
  if (newTls)
    for (const auto& host : allHosts()) host->drainPools();
  const auto type = config_->config->type;
  const bool byDns = type == xds::ClusterType::StrictDns || type == xds::ClusterType::LogicalDns;
  if (type == xds::ClusterType::OriginalDst) return;
  if (byDns)
    rebuild();  // the resolver brings the hosts
  else
    setHosts(hostsOfAssignment());
}

std::vector<HostPtr> ClusterState::hostsOfAssignment() const {
  std::vector<HostPtr> hosts;
  for (const auto& locality : config_->assignment->endpoints) {
    for (const auto& endpoint : locality.lbEndpoints) {
      Result<Address> address = fail("no address");
      if (const auto* socket = endpoint.address.socket())
        address = Address::fromIp(socket->address, static_cast<std::uint16_t>(socket->portValue));
      else if (const auto* pipe = endpoint.address.pipe())
        address = Address::unixSocket(pipe->path);
      if (!address) continue;  // the codec lets names through for DNS clusters only
      hosts.push_back(std::make_shared<Host>(*address, endpoint, locality.locality, locality.priority));
    }
  }
  return hosts;
}

void ClusterState::setResolved(std::vector<HostPtr> hosts) {
  setHosts(std::move(hosts));
}

void ClusterState::setHosts(std::vector<HostPtr> fresh) {
  std::unordered_map<Address, HostPtr, AddressHash> old;
  for (const auto& host : hosts_) old.emplace(host->address, host);
  for (HostPtr& host : fresh) {
    const auto known = old.find(host->address);
    if (known == old.end()) continue;
    Host& kept = *known->second;
    if (!(kept.metadata == host->metadata)) kept.drainPools();  // perhaps another TLS mode
    kept.metadata = std::move(host->metadata);
    kept.hostname = std::move(host->hostname);
    kept.locality = std::move(host->locality);
    kept.priority = host->priority;
    kept.weight = host->weight;
    kept.health = host->health;
    host = known->second;
    old.erase(known);
  }
  for (auto& [address, host] : old) host->drainPools();
  hosts_ = std::move(fresh);
  rebuild();
}

void ClusterState::rebuild() {
  const TimePoint now = connector_.loop().now();
  nextReturn_ = TimePoint::max();
  for (const auto& host : hosts_)
    if (host->ejected(now)) nextReturn_ = std::min(nextReturn_, host->outlier.ejectedUntil);
  std::uint64_t healthy = 0, out = 0;
  for (const auto& host : hosts_) {
    healthy += host->usable() && !host->ejected(now) ? 1 : 0;
    out += host->ejected(now) ? 1 : 0;
  }
  counters.membershipTotal.set(hosts_.size());
  counters.membershipHealthy.set(healthy);
  counters.outlierEjectionsActive.set(out);
  balancer_.rebuild(*config_->config, *config_->assignment, hosts_, now);
}

void ClusterState::drain() {
  for (const auto& host : allHosts()) host->drainPools();
}

HostPtr ClusterState::pick(const PickContext& context, const Address& original) {
  if (config_->config->type == xds::ClusterType::OriginalDst) return originalHost(original);
  if (connector_.loop().now() >= nextReturn_) rebuild();
  return balancer_.pick(context);
}

HostPtr ClusterState::originalHost(const Address& original) {
  if (!original.isIp()) return nullptr;
  Address address = original;
  if (const auto* options = std::get_if<xds::OriginalDstLbConfig>(&config_->config->lbConfig))
    if (options->upstreamPortOverride != 0)
      address.setPort(static_cast<std::uint16_t>(options->upstreamPortOverride));
  HostPtr& slot = originalHosts_[address];
  if (slot) return slot;
  slot = std::make_shared<Host>(address, xds::LbEndpoint{}, xds::Locality{}, 0);
  HostPtr made = slot;
  if (originalHosts_.size() > kMaxOriginalHosts)
    std::erase_if(originalHosts_, [&](const auto& entry) {
      return entry.second != made && entry.second.use_count() == 1 && entry.second->counters.cxActive == 0;
    });
  return made;
}

std::vector<HostPtr> ClusterState::allHosts() const {
  std::vector<HostPtr> all = hosts_;
  for (const auto& [address, host] : originalHosts_) all.push_back(host);
  return all;
}

TlsChoice ClusterState::tlsFor(const Host& host, const std::vector<std::string>& alpnOverride) const {
  TlsChoice choice;
  choice.config = config_->tls;
  for (const auto& match : config_->matches) {
    if (!metadataFits(match.match, host.metadata)) continue;
    choice.config = match.tls;
    break;
  }
  if (!choice.config) return choice;
  choice.sni = choice.config->sni;
  choice.alpn = alpnOverride.empty() ? choice.config->common.alpnProtocols : alpnOverride;
  return choice;
}

H1Pool& ClusterState::poolFor(Host& host, const TlsChoice& tls) {
  auto& slot = host.pools[tls.key()];
  if (!slot) slot = std::make_unique<H1Pool>(*this, host, tls);
  return *slot;
}

Duration ClusterState::idleTimeout() const {
  const auto& options = config_->config->httpProtocolOptions;
  return options ? options->commonHttpProtocolOptions.idleTimeout.value_or(std::chrono::hours(1))
                 : Duration(std::chrono::hours(1));
}

std::uint32_t ClusterState::maxRequestsPerConnection() const {
  const auto& options = config_->config->httpProtocolOptions;
  if (options && options->commonHttpProtocolOptions.maxRequestsPerConnection)
    return *options->commonHttpProtocolOptions.maxRequestsPerConnection;
  return config_->config->maxRequestsPerConnection.value_or(0);
}

void ClusterState::report(Host& host, Outcome outcome) {
  const auto& detection = config_->config->outlierDetection;
  if (!detection) return;
  auto& state = host.outlier;
  if (outcome == Outcome::Success) {
    state.consecutive5xx = state.consecutiveGateway = state.consecutiveLocal = 0;
    return;
  }
  // A connection that cannot be made counts as a gateway failure unless local origin errors are split off.
  const bool local = outcome == Outcome::LocalFailure;
  if (local && detection->splitExternalLocalOriginErrors) {
    ++state.consecutiveLocal;
  } else {
    ++state.consecutive5xx;
    if (local || outcome == Outcome::GatewayError)
      ++state.consecutiveGateway;
    else
      state.consecutiveGateway = 0;
  }
  const auto reached = [](std::uint32_t count, std::uint32_t limit, std::uint32_t enforcing) {
    return enforcing > 0 && limit > 0 && count >= limit;
  };
  if (reached(state.consecutive5xx, detection->consecutive5xx, detection->enforcingConsecutive5xx) ||
      reached(state.consecutiveGateway, detection->consecutiveGatewayFailure,
              detection->enforcingConsecutiveGatewayFailure) ||
      reached(
          state.consecutiveLocal, detection->consecutiveLocalOriginFailure,
          detection->splitExternalLocalOriginErrors ? detection->enforcingConsecutiveLocalOriginFailure : 0))
    eject(host);
}

void ClusterState::eject(Host& host) {
  const auto& detection = *config_->config->outlierDetection;
  const TimePoint now = connector_.loop().now();
  if (host.ejected(now)) return;
  std::size_t ejected = 0;
  for (const auto& other : hosts_) ejected += other->ejected(now) ? 1 : 0;
  // At least one host may always go, else the share is kept (Envoy's max_ejection_percent).
  if (ejected > 0 && (ejected + 1) * 100 > hosts_.size() * detection.maxEjectionPercent) return;
  if (ejected == 0 && detection.maxEjectionPercent == 0) return;
  const Duration longest = detection.maxEjectionTime.value_or(
      std::max<Duration>(std::chrono::seconds(300), detection.baseEjectionTime));
  const Duration time =
      std::min<Duration>(longest, detection.baseEjectionTime * (host.outlier.ejections + 1));
  ++host.outlier.ejections;
  host.outlier.ejectedUntil = now + time;
  host.outlier.consecutive5xx = host.outlier.consecutiveGateway = host.outlier.consecutiveLocal = 0;
  counters.outlierEjectionsEnforcedTotal.add();
  rebuild();
}

}  // namespace varka::proxy
