#pragma once
// Scene: geometry of one picture in world coordinates: node boxes, namespace boxes, edge curves with their look-up
// tables. Built from GraphModel and Placement; plain structs that tests can ask.

#include <QPainterPath>
#include <QPolygonF>
#include <QRectF>
#include <array>
#include <string>
#include <vector>

#include "ui/graph/graph_model.h"
#include "ui/graph/placement.h"

namespace varka::ui {

inline constexpr QSizeF kCardSize{176, 68}, kGroupCardSize{176, 92}, kOutsideSize{112, 52};
inline constexpr std::size_t kLutPoints = 64;

struct SceneNode {
  GraphItem item;
  QRectF box;
  bool pinned = false;
};

struct SceneGroup {
  std::string ns;
  QRectF box;
  QRectF title;  // its text must not be covered
};

struct SceneEdge {
  GraphLink link;
  std::size_t from = 0, to = 0;  // indices of nodes
  QPainterPath path;
  std::array<QPointF, kLutPoints> lut;  // equal steps of length
  double length = 0;
  double width = 1.25;

  [[nodiscard]] QPointF at(double t) const;
  [[nodiscard]] QPointF direction(double t) const;
};

struct Scene {
  std::vector<SceneNode> nodes;
  std::vector<SceneGroup> groups;
  std::vector<SceneEdge> edges;
  QRectF bounds;

  [[nodiscard]] int nodeAt(QPointF world) const;
  [[nodiscard]] int groupTitleAt(QPointF world) const;
  [[nodiscard]] int edgeNear(QPointF world, double distance) const;
  [[nodiscard]] int nodeIndex(const std::string& id) const;
  [[nodiscard]] int edgeIndex(const std::string& id) const;
};

LayoutRequest layoutRequest(const GraphModel& model);
Scene buildScene(const GraphModel& model, const Placement& placement);
/// New numbers on an unchanged topology: geometry is kept. False when the topology differs.
bool refreshScene(Scene& scene, const GraphModel& model);
double edgeWidth(const mesh::GraphEdge& edge);
/// Equal steps of length along a path.
void fillLut(SceneEdge& edge);
/// What a node reaches and is reached from, itself included: indices of nodes and edges.
struct Paths {
  std::set<std::size_t> nodes, edges;
};
Paths pathsThrough(const Scene& scene, std::size_t node);

}  // namespace varka::ui
