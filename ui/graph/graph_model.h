#pragma once
// GraphModel: what is to be drawn: the workloads of the MeshView joined with the nodes and edges of the TrafficGraph,
// edges kept for a while after their traffic stopped, namespaces collapsed when asked. Plain values, no painting.

#include <QString>
#include <map>
#include <set>
#include <vector>

#include "core/mesh/view.h"

namespace varka::ui {

struct GraphItem {
  std::string id;      // the engine's node id, or "group:NS" for a collapsed namespace
  std::string kind;    // workload gateway external tcp outside group
  std::string ns, app, version, workload;
  QString title, subtitle, state;  // state: "crashed · exit 139", empty while the process runs
  mesh::Health health = mesh::Health::Unknown;
  double rps = 0, errorShare = 0;
  std::vector<double> history;
  std::vector<std::string> badges;
  std::vector<mesh::Health> members;  // of a collapsed namespace, worst first
  bool sidecarOff = false;
};

struct GraphLink {
  mesh::GraphEdge edge;  // from/to are GraphItem ids
  bool idle = false;     // known, but without traffic for a while: dotted
  bool both = false;     // of a collapsed namespace: traffic in both directions
  std::uint64_t merged = 1;  // edges of the engine behind it
};

class GraphModel {
 public:
  static constexpr std::int64_t kFadeMs = 60'000, kForgetMs = 300'000;
  static constexpr std::size_t kCollapseAbove = 60;

  void update(const mesh::MeshView& view, const mesh::TrafficGraph& graph, std::int64_t nowMs);
  void clear();
  void toggleCollapsed(const std::string& ns);
  void setAllCollapsed(bool collapsed);
  [[nodiscard]] bool isCollapsed(const std::string& ns) const { return collapsed_.contains(ns); }

  [[nodiscard]] const std::vector<GraphItem>& items() const { return items_; }
  [[nodiscard]] const std::vector<GraphLink>& links() const { return links_; }
  [[nodiscard]] const GraphItem* item(const std::string& id) const;
  [[nodiscard]] const GraphLink* link(const std::string& id) const;
  /// The item an engine node is drawn as (itself, or its collapsed namespace).
  [[nodiscard]] std::string itemOf(const std::string& nodeId) const;
  [[nodiscard]] const std::set<std::string>& namespaces() const { return namespaces_; }

 private:
  struct Known {
    mesh::GraphEdge edge;
    std::int64_t seenMs = 0;
  };
  void rebuild(std::int64_t nowMs);

  std::map<std::string, GraphItem> all_;     // before collapsing
  std::map<std::string, Known> edges_;
  std::set<std::string> collapsed_, namespaces_;
  std::vector<GraphItem> items_;
  std::vector<GraphLink> links_;
  bool decidedCollapse_ = false;
};

}  // namespace varka::ui
