#pragma once
// Paints the life of a certificate: a bar, what is gone filled, a diamond where renewal is due.

#include <QStyledItemDelegate>

namespace varka::ui {

class ValidityDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace varka::ui
