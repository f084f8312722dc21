#pragma once
// DestinationRule traffic policies: which fields count for a subset and port (trap 27), and what they do to a
// cluster.

#include <optional>
#include <string_view>

#include "core/pilot/mesh_config.h"
#include "core/pilot/model/rules.h"
#include "core/xds/cluster.h"
#include "core/xds/route.h"

namespace varka::pilot {

struct TrafficPolicy {
  resource::Value connectionPool, outlierDetection, loadBalancer, tls;
};

/// The rule's policy, its port's instead, the subset's fields over it, the subset's port's instead of all.
[[nodiscard]] TrafficPolicy effectivePolicy(const DestinationRule& rule, std::string_view subset, int port);
/// What of a request consistent hashing hashes, if it is asked for.
[[nodiscard]] std::optional<xds::HashPolicy> hashPolicyOf(const TrafficPolicy& policy);

/// Pools, breakers, outliers, balancer and HTTP version. TLS is cluster_tls.h's.
void applyPolicy(const TrafficPolicy& policy, Protocol protocol, const MeshConfig& mesh,
                 xds::Cluster& cluster);

}  // namespace varka::pilot
