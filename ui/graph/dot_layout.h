#pragma once
// dotLayout: ranks, order and positions by Graphviz's dot. The only door to Graphviz; GUI thread (cgraph is not thread-safe).

#include <QPolygonF>
#include <QSizeF>
#include <map>
#include <string>
#include <vector>

namespace varka::ui {

struct LayoutNode {
  std::string id, group;  // group "" = in no box
  QSizeF size;
};
struct LayoutEdge {
  std::string from, to;
  bool freePorts = false;  // forced ports make loops where groups call each other
};
struct LayoutRequest {
  std::vector<LayoutNode> nodes;
  std::vector<LayoutEdge> edges;
  double rankGap = 190, nodeGap = 22;
};
struct LayoutResult {
  std::map<std::string, QPointF> centres;                       // by node id
  std::vector<QPolygonF> splines;  // per edge of the request: cubic control points, source to target; empty = none
};

LayoutResult dotLayout(const LayoutRequest& request);

}  // namespace varka::ui
