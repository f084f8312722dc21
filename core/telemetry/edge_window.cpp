#include "core/telemetry/edge_window.h"

#include <algorithm>
#include <cmath>

namespace varka::telemetry {

std::uint64_t EdgeCounts::errors() const {
  return std::min(requests, errors5xx + noResponse + std::min(denied, status4xx));
}

void EdgeCounts::add(const EdgeCounts& other) {
  requests += other.requests;
  errors5xx += other.errors5xx;
  status2xx += other.status2xx;
  status3xx += other.status3xx;
  status4xx += other.status4xx;
  noResponse += other.noResponse;
  denied += other.denied;
  faults += other.faults;
  tcpOpened += other.tcpOpened;
  bytes += other.bytes;
  mtls += other.mtls;
  plaintext += other.plaintext;
  for (std::size_t i = 0; i < origins.size(); ++i) origins[i] += other.origins[i];
  for (std::size_t i = 0; i < latency.size(); ++i) latency[i] += other.latency[i];
}

EdgeCounts countsOf(const xds::EdgeCounters& from) {
  EdgeCounts out;
  out.requests = from.requests;
  out.errors5xx = from.errors5xx;
  out.status2xx = from.status2xx;
  out.status3xx = from.status3xx;
  out.status4xx = from.errors4xx;
  out.noResponse = from.noResponse;
  out.denied = from.denied;
  out.faults = from.faults;
  out.tcpOpened = from.tcpOpened;
  out.bytes = from.bytesReceived + from.bytesSent;
  const auto units = from.requests + from.tcpOpened;
  (from.mtls ? out.mtls : out.plaintext) = units;
  for (std::size_t i = 0; i < std::min(out.latency.size(), from.latency.size()); ++i)
    out.latency[i] = from.latency[i];
  return out;
}

double percentile(const LatencyHistogram& histogram, double quantile) {
  std::uint64_t total = 0;
  for (const auto count : histogram) total += count;
  if (total == 0) return 0;
  const double wanted = quantile * static_cast<double>(total);
  double below = 0;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    const auto count = static_cast<double>(histogram[i]);
    if (count > 0 && below + count >= wanted) {
      const double low = i == 0 ? 0 : xds::kLatencyBoundsMs[i - 1];
      if (i + 1 == histogram.size()) return low;  // above the last bound: that much is known
      return low + (xds::kLatencyBoundsMs[i] - low) * std::clamp((wanted - below) / count, 0.0, 1.0);
    }
    below += count;
  }
  return xds::kLatencyBoundsMs[std::size(xds::kLatencyBoundsMs) - 1];
}

EdgeWindow::Bucket& EdgeWindow::bucket(std::int64_t second) {
  auto& out = buckets_[static_cast<std::size_t>(second % kBuckets)];
  if (out.second != second) out = Bucket{second, {}};
  return out;
}

EdgeWindow::Rate& EdgeWindow::rateOf(std::int64_t second) {
  auto& out = rates_[static_cast<std::size_t>(second % kRates)];
  if (out.second != second) out = Rate{second, 0, 0};
  return out;
}

void EdgeWindow::add(std::int64_t nowMs, const EdgeCounts& counts) {
  bucket(nowMs / 1000).counts.add(counts);
  // The report is about the time since the one before. Spread over it, a steady stream gives a steady rate
  // whatever the phase of reports and seconds is.
  const auto resting = nowMs - lastMs_ > kWindowSeconds * 1000;
  const auto begin = resting ? nowMs - kReportMs : std::max(lastMs_, nowMs - kReportMs);
  if (resting) firstMs_ = begin;
  const auto span = static_cast<double>(std::max<std::int64_t>(1, nowMs - begin));
  auto from = std::min(begin, nowMs - 1);
  while (from < nowMs) {
    const auto to = std::min(nowMs, (from / 1000 + 1) * 1000);
    const auto share = static_cast<double>(to - from) / span;
    auto& rate = rateOf(from / 1000);
    rate.requests += static_cast<double>(counts.requests + counts.tcpOpened) * share;
    rate.bytes += static_cast<double>(counts.bytes) * share;
    from = to;
  }
  lastMs_ = nowMs;
}

void EdgeWindow::addVotes(std::int64_t nowMs, const EdgeCounts& counts) {
  auto& sums = bucket(nowMs / 1000).counts;
  sums.denied += counts.denied;
  for (std::size_t i = 0; i < sums.origins.size(); ++i) sums.origins[i] += counts.origins[i];
}

EdgeCounts EdgeWindow::window(std::int64_t nowMs) const {
  EdgeCounts out;
  const auto last = nowMs / 1000;
  for (const auto& each : buckets_)
    if (each.second > last - kWindowSeconds && each.second <= last) out.add(each.counts);
  return out;
}

EdgeCounts EdgeWindow::second(std::int64_t secondMs) const {
  const auto& found = buckets_[static_cast<std::size_t>(secondMs / 1000 % kBuckets)];
  return found.second == secondMs / 1000 ? found.counts : EdgeCounts();
}

double EdgeWindow::smooth(std::int64_t nowMs, double Rate::*value) const {
  // Time after the last report is unknown for as long as a report may still come, then it was quiet.
  const auto end = std::max(std::min(lastMs_, nowMs), nowMs - kReportMs - 100);
  const auto begin = std::max(firstMs_, end - kWindowSeconds * 1000);
  if (nowMs - lastMs_ > kWindowSeconds * 1000 || end <= begin) return 0;
  double sum = 0, seconds = 0;
  for (auto second = begin / 1000; second * 1000 < end; ++second) {
    const auto& rate = rates_[static_cast<std::size_t>(second % kRates)];
    const auto from = std::max(begin, second * 1000), to = std::min(end, (second + 1) * 1000);
    const auto middle = static_cast<double>(end - (from + to) / 2) / 1000;
    const auto weight = std::exp(-middle / kSmoothingSeconds);
    const auto width = static_cast<double>(to - from) / 1000;
    // The oldest second is only partly inside; its requests are taken as spread evenly.
    const auto filled = static_cast<double>(std::min((second + 1) * 1000, std::max(lastMs_, end)) -
                                            std::max(second * 1000, firstMs_)) /
                        1000;
    if (rate.second == second && filled > 0) sum += weight * rate.*value * std::min(1.0, width / filled);
    seconds += weight * width;
  }
  return seconds > 0 ? sum / seconds : 0;
}

double EdgeWindow::rate(std::int64_t nowMs) const {
  return smooth(nowMs, &Rate::requests);
}

double EdgeWindow::byteRate(std::int64_t nowMs) const {
  return smooth(nowMs, &Rate::bytes);
}

std::vector<double> EdgeWindow::history(std::int64_t nowMs) const {
  const auto last = (nowMs - kReportMs - 100) / 1000;  // exclusive
  std::vector<double> out;
  out.reserve(kHistorySeconds);
  for (auto second = last - kHistorySeconds; second < last; ++second) {
    const auto& rate = rates_[static_cast<std::size_t>(second % kRates)];
    out.push_back(rate.second == second ? rate.requests : 0);
  }
  return out;
}

}  // namespace varka::telemetry
