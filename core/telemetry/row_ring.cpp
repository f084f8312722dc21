#include "core/telemetry/row_ring.h"

#include <algorithm>
#include <utility>

namespace varka::telemetry {

TrafficRowPtr RowRing::add(TrafficRow row) {
  row.sequence = next_++;
  auto made = std::make_shared<const TrafficRow>(std::move(row));
  const auto& record = made->record;
  if (!record.id.empty()) byId_[record.id].push_back(made->sequence);
  if (!record.traceId.empty() && record.traceId != record.id) byId_[record.traceId].push_back(made->sequence);
  rows_.push_back(made);
  while (rows_.size() > capacity_) {
    const auto oldest = rows_.front();
    rows_.pop_front();
    unindex(oldest->record.id, oldest->sequence);
    unindex(oldest->record.traceId, oldest->sequence);
  }
  return made;
}

void RowRing::replace(const TrafficRowPtr& row) {
  if (rows_.empty() || row->sequence < rows_.front()->sequence) return;
  const auto index = row->sequence - rows_.front()->sequence;
  if (index < rows_.size()) rows_[index] = row;
}

void RowRing::unindex(const std::string& id, std::uint64_t sequence) {
  const auto at = byId_.find(id);
  if (at == byId_.end()) return;
  std::erase(at->second, sequence);
  if (at->second.empty()) byId_.erase(at);
}

std::vector<TrafficRowPtr> RowRing::find(const std::string& id) const {
  std::vector<TrafficRowPtr> out;
  const auto at = byId_.find(id);
  if (id.empty() || at == byId_.end()) return out;
  for (const auto sequence : at->second) out.push_back(rows_[sequence - rows_.front()->sequence]);
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->record.startUs < b->record.startUs; });
  return out;
}

std::vector<TrafficRowPtr> RowRing::recent(std::size_t max) const {
  const auto count = std::min(max, rows_.size());
  return {rows_.end() - static_cast<std::ptrdiff_t>(count), rows_.end()};
}

}  // namespace varka::telemetry
