#include "proxy/cluster/manager.h"

#include "core/base/log.h"
#include "proxy/cluster/pool.h"

namespace varka::proxy {

struct ClusterManager::Resolution : std::enable_shared_from_this<Resolution> {
  Resolution(ClusterStatePtr owner, DnsResolver& resolver, EventLoop& thread)
      : cluster(std::move(owner)), dns(resolver), loop(thread), refresh([this] { ask(); }) {}

  void ask() {
    const auto& config = *cluster->config().config;
    ++round;
    found.clear();
    waiting = 0;
    for (const auto& locality : cluster->config().assignment->endpoints) {
      for (const auto& endpoint : locality.lbEndpoints) {
        const auto* socket = endpoint.address.socket();
        if (!socket) continue;
        ++waiting;
        dns.resolve(socket->address, static_cast<std::uint16_t>(socket->portValue), config.dnsLookupFamily,
                    loop, shared_from_this(),
                    [this, mine = round, &endpoint, place = locality.locality, level = locality.priority,
                     keep = cluster->config().assignment](std::vector<Address> addresses) {
                      if (mine == round) take(std::move(addresses), endpoint, place, level);
                    });
      }
    }
  }

  void take(std::vector<Address> addresses, const xds::LbEndpoint& endpoint, const xds::Locality& place,
            std::uint32_t level) {
    if (addresses.empty())
      failed = true;
    else if (cluster->config().config->type == xds::ClusterType::LogicalDns)
      addresses.resize(1);
    for (auto& address : addresses) {
      auto host = std::make_shared<Host>(std::move(address), endpoint, place, level);
      if (host->hostname.empty() && endpoint.address.socket())
        host->hostname = endpoint.address.socket()->address;
      found.push_back(std::move(host));
    }
    if (--waiting > 0) return;
    // A name that cannot be resolved now keeps its last addresses.
    if (!found.empty()) cluster->setResolved(std::move(found));
    found.clear();
    const auto rate = cluster->config().config->dnsRefreshRate.value_or(std::chrono::seconds(5));
    refresh.arm(loop, failed ? Duration(std::chrono::seconds(5)) : rate);
    failed = false;
  }

  ClusterStatePtr cluster;
  DnsResolver& dns;
  EventLoop& loop;
  Timer refresh;
  std::vector<HostPtr> found;
  std::size_t waiting = 0;
  std::uint64_t round = 0;
  bool failed = false;
};

void ClusterManager::update(const RuntimeConfig& config) {
  for (auto at = clusters_.begin(); at != clusters_.end();) {
    if (config.clusters.contains(at->first)) {
      ++at;
      continue;
    }
    at->second->drain();
    resolutions_.erase(at->first);
    at = clusters_.erase(at);
  }
  for (const auto& [name, cluster] : config.clusters) {
    ClusterStatePtr& state = clusters_[name];
    if (!state) {
      state = std::make_shared<ClusterState>(cluster, connector_, stats_.cluster(name));
    } else if (state->configPtr() != cluster) {
      state->update(cluster);
    } else {
      continue;
    }
    watch(state);
  }
}

void ClusterManager::watch(const ClusterStatePtr& cluster) {
  const auto type = cluster->config().config->type;
  resolutions_.erase(cluster->name());
  if (type != xds::ClusterType::StrictDns && type != xds::ClusterType::LogicalDns) return;
  auto resolution = std::make_shared<Resolution>(cluster, dns_, connector_.loop());
  resolutions_[cluster->name()] = resolution;
  resolution->ask();
}

const ClusterStatePtr& ClusterManager::find(std::string_view name) const {
  static const ClusterStatePtr kNone;
  const auto found = clusters_.find(name);
  return found == clusters_.end() ? kNone : found->second;
}

}  // namespace varka::proxy
