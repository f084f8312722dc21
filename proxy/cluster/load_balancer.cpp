#include "proxy/cluster/load_balancer.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

namespace varka::proxy {

struct LoadBalancer::Split {  // hosts of one priority
  std::vector<HostPtr> all, healthy;
};

namespace {

std::uint64_t mix(std::uint64_t value) {  // splitmix64: a fresh number from an old one
  value += 0x9e3779b97f4a7c15ull;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

std::uint64_t hashText(const std::string& text, std::uint64_t seed) {
  return mix(std::hash<std::string>{}(text) ^ mix(seed));
}

auto placeOf(const xds::Locality& place) {
  return std::tie(place.region, place.zone, place.subZone);
}

using Ring = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

Ring makeRing(const std::vector<HostPtr>& hosts, std::uint64_t minimumSize) {
  std::uint64_t total = 0;
  for (const auto& host : hosts) total += host->weight;
  Ring ring;
  for (std::uint32_t i = 0; i < hosts.size(); ++i) {
    const std::uint64_t share =
        std::max<std::uint64_t>(1, (minimumSize * hosts[i]->weight + total - 1) / total);
    for (std::uint64_t k = 0; k < share; ++k) ring.emplace_back(hashText(hosts[i]->text, k), i);
  }
  std::sort(ring.begin(), ring.end());
  return ring;
}

/// Maglev (Eisenbud et al., NSDI 2016, §3.4), weights by turns per round.
Ring makeMaglev(const std::vector<HostPtr>& hosts, std::uint64_t size) {
  Ring table(size, {0, UINT32_MAX});
  std::vector<std::uint64_t> offset(hosts.size()), skip(hosts.size()), next(hosts.size(), 0);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    offset[i] = hashText(hosts[i]->text, 0) % size;
    skip[i] = hashText(hosts[i]->text, 1) % (size - 1) + 1;
  }
  for (std::uint64_t filled = 0; filled < size;) {
    for (std::uint32_t i = 0; i < hosts.size() && filled < size; ++i) {
      for (std::uint32_t turn = 0; turn < hosts[i]->weight && filled < size; ++turn) {
        std::uint64_t at = (offset[i] + next[i]++ * skip[i]) % size;
        while (table[at].second != UINT32_MAX) at = (offset[i] + next[i]++ * skip[i]) % size;
        table[at] = {at, i};
        ++filled;
      }
    }
  }
  return table;
}

}  // namespace

void LoadBalancer::rebuild(const xds::Cluster& cluster, const xds::ClusterLoadAssignment& assignment,
                           const std::vector<HostPtr>& hosts, TimePoint now) {
  policy_ = cluster.lbPolicy;
  if (const auto* least = std::get_if<xds::LeastRequestLbConfig>(&cluster.lbConfig))
    choices_ = std::max(least->choiceCount, 2u);
  std::map<std::uint32_t, Split> priorities;
  for (const auto& host : hosts) {
    if (host->health == xds::HealthStatus::Draining) continue;
    Split& split = priorities[host->priority];
    split.all.push_back(host);
    if (host->usable() && !host->ejected(now)) split.healthy.push_back(host);
  }
  levels_.clear();
  std::uint32_t left = 100;
  for (auto& [priority, split] : priorities) {
    Level level;
    const auto health = std::min<std::uint64_t>(
        100, split.healthy.size() * std::max(assignment.overprovisioningFactor, 100u) / split.all.size());
    level.load = std::min(left, static_cast<std::uint32_t>(health));
    left -= level.load;
    const double percent =
        100.0 * static_cast<double>(split.healthy.size()) / static_cast<double>(split.all.size());
    level.panic = percent < cluster.commonLbConfig.healthyPanicThreshold.value;
    fillLevel(level, split, cluster, assignment);
    levels_.push_back(std::move(level));
  }
  if (left == 0 || levels_.empty()) return;
  // Not enough health anywhere: scale up what there is, or send everything to the first level.
  const std::uint32_t given = 100 - left;
  if (given == 0) {
    levels_[0].load = 100;
    return;
  }
  std::uint32_t sum = 0;
  for (Level& level : levels_) sum += level.load = level.load * 100 / given;
  for (Level& level : levels_) {
    if (level.load == 0) continue;
    level.load += 100 - sum;
    break;
  }
}

void LoadBalancer::fillLevel(Level& level, const Split& split, const xds::Cluster& cluster,
                             const xds::ClusterLoadAssignment& assignment) {
  const auto& usable = level.panic ? split.all : split.healthy;
  if (!cluster.commonLbConfig.localityWeighted) {
    Set set;
    set.hosts = usable;
    finishSet(set, cluster);
    level.totalWeight = set.weight;
    if (!set.hosts.empty()) level.sets.push_back(std::move(set));
    return;
  }
  for (const auto& locality : assignment.endpoints) {
    Set set;
    std::size_t all = 0;
    for (const auto& host : split.all) all += placeOf(host->locality) == placeOf(locality.locality);
    for (const auto& host : usable)
      if (placeOf(host->locality) == placeOf(locality.locality)) set.hosts.push_back(host);
    const std::uint64_t weight = locality.loadBalancingWeight.value_or(0);
    if (set.hosts.empty() || weight == 0) continue;
    const std::uint64_t availability =
        std::min<std::uint64_t>(100, set.hosts.size() * 140 / std::max<std::size_t>(all, 1));
    set.weight = std::max<std::uint64_t>(1, weight * availability);
    level.totalWeight += set.weight;
    finishSet(set, cluster);
    level.sets.push_back(std::move(set));
  }
}

void LoadBalancer::finishSet(Set& set, const xds::Cluster& cluster) {
  for (const auto& host : set.hosts) {
    set.equalWeights = set.equalWeights && host->weight == set.hosts.front()->weight;
    host->currentWeight = 0;
  }
  if (set.hosts.empty()) return;
  if (policy_ == xds::LbPolicy::RingHash) {
    const auto* ring = std::get_if<xds::RingHashLbConfig>(&cluster.lbConfig);
    set.ring = makeRing(set.hosts, std::clamp<std::uint64_t>(ring ? ring->minimumRingSize : 1024, 1, 65536));
  } else if (policy_ == xds::LbPolicy::Maglev) {
    const auto* maglev = std::get_if<xds::MaglevLbConfig>(&cluster.lbConfig);
    set.ring =
        makeMaglev(set.hosts, std::clamp<std::uint64_t>(maglev ? maglev->tableSize : 65537, 2, 5000011));
  }
}

bool LoadBalancer::panic(std::uint32_t priority) const {
  return priority < levels_.size() && levels_[priority].panic;
}

HostPtr LoadBalancer::pick(const PickContext& context) {
  HostPtr host;
  std::uint64_t random = context.random;
  for (int attempt = 0; attempt < std::max(context.maxAttempts, 1); ++attempt) {
    random = mix(random);
    host = pickOnce(context, random);
    if (!host || !context.avoid) return host;
    if (std::find(context.avoid->begin(), context.avoid->end(), host.get()) == context.avoid->end())
      return host;
  }
  return host;
}

HostPtr LoadBalancer::pickOnce(const PickContext& context, std::uint64_t random) {
  std::uint64_t draw = random % 100;
  for (Level& level : levels_) {
    if (draw >= level.load) {
      draw -= level.load;
      continue;
    }
    if (level.sets.empty()) return nullptr;
    if (level.sets.size() == 1) return fromSet(level.sets[0], context, mix(random));
    std::uint64_t share = mix(random ^ 0x51ed) % level.totalWeight;
    for (Set& set : level.sets) {
      if (share < set.weight) return fromSet(set, context, mix(random));
      share -= set.weight;
    }
  }
  return nullptr;
}

HostPtr LoadBalancer::fromSet(Set& set, const PickContext& context, std::uint64_t random) {
  if (set.hosts.empty()) return nullptr;
  if (set.hosts.size() == 1) return set.hosts[0];
  switch (policy_) {
    case xds::LbPolicy::Random:
      return set.hosts[random % set.hosts.size()];
    case xds::LbPolicy::LeastRequest:
      return leastRequest(set, random);
    case xds::LbPolicy::RingHash: {
      const std::uint64_t hash = context.hash ? mix(*context.hash) : random;
      auto at = std::lower_bound(set.ring.begin(), set.ring.end(),
                                 std::pair<std::uint64_t, std::uint32_t>(hash, 0));
      if (at == set.ring.end()) at = set.ring.begin();
      return set.hosts[at->second];
    }
    case xds::LbPolicy::Maglev: {
      const std::uint64_t hash = context.hash ? mix(*context.hash) : random;
      return set.hosts[set.ring[hash % set.ring.size()].second];
    }
    case xds::LbPolicy::RoundRobin:
    case xds::LbPolicy::ClusterProvided:
      return roundRobin(set);
  }
  return nullptr;
}

HostPtr LoadBalancer::roundRobin(Set& set) {
  if (set.equalWeights) {
    if (set.next >= set.hosts.size()) set.next = 0;
    return set.hosts[set.next++];
  }
  std::int64_t total = 0;
  Host* best = nullptr;
  std::size_t bestIndex = 0;
  for (std::size_t i = 0; i < set.hosts.size(); ++i) {
    Host& host = *set.hosts[i];
    host.currentWeight += host.weight;
    total += host.weight;
    if (!best || host.currentWeight > best->currentWeight) {
      best = &host;
      bestIndex = i;
    }
  }
  best->currentWeight -= total;
  return set.hosts[bestIndex];
}

HostPtr LoadBalancer::leastRequest(Set& set, std::uint64_t random) const {
  const HostPtr* best = nullptr;
  for (std::uint32_t i = 0; i < choices_; ++i) {
    const HostPtr& host = set.hosts[random % set.hosts.size()];
    random = mix(random);
    // active/weight compared crosswise; unequal weights count as if more requests fitted
    if (!best ||
        (host->counters.rqActive + 1) * (*best)->weight < ((*best)->counters.rqActive + 1) * host->weight)
      best = &host;
  }
  return *best;
}

}  // namespace varka::proxy
