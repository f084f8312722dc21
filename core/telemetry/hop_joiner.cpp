#include "core/telemetry/hop_joiner.h"

#include <algorithm>
#include <utility>

#include "core/telemetry/origin.h"

namespace varka::telemetry {
namespace {

// Two processes of one machine read the same clock, but not in the same instant of the request.
constexpr std::int64_t kSlackUs = 20000;

std::string keyOf(const HopRecord& hop) {
  const auto& record = *hop.record;
  if (!record.id.empty()) return record.id;
  if (!record.traceId.empty()) return record.traceId;
  return ">" + hop.to;  // connections have neither
}

bool complete(const HopRecord& client, const std::vector<RecordPtr>& server) {
  return static_cast<int>(server.size()) >= std::max(1, client.record->attempts);
}

TrafficRow rowOf(const HopRecord& hop, std::vector<RecordPtr> server) {
  std::stable_sort(server.begin(), server.end(),
                   [](const auto& a, const auto& b) { return a->startUs < b->startUs; });
  TrafficRow row;
  row.record = *hop.record;
  row.record.origin = settledOrigin(row.record, server.empty() ? nullptr : server.back().get());
  row.fromNode = hop.from;
  row.toNode = hop.to;
  row.server = std::move(server);
  row.sampledOneOf = hop.sampledOneOf;
  return row;
}

}  // namespace

bool HopJoiner::sameHop(const HopRecord& client, const HopRecord& server) {
  const auto& out = *client.record;
  const auto& in = *server.record;
  if (out.kind != in.kind) return false;
  if (!out.spanId.empty() && !in.spanId.empty() && (!in.parentSpanId.empty() || in.spanId == out.spanId))
    return in.parentSpanId == out.spanId || in.spanId == out.spanId;
  if (client.to != server.to || (!server.from.empty() && server.from != client.from)) return false;
  return in.startUs + kSlackUs >= out.startUs && in.startUs <= out.startUs + out.durationUs + kSlackUs;
}

std::vector<TrafficRow> HopJoiner::add(std::int64_t nowMs, HopRecord hop) {
  const auto key = keyOf(hop);
  return hop.client ? addClient(nowMs, std::move(hop), key) : addServer(nowMs, std::move(hop), key);
}

std::vector<TrafficRow> HopJoiner::addClient(std::int64_t nowMs, HopRecord hop, const std::string& key) {
  Waiting entry{std::move(hop), {}, nowMs + kClientWaitMs, key};
  std::vector<Place> taken;
  const auto [begin, end] = byKey_.equal_range(key);
  for (auto at = begin; at != end; ++at)
    if (!at->second->hop.client && sameHop(entry.hop, at->second->hop)) taken.push_back(at->second);
  std::sort(taken.begin(), taken.end(),
            [](Place a, Place b) { return a->hop.record->startUs < b->hop.record->startUs; });
  // A connection of TCP has no id: of several that fit in time, the earliest is its other side.
  if (entry.hop.record->kind == xds::RecordKind::Tcp && taken.size() > 1) taken.resize(1);
  for (const auto place : taken) {
    entry.server.push_back(place->hop.record);
    (void)take(place);
  }
  if (!entry.hop.otherReports || complete(entry.hop, entry.server))
    return {rowOf(entry.hop, std::move(entry.server))};
  wait(std::move(entry));
  return {};
}

std::vector<TrafficRow> HopJoiner::addServer(std::int64_t nowMs, HopRecord hop, const std::string& key) {
  if (!hop.otherReports) return {rowOf(hop, {})};
  const auto [begin, end] = byKey_.equal_range(key);
  for (auto at = begin; at != end; ++at) {
    auto& other = *at->second;
    if (!other.hop.client || !sameHop(other.hop, hop)) continue;
    other.server.push_back(hop.record);
    if (!complete(other.hop, other.server)) return {};
    return {take(at->second)};
  }
  wait({std::move(hop), {}, nowMs + kServerWaitMs, key});
  return {};
}

void HopJoiner::wait(Waiting entry) {
  const auto key = entry.key;
  waiting_.push_back(std::move(entry));
  byKey_.emplace(key, std::prev(waiting_.end()));
}

TrafficRow HopJoiner::take(Place place) {
  const auto [begin, end] = byKey_.equal_range(place->key);
  for (auto at = begin; at != end; ++at) {
    if (at->second != place) continue;
    byKey_.erase(at);
    break;
  }
  auto row = rowOf(place->hop, std::move(place->server));
  waiting_.erase(place);
  return row;
}

std::vector<TrafficRow> HopJoiner::expire(std::int64_t nowMs) {
  std::vector<TrafficRow> out;
  auto tooMany = waiting_.size() > kMaxWaiting ? waiting_.size() - kMaxWaiting : 0;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto place = at++;
    if (place->untilMs > nowMs && tooMany == 0) continue;
    if (tooMany > 0) --tooMany;
    const bool shown = place->hop.client || place->hop.sampledOneOf == 1;
    auto row = take(place);
    // Under sampling each side picks its own requests: the server's alone would show most of them twice as
    // often.
    if (shown) out.push_back(std::move(row));
  }
  return out;
}

std::int64_t HopJoiner::nextMs() const {
  std::int64_t next = 0;
  for (const auto& entry : waiting_)
    if (next == 0 || entry.untilMs < next) next = entry.untilMs;
  return next;
}

}  // namespace varka::telemetry
