#pragma once
// EdgeWindow: what happened on one edge lately, in buckets of one second: exact counts for the graph's
// window, rates for a minute. A value of fixed size; mesh thread. All times in milliseconds since the epoch.

#include <array>
#include <cstdint>
#include <vector>

#include "core/telemetry/origin.h"
#include "core/xds/telemetry.h"

namespace varka::telemetry {

inline constexpr int kWindowSeconds = 10;
inline constexpr int kHistorySeconds = 60;
inline constexpr double kSmoothingSeconds = 5;
/// Proxies report once a second while they count: younger seconds are not complete.
inline constexpr std::int64_t kReportMs = 1000;
inline constexpr std::size_t kLatencyBuckets = std::size(xds::kLatencyBoundsMs) + 1;

using LatencyHistogram = std::array<std::uint64_t, kLatencyBuckets>;

/// Sums over some time.
struct EdgeCounts {
  std::uint64_t requests = 0, errors5xx = 0, status2xx = 0, status3xx = 0, status4xx = 0, noResponse = 0,
                denied = 0;
  std::uint64_t faults = 0, tcpOpened = 0, bytes = 0, mtls = 0, plaintext = 0;
  std::array<std::uint64_t, kOriginNames.size()> origins{};  // votes of requests that failed
  LatencyHistogram latency{};

  /// Failed requests: 5xx, no response, and refused by policy (which the client's proxy sees as a mere 4xx).
  [[nodiscard]] std::uint64_t errors() const;
  void add(const EdgeCounts& other);
};

[[nodiscard]] EdgeCounts countsOf(const xds::EdgeCounters& counters);
/// Quantile by linear interpolation inside the histogram's bucket, in ms; 0 without samples.
[[nodiscard]] double percentile(const LatencyHistogram& histogram, double quantile);

class EdgeWindow {
 public:
  void add(std::int64_t nowMs, const EdgeCounts& counts);
  /// What the other side knows of requests that are counted already.
  void addVotes(std::int64_t nowMs, const EdgeCounts& counts);

  /// Exact sums over the window that ends with the second of `nowMs`.
  [[nodiscard]] EdgeCounts window(std::int64_t nowMs) const;
  /// Sums of the one second that begins at `secondMs`, as far as it is still kept.
  [[nodiscard]] EdgeCounts second(std::int64_t secondMs) const;
  /// Per second, smoothed: weights fall to 1/e in five seconds. 0 once the window is empty.
  [[nodiscard]] double rate(std::int64_t nowMs) const;
  [[nodiscard]] double byteRate(std::int64_t nowMs) const;
  /// Requests of each complete second, oldest first.
  [[nodiscard]] std::vector<double> history(std::int64_t nowMs) const;
  [[nodiscard]] std::int64_t lastSeenMs() const { return lastMs_; }

 private:
  struct Bucket {
    std::int64_t second = -1;
    EdgeCounts counts;
  };
  struct Rate {
    std::int64_t second = -1;
    double requests = 0, bytes = 0;
  };
  static constexpr int kBuckets = kWindowSeconds + 2;
  static constexpr int kRates = kHistorySeconds + 4;

  Bucket& bucket(std::int64_t second);
  Rate& rateOf(std::int64_t second);
  [[nodiscard]] double smooth(std::int64_t nowMs, double Rate::*value) const;

  std::array<Bucket, kBuckets> buckets_;
  std::array<Rate, kRates> rates_;
  std::int64_t firstMs_ = 0, lastMs_ = 0;  // of the present stretch of activity
};

}  // namespace varka::telemetry
