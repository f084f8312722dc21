#include "ui/routes/split_bar.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

constexpr double kReach = 8;     // hit area of a divider, each side
constexpr double kInset = 4;     // room for the handles and the focus ring
constexpr int kMinTitleWidth = 30;

}  // namespace

std::vector<int> moveDivider(std::vector<int> weights, int divider, int position, int step) {
  const auto index = static_cast<std::size_t>(divider);
  if (divider < 0 || index + 1 >= weights.size()) return weights;
  const int before = std::accumulate(weights.begin(), weights.begin() + divider, 0);
  const int sum = weights[index] + weights[index + 1];
  const int stepped = step > 1 ? static_cast<int>(std::lround(static_cast<double>(position) / step)) * step : position;
  weights[index] = std::clamp(stepped - before, 0, sum);
  weights[index + 1] = sum - weights[index];
  return weights;
}

SplitBar::SplitBar(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void SplitBar::setSegments(std::vector<Segment> segments) {
  if (dragging()) return;  // live updates do not pull the divider out of the hand
  segments_ = std::move(segments);
  focused_ = std::clamp(focused_, 0, std::max(0, static_cast<int>(segments_.size()) - 2));
  QStringList spoken;
  for (const auto& segment : segments_) spoken << tr("%1 %2 percent").arg(segment.title).arg(segment.weight);
  setAccessibleName(tr("Weights: %1").arg(spoken.join(u", ")));
  setToolTip(segments_.size() > 1 ? tr("Drag a divider (Shift: 5 % steps); arrow keys when focused") : QString());
  update();
}

void SplitBar::setHatched(bool hatched) {
  hatched_ = hatched;
  update();
}

std::vector<int> SplitBar::weights() const {
  std::vector<int> out;
  for (const auto& segment : segments_) out.push_back(segment.weight);
  return out;
}

void SplitBar::setWeights(const std::vector<int>& weights) {
  for (std::size_t i = 0; i < segments_.size() && i < weights.size(); ++i) segments_[i].weight = weights[i];
  update();
}

int SplitBar::total() const {
  const auto all = weights();
  return std::max(1, std::accumulate(all.begin(), all.end(), 0));
}

double SplitBar::dividerX(int index) const {
  int sum = 0;
  for (int i = 0; i <= index; ++i) sum += segments_[static_cast<std::size_t>(i)].weight;
  return kInset + (width() - 2 * kInset) * sum / total();
}

int SplitBar::dividerAt(const QPointF& point) const {
  int best = -1;
  double distance = kReach;
  for (int i = 0; i + 1 < static_cast<int>(segments_.size()); ++i)
    if (const double d = std::abs(dividerX(i) - point.x()); d <= distance) {
      best = i;
      distance = d;
    }
  return best;
}

void SplitBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF bar(kInset, 3, width() - 2 * kInset, height() - 6);
  QPainterPath round;
  round.addRoundedRect(bar, 6, 6);
  painter.save();
  painter.setClipPath(round);
  painter.fillRect(bar, tokens().raised);
  double left = bar.left();
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const auto& segment = segments_[i];
    const double right = segments_.size() == 1 ? bar.right() : dividerX(static_cast<int>(i));
    const QRectF box(left, bar.top(), right - left, bar.height());
    const QColor hue = identityColor(segment.title);
    painter.fillRect(box, mixed(tokens().surface, hue, Theme::instance().isDark() ? 0.38 : 0.24));
    painter.fillRect(QRectF(box.left(), box.bottom() - 3, box.width(), 3), hue);
    if (hatched_) painter.fillRect(box, QBrush(tokens().idle, Qt::BDiagPattern));
    left = right;
    if (box.width() < kMinTitleWidth) continue;
    painter.setFont(uiFont(12, QFont::DemiBold));
    painter.setPen(tokens().text);
    const QString share = segments_.size() == 1 ? QString() : QStringLiteral("  %1 %").arg(segment.weight);
    const QString text = painter.fontMetrics().elidedText(segment.title + share, Qt::ElideMiddle,
                                                          static_cast<int>(box.width()) - 12);
    painter.drawText(box.adjusted(8, 0, -4, -2), Qt::AlignVCenter | Qt::AlignLeft, text);
  }
  painter.restore();
  painter.setPen(tokens().border);
  painter.drawPath(round);
  for (int i = 0; i + 1 < static_cast<int>(segments_.size()); ++i) {
    const bool active = i == dragged_ || (hasFocus() && i == focused_);
    const QRectF handle(dividerX(i) - 3, 1, 6, height() - 2);
    painter.setBrush(active ? tokens().accent : tokens().surface);
    painter.setPen(active ? tokens().accent : tokens().secondary);
    painter.drawRoundedRect(handle, 3, 3);
  }
}

void SplitBar::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  dragged_ = dividerAt(event->position());
  if (dragged_ < 0) return;
  focused_ = dragged_;
  before_ = weights();
  update();
}

void SplitBar::mouseMoveEvent(QMouseEvent* event) {
  if (dragged_ < 0) {
    setCursor(dividerAt(event->position()) >= 0 ? Qt::SplitHCursor : Qt::ArrowCursor);
    return;
  }
  const double share = (event->position().x() - kInset) / std::max(1.0, width() - 2 * kInset);
  const int step = event->modifiers() & Qt::ShiftModifier ? 5 : 1;
  const auto wished = moveDivider(weights(), dragged_, static_cast<int>(std::lround(share * total())), step);
  if (wished == weights()) return;
  setWeights(wished);
  Q_EMIT previewed(wished);
}

void SplitBar::mouseReleaseEvent(QMouseEvent*) {
  if (dragged_ < 0) return;
  dragged_ = -1;
  update();
  if (weights() == before_) Q_EMIT cancelled();
  else Q_EMIT committed(weights());
}

void SplitBar::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && dragging()) {
    dragged_ = -1;
    setWeights(before_);
    Q_EMIT cancelled();
    return;
  }
  const int dividers = static_cast<int>(segments_.size()) - 1;
  const int step = event->modifiers() & Qt::ShiftModifier ? 5 : 1;
  const int by = event->key() == Qt::Key_Left ? -step : event->key() == Qt::Key_Right ? step : 0;
  if (dividers < 1 || (by == 0 && event->key() != Qt::Key_Up && event->key() != Qt::Key_Down))
    return QWidget::keyPressEvent(event);
  if (by == 0) {
    focused_ = (focused_ + (event->key() == Qt::Key_Down ? 1 : dividers - 1)) % dividers;
    return update();
  }
  int position = 0;
  const auto now = weights();
  for (int i = 0; i <= focused_; ++i) position += now[static_cast<std::size_t>(i)];
  const auto wished = moveDivider(now, focused_, position + by, 1);
  if (wished == now) return;
  setWeights(wished);
  Q_EMIT committed(wished);
}

}  // namespace varka::ui
