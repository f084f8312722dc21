#include "ui/widgets/sparkline.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "ui/widgets/theme.h"

namespace varka::ui {

void paintSparkline(QPainter& painter, const QRectF& box, const std::vector<double>& values, const QColor& color,
                    std::size_t places) {
  if (values.size() < 2) return;
  const auto count = std::min(values.size(), places);
  const double top = std::max(*std::max_element(values.end() - static_cast<std::ptrdiff_t>(count), values.end()), 1e-9);
  const double step = box.width() / static_cast<double>(places - 1);
  QPolygonF line;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = box.right() - step * static_cast<double>(count - 1 - i);
    line << QPointF(x, box.bottom() - box.height() * values[values.size() - count + i] / top);
  }
  QPainterPath area;
  area.moveTo(line.first().x(), box.bottom());
  for (const auto& point : line) area.lineTo(point);
  area.lineTo(line.last().x(), box.bottom());
  auto tint = color;
  tint.setAlphaF(0.14f);
  painter.setPen(Qt::NoPen);
  painter.setBrush(tint);
  painter.drawPath(area);
  painter.setPen(QPen(color, 1.2));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(line);
}

Sparkline::Sparkline(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Sparkline::setValues(std::vector<double> values) {
  values_ = std::move(values);
  update();
}

void Sparkline::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(tokens().border, 1));
  painter.drawLine(rect().bottomLeft(), rect().bottomRight());
  paintSparkline(painter, QRectF(rect()).adjusted(1, 3, -1, -1), values_, tokens().accent);
}

}  // namespace varka::ui
