#pragma once
// The certificates of the mesh as a table; the root first. GUI thread; the countdown needs tick() once a second.

#include <QAbstractTableModel>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

class CertificatesModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Owner, SpiffeId, Validity, Expires, Serial, Algorithm, ColumnCount };
  enum Role { ShareRole = Qt::UserRole, RenewShareRole, OwnerRole };  // 0…1 of the life gone; where renewal is due

  using QAbstractTableModel::QAbstractTableModel;
  void setCertificates(std::vector<mesh::CertificateView> certificates);
  void tick(std::int64_t nowMs);
  [[nodiscard]] const mesh::CertificateView* at(int row) const;
  [[nodiscard]] int rowOf(const QString& owner) const;

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  [[nodiscard]] double shareAt(const mesh::CertificateView& certificate, std::int64_t timeMs) const;

  std::vector<mesh::CertificateView> certificates_;
  std::int64_t nowMs_ = 0;
};

}  // namespace varka::ui
