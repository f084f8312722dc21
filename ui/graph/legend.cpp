#include "ui/graph/legend.h"

#include <QPainter>
#include <set>

#include "ui/graph/edge_painter.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

constexpr int kRow = 22, kPad = 12, kSignWidth = 40;
enum Line { Healthy, Degraded, Failing, Tcp, Grpc, Idle };

}  // namespace

Legend::Legend(QWidget* parent) : QFrame(parent) {
  setProperty("panel", "popup");
  setAttribute(Qt::WA_StyledBackground);
}

void Legend::follow(const Scene& scene) {
  std::set<int> health, lines, locks;
  for (const auto& node : scene.nodes) health.insert(static_cast<int>(node.item.health));
  for (const auto& edge : scene.edges) {
    const auto& e = edge.link.edge;
    if (edge.link.idle) lines.insert(Idle);
    else if (e.errorShare >= 0.05) lines.insert(Failing);
    else if (e.errorShare >= 0.001) lines.insert(Degraded);
    else if (e.protocol != "tcp") lines.insert(Healthy);
    if (!edge.link.idle && e.protocol == "tcp") lines.insert(Tcp);
    if (!edge.link.idle && e.protocol == "grpc") lines.insert(Grpc);
    if (e.mtls != mesh::GraphEdge::Mtls::Unknown) locks.insert(static_cast<int>(e.mtls));
  }
  rows_.clear();
  for (const int value : health) rows_.push_back({Sign::Health, value, healthWord(static_cast<mesh::Health>(value))});
  const QString lineWords[] = {tr("fewer than 0.1% errors"), tr("up to 5% errors"), tr("5% errors or more"), tr("TCP"), tr("gRPC"), tr("no traffic now")};
  for (const int value : lines) rows_.push_back({Sign::Line, value, lineWords[value]});
  const QString lockWords[] = {QString(), tr("mutual TLS"), tr("partly plain text"), tr("plain text")};
  for (const int value : locks) rows_.push_back({Sign::Lock, value, lockWords[value]});
  if (!lines.empty()) rows_.push_back({Sign::Dot, 0, tr("a dot is one request")});
  adjustSize();
  update();
}

QSize Legend::sizeHint() const {
  const QFontMetrics metrics(uiFont(11));
  int width = 0;
  for (const auto& row : rows_) width = std::max(width, metrics.horizontalAdvance(row.text));
  return {kPad * 2 + kSignWidth + width, kPad * 2 + kRow * static_cast<int>(rows_.size())};
}

void Legend::paintSign(QPainter& painter, const Row& row, const QRectF& box) {
  const auto& t = tokens();
  const double y = box.center().y();
  if (row.sign == Sign::Health) {
    const auto health = static_cast<mesh::Health>(row.value);
    const QRectF frame(box.left(), y - 8, 16, 16);
    painter.setPen(QPen(healthColor(health), 1.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(frame, 4, 4);
    paintIcon(painter, healthIcon(health), frame.adjusted(2, 2, -2, -2), healthColor(health));
  } else if (row.sign == Sign::Lock) {
    paintPadlock(painter, QRectF(box.left() + 1, y - 7, 14, 14), static_cast<mesh::GraphEdge::Mtls>(row.value));
  } else if (row.sign == Sign::Dot) {
    painter.setPen(QPen(t.healthy, 1.4));
    painter.setBrush(t.surface);
    painter.drawEllipse(QPointF(box.left() + 8, y), 2.8, 2.8);
  } else {
    const QColor colors[] = {t.healthy, t.degraded, t.failing, t.tcp, t.healthy, t.idle};
    QPen pen(colors[row.value], row.value == Grpc ? 4 : 2.5);
    if (row.value == Tcp) pen.setDashPattern({2.4, 1.6});
    if (row.value == Idle) pen.setDashPattern({0.8, 1.4});
    painter.setPen(pen);
    painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + 28, y));
    if (row.value == Grpc) {
      painter.setPen(QPen(t.surface, 1.4));
      painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + 28, y));
    }
  }
}

void Legend::paintEvent(QPaintEvent* event) {
  QFrame::paintEvent(event);
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(uiFont(11));
  int y = kPad;
  for (const auto& row : rows_) {
    paintSign(painter, row, QRectF(kPad, y, kSignWidth, kRow));
    painter.setPen(tokens().text);
    painter.drawText(QRectF(kPad + kSignWidth, y, width() - kPad - kSignWidth, kRow), Qt::AlignLeft | Qt::AlignVCenter, row.text);
    y += kRow;
  }
}

}  // namespace varka::ui
