#include "ui/graph/scene.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace varka::ui {
namespace {

constexpr double kGroupPadding = 18, kGroupTitle = 22;

QSizeF sizeOf(const GraphItem& item) {
  if (item.kind == "group") return kGroupCardSize;
  return item.kind == "outside" ? kOutsideSize : kCardSize;
}

QPainterPath fromSpline(const QPolygonF& points, QPointF start, QPointF end) {
  QPainterPath path(start);
  path.lineTo(points.first());
  for (qsizetype i = 1; i + 2 < points.size(); i += 3) path.cubicTo(points[i], points[i + 1], points[i + 2]);
  path.lineTo(end);
  return path;
}

/// Our own curve, for edges whose ends were moved: leaves east, arrives west; backward edges swing around.
QPainterPath ownCurve(const QRectF& from, const QRectF& to) {
  const QPointF start(from.right(), from.center().y()), end(to.left(), to.center().y());
  QPainterPath path(start);
  const double dx = end.x() - start.x();
  if (dx > 20) {
    const double reach = std::max(dx * 0.5, 40.0);
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end);
  } else {
    const double below = std::max(from.bottom(), to.bottom()) + 60;
    path.cubicTo(start + QPointF(90, 0), QPointF(start.x() + 90, below), QPointF((start.x() + end.x()) / 2, below));
    path.cubicTo(QPointF(end.x() - 90, below), end - QPointF(90, 0), end);
  }
  return path;
}

/// Between a collapsed namespace and anything: dot chose where the line meets the box.
QPainterPath freeCurve(const SceneNode& from, const SceneNode& to, const QPolygonF& spline) {
  if (spline.size() >= 4) {
    QPainterPath path(spline.first());
    for (qsizetype i = 1; i + 2 < spline.size(); i += 3) path.cubicTo(spline[i], spline[i + 1], spline[i + 2]);
    return path;
  }
  const bool forward = from.box.center().x() <= to.box.center().x();
  QPainterPath path(QPointF(forward ? from.box.right() : from.box.left(), from.box.center().y()));
  path.lineTo(QPointF(forward ? to.box.left() : to.box.right(), to.box.center().y()));
  return path;
}

QPainterPath curveOf(const SceneNode& from, const SceneNode& to, const Placement& placement) {
  const auto spline = placement.spline(from.item.id, to.item.id);
  if (from.item.kind == "group" || to.item.kind == "group") return freeCurve(from, to, spline);
  if (spline.size() < 4) return ownCurve(from.box, to.box);
  return fromSpline(spline, {from.box.right(), from.box.center().y()}, {to.box.left(), to.box.center().y()});
}

void addGroups(Scene& scene) {
  std::map<std::string, QRectF> boxes;
  for (const auto& node : scene.nodes) {
    if (node.item.ns.empty() || node.item.kind == "group" || node.item.kind == "external") continue;
    boxes[node.item.ns] |= node.box;
  }
  for (const auto& [ns, box] : boxes) {
    const auto outer = box.adjusted(-kGroupPadding, -kGroupPadding - kGroupTitle + 6, kGroupPadding, kGroupPadding);
    scene.groups.push_back({ns, outer, QRectF(outer.topLeft() + QPointF(10, 4), QSizeF(std::min(outer.width() - 20, 10.0 + 7.0 * static_cast<double>(ns.size())), 16))});
  }
}

double distanceToPolyline(const SceneEdge& edge, QPointF point) {
  double best = 1e9;
  for (const auto& p : edge.lut) best = std::min(best, std::hypot(p.x() - point.x(), p.y() - point.y()));
  return best;
}

}  // namespace

QPointF SceneEdge::at(double t) const {
  const double position = std::clamp(t, 0.0, 1.0) * static_cast<double>(kLutPoints - 1);
  const auto index = std::min(static_cast<std::size_t>(position), kLutPoints - 2);
  const double rest = position - static_cast<double>(index);
  return lut[index] * (1 - rest) + lut[index + 1] * rest;
}

