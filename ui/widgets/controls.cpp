#include "ui/widgets/controls.h"

#include <QAction>
#include <QFontMetrics>
#include <QMouseEvent>
#include <QPainter>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

QPushButton* makeChip(const QString& text, bool checked, QWidget* parent) {
  auto* chip = new QPushButton(text, parent);
  chip->setProperty("chip", true);
  chip->setCheckable(true);
  chip->setChecked(checked);
  chip->setAccessibleName(text);
  return chip;
}

QPushButton* makePrimary(const QString& text, QWidget* parent) {
  auto* button = new QPushButton(text, parent);
  button->setProperty("primary", true);
  return button;
}

QToolButton* makeIconButton(const char* name, const QString& tip, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setIcon(icon(name));
  button->setIconSize(QSize(18, 18));
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  button->setProperty("iconOnly", true);
  button->setAutoRaise(true);
  return button;
}

QToolButton* makeActionButton(QAction* action, QWidget* parent, bool withText) {
  auto* button = new QToolButton(parent);
  button->setDefaultAction(action);
  button->setIconSize(QSize(18, 18));
  button->setAutoRaise(true);
  button->setProperty("iconOnly", !withText);
  button->setToolButtonStyle(withText ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
  button->setAccessibleName(action->text());
  return button;
}

QLabel* makeTitle(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setProperty("role", "title");
  return label;
}

QLabel* makeSecondary(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setProperty("role", "secondary");
  return label;
}

QFrame* makeSeparator(QWidget* parent) {
  auto* line = new QFrame(parent);
  line->setFixedWidth(1);
  line->setMinimumHeight(20);
  line->setAutoFillBackground(true);
  line->setBackgroundRole(QPalette::Mid);
  return line;
}

ElidedLabel::ElidedLabel(QWidget* parent, Qt::TextElideMode mode)
    : QWidget(parent), mode_(mode), color_([] { return tokens().text; }) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ElidedLabel::setText(const QString& text) {
  if (text == text_) return;
  text_ = text;
  setToolTip(text);
  setAccessibleName(text);
  updateGeometry();
  update();
}

QSize ElidedLabel::sizeHint() const {
  const auto margins = contentsMargins();
  return {fontMetrics().horizontalAdvance(text_) + 2 + margins.left() + margins.right(), fontMetrics().height() + 4};
}

QSize ElidedLabel::minimumSizeHint() const {
  return {std::min(sizeHint().width(), 32), sizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(color_());
  const auto box = contentsRect();
  painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(text_, mode_, box.width()));
}

Pill::Pill(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  setCursor(Qt::PointingHandCursor);
}

void Pill::show(const char* icon, const QString& text, Tone tone) {
  if (icon == icon_ && text == text_ && tone == tone_) return;
  icon_ = icon;
  text_ = text;
  tone_ = tone;
  setAccessibleName(text);
  updateGeometry();
  update();
}

QSize Pill::sizeHint() const {
  return {fontMetrics().horizontalAdvance(text_) + (icon_ ? 20 : 0) + 22, 26};
}

void Pill::paintEvent(QPaintEvent*) {
  const auto& t = tokens();
  const QColor colors[] = {t.secondary, t.healthy, t.degraded, t.failing, t.accent};
  const auto color = colors[static_cast<int>(tone_)];
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(color);
  painter.setBrush(mixed(t.surface, color, 0.08));
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  QRect box = rect().adjusted(10, 0, -10, 0);
  if (icon_) {
    paintIcon(painter, icon_, QRectF(box.x(), (height() - 16) / 2.0, 16, 16), color);
    box.setLeft(box.left() + 20);
  }
  painter.setPen(t.text);
  painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, text_);
}

void Pill::mouseReleaseEvent(QMouseEvent* event) {
  if (rect().contains(event->position().toPoint())) Q_EMIT clicked();
}

}  // namespace varka::ui
