#pragma once
// Counter, Gauge, Histogram: plain integers with one writing thread and any number of reading ones (relaxed atomics, no
// locked instruction).

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/xds/telemetry.h"

namespace varka::proxy {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void add(std::uint64_t amount = 1) { value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed); }
  void sub(std::uint64_t amount = 1) { value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Adds for as long as it lives: connections and requests in flight.
class GaugeGuard {
 public:
  GaugeGuard() = default;
  explicit GaugeGuard(Gauge& gauge) : gauge_(&gauge) { gauge.add(); }
  GaugeGuard(GaugeGuard&& other) noexcept : gauge_(other.gauge_) { other.gauge_ = nullptr; }
  GaugeGuard& operator=(GaugeGuard&& other) noexcept {
    release();
    gauge_ = other.gauge_;
    other.gauge_ = nullptr;
    return *this;
  }
  ~GaugeGuard() { release(); }
  void release() {
    if (gauge_) gauge_->sub();
    gauge_ = nullptr;
  }

 private:
  Gauge* gauge_ = nullptr;
};

/// Latency in the fixed bounds of the telemetry contract; the last bucket is +inf.
class LatencyHistogram {
 public:
  static constexpr std::size_t kBuckets = std::size(xds::kLatencyBoundsMs) + 1;
  void record(std::int64_t micros);
  [[nodiscard]] std::array<std::uint64_t, kBuckets> counts() const;
  [[nodiscard]] std::uint64_t sumMicros() const { return sum_.value(); }

 private:
  std::array<Counter, kBuckets> buckets_;
  Counter sum_;
};

}  // namespace varka::proxy
