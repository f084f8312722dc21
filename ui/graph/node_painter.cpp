#include "ui/graph/node_painter.h"

#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/models/format.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/sparkline.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

using mesh::Health;

int fontPixels(double scale, int atFull) {
  return std::clamp(static_cast<int>(std::lround(atFull * scale)), 11, atFull * 2);
}

void drawElided(QPainter& painter, const QRectF& box, const QString& text, Qt::Alignment align, Qt::TextElideMode mode = Qt::ElideMiddle) {
  painter.drawText(box, static_cast<int>(align | Qt::AlignVCenter), painter.fontMetrics().elidedText(text, mode, static_cast<int>(box.width())));
}

QPainterPath hexagon(const QRectF& box) {
  QPainterPath path;
  for (int i = 0; i < 6; ++i) {
    const double angle = M_PI / 6 + i * M_PI / 3;
    const QPointF point = box.center() + QPointF(std::cos(angle), std::sin(angle)) * box.width() * 0.56;
    i == 0 ? path.moveTo(point) : path.lineTo(point);
  }
  path.closeSubpath();
  return path;
}

/// The kind is the outline, the health is the glyph in it.
void paintKind(QPainter& painter, const QRectF& box, const GraphItem& item, const QColor& color) {
  painter.setPen(QPen(color, 1.6, item.kind == "external" ? Qt::DashLine : Qt::SolidLine));
  painter.setBrush(Qt::NoBrush);
  if (item.kind == "gateway") painter.drawPath(hexagon(box));
  else if (item.kind == "external" || item.kind == "outside") painter.drawEllipse(box);
  else painter.drawRoundedRect(box, box.width() * 0.22, box.width() * 0.22);
  const double inner = box.width() * 0.88;
  paintIcon(painter, healthIcon(item.health), QRectF(box.center() - QPointF(inner / 2, inner / 2), QSizeF(inner, inner)), color);
}

/// Narrow: the one number that matters.
QString numbersText(const GraphItem& item, bool narrow) {
  if (!item.state.isEmpty()) return item.state;
  if (item.rps < 0.05) return QStringLiteral("idle");
  if (narrow) return item.errorShare >= 0.001 ? QStringLiteral("%1 err").arg(percentText(item.errorShare)) : rateText(item.rps);
  return QStringLiteral("%1   %2 err").arg(rateText(item.rps), percentText(item.errorShare));
}

QColor badgeColor(const std::string& badge) {
  const auto& t = tokens();
  if (badge == "SC" || badge.starts_with("FI")) return t.failing;
  if (badge == "CB" || badge == "RL") return t.degraded;
  if (badge == "VS" || badge == "DR") return t.accent;
  return t.secondary;
}

void paintBadges(QPainter& painter, const QRectF& card, const GraphItem& item) {
  auto badges = item.badges;
  if (item.sidecarOff && std::find(badges.begin(), badges.end(), "SC") == badges.end()) badges.emplace_back("SC");
  painter.setFont(uiFont(11, QFont::Bold));
  double right = card.right() - 6;
  for (const auto& badge : badges) {
    const auto text = QString::fromStdString(badge);
    const double width = painter.fontMetrics().horizontalAdvance(text) + 8;
    const QRectF box(right - width, card.top() - 8, width, 16);
    if (box.left() < card.left() + 20) break;
    const auto color = badgeColor(badge);
    painter.setPen(QPen(color, 1));
    painter.setBrush(tokens().surface);
    painter.drawRoundedRect(box, 4, 4);
    painter.drawText(box, Qt::AlignCenter, text);
    right = box.left() - 3;
  }
}

void paintFrame(QPainter& painter, const QRectF& box, double radius, const GraphItem& item, const NodeLook& look) {
  const auto& t = tokens();
  if (look.found) {
    painter.setPen(QPen(t.halo, 6));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), radius + 3, radius + 3);
  }
  const bool stopped = item.health == Health::Stopped;
  painter.setPen(look.selected ? QPen(t.accent, 3) : QPen(look.hovered ? t.secondary : t.border, 1, item.kind == "external" ? Qt::DashLine : Qt::SolidLine));
  painter.setBrush(stopped ? mixed(t.surface, t.groupBox, 0.6) : t.surface);
  painter.drawRoundedRect(box, radius, radius);
}

void paintHealthBar(QPainter& painter, const QRectF& box, double radius, const QColor& color, double width) {
  QPainterPath shape;
  shape.addRoundedRect(box, radius, radius);
  painter.save();
  painter.setClipPath(shape, Qt::IntersectClip);
  painter.fillRect(QRectF(box.left(), box.top(), width, box.height()), color);
  painter.restore();
}

