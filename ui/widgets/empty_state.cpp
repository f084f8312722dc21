#include "ui/widgets/empty_state.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPainter>

#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

EmptyState::EmptyState(const char* icon, const QString& what, const QString& why, QWidget* parent)
    : QWidget(parent), icon_(icon), what_(makeTitle(what, this)), why_(makeSecondary(why, this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(8);
  layout->addStretch(2);
  layout->addSpacing(52);  // the icon is painted there
  for (auto* label : {what_, why_}) {
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignHCenter);
    layout->addWidget(label);
  }
  buttons_ = new QHBoxLayout;
  buttons_->setSpacing(8);
  buttons_->addStretch();
  buttons_->addStretch();
  layout->addSpacing(4);
  layout->addLayout(buttons_);
  layout->addStretch(3);
}

void EmptyState::setTexts(const QString& what, const QString& why) {
  what_->setText(what);
  why_->setText(why);
}

void EmptyState::addButton(const QString& text, std::function<void()> action) {
  auto* button = buttons_->count() == 2 ? makePrimary(text, this) : new QPushButton(text, this);
  connect(button, &QPushButton::clicked, this, [action = std::move(action)] { action(); });
  buttons_->insertWidget(buttons_->count() - 1, button);
}

void EmptyState::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRectF box((width() - 40) / 2.0, what_->y() - 52.0, 40, 40);
  paintIcon(painter, icon_, box, tokens().idle);
}

}  // namespace varka::ui
