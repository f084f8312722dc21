#pragma once
// Choosing a host: priorities with Envoy's overprovisioning and panic, localities by weight, then the
// cluster's policy. Pure but for its own round-robin state; one per worker and cluster. Rebuilt when hosts or
// their health change.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/xds/cluster.h"
#include "proxy/cluster/host.h"

namespace varka::proxy {

struct PickContext {
  std::uint64_t random = 0;                         // fresh for each pick
  std::optional<std::uint64_t> hash;                // for RING_HASH and MAGLEV
  const std::vector<const Host*>* avoid = nullptr;  // previous hosts of a retry
  int maxAttempts = 1;                              // how often to try for one that is not in `avoid`
};

class LoadBalancer {
 public:
  void rebuild(const xds::Cluster& cluster, const xds::ClusterLoadAssignment& assignment,
               const std::vector<HostPtr>& hosts, TimePoint now);
  /// Null when no host may be used.
  [[nodiscard]] HostPtr pick(const PickContext& context);
  /// 100 % of the hosts are used because too few are healthy.
  [[nodiscard]] bool panic(std::uint32_t priority) const;

 private:
  struct Set {  // what one policy decision chooses from
    std::vector<HostPtr> hosts;
    std::uint64_t weight = 1;  // among the localities of its priority
    std::size_t next = 0;
    bool equalWeights = true;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> ring;  // hash → index, sorted; or the Maglev table
  };
  struct Level {
    std::vector<Set> sets;
    std::uint64_t totalWeight = 0;
    std::uint32_t load = 0;  // percent of requests
    bool panic = false;
  };
  struct Split;
  void fillLevel(Level& level, const Split& split, const xds::Cluster& cluster,
                 const xds::ClusterLoadAssignment& assignment);
  void finishSet(Set& set, const xds::Cluster& cluster);
  HostPtr pickOnce(const PickContext& context, std::uint64_t random);
  HostPtr fromSet(Set& set, const PickContext& context, std::uint64_t random);
  HostPtr roundRobin(Set& set);
  HostPtr leastRequest(Set& set, std::uint64_t random) const;

  xds::LbPolicy policy_ = xds::LbPolicy::RoundRobin;
  std::uint32_t choices_ = 2;
  std::vector<Level> levels_;
};

}  // namespace varka::proxy