void paintCard(QPainter& painter, const QRectF& box, const GraphItem& item, const NodeLook& look, double scale, bool pinned) {
  const auto& t = tokens();
  const auto color = healthColor(item.health);
  paintFrame(painter, box, 7, item, look);
  paintHealthBar(painter, box, 7, color, 5);
  const double pad = std::clamp(10 * scale, 6.0, 12.0);
  const double glyph = std::clamp(16 * scale, 13.0, 24.0);
  const double third = box.height() / 3;
  const double left = box.left() + 5 + pad;
  const QRectF kind(left, box.top() + third - glyph / 2 - 1, glyph, glyph);
  paintKind(painter, kind, item, color);
  const double textLeft = kind.right() + pad * 0.8;
  painter.setPen(t.text);
  painter.setFont(uiFont(fontPixels(scale, 13), QFont::Bold));
  drawElided(painter, QRectF(textLeft, box.top() + third * 0.12, box.right() - textLeft - 8, third), item.title, Qt::AlignLeft);
  painter.setPen(t.secondary);
  painter.setFont(uiFont(fontPixels(scale, 11)));
  drawElided(painter, QRectF(textLeft, box.top() + third * 1.0, box.right() - textLeft - 8, third * 0.9), item.subtitle, Qt::AlignLeft);
  const bool bad = item.health == Health::Failing || item.health == Health::Crashed;
  const bool spark = scale >= 0.75 && item.history.size() > 1 && item.state.isEmpty();
  const double sparkWidth = spark ? 46 * scale : 0;
  painter.setPen(bad ? t.failing : item.state.isEmpty() && item.rps >= 0.05 ? t.text : t.secondary);
  const QRectF numbers(left, box.top() + third * 1.95, box.width() - 5 - 2 * pad - sparkWidth - 4, third * 0.9);
  const bool narrow = painter.fontMetrics().horizontalAdvance(numbersText(item, false)) > numbers.width();
  drawElided(painter, numbers, numbersText(item, narrow), Qt::AlignLeft, Qt::ElideRight);
  if (spark)
    paintSparkline(painter, QRectF(box.right() - sparkWidth - 8, box.bottom() - third * 0.95, sparkWidth, third * 0.7), item.history, t.idle);
  paintBadges(painter, box, item);
  if (pinned) paintIcon(painter, "pin", QRectF(box.right() - 17, box.bottom() - (spark ? third + 16 : 18), 12, 12), t.idle);
}

void paintPill(QPainter& painter, const QRectF& node, const GraphItem& item, const NodeLook& look) {
  const auto color = healthColor(item.health);
  const bool twoLines = node.height() >= 31;  // from 50 % there is room for the numbers
  const double height = twoLines ? node.height() : std::min(26.0, node.height() - 2);
  const QRectF box(node.left(), node.center().y() - height / 2, node.width(), height);
  paintFrame(painter, box, 6, item, look);
  paintHealthBar(painter, box, 6, color, 4);
  const double glyph = std::min(14.0, height - 6);
  const QRectF kind(box.left() + 8, box.center().y() - glyph / 2, glyph, glyph);
  paintKind(painter, kind, item, color);
  const bool bad = item.health == Health::Failing || item.health == Health::Crashed;
  const QRectF text(kind.right() + 5, box.top() + (twoLines ? 2 : 0), box.right() - kind.right() - 8, twoLines ? box.height() / 2 - 2 : box.height());
  painter.setPen(tokens().text);
  painter.setFont(uiFont(11, twoLines ? QFont::Bold : QFont::Normal));
  // Versions of one service stand side by side: without the version a pill names none of them.
  const QString name = item.kind == "workload" && !item.version.empty() ? item.title + u' ' + QString::fromStdString(item.version) : item.title;
  drawElided(painter, text, name, Qt::AlignLeft);
  if (!twoLines) return;
  painter.setFont(uiFont(11));
  painter.setPen(bad ? tokens().failing : tokens().secondary);
  drawElided(painter, text.translated(0, text.height()), numbersText(item, true), Qt::AlignLeft, Qt::ElideRight);
}

