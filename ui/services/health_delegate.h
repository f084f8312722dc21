#pragma once
// HealthDelegate: the name column of service lists: health glyph in its colour, then the name. Namespace rows are bold.

#include <QStyledItemDelegate>

namespace varka::ui {

class HealthDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void setCompact(bool compact) { compact_ = compact; }
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  bool compact_ = false;
};

}  // namespace varka::ui
