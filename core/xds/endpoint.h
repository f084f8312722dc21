#pragma once
// endpoint.v3: ClusterLoadAssignment, the answer to EDS.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/xds/common.h"

namespace varka::xds {

enum class HealthStatus { Unknown, Healthy, Unhealthy, Draining, Timeout, Degraded };

struct LbEndpoint {
  Address address;       // endpoint.address
  std::string hostname;  // endpoint.hostname
  HealthStatus healthStatus = HealthStatus::Unknown;
  Metadata metadata;  // "envoy.transport_socket_match".tlsMode, "istio".workload = "wl;ns;canonical;rev;cluster"
  std::uint32_t loadBalancingWeight = 1;
  bool operator==(const LbEndpoint&) const = default;
  [[nodiscard]] bool usable() const { return healthStatus == HealthStatus::Unknown || healthStatus == HealthStatus::Healthy; }
};

struct Locality {
  std::string region, zone, subZone;
  bool operator==(const Locality&) const = default;
};

struct LocalityLbEndpoints {
  Locality locality;
  std::vector<LbEndpoint> lbEndpoints;
  std::optional<std::uint32_t> loadBalancingWeight;  // absent = not in locality weighting
  std::uint32_t priority = 0;
  bool operator==(const LocalityLbEndpoints&) const = default;
};

struct ClusterLoadAssignment {
  std::string clusterName;
  std::vector<LocalityLbEndpoints> endpoints;
  std::uint32_t overprovisioningFactor = 140;
  bool operator==(const ClusterLoadAssignment&) const = default;
};

}  // namespace varka::xds