QPointF SceneEdge::direction(double t) const {
  const auto d = at(std::min(t + 0.02, 1.0)) - at(std::max(t - 0.02, 0.0));
  const double size = std::hypot(d.x(), d.y());
  return size > 0 ? d / size : QPointF(1, 0);
}

void fillLut(SceneEdge& edge) {
  const auto polygons = edge.path.toSubpathPolygons();
  QPolygonF line;
  for (const auto& polygon : polygons) line += polygon;
  if (line.isEmpty()) line << QPointF();
  std::vector<double> lengths{0};
  for (qsizetype i = 1; i < line.size(); ++i) lengths.push_back(lengths.back() + std::hypot(line[i].x() - line[i - 1].x(), line[i].y() - line[i - 1].y()));
  edge.length = lengths.back();
  std::size_t segment = 1;
  for (std::size_t i = 0; i < kLutPoints; ++i) {
    const double wanted = edge.length * static_cast<double>(i) / static_cast<double>(kLutPoints - 1);
    while (segment + 1 < lengths.size() && lengths[segment] < wanted) ++segment;
    if (segment >= lengths.size()) {
      edge.lut[i] = line.last();
      continue;
    }
    const double span = lengths[segment] - lengths[segment - 1];
    const double rest = span > 0 ? (wanted - lengths[segment - 1]) / span : 0;
    const auto at = static_cast<qsizetype>(segment);
    edge.lut[i] = line[at - 1] * (1 - rest) + line[at] * rest;
  }
}

double edgeWidth(const mesh::GraphEdge& edge) {
  const double rate = edge.protocol == "tcp" ? edge.bytesPerSecond / 1000.0 / 10.0 : edge.rps;
  return std::clamp(1.25 + 1.5 * std::log10(1 + std::max(rate, 0.0)), 1.25, 7.0);
}

namespace {

/// A version that nobody calls yet stands beside the versions that are called, not alone at the far left: the layout
/// (not the picture) gets the edge it will have when its traffic begins.
void addExpectedEdges(const GraphModel& model, LayoutRequest& request) {
  std::set<std::string> connected;
  for (const auto& edge : request.edges) connected.insert({edge.from, edge.to});
  std::map<std::pair<std::string, std::string>, std::string> callerOf;  // by namespace and app
  for (const auto& edge : request.edges)
    if (const auto* callee = model.item(edge.to)) callerOf.try_emplace({callee->ns, callee->app}, edge.from);
  for (const auto& item : model.items()) {
    if (connected.contains(item.id) || item.app.empty()) continue;
    const auto caller = callerOf.find({item.ns, item.app});
    if (caller != callerOf.end()) request.edges.push_back({caller->second, item.id, false});
  }
}

}  // namespace

LayoutRequest layoutRequest(const GraphModel& model) {
  LayoutRequest request;
  for (const auto& item : model.items())
    request.nodes.push_back({item.id, item.kind == "group" || item.kind == "external" ? std::string() : item.ns, sizeOf(item)});
  for (const auto& link : model.links()) request.edges.push_back({link.edge.from, link.edge.to, link.edge.from.starts_with("group:") || link.edge.to.starts_with("group:")});
  addExpectedEdges(model, request);
  const auto count = model.items().size();
  const bool collapsed = std::any_of(model.items().begin(), model.items().end(), [](const auto& item) { return item.kind == "group"; });
  request.rankGap = collapsed ? 56 : count > 12 ? 116 : count > 4 ? 130 : 190;  // pills need room between cards, a whole mesh needs the window
  request.nodeGap = model.items().size() > 12 ? 18 : 26;
  return request;
}

