#pragma once
// The base graph: every known workload and every edge that was seen, with their numbers, then the decorators.

#include "core/telemetry/decorators.h"

namespace varka::telemetry {

/// One tick of the graph; `context.health` moves on by it.
[[nodiscard]] TrafficGraph buildGraph(const GraphContext& context);

}  // namespace varka::telemetry
