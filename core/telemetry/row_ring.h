#pragma once
// RowRing: the newest rows, found by request or trace id. Bounded in rows and, since a row with all its
// decisions has several KiB, in bytes. Mesh thread.

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/telemetry/traffic_graph.h"

namespace varka::telemetry {

inline constexpr std::size_t kMaxRingBytes = std::size_t{40} << 20;

/// Memory that the row holds, roughly.
[[nodiscard]] std::size_t sizeOf(const TrafficRow& row);

class RowRing {
 public:
  explicit RowRing(std::size_t capacity, std::size_t maxBytes = kMaxRingBytes)
      : capacity_(capacity), maxBytes_(maxBytes) {}

  /// Gives the row the next sequence number; the oldest row goes when the ring is full.
  TrafficRowPtr add(TrafficRow row);
  /// Puts `row` in the place of the one with the same sequence, if that is still there.
  void replace(const TrafficRowPtr& row);
  /// By start time.
  [[nodiscard]] std::vector<TrafficRowPtr> find(const std::string& id) const;
  /// The newest `max`, oldest first.
  [[nodiscard]] std::vector<TrafficRowPtr> recent(std::size_t max) const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  void unindex(const std::string& id, std::uint64_t sequence);

  void dropOldest();

  std::size_t capacity_, maxBytes_, bytes_ = 0;
  std::uint64_t next_ = 1;
  std::deque<TrafficRowPtr> rows_;                                    // sequences without gaps
  std::unordered_map<std::string, std::vector<std::uint64_t>> byId_;  // x-request-id and trace id
};

}  // namespace varka::telemetry