/// Shape carries the state too: ● healthy, ▲ degraded, ◆ failing, ◆ with a gap crashed, ■ stopped, ○ idle.
void paintDot(QPainter& painter, QPointF centre, const GraphItem& item, const NodeLook& look, double radius = 9) {
  const auto& t = tokens();
  if (look.found || look.selected) {
    painter.setPen(QPen(look.selected ? t.accent : t.halo, 3));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(centre, radius + 4, radius + 4);
  }
  const auto color = healthColor(item.health);
  painter.setPen(QPen(t.ground, 1));
  painter.setBrush(color);
  QPolygonF shape;
  switch (item.health) {
    case Health::Degraded: shape << centre + QPointF(0, -radius) << centre + QPointF(radius, radius * 0.8) << centre + QPointF(-radius, radius * 0.8); break;
    case Health::Failing:
    case Health::Crashed: shape << centre + QPointF(0, -radius) << centre + QPointF(radius, 0) << centre + QPointF(0, radius) << centre + QPointF(-radius, 0); break;
    case Health::Stopped: painter.drawRect(QRectF(centre - QPointF(radius, radius) * 0.75, QSizeF(radius, radius) * 1.5)); return;
    case Health::Unknown:
    case Health::Starting:
      painter.setPen(QPen(color, 2));
      painter.setBrush(t.surface);
      painter.drawEllipse(centre, radius * 0.8, radius * 0.8);
      return;
    case Health::Healthy: painter.drawEllipse(centre, radius, radius); return;
  }
  painter.drawPolygon(shape);
  if (item.health == Health::Crashed) {
    painter.setPen(QPen(t.surface, 2));
    painter.drawLine(centre - QPointF(radius, 0), centre + QPointF(radius, 0));
  }
}

void paintCollapsed(QPainter& painter, const QRectF& box, const GraphItem& item, const NodeLook& look, double scale) {
  const auto& t = tokens();
  paintFrame(painter, box, 8, item, look);
  painter.setPen(t.text);
  painter.setFont(uiFont(fontPixels(scale, 13), QFont::Bold));
  const double line = std::max(18.0, 20 * scale);
  drawElided(painter, QRectF(box.left() + 10, box.top() + 4, box.width() - 20, line), item.title, Qt::AlignLeft);
  double y = box.top() + 4 + line;
  if (box.height() > 60) {
    painter.setFont(uiFont(fontPixels(scale, 11)));
    painter.setPen(t.secondary);
    drawElided(painter, QRectF(box.left() + 10, y, box.width() - 20, line * 0.8), QStringLiteral("%1  ·  %2").arg(item.subtitle, rateText(item.rps)), Qt::AlignLeft);
    y += line * 0.8;
  }
  const double radius = std::clamp(5 * scale, 3.5, 7.0);
  const double step = radius * 2.6;
  double x = box.left() + 10 + radius;
  y += radius + 3;
  for (const auto health : item.members) {
    if (x + radius > box.right() - 8) {
      x = box.left() + 10 + radius;
      y += step;
    }
    if (y + radius > box.bottom() - 2) break;
    GraphItem dot;
    dot.health = health;
    paintDot(painter, {x, y}, dot, {}, radius);
    x += step;
  }
}

}  // namespace

void paintGroup(QPainter& painter, const SceneGroup& group, const Camera& camera) {
  const auto& t = tokens();
  painter.setPen(QPen(t.border, 1));
  painter.setBrush(t.groupBox);
  painter.drawRoundedRect(camera.toScreen(group.box), 8, 8);
}

void paintGroupTitle(QPainter& painter, const SceneGroup& group, const Camera& camera) {
  const auto& t = tokens();
  const auto box = camera.toScreen(group.box);
  painter.setFont(uiFont(11, QFont::Bold));
  const auto text = painter.fontMetrics().elidedText(QString::fromStdString(group.ns), Qt::ElideMiddle, static_cast<int>(box.width() - 16));
  // Zoomed out, the room above the cards is lower than the text: the title then sits on the border.
  const QRectF place(box.left() + 8, box.top() + (camera.scale >= 0.75 ? 3 : -9), painter.fontMetrics().horizontalAdvance(text) + 8, 16);
  painter.fillRect(place, t.groupBox);
  painter.setPen(t.secondary);
  painter.drawText(place, Qt::AlignCenter, text);
}

void paintNode(QPainter& painter, const SceneNode& node, const Camera& camera, const NodeLook& look) {
  painter.save();
  painter.setOpacity(look.dimmed ? 0.15 : node.item.health == Health::Stopped ? 0.75 : 1.0);
  const auto box = camera.toScreen(node.box);
  const auto form = formAt(camera.scale);
  if (node.item.kind == "group") paintCollapsed(painter, box, node.item, look, camera.scale);
  else if (form == NodeForm::Card && box.height() >= 40) paintCard(painter, box, node.item, look, camera.scale, node.pinned);
  else if (form != NodeForm::Dot) paintPill(painter, box, node.item, look);
  else paintDot(painter, box.center(), node.item, look);
  painter.restore();
}

}  // namespace varka::ui
