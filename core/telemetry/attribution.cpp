#include "core/telemetry/attribution.h"

namespace varka::telemetry {
namespace {

std::string ownNode(const TopologyIndex& index, const PodRef& reporter) {
  const auto* pod = index.pod(reporter);
  return pod ? TopologyIndex::nodeId(*pod) : "workload:" + reporter.ns + "/" + reporter.name;
}

// Where a client's proxy sent it. Without a cluster the proxy answered itself: no route, redirect, direct
// response.
std::string upstreamNode(const TopologyIndex& index, const PodRef& reporter, const Hop& hop) {
  if (const auto* pod = index.peer(hop.peer, reporter.ns)) return TopologyIndex::nodeId(*pod);
  return hop.cluster.empty() ? std::string("external:proxy-reply") : index.nodeOfCluster(hop.cluster);
}

std::vector<Flow> inbound(const TopologyIndex& index, const PodRef& reporter, const Hop& hop) {
  const auto to = ownNode(index, reporter);
  if (const auto* pod = index.peer(hop.peer, reporter.ns))
    return {{TopologyIndex::nodeId(*pod), to, !pod->sidecar, true}};
  // Mutual TLS without a known pod: some proxy of the mesh, which reports the hop itself.
  if (hop.mtls) return {};
  return {{std::string(kOutside), to, true, true}};
}

std::vector<Flow> gateway(const TopologyIndex& index, const PodRef& reporter, const Hop& hop) {
  const auto own = ownNode(index, reporter);
  if (hop.cluster.empty() && hop.peer.empty()) return {{std::string(kOutside), own, true, true}};
  return {{own, upstreamNode(index, reporter, hop), true, true}, {std::string(kOutside), own, true, false}};
}

}  // namespace

std::vector<Flow> attribute(const TopologyIndex& index, const PodRef& reporter, const Hop& hop) {
  if (hop.side == "inbound") return inbound(index, reporter, hop);
  if (hop.side == "gateway") return gateway(index, reporter, hop);
  return {{ownNode(index, reporter), upstreamNode(index, reporter, hop), true, true}};
}

}  // namespace varka::telemetry
