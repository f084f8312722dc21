#pragma once
// ServicesModel: namespaces → pods (and workloads without a pod, shown as stopped), joined with the traffic of their
// graph node. Rows keep their place: updates insert, remove and change, never reset.

#include <QAbstractItemModel>
#include <vector>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

struct PodRow {
  mesh::PodView pod;      // name is empty for a workload without a pod
  mesh::Health health = mesh::Health::Unknown;
  double rps = 0, errorShare = 0;
  QString ports, lastEvent;
};

class ServicesModel : public QAbstractItemModel {
  Q_OBJECT
 public:
  enum Column { Name, State, Ports, Pid, Uptime, Restarts, Cpu, Memory, Rate, Errors, LastEvent, ColumnCount };
  enum Role { HealthRole = Qt::UserRole, SortRole };

  explicit ServicesModel(MeshClient& client, QObject* parent = nullptr);

  [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& = {}) const override { return ColumnCount; }
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// Null for a namespace row.
  [[nodiscard]] const PodRow* row(const QModelIndex& index) const;
  [[nodiscard]] QModelIndex indexOfPod(const QString& pod) const;
  [[nodiscard]] QModelIndex indexOfWorkload(const QString& nodeId) const;
  [[nodiscard]] int podCount() const;
  [[nodiscard]] int notReadyCount() const;

 private:
  struct Group {
    QString ns;
    std::vector<PodRow> rows;
  };
  void update();
  void noteEvent(const mesh::EventView& event);
  void mergeGroups(std::vector<Group> fresh);
  void mergeRows(int group, std::vector<PodRow> fresh);
  [[nodiscard]] std::vector<Group> collect() const;
  [[nodiscard]] QVariant text(const PodRow& row, int column) const;
  [[nodiscard]] QVariant sortValue(const PodRow& row, int column) const;

  MeshClient& client_;
  std::vector<Group> groups_;
  std::map<std::string, QString> lastEvents_;  // by pod
};

}  // namespace varka::ui
