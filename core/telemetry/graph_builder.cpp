#include "core/telemetry/graph_builder.h"

#include <set>

namespace varka::telemetry {
namespace {

GraphEdge baseEdge(const std::string& id, const EdgeState& state, std::int64_t nowMs) {
  const auto counts = state.window.window(nowMs);
  GraphEdge edge;
  edge.id = id;
  edge.from = state.from;
  edge.to = state.to;
  edge.protocol = state.protocol;
  edge.rps = state.window.rate(nowMs);
  edge.bytesPerSecond = state.window.byteRate(nowMs);
  edge.p50Ms = percentile(counts.latency, 0.50);
  edge.p95Ms = percentile(counts.latency, 0.95);
  edge.p99Ms = percentile(counts.latency, 0.99);
  edge.requests = counts.requests + counts.tcpOpened;
  edge.errors = counts.errors();
  if (edge.requests > 0)
    edge.errorShare = static_cast<double>(edge.errors) / static_cast<double>(edge.requests);
  edge.status2xx = counts.status2xx;
  edge.status3xx = counts.status3xx;
  edge.status4xx = counts.status4xx;
  edge.status5xx = counts.errors5xx;
  edge.lastSeenMs = state.window.lastSeenMs();
  edge.history = state.window.history(nowMs);
  return edge;
}

void addTotals(TrafficGraph& graph, const EdgeWindow& total) {
  const auto counts = total.window(graph.atMs);
  graph.totalRps = total.rate(graph.atMs);
  graph.totalRequests = counts.requests + counts.tcpOpened;
  if (graph.totalRequests > 0)
    graph.totalErrorShare = static_cast<double>(counts.errors()) / static_cast<double>(graph.totalRequests);
  graph.p95Ms = percentile(counts.latency, 0.95);
}

}  // namespace

TrafficGraph buildGraph(const GraphContext& context) {
  TrafficGraph graph;
  graph.atMs = context.nowMs;
  graph.windowSeconds = kWindowSeconds;
  const auto known = context.index.nodeIds();
  std::set<std::string> ids(known.begin(), known.end());
  for (const auto& [id, state] : context.flows.edges()) {
    if (state.window.lastSeenMs() == 0) continue;  // the other side spoke first; nothing is counted yet
    graph.edges.push_back(baseEdge(id, state, context.nowMs));
    ids.insert(state.from);
    ids.insert(state.to);
  }
  for (const auto& id : ids) graph.nodes.push_back(context.index.node(id));
  addTotals(graph, context.flows.total());
  for (const auto decorate : kDecorators) decorate(context, graph);
  return graph;
}

}  // namespace varka::telemetry
