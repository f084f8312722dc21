#include "core/telemetry/row_ring.h"

#include <algorithm>
#include <utility>

namespace varka::telemetry {
namespace {

std::size_t sizeOf(const xds::RequestRecord& record) {
  auto out = sizeof record + record.path.size() + record.authority.size() + record.userAgent.size() +
             record.details.size();
  for (const auto& step : record.steps)
    out += sizeof step + step.name.size() + step.detail.size() + step.source.size();
  for (const auto* headers : {&record.requestHeaders, &record.responseHeaders})
    for (const auto& header : *headers) out += sizeof header + header.first.size() + header.second.size();
  return out;
}

}  // namespace

std::size_t sizeOf(const TrafficRow& row) {
  auto out = sizeof row - sizeof row.record + sizeOf(row.record);
  for (const auto& record : row.server) out += sizeOf(*record);
  return out;
}

TrafficRowPtr RowRing::add(TrafficRow row) {
  row.sequence = next_++;
  auto made = std::make_shared<const TrafficRow>(std::move(row));
  const auto& record = made->record;
  if (!record.id.empty()) byId_[record.id].push_back(made->sequence);
  if (!record.traceId.empty() && record.traceId != record.id) byId_[record.traceId].push_back(made->sequence);
  rows_.push_back(made);
  bytes_ += sizeOf(*made);
  while (rows_.size() > capacity_ || (bytes_ > maxBytes_ && rows_.size() > 1)) dropOldest();
  return made;
}

void RowRing::dropOldest() {
  const auto oldest = rows_.front();
  rows_.pop_front();
  bytes_ -= sizeOf(*oldest);
  unindex(oldest->record.id, oldest->sequence);
  unindex(oldest->record.traceId, oldest->sequence);
}

void RowRing::replace(const TrafficRowPtr& row) {
  if (rows_.empty() || row->sequence < rows_.front()->sequence) return;
  const auto index = row->sequence - rows_.front()->sequence;
  if (index >= rows_.size()) return;
  bytes_ += sizeOf(*row);
  bytes_ -= sizeOf(*rows_[index]);
  rows_[index] = row;
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
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a->record.startUs < b->record.startUs; });
  return out;
}

std::vector<TrafficRowPtr> RowRing::recent(std::size_t max) const {
  const auto count = std::min(max, rows_.size());
  return {rows_.end() - static_cast<std::ptrdiff_t>(count), rows_.end()};
}

}  // namespace varka::telemetry
