#pragma once
// ClusterState: one cluster in one worker: its configuration of the moment, hosts, balancer, limits and
// counters. Shared by streams, so that a removed cluster lives until its last request ends.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/cluster/connector.h"
#include "proxy/cluster/load_balancer.h"
#include "proxy/stats/stats.h"

namespace varka::proxy {

/// What a finished attempt tells the outlier detection.
enum class Outcome { Success, ServerError, GatewayError, LocalFailure };

class ClusterState {
 public:
  ClusterState(ClusterPtr config, Connector& connector, ClusterStats& stats);

  /// New configuration or endpoints; hosts that stay keep their pools and counters.
  void update(ClusterPtr config);
  /// Endpoints found by DNS replace those of the configuration.
  void setResolved(std::vector<HostPtr> hosts);
  void drain();

  /// Null when no host may be used. `original` is the downstream's destination, for ORIGINAL_DST.
  [[nodiscard]] HostPtr pick(const PickContext& context, const Address& original);
  /// TLS for a host: the first transport_socket_match that fits its metadata, else the cluster's.
  [[nodiscard]] TlsChoice tlsFor(const Host& host, const std::vector<std::string>& alpnOverride) const;
  H1Pool& poolFor(Host& host, const TlsChoice& tls);
  void report(Host& host, Outcome outcome);

  [[nodiscard]] const RuntimeCluster& config() const { return *config_; }
  [[nodiscard]] const ClusterPtr& configPtr() const { return config_; }
  [[nodiscard]] const xds::CircuitBreakers::Thresholds& limits() const { return limits_; }
  [[nodiscard]] const std::vector<HostPtr>& hosts() const { return hosts_; }
  [[nodiscard]] std::vector<HostPtr> allHosts() const;  // with those made by ORIGINAL_DST
  [[nodiscard]] Connector& connector() { return connector_; }
  [[nodiscard]] const std::string& name() const { return config_->name; }
  [[nodiscard]] Duration idleTimeout() const;
  [[nodiscard]] std::uint32_t maxRequestsPerConnection() const;

  ClusterStats& counters;
  std::uint64_t retriesActive = 0;

 private:
  static constexpr std::size_t kMaxOriginalHosts = 4096;
  void setHosts(std::vector<HostPtr> hosts);
  std::vector<HostPtr> hostsOfAssignment() const;
  HostPtr originalHost(const Address& original);
  void rebuild();
  void eject(Host& host);

  ClusterPtr config_;
  Connector& connector_;
  xds::CircuitBreakers::Thresholds limits_;
  std::vector<HostPtr> hosts_;
  std::unordered_map<Address, HostPtr, AddressHash> originalHosts_;
  LoadBalancer balancer_;
  TimePoint nextReturn_ = TimePoint::max();  // when the first ejected host may come back
};
using ClusterStatePtr = std::shared_ptr<ClusterState>;

}  // namespace varka::proxy
