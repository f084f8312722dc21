#pragma once
// Edge labels: what a pill says and where it can stand without touching a card, a group's title or another pill.
// Screen coordinates, because text has a fixed size there. Pure functions.

#include <QRectF>
#include <QString>
#include <vector>

#include "ui/graph/camera.h"
#include "ui/graph/scene.h"

namespace varka::ui {

struct GraphLayers {
  bool rate = true, latency = false, mtls = false, errors = true, routing = true, animate = true;
};

struct LabelPill {
  std::size_t edge = 0;
  QRectF box;
  QString lead;   // "20% · 8.4 rps"
  QString error;  // "P 18% err", painted in the failing colour
  bool lock = true;  // the padlock's place is reserved
};

inline constexpr double kPillHeight = 18, kLockSize = 13;

/// What the pill of an edge says under these layers, the longest wording first; where that finds no place the shorter
/// ones are tried. Empty = no pill.
std::vector<LabelPill> labelsOf(const SceneEdge& edge, const GraphLayers& layers);
/// Most telling edges first: errors, weights, plain text, then the busiest; `limit` of the plain ones.
std::vector<std::size_t> labelOrder(const Scene& scene, std::size_t limit);
/// Pills that found a place, in labelOrder. `textWidth` measures 11 px text.
template <typename Measure>
std::vector<LabelPill> placeLabels(const Scene& scene, const Camera& camera, const GraphLayers& layers, std::size_t limit, Measure textWidth);

/// The obstacles pills keep away from: node boxes, badges above them, group titles.
std::vector<QRectF> labelObstacles(const Scene& scene, const Camera& camera);
/// Nine places along the curve, the middle first.
bool placeOne(LabelPill& pill, const SceneEdge& edge, const Camera& camera, QSizeF size, const std::vector<QRectF>& taken);

template <typename Measure>
std::vector<LabelPill> placeLabels(const Scene& scene, const Camera& camera, const GraphLayers& layers, std::size_t limit, Measure textWidth) {
  auto taken = labelObstacles(scene, camera);
  std::vector<LabelPill> placed;
  for (const auto index : labelOrder(scene, limit)) {
    for (auto& pill : labelsOf(scene.edges[index], layers)) {
      pill.edge = index;
      const double gap = !pill.lead.isEmpty() && !pill.error.isEmpty() ? 6 : 0;
      const double width = 12 + (pill.lock ? kLockSize + 3 : 0) + textWidth(pill.lead) + gap + textWidth(pill.error);
      if (!placeOne(pill, scene.edges[index], camera, QSizeF(width, kPillHeight), taken)) continue;
      taken.push_back(pill.box.adjusted(-2, -2, 2, 2));
      placed.push_back(std::move(pill));
      break;
    }
  }
  return placed;
}

}  // namespace varka::ui
