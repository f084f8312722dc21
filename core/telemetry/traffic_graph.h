#pragma once
// The values telemetry produces: the traffic graph and rows of requests. Immutable once published, any
// thread. core/mesh/view.h gives them to the window under varka::mesh.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/xds/telemetry.h"

namespace varka::telemetry {

enum class Health { Unknown, Healthy, Degraded, Failing, Crashed, Stopped, Starting };

struct GraphNode {
  std::string id;    // "workload:default/reviews-v1", "service:default/reviews", "outside:", "external:host"
  std::string kind;  // workload gateway service external tcp outside
  std::string ns, app, version, workload, title;
  Health health = Health::Unknown;
  double rps = 0, errorShare = 0;   // of what arrives; of what leaves for a node that nobody calls
  std::vector<double> history;      // requests per second, oldest first, one value a second, up to 60
  std::vector<std::string> badges;  // VS DR CB FI AZ MI SC
};

struct GraphEdge {
  std::string id, from, to;                            // id "FROM>TO"; from, to are node ids
  std::string protocol;                                // http grpc tcp
  double rps = 0, errorShare = 0, bytesPerSecond = 0;  // smoothed over 5 s; the share is of the window
  double p50Ms = 0, p95Ms = 0, p99Ms = 0;
  std::uint64_t requests = 0, errors = 0;  // in the window, exact; below 20 show these instead of shares
  std::uint64_t status2xx = 0, status3xx = 0, status4xx = 0, status5xx = 0;
  enum class Mtls { Unknown, All, Mixed, None } mtls = Mtls::Unknown;
  std::string errorOrigin;    // A P F N T R O, "" = none
  double weightPercent = -1;  // of a weighted route, -1 = none
  std::int64_t lastSeenMs = 0;
  Health health = Health::Unknown;  // steady: needs two ticks to change, failing is immediate
  std::vector<double> history;      // requests per second as in a node
};

struct TrafficGraph {
  std::int64_t atMs = 0;
  double windowSeconds = 10;
  std::vector<GraphNode> nodes;  // by id
  std::vector<GraphEdge> edges;  // by id
  double totalRps = 0, totalErrorShare = 0, p95Ms = 0;
  std::uint64_t totalRequests = 0;  // in the window, each hop once
};
using TrafficGraphPtr = std::shared_ptr<const TrafficGraph>;

using RecordPtr = std::shared_ptr<const xds::RequestRecord>;

/// A request as the window shows it: the client's and the server's record of one hop, joined where both came.
struct TrafficRow {
  std::uint64_t sequence = 0;
  xds::RequestRecord
      record;            // the outbound side if known, else the inbound; `origin` is settled (see origin.h)
  std::string from, to;  // titles: "productpage v1"
  std::string fromNode, toNode;
  std::vector<RecordPtr>
      server;  // what the server's proxies recorded of this hop: one for each attempt that arrived
  int sampledOneOf = 1;
};
using TrafficRowPtr = std::shared_ptr<const TrafficRow>;
using TrafficBatch = std::vector<TrafficRowPtr>;

}  // namespace varka::telemetry
