#include "ui/window/dock_header.h"

#include <QHBoxLayout>
#include <QPainter>

#include "ui/widgets/controls.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

DockHeader::DockHeader(const QString& title, QWidget* parent) : QWidget(parent), title_(new ElidedLabel(this)) {
  setFixedHeight(28);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(10, 0, 2, 1);
  layout->setSpacing(2);
  title_->setFont(uiFont(12, QFont::Medium));
  title_->setText(title);
  layout->addWidget(title_, 1);
  auto* close = makeIconButton("close", tr("Hide this pane"), this);
  close_ = close;
  close->setIconSize(QSize(14, 14));
  close->setFixedSize(24, 24);
  layout->addWidget(close);
  connect(close, &QToolButton::clicked, this, &DockHeader::closeWanted);
}

void DockHeader::setTitle(const QString& title) {
  title_->setText(title);
}

void DockHeader::setCompact(bool compact) {
  title_->setVisible(!compact);
  close_->setVisible(!compact);
}

void DockHeader::addButton(QWidget* button) {
  button->setFixedSize(24, 24);
  auto* layout = static_cast<QHBoxLayout*>(this->layout());
  layout->insertWidget(layout->count() - 1, button);
}

void DockHeader::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), tokens().surface);
  painter.fillRect(QRect(0, height() - 1, width(), 1), tokens().border);
}

}  // namespace varka::ui
