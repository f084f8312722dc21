#pragma once
// Journal: what happens in the mesh, into the ring that the window reads and into the durable history. Mesh thread.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/citadel/authority.h"
#include "core/mesh/view.h"
#include "core/resource/store.h"
#include "core/store/history.h"
#include "core/telemetry/telemetry.h"

namespace varka::mesh {

/// Milliseconds since the epoch.
std::int64_t nowMs();

class Journal {
 public:
  explicit Journal(std::unique_ptr<store::History> history) : history_(std::move(history)) {}

  void event(const EventView& event);
  void revision(const std::vector<resource::Change>& changes, std::uint64_t revision, const std::string& cause);
  void certificate(const citadel::JournalEntry& entry);
  void requests(const telemetry::TrafficBatch& batch);
  void metrics(const std::vector<telemetry::MetricPoint>& points);

  /// The newest `max`, oldest first.
  [[nodiscard]] std::vector<EventView> events(int max) const;

 private:
  std::unique_ptr<store::History> history_;
  std::deque<EventView> ring_;
};

}  // namespace varka::mesh
