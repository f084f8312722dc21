#pragma once
// TopologyIndex: finds nodes for what reports name (pods, addresses, Envoy clusters). Immutable once made;
// mesh thread.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/telemetry/telemetry.h"
#include "core/telemetry/topology.h"

namespace varka::telemetry {

inline constexpr std::string_view kOutside = "outside:";

class TopologyIndex {
 public:
  explicit TopologyIndex(Topology topology = {});
  TopologyIndex(TopologyIndex&&) = default;  // the maps point into topology_, whose vectors keep their place
  TopologyIndex& operator=(TopologyIndex&&) = default;
  TopologyIndex(const TopologyIndex&) = delete;
  TopologyIndex& operator=(const TopologyIndex&) = delete;

  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] const PodInfo* pod(const PodRef& ref) const;
  /// By "pod", "ns/pod", "pod.ns", "10.1.2.3" or "10.1.2.3:80", or a workload (any pod of it); a pod of `near`
  /// wins when a name is there twice.
  [[nodiscard]] const PodInfo* peer(std::string_view name, std::string_view near) const;
  /// Node of the host in an Envoy cluster name "outbound|9080|v1|reviews.default.svc.cluster.local".
  [[nodiscard]] std::string nodeOfCluster(std::string_view cluster) const;
  /// A node without a place in the graph yet: kind, names and title from the topology or from the id itself.
  [[nodiscard]] GraphNode node(const std::string& id) const;
  /// Ids of all nodes that are there without traffic, in order.
  [[nodiscard]] std::vector<std::string> nodeIds() const;
  [[nodiscard]] std::string title(const std::string& id) const { return node(id).title; }
  [[nodiscard]] double weightOf(std::string_view cluster) const;  // -1 = none

  static std::string nodeId(const PodInfo& pod);

 private:
  void addWorkload(const std::string& id, GraphNode node);
  void settleStates();

  Topology topology_;
  std::map<PodRef, const PodInfo*> pods_;
  std::map<PodRef, const PodInfo*> byWorkload_;  // any one pod of it
  std::unordered_map<std::string, const PodInfo*> byName_, byAddress_;
  std::unordered_map<std::string, const ServiceInfo*> services_;
  std::map<std::string, GraphNode> nodes_;
};

}  // namespace varka::telemetry
