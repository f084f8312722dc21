#pragma once
// EventsModel: what happened in the mesh, newest last, at most 5 000. GUI thread.

#include <QAbstractTableModel>
#include <deque>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

class EventsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Time, Kind, Object, Message, Place, ColumnCount };
  static constexpr std::size_t kLimit = 5'000;

  explicit EventsModel(MeshClient& client, QObject* parent = nullptr);
  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& = {}) const override { return ColumnCount; }
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  [[nodiscard]] const mesh::EventView* event(int row) const;
  [[nodiscard]] const std::deque<mesh::EventView>& events() const { return events_; }
  void append(const mesh::EventView& event);

 private:
  std::deque<mesh::EventView> events_;
};

/// Problems, errors first: those of the newest MeshView when made with a client, else what setProblems() gives.
class ProblemsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Severity, Code, Object, Message, Place, ColumnCount };
  explicit ProblemsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  explicit ProblemsModel(MeshClient& client, QObject* parent = nullptr);
  void setProblems(Problems problems);
  [[nodiscard]] int errors() const;
  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& = {}) const override { return ColumnCount; }
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  [[nodiscard]] const mesh::ProblemView* problem(int row) const;

 private:
  Problems problems_;
};

}  // namespace varka::ui
