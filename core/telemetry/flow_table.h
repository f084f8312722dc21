#pragma once
// FlowTable: the edges that were seen, each with its window, and the sum over all. Mesh thread. Bounded; an
// edge that saw nothing for five minutes goes.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/telemetry/attribution.h"
#include "core/telemetry/edge_window.h"
#include "core/telemetry/telemetry.h"

namespace varka::telemetry {

inline constexpr std::int64_t kEdgeLifeMs = 5LL * 60 * 1000;
inline constexpr std::size_t kMaxEdges = 2000;

struct EdgeState {
  std::string from, to, protocol;
  EdgeWindow window;
  std::string cluster;  // the last one, for the route's weight
  std::int64_t madeMs = 0;
  GraphEdge::Mtls mtls = GraphEdge::Mtls::Unknown;  // last known, when the window is empty
};

class FlowTable {
 public:
  /// Counts one report of a proxy on every edge it concerns; false when the table is full.
  bool count(std::int64_t nowMs, const std::vector<Flow>& flows, const xds::EdgeCounters& counters);
  /// Who made the failed answer of one request (or of `times` such, when sampled).
  void vote(std::int64_t nowMs, const std::vector<Flow>& flows, int origin, int times);
  /// Forgets edges that are gone; returns whether there were any.
  bool prune(std::int64_t nowMs);

  [[nodiscard]] const std::map<std::string, EdgeState>& edges() const { return edges_; }
  [[nodiscard]] const EdgeWindow& total() const { return total_; }
  [[nodiscard]] std::int64_t lastSeenMs() const { return total_.lastSeenMs(); }
  /// When the next edge goes, 0 = none left.
  [[nodiscard]] std::int64_t nextGoneMs() const;
  /// Edges with something in the second that begins at `secondMs`.
  [[nodiscard]] std::vector<MetricPoint> pointsOf(std::int64_t secondMs) const;

  static std::string edgeId(const std::string& from, const std::string& to) { return from + ">" + to; }

 private:
  EdgeState* edge(const Flow& flow, std::int64_t nowMs);
  std::map<std::string, EdgeState> edges_;
  EdgeWindow total_;
};

}  // namespace varka::telemetry
