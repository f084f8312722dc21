#pragma once
// TrafficStore: the newest 200 000 requests of the mesh, in arrival order. Tables show it through TrafficModel, each with
// its own filter. GUI thread.

#include <QObject>
#include <deque>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

class TrafficStore : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kLimit = 200'000;

  explicit TrafficStore(MeshClient& client, QObject* parent = nullptr);

  [[nodiscard]] const std::deque<TrafficRowPtr>& rows() const { return rows_; }
  [[nodiscard]] std::uint64_t totalSeen() const { return seen_; }
  /// Rows that fell out of the ring.
  [[nodiscard]] std::uint64_t dropped() const { return seen_ - rows_.size(); }
  void append(const mesh::TrafficBatch& batch);
  void clear();

 Q_SIGNALS:
  void appended(const varka::mesh::TrafficBatch& batch);
  void dropping(std::size_t oldest);  // before that many of the oldest go
  void cleared();

 private:
  std::deque<TrafficRowPtr> rows_;
  std::uint64_t seen_ = 0;
};

}  // namespace varka::ui
