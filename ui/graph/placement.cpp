#include "ui/graph/placement.h"

#include <algorithm>

namespace varka::ui {
namespace {

QRectF boxAt(QPointF centre, QSizeF size) {
  return {centre - QPointF(size.width() / 2, size.height() / 2), size};
}

const LayoutNode* find(const LayoutRequest& wanted, const std::string& id) {
  const auto at = std::find_if(wanted.nodes.begin(), wanted.nodes.end(), [&](const auto& n) { return n.id == id; });
  return at == wanted.nodes.end() ? nullptr : &*at;
}

bool hasEdge(const LayoutRequest& wanted, const std::string& id) {
  return std::any_of(wanted.edges.begin(), wanted.edges.end(), [&](const auto& edge) { return edge.from == id || edge.to == id; });
}

}  // namespace

/// Startup is the exception to "nothing moves": the mesh is drawn before its first request, and an order without edges is
/// no order. So everything is laid out anew while the known edges at least double, unless the user has touched a node.
bool Placement::shouldStartOver(const LayoutRequest& wanted) const {
  if (slots_.empty()) return true;
  if (!pinned_.empty()) return false;
  const auto fresh = std::count_if(wanted.nodes.begin(), wanted.nodes.end(), [this](const auto& n) { return !slots_.contains(n.id); });
  return static_cast<std::size_t>(fresh) > slots_.size() || wanted.edges.size() > 2 * edgesAtLayout_;
}

bool Placement::update(const LayoutRequest& wanted) {
  const auto before = slots_.size();
  std::erase_if(slots_, [&](const auto& entry) { return !find(wanted, entry.first); });
  bool changed = slots_.size() != before;
  if (wanted.nodes.empty()) return changed;
  if (shouldStartOver(wanted)) {
    relayout(wanted);
    return true;
  }
  for (const auto& node : wanted.nodes) {
    const auto known = slots_.find(node.id);
    const bool found = known != slots_.end() && known->second.loose && !pinned_.contains(node.id) && hasEdge(wanted, node.id);
    if (found) slots_.erase(known);  // its first request says where it belongs
    if (slots_.contains(node.id)) continue;
    hasEdge(wanted, node.id) ? placeNew(node, wanted) : placeLoose(node, wanted);
    changed = true;
  }
  return changed;
}

void Placement::relayout(const LayoutRequest& wanted) {
  LayoutRequest connected = wanted;  // nodes without an edge have no rank: dot would put them all at the left
  if (!wanted.edges.empty()) std::erase_if(connected.nodes, [&](const auto& node) { return !hasEdge(wanted, node.id); });
  const auto result = dotLayout(connected);
  const auto old = slots_;
  slots_.clear();
  splines_.clear();
  for (const auto& node : connected.nodes) {
    const auto at = result.centres.find(node.id);
    slots_[node.id] = {at == result.centres.end() ? QPointF() : at->second, node.size, node.group, false, !hasEdge(wanted, node.id)};
  }
  for (const auto& node : wanted.nodes) {
    if (!slots_.contains(node.id)) placeLoose(node, wanted);
    if (const auto known = old.find(node.id); pinned_.contains(node.id) && known != old.end()) {
      slots_[node.id].centre = known->second.centre;
      slots_[node.id].moved = true;
    }
  }
  for (std::size_t i = 0; i < wanted.edges.size() && i < result.splines.size(); ++i)
    splines_[{wanted.edges[i].from, wanted.edges[i].to}] = result.splines[i];
  edgesAtLayout_ = wanted.edges.size();
}

bool Placement::isFree(const QRectF& box) const {
  return std::none_of(slots_.begin(), slots_.end(), [&](const auto& entry) {
    return boxAt(entry.second.centre, entry.second.size).adjusted(-16, -16, 16, 16).intersects(box);
  });
}

/// Right of its callers, or left of what it calls, at the nearest free height.
void Placement::placeNew(const LayoutNode& node, const LayoutRequest& wanted) {
  QPointF anchor;
  int neighbours = 0;
  double rankShift = 0;
  for (const auto& edge : wanted.edges) {
    const bool incoming = edge.to == node.id;
    if (!incoming && edge.from != node.id) continue;
    const auto other = slots_.find(incoming ? edge.from : edge.to);
    if (other == slots_.end()) continue;
    anchor += other->second.centre;
    rankShift += incoming ? 1 : -1;
    ++neighbours;
  }
  if (neighbours == 0) return placeLoose(node, wanted);
  anchor /= neighbours;
  anchor.rx() += (rankShift >= 0 ? 1 : -1) * (node.size.width() + wanted.rankGap);
  placeNear(node, anchor, wanted.nodeGap, false);
}

/// In the column of the rightmost node of its namespace.
void Placement::placeLoose(const LayoutNode& node, const LayoutRequest& wanted) {
  const Slot* beside = nullptr;
  for (const auto& [id, slot] : slots_)
    if (slot.group == node.group && (!beside || slot.centre.x() > beside->centre.x())) beside = &slot;
  if (!beside && !slots_.empty()) beside = &slots_.rbegin()->second;
  placeNear(node, beside ? beside->centre : QPointF(), wanted.nodeGap, true);
}

void Placement::placeNear(const LayoutNode& node, QPointF anchor, double gap, bool loose) {
  const double step = node.size.height() + gap;
  for (int i = 0; i < 400; ++i) {  // 0, +1, -1, +2, -2 …
    const double offset = (i % 2 ? (i + 1) / 2 : -i / 2) * step;
    const QPointF candidate = anchor + QPointF(0, offset);
    if (!isFree(boxAt(candidate, node.size))) continue;
    slots_[node.id] = {candidate, node.size, node.group, true, loose};
    return;
  }
  slots_[node.id] = {anchor + QPointF(0, 400 * step), node.size, node.group, true, loose};
}

void Placement::drag(const std::string& id, QPointF centre) {
  const auto at = slots_.find(id);
  if (at == slots_.end()) return;
  at->second.centre = centre;
  at->second.moved = true;
  pinned_.insert(id);
}

void Placement::unpinAll() {
  pinned_.clear();
}

void Placement::clear() {
  *this = Placement();
}

QPointF Placement::centre(const std::string& id) const {
  const auto at = slots_.find(id);
  return at == slots_.end() ? QPointF() : at->second.centre;
}

QPolygonF Placement::spline(const std::string& from, const std::string& to) const {
  const auto a = slots_.find(from), b = slots_.find(to);
  const auto curve = splines_.find({from, to});
  if (a == slots_.end() || b == slots_.end() || curve == splines_.end()) return {};
  return a->second.moved || b->second.moved ? QPolygonF() : curve->second;
}

}  // namespace varka::ui
