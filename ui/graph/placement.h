#pragma once
// Placement: where nodes stand, and the rules of stability: the layout runs only when the topology changes, known nodes
// keep their place, a new one goes to the nearest free slot, a dragged one is pinned. No painting, no Qt widgets.

#include <QPointF>
#include <QPolygonF>
#include <QRectF>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ui/graph/dot_layout.h"

namespace varka::ui {

class Placement {
 public:
  /// Adapts to the wanted nodes and edges. Returns whether anything moved, came or went.
  bool update(const LayoutRequest& wanted);
  /// Lays out everything anew; pins stay.
  void relayout(const LayoutRequest& wanted);
  void drag(const std::string& id, QPointF centre);
  void unpinAll();
  void clear();

  [[nodiscard]] QPointF centre(const std::string& id) const;
  [[nodiscard]] bool isPinned(const std::string& id) const { return pinned_.contains(id); }
  [[nodiscard]] const std::set<std::string>& pinned() const { return pinned_; }
  /// dot's curve for an edge while both its ends stand where dot put them; else empty.
  [[nodiscard]] QPolygonF spline(const std::string& from, const std::string& to) const;

 private:
  struct Slot {
    QPointF centre;
    QSizeF size;
    std::string group;
    bool moved = false;  // not where dot put it
    bool loose = false;  // had no edge when it was placed: its place means nothing yet
  };
  [[nodiscard]] bool shouldStartOver(const LayoutRequest& wanted) const;
  void placeNew(const LayoutNode& node, const LayoutRequest& wanted);
  void placeLoose(const LayoutNode& node, const LayoutRequest& wanted);
  void placeNear(const LayoutNode& node, QPointF anchor, double gap, bool loose);
  [[nodiscard]] bool isFree(const QRectF& box) const;

  std::map<std::string, Slot> slots_;
  std::map<std::pair<std::string, std::string>, QPolygonF> splines_;
  std::set<std::string> pinned_;
  std::size_t edgesAtLayout_ = 0;
};

}  // namespace varka::ui
