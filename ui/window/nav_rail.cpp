#include "ui/window/nav_rail.h"

#include <QEnterEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"
#include "ui/window/view.h"

namespace varka::ui {

RailButton::RailButton(const char* icon, const QString& title, const QString& shortcut, QWidget* parent)
    : QAbstractButton(parent), icon_(icon) {
  setText(title);
  setAccessibleName(title);
  setToolTip(shortcut.isEmpty() ? title : QStringLiteral("%1  %2").arg(title, shortcut));
  setCheckable(true);
  setFocusPolicy(Qt::TabFocus);
  setAttribute(Qt::WA_Hover);
  setFixedSize(RailButton::sizeHint());
}

void RailButton::setDot(bool on) {
  if (dot_ == on) return;
  dot_ = on;
  update();
}

void RailButton::paintEvent(QPaintEvent*) {
  const auto& t = tokens();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF ground(6, 3, width() - 12, height() - 6);
  if (isEnabled() && (isChecked() || underMouse())) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(isChecked() ? t.accentTint : t.raised);
    painter.drawRoundedRect(ground, 6, 6);
  }
  if (isChecked()) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.accent);
    painter.drawRoundedRect(QRectF(0, 8, 3, height() - 16), 1.5, 1.5);
  }
  if (hasFocus()) {
    painter.setPen(QPen(t.accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(ground.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  }
  const auto color = !isEnabled() ? t.idle : isChecked() ? t.accent : t.secondary;
  paintIcon(painter, icon_, QRectF((width() - 20) / 2.0, 8, 20, 20), color);
  painter.setFont(uiFont(11));
  painter.setPen(!isEnabled() ? t.idle : isChecked() ? t.accent : t.text);
  painter.drawText(QRectF(2, 30, width() - 4, 16), Qt::AlignCenter, text());
  if (dot_) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.failing);
    painter.drawEllipse(QRectF(width() / 2.0 + 9, 7, 6, 6));
  }
}

NavRail::NavRail(QWidget* parent) : QWidget(parent) {
  setFixedWidth(68);
  auto* layout = tight(new QVBoxLayout(this), 2);
  layout->setContentsMargins(0, 6, 0, 6);
  const auto& entries = viewEntries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0 && entries[i].group != entries[i - 1].group) {
      layout->addSpacing(6);
      auto* line = new QFrame(this);
      line->setFixedSize(36, 1);
      line->setAutoFillBackground(true);
      line->setBackgroundRole(QPalette::Mid);
      layout->addWidget(line, 0, Qt::AlignHCenter);
      layout->addSpacing(6);
    }
    const auto shortcut = i < 10 ? QStringLiteral("Ctrl+%1").arg((i + 1) % 10) : QString();
    auto* button = new RailButton(entries[i].icon, tr(entries[i].title), shortcut, this);
    connect(button, &RailButton::clicked, this, [this, i] { Q_EMIT chosen(static_cast<int>(i)); });
    buttons_.push_back(button);
    layout->addWidget(button);
  }
  layout->addStretch();
}

void NavRail::setCurrent(int view) {
  for (std::size_t i = 0; i < buttons_.size(); ++i) buttons_[i]->setChecked(static_cast<int>(i) == view);
}

void NavRail::setDot(int view, bool on) {
  buttons_[static_cast<std::size_t>(view)]->setDot(on);
}

void NavRail::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), tokens().surface);
  painter.fillRect(QRect(width() - 1, 0, 1, height()), tokens().border);
}

}  // namespace varka::ui
