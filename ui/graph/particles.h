#pragma once
// Particles: one dot on an edge is one real request; above a limit one dot stands for several. Positions come from the
// edges' look-up tables. Values only; the canvas paints.

#include <QPointF>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

struct Particle {
  std::string edge;          // GraphLink id
  std::int64_t startMs = 0;  // on the canvas' clock
  std::int64_t travelMs = 800;
  bool error = false, tcp = false;
  TrafficRowPtr row;         // the request it is: a click selects it
};

class Particles {
 public:
  static constexpr std::size_t kPerEdge = 8, kAll = 500;
  static constexpr double kOneToOneRps = 20;

  /// `edgeOf` gives the drawn edge between two engine nodes, "" when there is none; `rateOf` its rps.
  template <typename EdgeOf, typename RateOf>
  void add(const mesh::TrafficBatch& batch, std::int64_t nowMs, EdgeOf edgeOf, RateOf rateOf);
  void advance(std::int64_t nowMs);
  void clear();
  [[nodiscard]] const std::deque<Particle>& all() const { return particles_; }
  [[nodiscard]] static double progress(const Particle& particle, std::int64_t nowMs) {
    return static_cast<double>(nowMs - particle.startMs) / static_cast<double>(particle.travelMs);
  }

 private:
  void launch(const TrafficRowPtr& row, const std::string& edge, std::int64_t startMs);

  std::deque<Particle> particles_;
  std::map<std::string, std::size_t> perEdge_;
  std::map<std::string, double> skipped_;  // fraction of the next dot, when one dot is n requests
};

template <typename EdgeOf, typename RateOf>
void Particles::add(const mesh::TrafficBatch& batch, std::int64_t nowMs, EdgeOf edgeOf, RateOf rateOf) {
  std::size_t index = 0;
  for (const auto& row : batch) {
    const std::string edge = edgeOf(row->fromNode, row->toNode);
    const auto delay = static_cast<std::int64_t>(100 * index++ / batch.size());  // a batch is a tenth of a second
    if (edge.empty()) continue;
    const double share = std::min(1.0, kOneToOneRps / std::max(rateOf(edge), 0.001));
    double& fraction = skipped_[edge];
    fraction += share;
    if (fraction < 1 - 1e-9) continue;
    fraction -= 1;
    launch(row, edge, nowMs + delay);
  }
}

}  // namespace varka::ui
