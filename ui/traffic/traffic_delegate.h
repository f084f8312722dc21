#pragma once
// TrafficDelegate: origin letter beside the status, a bar under the duration.

#include <QStyledItemDelegate>

namespace varka::ui {

class TrafficDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace varka::ui
