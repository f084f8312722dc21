#pragma once
// Paints edges, arrow heads, padlocks and label pills in screen coordinates.

#include <QPainter>

#include "ui/graph/camera.h"
#include "ui/graph/labels.h"

namespace varka::ui {

struct EdgeLook {
  bool selected = false, dimmed = false, hovered = false, found = false;
  bool quiet = false;  // large graphs: healthy edges are neutral, thin and pale
};

QColor edgeColor(const GraphLink& link);
void paintEdge(QPainter& painter, const SceneEdge& edge, const Camera& camera, const EdgeLook& look);
void paintLabel(QPainter& painter, const LabelPill& pill, const SceneEdge& edge, bool selected, bool dimmed);
/// Closed = all mutual TLS, half = mixed, open = plain text.
void paintPadlock(QPainter& painter, const QRectF& box, mesh::GraphEdge::Mtls mtls);

}  // namespace varka::ui
