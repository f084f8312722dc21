#include "core/telemetry/flow_table.h"

#include <algorithm>
#include <cctype>

namespace varka::telemetry {
namespace {

std::string protocolOf(std::string_view reported) {
  std::string lower(reported);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.find("grpc") != std::string::npos) return "grpc";
  return lower.find("tcp") != std::string::npos ? "tcp" : "http";
}

GraphEdge::Mtls mtlsOf(const EdgeCounts& counts) {
  if (counts.mtls == 0 && counts.plaintext == 0) return GraphEdge::Mtls::Unknown;
  if (counts.plaintext == 0) return GraphEdge::Mtls::All;
  return counts.mtls == 0 ? GraphEdge::Mtls::None : GraphEdge::Mtls::Mixed;
}

std::int64_t goneMs(const EdgeState& state) {
  return std::max(state.window.lastSeenMs(), state.madeMs) + kEdgeLifeMs;
}

}  // namespace

EdgeState* FlowTable::edge(const Flow& flow, std::int64_t nowMs) {
  const auto id = edgeId(flow.from, flow.to);
  if (const auto at = edges_.find(id); at != edges_.end()) return &at->second;
  if (edges_.size() >= kMaxEdges) return nullptr;
  auto& made = edges_[id];
  made.from = flow.from;
  made.to = flow.to;
  made.madeMs = nowMs;
  return &made;
}

bool FlowTable::count(std::int64_t nowMs, const std::vector<Flow>& flows, const xds::EdgeCounters& counters) {
  const auto counts = countsOf(counters);
  bool room = true;
  for (const auto& flow : flows) {
    if (flow.counts && flow.inTotals) total_.add(nowMs, counts);
    auto* state = edge(flow, nowMs);
    if (!state) {
      room = false;
      continue;
    }
    if (!flow.counts) {
      state->window.addVotes(nowMs, counts);
      continue;
    }
    state->window.add(nowMs, counts);
    state->protocol = protocolOf(counters.protocol);
    if (!counters.cluster.empty()) state->cluster = counters.cluster;
    if (const auto seen = mtlsOf(state->window.window(nowMs)); seen != GraphEdge::Mtls::Unknown)
      state->mtls = seen;
  }
  return room;
}

void FlowTable::vote(std::int64_t nowMs, const std::vector<Flow>& flows, int origin, int times) {
  if (origin < 0) return;
  EdgeCounts votes;
  votes.origins[static_cast<std::size_t>(origin)] = static_cast<std::uint64_t>(std::max(1, times));
  // A record comes up to a second before the counters that make its edge visible: the vote is kept for them.
  for (const auto& flow : flows)
    if (auto* state = edge(flow, nowMs)) state->window.addVotes(nowMs, votes);
}

bool FlowTable::prune(std::int64_t nowMs) {
  return std::erase_if(edges_, [&](const auto& entry) { return goneMs(entry.second) <= nowMs; }) > 0;
}

std::int64_t FlowTable::nextGoneMs() const {
  std::int64_t next = 0;
  for (const auto& [id, state] : edges_) {
    const auto gone = goneMs(state);
    if (next == 0 || gone < next) next = gone;
  }
  return next;
}

std::vector<MetricPoint> FlowTable::pointsOf(std::int64_t secondMs) const {
  std::vector<MetricPoint> out;
  for (const auto& [id, state] : edges_) {
    const auto counts = state.window.second(secondMs);
    if (counts.requests == 0 && counts.tcpOpened == 0 && counts.bytes == 0) continue;
    out.push_back({secondMs, id, counts.requests + counts.tcpOpened, counts.errors(), counts.bytes,
                   percentile(counts.latency, 0.5), percentile(counts.latency, 0.95),
                   percentile(counts.latency, 0.99)});
  }
  return out;
}

}  // namespace varka::telemetry
