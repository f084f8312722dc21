#include "ui/graph/edge_painter.h"

#include <QPainterPath>
#include <QTransform>
#include <cmath>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

using Mtls = mesh::GraphEdge::Mtls;

QPen penOf(const SceneEdge& edge, const QColor& color, double width) {
  QPen pen(color, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
  if (edge.link.idle) pen.setDashPattern({1.5 / width * 1.2, 3.0 / width * 1.2});
  else if (edge.link.edge.protocol == "tcp") pen.setDashPattern({7 / width, 4.5 / width});
  return pen;
}

void paintArrow(QPainter& painter, QPointF tip, QPointF direction, double size, const QColor& color) {
  const QPointF side(-direction.y(), direction.x());
  const QPolygonF head{tip, tip - direction * size + side * size * 0.45, tip - direction * size - side * size * 0.45};
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  painter.drawPolygon(head);
}

}  // namespace

QColor edgeColor(const GraphLink& link) {
  const auto& t = tokens();
  if (link.idle) return t.idle;
  if (link.edge.errorShare >= 0.05) return t.failing;
  if (link.edge.errorShare >= 0.001) return t.degraded;
  return link.edge.protocol == "tcp" ? t.tcp : t.healthy;
}

void paintEdge(QPainter& painter, const SceneEdge& edge, const Camera& camera, const EdgeLook& look) {
  const auto& t = tokens();
  auto color = edgeColor(edge.link);
  const bool exception = edge.link.edge.errorShare >= 0.001;
  double width = edge.width * std::clamp(camera.scale, 0.7, 1.3) + (look.selected ? 2 : look.hovered ? 1 : 0);
  painter.save();
  double opacity = look.dimmed ? 0.15 : 1;
  if (look.quiet && !exception && !look.selected && !look.hovered) {
    color = t.idle;
    width *= 0.55;
    opacity *= 0.42;
  }
  painter.setOpacity(opacity);
  QTransform world;
  world.scale(camera.scale, camera.scale);
  world.translate(-camera.origin.x(), -camera.origin.y());
  const auto path = world.map(edge.path);
  if (look.found) {
    painter.setPen(QPen(t.halo, width + 6, Qt::SolidLine, Qt::RoundCap));
    painter.drawPath(path);
  }
  painter.setBrush(Qt::NoBrush);
  if (look.selected) {  // an outline: the edge keeps the colour that says how it is
    painter.setPen(QPen(t.accent, width + 5, Qt::SolidLine, Qt::FlatCap));
    painter.drawPath(path);
    painter.setPen(QPen(t.ground, width + 2, Qt::SolidLine, Qt::FlatCap));
    painter.drawPath(path);
  }
  painter.setPen(penOf(edge, color, std::max(width, 1.0)));
  painter.drawPath(path);
  if (edge.link.edge.protocol == "grpc" && width >= 2.6 && !edge.link.idle) {
    painter.setPen(QPen(t.ground, width * 0.34));
    painter.drawPath(path);
  }
  if (camera.scale >= 0.25) paintArrow(painter, camera.toScreen(edge.lut.back()), edge.direction(0.99), (6 + 1.1 * width) * std::clamp(camera.scale, 0.6, 1.2), color);
  if (camera.scale >= 0.25 && edge.link.both)
    paintArrow(painter, camera.toScreen(edge.lut.front()), -edge.direction(0.01), (6 + 1.1 * width) * std::clamp(camera.scale, 0.6, 1.2), color);
  painter.restore();
}

void paintPadlock(QPainter& painter, const QRectF& box, Mtls mtls) {
  const auto& t = tokens();
  if (mtls == Mtls::None) paintIcon(painter, "lock-open", box, t.failing);
  else if (mtls == Mtls::Mixed) paintIcon(painter, "lock-half", box, t.degraded);
  else if (mtls == Mtls::All) paintIcon(painter, "lock", box, t.secondary);
}

void paintLabel(QPainter& painter, const LabelPill& pill, const SceneEdge& edge, bool selected, bool dimmed) {
  const auto& t = tokens();
  painter.save();
  painter.setOpacity(dimmed ? 0.15 : 1);
  painter.setPen(QPen(selected ? t.accent : t.border, 1));
  painter.setBrush(t.surface);
  painter.drawRoundedRect(pill.box, 5, 5);
  QRectF box = pill.box.adjusted(6, 0, -6, 0);
  if (pill.lock) {
    paintPadlock(painter, QRectF(box.left() - 1, box.center().y() - kLockSize / 2, kLockSize, kLockSize), edge.link.edge.mtls);
    box.setLeft(box.left() + kLockSize + 3);
  }
  painter.setFont(uiFont(11));
  painter.setPen(t.text);
  painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, pill.lead);
  if (!pill.error.isEmpty()) {
    if (!pill.lead.isEmpty()) box.setLeft(box.left() + painter.fontMetrics().horizontalAdvance(pill.lead) + 6);
    painter.setPen(edge.link.edge.errorShare >= 0.05 ? t.failing : t.degraded);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, pill.error);
  }
  painter.restore();
}

}  // namespace varka::ui
