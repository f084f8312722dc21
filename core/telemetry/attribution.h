#pragma once
// Attribution: from what one proxy reports about a hop to the two nodes of the graph, and whether this report
// is the one that counts. A pure function.
//
// A hop between two sidecars is reported twice. The client's report counts, since only it sees retries,
// timeouts and refused connections; the server's adds what only it knows (denied by policy). The server's
// report counts when the client has no proxy: calls from outside and from pods without sidecar.

#include <string>
#include <vector>

#include "core/telemetry/topology_index.h"

namespace varka::telemetry {

struct Hop {
  std::string_view side, cluster, peer;  // peer: pod name or address
  bool mtls = false;
};

struct Flow {
  std::string from, to;  // node ids
  bool counts = true;    // false: only adds to an edge that the other side counts
  bool inTotals = true;  // false for the outside leg of a gateway, which is the same request once more
};

/// The hop itself first; a gateway's also has "outside → gateway". Empty: nothing to draw.
[[nodiscard]] std::vector<Flow> attribute(const TopologyIndex& index, const PodRef& reporter, const Hop& hop);

}  // namespace varka::telemetry
