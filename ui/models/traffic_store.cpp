#include "ui/models/traffic_store.h"

#include <algorithm>

namespace varka::ui {

TrafficStore::TrafficStore(MeshClient& client, QObject* parent) : QObject(parent) {
  connect(&client, &MeshClient::traffic, this, [this](const TrafficBatchPtr& batch) {
    if (batch) append(*batch);
  });
  connect(&client, &MeshClient::projectChanged, this, &TrafficStore::clear);
}

void TrafficStore::append(const mesh::TrafficBatch& batch) {
  if (batch.empty()) return;
  const auto total = rows_.size() + batch.size();
  if (total > kLimit) {
    const auto oldest = std::min(total - kLimit, rows_.size());
    Q_EMIT dropping(oldest);
    rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(oldest));
  }
  rows_.insert(rows_.end(), batch.begin(), batch.end());
  seen_ += batch.size();
  Q_EMIT appended(batch);
}

void TrafficStore::clear() {
  rows_.clear();
  seen_ = 0;
  Q_EMIT cleared();
}

}  // namespace varka::ui
