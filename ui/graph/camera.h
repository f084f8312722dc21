#pragma once
// Camera: world (pixels at 100 %) to screen. A value.

#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <algorithm>

namespace varka::ui {

struct Camera {
  static constexpr double kMin = 0.10, kMax = 3.0;
  double scale = 1;
  QPointF origin;  // the world point at the screen's top left

  [[nodiscard]] QPointF toScreen(QPointF world) const { return (world - origin) * scale; }
  [[nodiscard]] QRectF toScreen(const QRectF& world) const { return {toScreen(world.topLeft()), world.size() * scale}; }
  [[nodiscard]] QPointF toWorld(QPointF screen) const { return screen / scale + origin; }

  void zoomAt(QPointF screen, double factor) {
    const auto fixed = toWorld(screen);
    scale = std::clamp(scale * factor, kMin, kMax);
    origin = fixed - screen / scale;
  }
  void panBy(QPointF screen) { origin -= screen / scale; }
  /// Shows all of `world` inside `view`, never larger than `largest`.
  void fit(const QRectF& world, const QRectF& view, double largest) {
    if (world.isEmpty() || view.isEmpty()) return;
    scale = std::clamp(std::min(view.width() / world.width(), view.height() / world.height()), kMin, std::min(largest, kMax));
    origin = world.center() - view.center() / scale;
  }
};

/// What a node is drawn as.
enum class NodeForm { Card, Pill, Dot };
/// Three lines of 11 px fit into a card from here on.
inline constexpr double kCardFrom = 0.60;
inline NodeForm formAt(double scale) {
  return scale >= kCardFrom ? NodeForm::Card : scale >= 0.40 - 1e-9 ? NodeForm::Pill : NodeForm::Dot;
}

}  // namespace varka::ui
