#pragma once
// Host: one endpoint of a cluster in one worker: its address, its health, its counters and its pools. Shared
// by the cluster's host sets and by the streams that use it.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/xds/endpoint.h"
#include "proxy/net/address.h"
#include "proxy/net/event_loop.h"
#include "proxy/xds/runtime_config.h"

namespace varka::proxy {

class H1Pool;
class ClusterState;

struct HostCounters {
  std::uint64_t cxTotal = 0, cxActive = 0, cxConnectFail = 0;
  std::uint64_t rqTotal = 0, rqActive = 0, rqSuccess = 0, rqError = 0, rqTimeout = 0;
};

struct OutlierState {
  std::uint32_t consecutive5xx = 0, consecutiveGateway = 0, consecutiveLocal = 0;
  std::uint32_t ejections = 0;  // how often in a row, multiplies the time
  TimePoint ejectedUntil{};     // in the future = ejected
};

class Host {
 public:
  Host(Address address, const xds::LbEndpoint& endpoint, xds::Locality locality, std::uint32_t priority);
  ~Host();

  const Address address;
  const std::string text;  // "10.0.0.1:80"
  std::string hostname;
  xds::Metadata metadata;
  xds::Locality locality;
  std::uint32_t priority = 0;
  std::uint32_t weight = 1;
  xds::HealthStatus health = xds::HealthStatus::Unknown;
  std::int64_t currentWeight = 0;  // smooth weighted round robin's
  HostCounters counters;
  OutlierState outlier;

  [[nodiscard]] bool usable() const {
    return health == xds::HealthStatus::Unknown || health == xds::HealthStatus::Healthy ||
           health == xds::HealthStatus::Degraded;
  }
  [[nodiscard]] bool ejected(TimePoint now) const { return outlier.ejectedUntil > now; }
  /// The workload's name out of Istio's metadata "workload;namespace;canonical;revision;cluster", "" unknown.
  [[nodiscard]] std::string_view workload() const;

  std::map<std::string, std::unique_ptr<H1Pool>> pools;  // by TLS credentials and ALPN
  /// Closes idle connections; busy ones end after their request.
  void drainPools();
};
using HostPtr = std::shared_ptr<Host>;

}  // namespace varka::proxy
