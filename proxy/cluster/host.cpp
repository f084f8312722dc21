#include "proxy/cluster/host.h"

#include "proxy/cluster/pool.h"

namespace varka::proxy {

Host::Host(Address where, const xds::LbEndpoint& endpoint, xds::Locality place, std::uint32_t level)
    : address(std::move(where)),
      text(address.text()),
      hostname(endpoint.hostname),
      metadata(endpoint.metadata),
      locality(std::move(place)),
      priority(level),
      weight(std::max(endpoint.loadBalancingWeight, 1u)),
      health(endpoint.healthStatus) {}

Host::~Host() = default;

std::string_view Host::workload() const {
  const std::string_view all = metadata.text("istio", "workload");
  return all.substr(0, all.find(';'));
}

void Host::drainPools() {
  for (auto& [key, pool] : pools) pool->drain();
}

}  // namespace varka::proxy
