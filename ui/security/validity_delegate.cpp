#include "ui/security/validity_delegate.h"

#include <QPainter>

#include "ui/security/certificates_model.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

void ValidityDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyledItemDelegate::paint(painter, option, index);
  const double gone = index.data(CertificatesModel::ShareRole).toDouble();
  const double renew = index.data(CertificatesModel::RenewShareRole).toDouble();
  const QRectF bar = QRectF(option.rect).adjusted(8, 8, -8, -8);
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(Qt::NoPen);
  const QColor ink = gone >= 0.95 ? tokens().failing : gone >= 0.8 ? tokens().degraded : tokens().healthy;
  painter->setBrush(mixed(tokens().surface, ink, 0.25));
  painter->drawRoundedRect(bar, 4, 4);
  painter->setBrush(ink);
  painter->drawRoundedRect(QRectF(bar.left(), bar.top(), std::max(3.0, bar.width() * gone), bar.height()), 4, 4);
  if (renew >= 0) {
    const QPointF centre(bar.left() + bar.width() * renew, bar.center().y());
    const QPointF diamond[] = {centre + QPointF(0, -6), centre + QPointF(5, 0), centre + QPointF(0, 6), centre + QPointF(-5, 0)};
    painter->setBrush(tokens().surface);
    painter->setPen(QPen(tokens().text, 1.4));
    painter->drawPolygon(diamond, 4);
  }
  painter->restore();
}

}  // namespace varka::ui
