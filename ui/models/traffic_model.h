#pragma once
// TrafficModel: a table over the TrafficStore with one filter of its own. Columns are a table; appends come at 10 Hz.

#include <QAbstractTableModel>
#include <deque>

#include "ui/models/query.h"
#include "ui/models/traffic_store.h"

namespace varka::ui {

class TrafficModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Time, FromTo, Method, Path, Status, Rule, Mtls, Attempts, Size, Duration, ColumnCount };
  enum Role { RowRole = Qt::UserRole, OriginRole, DurationShareRole };

  explicit TrafficModel(TrafficStore& store, QObject* parent = nullptr);

  /// Invalid queries are refused: the old filter stays. Returns whether it was taken.
  bool setQuery(const Query& query);
  /// Pauses the view, not the recording.
  void setPaused(bool paused);
  [[nodiscard]] bool isPaused() const { return paused_; }
  [[nodiscard]] std::size_t shown() const { return rows_.size(); }
  [[nodiscard]] bool isFiltered() const { return !query_.isEmpty(); }

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& = {}) const override { return ColumnCount; }
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  [[nodiscard]] TrafficRowPtr row(int row) const;
  [[nodiscard]] int indexOf(const TrafficRowPtr& row) const;

  static const QStringList& queryFields();

 private:
  void append(const mesh::TrafficBatch& batch);
  void drop(std::size_t oldest);
  void rebuild();
  [[nodiscard]] bool accepts(const mesh::TrafficRow& row) const;

  TrafficStore& store_;
  Query query_;
  bool paused_ = false;
  std::deque<TrafficRowPtr> rows_;
};

/// A field of a request in the query language.
QueryValue trafficField(const mesh::TrafficRow& row, const QString& field);
/// The letter of an error's origin: A app, P policy, F fault, N network, T TLS, R no route, O overload.
QChar originLetter(const std::string& origin);
QString originWord(const std::string& origin);
bool isError(const xds::RequestRecord& record);
inline bool isTcp(const mesh::TrafficRow& row) {
  return row.record.kind == xds::RecordKind::Tcp;
}
/// "503 UF", "200", "—" for TCP.
QString statusText(const xds::RequestRecord& record);

}  // namespace varka::ui
