#pragma once
// Paints nodes and namespace boxes in screen coordinates: text never below 11 px whatever the zoom.

#include <QPainter>

#include "ui/graph/camera.h"
#include "ui/graph/scene.h"

namespace varka::ui {

struct NodeLook {
  bool selected = false, found = false, dimmed = false, hovered = false;
};

void paintGroup(QPainter& painter, const SceneGroup& group, const Camera& camera);
/// Over the edges, so that no edge crosses it.
void paintGroupTitle(QPainter& painter, const SceneGroup& group, const Camera& camera);
void paintNode(QPainter& painter, const SceneNode& node, const Camera& camera, const NodeLook& look);

}  // namespace varka::ui
