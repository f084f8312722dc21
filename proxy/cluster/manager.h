#pragma once
// ClusterManager: all clusters of one worker by name, kept in step with the configuration; DNS clusters are
// resolved and refreshed here. Worker thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/cluster/cluster_state.h"
#include "proxy/cluster/dns.h"

namespace varka::proxy {

class ClusterManager {
 public:
  ClusterManager(Connector& connector, DnsResolver& dns, StatsShard& stats)
      : connector_(connector), dns_(dns), stats_(stats) {}

  void update(const RuntimeConfig& config);
  /// Null when there is no such cluster.
  [[nodiscard]] const ClusterStatePtr& find(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, ClusterStatePtr, std::less<>>& all() const { return clusters_; }
  [[nodiscard]] EventLoop& loop() { return connector_.loop(); }
  [[nodiscard]] StatsShard& shard() { return stats_; }

 private:
  struct Resolution;  // the refreshing of one DNS cluster
  void watch(const ClusterStatePtr& cluster);

  Connector& connector_;
  DnsResolver& dns_;
  StatsShard& stats_;
  std::map<std::string, ClusterStatePtr, std::less<>> clusters_;
  std::map<std::string, std::shared_ptr<Resolution>, std::less<>> resolutions_;
};

}  // namespace varka::proxy
