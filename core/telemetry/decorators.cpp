#include "core/telemetry/decorators.h"

#include <algorithm>
#include <set>

namespace varka::telemetry {
namespace {

const EdgeState* stateOf(const GraphContext& context, const GraphEdge& edge) {
  const auto at = context.flows.edges().find(edge.id);
  return at == context.flows.edges().end() ? nullptr : &at->second;
}

bool insideMesh(const std::string& nodeId) {
  return nodeId.starts_with("workload:") || nodeId.starts_with("service:");
}

Health judge(const HealthMemory& memory, std::uint64_t requests, double errorShare) {
  if (requests == 0) return Health::Unknown;
  if (errorShare >= memory.failingShare) return Health::Failing;
  return errorShare >= memory.degradedShare ? Health::Degraded : Health::Healthy;
}

template <typename Items>
void forgetOthers(std::map<std::string, SteadyHealth>& known, const Items& items) {
  std::set<std::string_view> ids;
  for (const auto& item : items) ids.insert(item.id);
  std::erase_if(known, [&](const auto& entry) { return !ids.contains(entry.first); });
}

}  // namespace

Health SteadyHealth::settle(Health seen) {
  if (seen == shown_) {
    ticks_ = 0;
    return shown_;
  }
  ticks_ = seen == wanted_ ? ticks_ + 1 : 1;
  wanted_ = seen;
  if (seen == Health::Failing || ticks_ >= 2) {
    shown_ = seen;
    ticks_ = 0;
  }
  return shown_;
}

// Only a hop between two workloads can have the mesh's mutual TLS; others stay Unknown.
void decorateMtls(const GraphContext& context, TrafficGraph& graph) {
  for (auto& edge : graph.edges)
    if (const auto* state = stateOf(context, edge); state && insideMesh(edge.from) && insideMesh(edge.to))
      edge.mtls = state->mtls;
}

// The origin that most of the failed requests in the window had; counters decide when all records were
// sampled away.
void decorateErrorOrigin(const GraphContext& context, TrafficGraph& graph) {
  for (auto& edge : graph.edges) {
    const auto* state = stateOf(context, edge);
    if (!state || edge.errors + edge.status4xx == 0) continue;
    const auto counts = state->window.window(context.nowMs);
    const auto top = std::max_element(counts.origins.begin(), counts.origins.end());
    if (*top > 0) {
      edge.errorOrigin = kOriginLetters[static_cast<std::size_t>(top - counts.origins.begin())];
    } else if (edge.errors > 0) {
      edge.errorOrigin = counts.denied > 0                      ? "P"
                         : counts.faults > 0                    ? "F"
                         : counts.noResponse > counts.errors5xx ? "N"
                                                                : "A";
    }
  }
}

void decorateWeights(const GraphContext& context, TrafficGraph& graph) {
  for (auto& edge : graph.edges)
    if (const auto* state = stateOf(context, edge))
      edge.weightPercent = context.index.weightOf(state->cluster);
}

// A node's numbers are those of what arrives; a node that nobody calls shows what it sends.
void decorateNodeTraffic(const GraphContext&, TrafficGraph& graph) {
  for (auto& node : graph.nodes) {
    for (const bool arriving : {true, false}) {
      std::uint64_t requests = 0, errors = 0;
      bool any = false;
      for (const auto& edge : graph.edges) {
        if ((arriving ? edge.to : edge.from) != node.id) continue;
        any = true;
        node.rps += edge.rps;
        requests += edge.requests;
        errors += edge.errors;
        node.history.resize(std::max(node.history.size(), edge.history.size()));
        for (std::size_t i = 0; i < edge.history.size(); ++i) node.history[i] += edge.history[i];
      }
      if (requests > 0) node.errorShare = static_cast<double>(errors) / static_cast<double>(requests);
      if (any) break;
    }
  }
}

void decorateHealth(const GraphContext& context, TrafficGraph& graph) {
  auto& memory = context.health;
  std::map<std::string_view, std::uint64_t> arriving, leaving;
  for (auto& edge : graph.edges) {
    edge.health = memory.edges[edge.id].settle(judge(memory, edge.requests, edge.errorShare));
    arriving[edge.to] += edge.requests;
    leaving[edge.from] += edge.requests;
  }
  for (auto& node : graph.nodes) {
    const auto requests = arriving.contains(node.id) ? arriving[node.id] : leaving[node.id];
    const auto settled = memory.nodes[node.id].settle(judge(memory, requests, node.errorShare));
    if (node.health == Health::Unknown) node.health = settled;  // a crashed or stopped one stays that
  }
  forgetOthers(memory.edges, graph.edges);
  forgetOthers(memory.nodes, graph.nodes);
}

}  // namespace varka::telemetry
