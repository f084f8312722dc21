#include "core/mesh/journal.h"

#include <algorithm>
#include <chrono>

#include "core/resource/yaml.h"

namespace varka::mesh {
namespace {
constexpr std::size_t kRing = 2000;
}

std::int64_t nowMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void Journal::event(const EventView& event) {
  ring_.push_back(event);
  if (ring_.size() > kRing) ring_.pop_front();
  history_->add(store::Event{event.timeMs, event.kind, event.severity, event.object, event.message,
                             event.origin.file ? *event.origin.file : "", event.origin.mark.line, event.origin.mark.column});
}

void Journal::revision(const std::vector<resource::Change>& changes, std::uint64_t revision, const std::string& cause) {
  store::Revision row;
  row.revision = revision;
  row.timeMs = nowMs();
  row.cause = cause;
  for (const auto& change : changes) {
    const bool gone = change.kind == resource::ChangeKind::Deleted;
    const bool secret = change.object->kind == "Secret";  // keys do not belong into the history
    row.changed.push_back({change.object->key().text(),
                           gone ? "" : secret ? "# a Secret; its content is not kept\n" : resource::toYaml(change.object->root)});
  }
  history_->add(std::move(row));
}

void Journal::certificate(const citadel::JournalEntry& entry) {
  const auto& info = entry.certificate;
  history_->add(store::CertificateEntry{entry.timeMs, entry.kind, info.owner, info.ns, info.spiffeId, info.serial, info.sha256,
                                        info.notBeforeMs, info.notAfterMs});
}

void Journal::requests(const telemetry::TrafficBatch& batch) {
  std::vector<store::Request> rows;
  rows.reserve(batch.size());
  for (const auto& row : batch) {
    const auto& record = row->record;
    rows.push_back({record.startUs / 1000, record.durationUs, record.id, record.traceId, row->from, row->to, record.side,
                    record.status, record.origin, {}});
  }
  history_->add(std::move(rows), [&](std::size_t index) { return xds::toJson(batch[index]->record); });
}

void Journal::metrics(const std::vector<telemetry::MetricPoint>& points) {
  std::vector<store::MetricPoint> rows;
  rows.reserve(points.size());
  for (const auto& point : points) {
    rows.push_back({point.atMs, point.edge, point.requests, point.errors, point.bytes, point.p50Ms, point.p95Ms, point.p99Ms});
  }
  history_->add(std::move(rows));
}

std::vector<EventView> Journal::events(int max) const {
  const auto count = std::min(ring_.size(), static_cast<std::size_t>(std::max(max, 0)));
  return {ring_.end() - static_cast<std::ptrdiff_t>(count), ring_.end()};
}

}  // namespace varka::mesh
