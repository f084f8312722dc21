#pragma once
// What was counted since the start, as Prometheus text (exposition format 0.0.4). Mesh thread. Bounded: at
// most kMaxSeries edges; reports beyond are left out and counted.
//
// Proxies report status classes, not codes, so the names are our own; istio_requests_total with its exact
// labels is on each proxy's /stats/prometheus.

#include <map>
#include <string>

#include "core/telemetry/attribution.h"
#include "core/telemetry/telemetry.h"

namespace varka::telemetry {

inline constexpr std::size_t kMaxSeries = 5000;

class CounterTotals {
 public:
  /// Every report counts here, the server's side too; the label `reporter` keeps them apart.
  void add(const PodRef& reporter, const Flow& flow, const xds::EdgeCounters& counters);
  [[nodiscard]] std::string text(const TelemetryStats& stats) const;
  [[nodiscard]] std::uint64_t leftOut() const { return leftOut_; }

 private:
  struct Key {
    std::string reporter, source, destination, cluster, protocol;
    bool mtls = false;
    auto operator<=>(const Key&) const = default;
  };
  static std::string labels(const Key& key);

  std::map<Key, xds::EdgeCounters> totals_;
  std::uint64_t leftOut_ = 0;
};

}  // namespace varka::telemetry
