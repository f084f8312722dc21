// GraphCanvas: mouse and keyboard.
#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>

#include "ui/graph/graph_canvas.h"

namespace varka::ui {
namespace {
constexpr double kZoomStep = 1.15;
constexpr double kEdgeReach = 7;     // screen pixels
constexpr double kDragThreshold = 4;
}  // namespace

void GraphCanvas::resizeEvent(QResizeEvent*) {
  if (!userCamera_) fitAll();
  invalidate();
}

void GraphCanvas::showEvent(QShowEvent*) {
  if (!userCamera_) fitAll();
}

void GraphCanvas::wheelEvent(QWheelEvent* event) {
  camera_.zoomAt(event->position(), std::pow(kZoomStep, event->angleDelta().y() / 120.0));
  cameraMoved();
}

void GraphCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  dragStart_ = dragLast_ = event->position();
  if (const int particle = particleAt(event->position()); particle >= 0) {
    context_.selection.selectRequest(particles_.all()[static_cast<std::size_t>(particle)].row);
    drag_ = Drag::None;
    return;
  }
  dragNode_ = scene_.nodeAt(camera_.toWorld(event->position()));
  drag_ = dragNode_ >= 0 ? Drag::Node : Drag::Pan;
}

void GraphCanvas::mouseMoveEvent(QMouseEvent* event) {
  const auto delta = event->position() - dragLast_;
  const bool far = std::hypot(event->position().x() - dragStart_.x(), event->position().y() - dragStart_.y()) > kDragThreshold;
  if (drag_ == Drag::Pan && far) {
    setCursor(Qt::ClosedHandCursor);
    camera_.panBy(delta);
    dragLast_ = event->position();
    cameraMoved();
  } else if (drag_ == Drag::Node && far) {
    auto& node = scene_.nodes[static_cast<std::size_t>(dragNode_)];
    const auto id = node.item.id;
    placement_.drag(id, node.box.center() + delta / camera_.scale);
    dragLast_ = event->position();
    userCamera_ = true;
    rebuild();
    dragNode_ = scene_.nodeIndex(id);
    invalidate();
  } else if (drag_ == Drag::None) {
    const auto world = camera_.toWorld(event->position());
    const int node = scene_.nodeAt(world);
    setHover(node, node >= 0 ? -1 : scene_.edgeNear(world, kEdgeReach / camera_.scale));
  }
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  unsetCursor();
  const bool clicked = drag_ != Drag::None && (event->position() - dragStart_).manhattanLength() <= kDragThreshold;
  const auto kind = drag_;
  drag_ = Drag::None;
  if (!clicked) return;
  if (kind == Drag::Node) return selectNode(dragNode_);
  const int edge = scene_.edgeNear(camera_.toWorld(event->position()), kEdgeReach / camera_.scale);
  edge >= 0 ? selectEdge(edge) : context_.selection.clear();
}

void GraphCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  const auto world = camera_.toWorld(event->position());
  if (const int node = scene_.nodeAt(world); node >= 0) {
    const auto& item = scene_.nodes[static_cast<std::size_t>(node)].item;
    if (item.kind == "group") {
      model_.toggleCollapsed(item.id.substr(6));
      return updateCollapsedLayout();
    }
    Q_EMIT openWanted(QStringLiteral("logs"));
  } else if (const int group = scene_.groupTitleAt(world); group >= 0) {
    model_.toggleCollapsed(scene_.groups[static_cast<std::size_t>(group)].ns);
    updateCollapsedLayout();
  } else if (scene_.edgeNear(world, kEdgeReach / camera_.scale) >= 0) {
    Q_EMIT openWanted(QStringLiteral("traffic"));
  }
}

void GraphCanvas::leaveEvent(QEvent*) {
  setHover(-1, -1);
}

void GraphCanvas::setHover(int node, int edge) {
  if (node == hoverNode_ && edge == hoverEdge_) return;
  hoverNode_ = node;
  hoverEdge_ = edge;
  setToolTip(node >= 0 ? scene_.nodes[static_cast<std::size_t>(node)].item.title : QString());
  hoverDelay_.start();
  invalidate();
}

void GraphCanvas::selectNode(int node) {
  if (node < 0) return;
  const auto& item = scene_.nodes[static_cast<std::size_t>(node)].item;
  if (item.kind == "group") context_.selection.select(Selection::Kind::Namespace, qs(item.id.substr(6)));
  else context_.selection.select(Selection::Kind::Workload, qs(item.id));
  selectedNode_ = item.id;
  invalidate();
}

void GraphCanvas::selectEdge(int edge) {
  context_.selection.select(Selection::Kind::Edge, qs(scene_.edges[static_cast<std::size_t>(edge)].link.edge.id));
}

/// → downstream, ← upstream, ↑↓ nearest sibling above or below.
void GraphCanvas::walk(int key) {
  const int at = scene_.nodeIndex(selectedNode_);
  if (at < 0) return selectNode(scene_.nodes.empty() ? -1 : 0);
  const auto here = scene_.nodes[static_cast<std::size_t>(at)].box.center();
  int best = -1;
  double nearest = 1e12;
  const auto consider = [&](std::size_t node) {
    const auto offset = scene_.nodes[node].box.center() - here;
    const double distance = std::hypot(offset.x(), offset.y());
    if (distance > 0 && distance < nearest) {
      nearest = distance;
      best = static_cast<int>(node);
    }
  };
  if (key == Qt::Key_Left || key == Qt::Key_Right) {
    for (const auto& edge : scene_.edges) {
      if (key == Qt::Key_Right && static_cast<int>(edge.from) == at) consider(edge.to);
      if (key == Qt::Key_Left && static_cast<int>(edge.to) == at) consider(edge.from);
    }
  } else {
    for (std::size_t i = 0; i < scene_.nodes.size(); ++i) {
      const auto offset = scene_.nodes[i].box.center() - here;
      const bool beside = std::abs(offset.x()) < kCardSize.width();
      if (beside && (key == Qt::Key_Down ? offset.y() > 0 : offset.y() < 0)) consider(i);
    }
  }
  selectNode(best);
}

void GraphCanvas::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down: return walk(event->key());
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoomBy(kZoomStep);
    case Qt::Key_Minus: return zoomBy(1 / kZoomStep);
    case Qt::Key_0: return fitAll();
    case Qt::Key_Z: return fitSelection();
    case Qt::Key_Space: return setPaused(!paused_);
    case Qt::Key_Escape: return context_.selection.clear();
    case Qt::Key_Return:
    case Qt::Key_Enter: Q_EMIT openWanted(QStringLiteral("logs")); return;
    default: QWidget::keyPressEvent(event);
  }
}

void GraphCanvas::contextMenuEvent(QContextMenuEvent* event) {
  const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
  const int node = keyboard ? scene_.nodeIndex(selectedNode_) : scene_.nodeAt(camera_.toWorld(event->pos()));
  if (node < 0) return;
  selectNode(node);
  const auto& chosen = scene_.nodes[static_cast<std::size_t>(node)];
  Q_EMIT nodeMenuWanted(qs(chosen.item.id), keyboard ? mapToGlobal(camera_.toScreen(chosen.box.center()).toPoint()) : event->globalPos());
}

}  // namespace varka::ui
