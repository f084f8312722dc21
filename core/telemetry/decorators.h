#pragma once
// The base graph has nodes, edges and their numbers; each decorator adds one thing to it and knows no other
// decorator. They run in the order of kDecorators. One more: write the function in its file, name it in the
// table.

#include <map>
#include <string>

#include "core/telemetry/flow_table.h"
#include "core/telemetry/topology_index.h"
#include "core/telemetry/traffic_graph.h"

namespace varka::telemetry {

/// Keeps a state from flickering: a change must be seen in two ticks, but failing shows at once.
class SteadyHealth {
 public:
  Health settle(Health seen);

 private:
  Health shown_ = Health::Unknown, wanted_ = Health::Unknown;
  int ticks_ = 0;
};

struct HealthMemory {
  std::map<std::string, SteadyHealth> nodes, edges;
  double degradedShare = 0.001, failingShare = 0.05;
};

/// What decorators may look at.
struct GraphContext {
  const TopologyIndex& index;
  const FlowTable& flows;
  HealthMemory& health;
  std::int64_t nowMs;
};

using Decorator = void (*)(const GraphContext&, TrafficGraph&);

void decorateMtls(const GraphContext&, TrafficGraph&);
void decorateErrorOrigin(const GraphContext&, TrafficGraph&);
void decorateWeights(const GraphContext&, TrafficGraph&);
void decorateNodeTraffic(const GraphContext&, TrafficGraph&);
void decorateHealth(const GraphContext&, TrafficGraph&);

/// Health looks at what the nodes' traffic says, so it comes last.
inline constexpr Decorator kDecorators[] = {decorateMtls, decorateErrorOrigin, decorateWeights,
                                            decorateNodeTraffic, decorateHealth};

}  // namespace varka::telemetry