Scene buildScene(const GraphModel& model, const Placement& placement) {
  Scene scene;
  std::map<std::string, std::size_t> indices;
  for (const auto& item : model.items()) {
    const auto size = sizeOf(item);
    const auto centre = placement.centre(item.id);
    indices[item.id] = scene.nodes.size();
    scene.nodes.push_back({item, QRectF(centre - QPointF(size.width() / 2, size.height() / 2), size), placement.isPinned(item.id)});
    scene.bounds |= scene.nodes.back().box;
  }
  addGroups(scene);
  for (const auto& group : scene.groups) scene.bounds |= group.box;
  for (const auto& link : model.links()) {
    const auto from = indices.find(link.edge.from), to = indices.find(link.edge.to);
    if (from == indices.end() || to == indices.end()) continue;
    SceneEdge edge;
    edge.link = link;
    edge.from = from->second;
    edge.to = to->second;
    edge.path = curveOf(scene.nodes[edge.from], scene.nodes[edge.to], placement);
    edge.width = edgeWidth(link.edge);
    fillLut(edge);
    scene.bounds |= edge.path.boundingRect();
    scene.edges.push_back(std::move(edge));
  }
  return scene;
}

bool refreshScene(Scene& scene, const GraphModel& model) {
  if (scene.nodes.size() != model.items().size() || scene.edges.size() != model.links().size()) return false;
  for (std::size_t i = 0; i < scene.nodes.size(); ++i)
    if (scene.nodes[i].item.id != model.items()[i].id || scene.nodes[i].item.ns != model.items()[i].ns) return false;
  for (std::size_t i = 0; i < scene.edges.size(); ++i)
    if (scene.edges[i].link.edge.id != model.links()[i].edge.id) return false;
  for (std::size_t i = 0; i < scene.nodes.size(); ++i) scene.nodes[i].item = model.items()[i];
  for (std::size_t i = 0; i < scene.edges.size(); ++i) {
    scene.edges[i].link = model.links()[i];
    scene.edges[i].width = edgeWidth(model.links()[i].edge);
  }
  return true;
}

int Scene::nodeAt(QPointF world) const {
  for (std::size_t i = nodes.size(); i-- > 0;)
    if (nodes[i].box.contains(world)) return static_cast<int>(i);
  return -1;
}

int Scene::groupTitleAt(QPointF world) const {
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (QRectF(groups[i].box.topLeft(), QSizeF(groups[i].box.width(), kGroupTitle)).contains(world)) return static_cast<int>(i);
  return -1;
}

int Scene::edgeNear(QPointF world, double distance) const {
  int best = -1;
  double nearest = distance;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!edges[i].path.boundingRect().adjusted(-distance, -distance, distance, distance).contains(world)) continue;
    const double d = distanceToPolyline(edges[i], world);
    if (d < nearest) {
      nearest = d;
      best = static_cast<int>(i);
    }
  }
  return best;
}

int Scene::nodeIndex(const std::string& id) const {
  const auto at = std::find_if(nodes.begin(), nodes.end(), [&](const auto& n) { return n.item.id == id; });
  return at == nodes.end() ? -1 : static_cast<int>(at - nodes.begin());
}

int Scene::edgeIndex(const std::string& id) const {
  const auto at = std::find_if(edges.begin(), edges.end(), [&](const auto& e) { return e.link.edge.id == id; });
  return at == edges.end() ? -1 : static_cast<int>(at - edges.begin());
}

Paths pathsThrough(const Scene& scene, std::size_t node) {
  Paths result;
  result.nodes.insert(node);
  for (const bool down : {true, false}) {
    std::vector<std::size_t> open{node};
    std::set<std::size_t> seen{node};
    while (!open.empty()) {
      const auto at = open.back();
      open.pop_back();
      for (std::size_t i = 0; i < scene.edges.size(); ++i) {
        const auto& edge = scene.edges[i];
        if ((down ? edge.from : edge.to) != at) continue;
        result.edges.insert(i);
        const auto next = down ? edge.to : edge.from;
        if (seen.insert(next).second) open.push_back(next);
      }
    }
    result.nodes.insert(seen.begin(), seen.end());
  }
  return result;
}

}  // namespace varka::ui
