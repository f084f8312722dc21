#include "ui/graph/dot_layout.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

// Graphviz puts `point`, `boxf` and the like into the global namespace: no other file may include it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <gvc.h>
#pragma GCC diagnostic pop

namespace varka::ui {
namespace {

constexpr double kPointsPerInch = 72;  // one layout point is one pixel at 100 %

GVC_t* graphvizContext() {
  static GVC_t* context = gvContext();  // plug-ins are loaded once; lives as long as the program
  return context;
}

void set(void* object, const char* name, const std::string& value) {
  agsafeset(object, const_cast<char*>(name), const_cast<char*>(value.c_str()), const_cast<char*>(""));
}

std::string inches(double pixels) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4f", pixels / kPointsPerInch);
  return text.data();
}

struct GraphCloser {
  void operator()(Agraph_t* graph) const {
    gvFreeLayout(graphvizContext(), graph);
    agclose(graph);
  }
};

void setUp(Agraph_t* graph, const LayoutRequest& request) {
  set(graph, "rankdir", "LR");
  set(graph, "newrank", "true");
  set(graph, "splines", "spline");
  set(graph, "ranksep", inches(request.rankGap));
  set(graph, "nodesep", inches(request.nodeGap));
}

std::map<std::string, Agnode_t*> addNodes(Agraph_t* graph, const LayoutRequest& request) {
  std::map<std::string, Agraph_t*> boxes;
  std::map<std::string, Agnode_t*> nodes;
  for (const auto& item : request.nodes) {
    auto*& node = nodes[item.id];
    node = agnode(graph, const_cast<char*>(item.id.c_str()), 1);
    set(node, "shape", "box");
    set(node, "fixedsize", "true");
    set(node, "label", "");
    set(node, "width", inches(item.size.width()));
    set(node, "height", inches(item.size.height()));
    if (item.group.empty()) continue;
    auto*& box = boxes[item.group];
    if (!box) {
      box = agsubg(graph, const_cast<char*>(("cluster_" + item.group).c_str()), 1);
      set(box, "margin", "22");
    }
    agsubnode(box, node, 1);
  }
  return nodes;
}

std::vector<Agedge_t*> addEdges(Agraph_t* graph, const LayoutRequest& request, const std::map<std::string, Agnode_t*>& nodes) {
  std::vector<Agedge_t*> edges;
  for (const auto& wanted : request.edges) {
    const auto from = nodes.find(wanted.from), to = nodes.find(wanted.to);
    Agedge_t* edge = nullptr;
    if (from != nodes.end() && to != nodes.end()) {
      edge = agedge(graph, from->second, to->second, nullptr, 1);
      if (!wanted.freePorts) {
        set(edge, "tailport", "e");
        set(edge, "headport", "w");
      }
      set(edge, "arrowhead", "none");
    }
    edges.push_back(edge);
  }
  return edges;
}

QPolygonF splineOf(Agedge_t* edge, double height) {
  QPolygonF points;
  const auto* route = edge ? ED_spl(edge) : nullptr;
  if (!route || route->size < 1) return points;
  const auto& curve = route->list[0];
  for (int i = 0; i < curve.size; ++i) points << QPointF(curve.list[i].x, height - curve.list[i].y);
  return points;
}

}  // namespace

LayoutResult dotLayout(const LayoutRequest& request) {
  LayoutResult result;
  if (request.nodes.empty()) return result;
  const std::unique_ptr<Agraph_t, GraphCloser> graph(agopen(const_cast<char*>("mesh"), Agdirected, nullptr));
  setUp(graph.get(), request);
  const auto nodes = addNodes(graph.get(), request);
  const auto edges = addEdges(graph.get(), request, nodes);
  if (gvLayout(graphvizContext(), graph.get(), "dot") != 0) return result;
  const double height = GD_bb(graph.get()).UR.y;  // Graphviz counts upwards
  for (const auto& [id, node] : nodes) result.centres[id] = QPointF(ND_coord(node).x, height - ND_coord(node).y);
  for (auto* edge : edges) result.splines.push_back(splineOf(edge, height));
  return result;
}

}  // namespace varka::ui
