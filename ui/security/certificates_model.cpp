#include "ui/security/certificates_model.h"

#include <QDateTime>
#include <algorithm>

#include "ui/models/format.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

constexpr double kAmberShare = 0.8;  // of the life gone: amber below 20 % left, red below 5 %
constexpr double kRedShare = 0.95;

}  // namespace

void CertificatesModel::setCertificates(std::vector<mesh::CertificateView> certificates) {
  std::stable_sort(certificates.begin(), certificates.end(), [](const auto& a, const auto& b) {
    return std::tie(b.root, a.ns, a.owner) < std::tie(a.root, b.ns, b.owner);
  });
  const bool sameRows = certificates.size() == certificates_.size() &&
                        std::equal(certificates.begin(), certificates.end(), certificates_.begin(),
                                   [](const auto& a, const auto& b) { return a.owner == b.owner && a.root == b.root; });
  if (sameRows) {  // a rotation must not lose the selection
    certificates_ = std::move(certificates);
    if (!certificates_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    return;
  }
  beginResetModel();
  certificates_ = std::move(certificates);
  endResetModel();
}

void CertificatesModel::tick(std::int64_t nowMs) {
  nowMs_ = nowMs;
  if (!certificates_.empty()) Q_EMIT dataChanged(index(0, Validity), index(rowCount() - 1, Expires));
}

const mesh::CertificateView* CertificatesModel::at(int row) const {
  return row >= 0 && row < rowCount() ? &certificates_[static_cast<std::size_t>(row)] : nullptr;
}

int CertificatesModel::rowOf(const QString& owner) const {
  for (int row = 0; row < rowCount(); ++row)
    if (qs(at(row)->owner) == owner) return row;
  return -1;
}

int CertificatesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(certificates_.size());
}

int CertificatesModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

double CertificatesModel::shareAt(const mesh::CertificateView& certificate, std::int64_t timeMs) const {
  const auto life = static_cast<double>(certificate.notAfterMs - certificate.notBeforeMs);
  return life <= 0 ? 1 : std::clamp(static_cast<double>(timeMs - certificate.notBeforeMs) / life, 0.0, 1.0);
}

QVariant CertificatesModel::data(const QModelIndex& index, int role) const {
  const auto* certificate = at(index.row());
  if (!certificate) return {};
  const std::int64_t now = nowMs_ ? nowMs_ : QDateTime::currentMSecsSinceEpoch();
  const double gone = shareAt(*certificate, now);
  switch (role) {
    case ShareRole: return gone;
    case RenewShareRole: return certificate->renewAtMs > 0 ? shareAt(*certificate, certificate->renewAtMs) : -1.0;
    case OwnerRole: return qs(certificate->owner);
    case Qt::DecorationRole: return index.column() == Owner ? icon(certificate->root ? "security" : "certificate") : QVariant();
    case Qt::ForegroundRole:
      if (index.column() == Expires && gone >= kRedShare) return tokens().failing;
      if (index.column() == Expires && gone >= kAmberShare) return tokens().degraded;
      return {};
    case Qt::FontRole: return index.column() == Serial ? QVariant(monoFont(11)) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant(index.column() == Expires ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ToolTipRole:
      return tr("valid %1 – %2").arg(QDateTime::fromMSecsSinceEpoch(certificate->notBeforeMs).toString(Qt::ISODate),
                                     QDateTime::fromMSecsSinceEpoch(certificate->notAfterMs).toString(Qt::ISODate));
    case Qt::DisplayRole: break;
    default: return {};
  }
  switch (index.column()) {
    case Owner: return certificate->root ? tr("root of the mesh") : qs(certificate->owner);
    case SpiffeId: return certificate->root ? qs(certificate->issuer) : qs(certificate->spiffeId);
    case Expires: return certificate->notAfterMs > now ? countdownText(certificate->notAfterMs - now) : tr("expired");
    case Serial: return qs(certificate->serial);
    case Algorithm: return qs(certificate->algorithm);
    default: return {};
  }
}

QVariant CertificatesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant(section == Expires ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  static const char* const titles[] = {QT_TR_NOOP("Owner"),      QT_TR_NOOP("Identity"), QT_TR_NOOP("Validity"),
                                       QT_TR_NOOP("Expires in"), QT_TR_NOOP("Serial"),   QT_TR_NOOP("Key")};
  return section < ColumnCount ? tr(titles[section]) : QVariant();
}

}  // namespace varka::ui
