#include "proxy/stats/counter.h"

#include <algorithm>
#include <iterator>

namespace varka::proxy {

void LatencyHistogram::record(std::int64_t micros) {
  const double ms = static_cast<double>(micros) / 1000.0;
  const auto* bound = std::lower_bound(std::begin(xds::kLatencyBoundsMs), std::end(xds::kLatencyBoundsMs), ms);
  buckets_[static_cast<std::size_t>(bound - std::begin(xds::kLatencyBoundsMs))].add();
  sum_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, micros)));
}

std::array<std::uint64_t, LatencyHistogram::kBuckets> LatencyHistogram::counts() const {
  std::array<std::uint64_t, kBuckets> out{};
  std::transform(buckets_.begin(), buckets_.end(), out.begin(), [](const Counter& bucket) { return bucket.value(); });
  return out;
}

}  // namespace varka::proxy
