#include "ui/graph/particles.h"

#include <algorithm>

#include "ui/models/traffic_model.h"

namespace varka::ui {

void Particles::launch(const TrafficRowPtr& row, const std::string& edge, std::int64_t startMs) {
  auto& onEdge = perEdge_[edge];
  if (particles_.size() >= kAll || onEdge >= kPerEdge) return;
  ++onEdge;
  // Slow requests travel slowly: 1 ms → 400 ms, 1 s and more → 1600 ms.
  const auto travel = std::clamp<std::int64_t>(400 + row->record.durationUs / 1000 * 12 / 10, 400, 1600);
  particles_.push_back({edge, startMs, travel, isError(row->record), row->record.kind == xds::RecordKind::Tcp, row});
}

void Particles::advance(std::int64_t nowMs) {
  std::erase_if(particles_, [&](const Particle& particle) {
    if (nowMs < particle.startMs + particle.travelMs) return false;
    --perEdge_[particle.edge];
    return true;
  });
}

void Particles::clear() {
  particles_.clear();
  perEdge_.clear();
  skipped_.clear();
}

}  // namespace varka::ui
