#include "ui/traffic/traffic_delegate.h"

#include <QPainter>

#include "ui/models/traffic_model.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

void TrafficDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyledItemDelegate::paint(painter, option, index);
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  if (index.column() == TrafficModel::Status) {
    const auto letter = index.data(TrafficModel::OriginRole).toChar();
    if (!letter.isNull()) {
      const QRectF badge(option.rect.right() - 20, option.rect.center().y() - 7.5, 16, 16);
      painter->setPen(tokens().failing);
      painter->setBrush(tokens().surface);
      painter->drawRoundedRect(badge, 4, 4);
      painter->setFont(uiFont(11, QFont::Bold));
      painter->drawText(badge, Qt::AlignCenter, letter);
    }
  } else if (index.column() == TrafficModel::Duration) {
    const double share = index.data(TrafficModel::DurationShareRole).toDouble();
    const QRectF bar(option.rect.right() - 6 - 64 * share, option.rect.bottom() - 3, 64 * share, 2);
    painter->fillRect(bar, tokens().tcp);
  }
  painter->restore();
}

}  // namespace varka::ui
