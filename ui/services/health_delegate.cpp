#include "ui/services/health_delegate.h"

#include <QPainter>

#include "ui/models/services_model.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

QSize HealthDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  auto size = QStyledItemDelegate::sizeHint(option, index);
  size.setHeight(24);
  size.rwidth() += 24;
  return size;
}

void HealthDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem ground = option;
  initStyleOption(&ground, index);
  ground.text.clear();
  const auto* style = option.widget->style();
  style->drawControl(QStyle::CE_ItemViewItem, &ground, painter, option.widget);

  const auto health = index.data(ServicesModel::HealthRole);
  const auto text = index.data(Qt::DisplayRole).toString();
  QRect box = option.rect.adjusted(2, 0, -4, 0);
  painter->save();
  if (health.isValid()) {
    const auto state = static_cast<mesh::Health>(health.toInt());
    paintIcon(*painter, healthIcon(state), QRectF(box.x(), box.y() + (box.height() - 16) / 2.0, 16, 16), healthColor(state));
    box.setLeft(box.left() + 20);
    painter->setFont(uiFont(12));
  } else {
    painter->setFont(uiFont(compact_ ? 11 : 12, QFont::Bold));
  }
  if (!(compact_ && health.isValid())) {
    painter->setPen(option.state & QStyle::State_Selected ? tokens().selectedText : tokens().text);
    painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(text, compact_ ? Qt::ElideRight : Qt::ElideMiddle, box.width()));
  }
  painter->restore();
}

}  // namespace varka::ui
