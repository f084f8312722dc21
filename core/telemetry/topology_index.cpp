#include "core/telemetry/topology_index.h"

#include <set>
#include <utility>

namespace varka::telemetry {
namespace {

std::string titleOf(const GraphNode& node) {
  if (node.app.empty()) return node.workload;
  return node.version.empty() ? node.app : node.app + " " + node.version;
}

bool isDown(Health health) {
  return health == Health::Crashed || health == Health::Stopped || health == Health::Starting;
}

}  // namespace

std::string TopologyIndex::nodeId(const PodInfo& pod) {
  return "workload:" + pod.ns + "/" + (pod.workload.empty() ? pod.pod : pod.workload);
}

TopologyIndex::TopologyIndex(Topology topology) : topology_(std::move(topology)) {
  for (const auto& workload : topology_.workloads) {
    GraphNode node;
    node.kind = workload.kind;
    node.ns = workload.ns;
    node.app = workload.app;
    node.version = workload.version;
    node.workload = workload.workload;
    node.badges = workload.badges;
    node.health = workload.state;
    addWorkload("workload:" + workload.ns + "/" + workload.workload, std::move(node));
  }
  for (const auto& pod : topology_.pods) {
    pods_.emplace(PodRef{pod.ns, pod.pod}, &pod);
    byName_.emplace(pod.pod, &pod);
    if (!pod.workload.empty()) byWorkload_.emplace(PodRef{pod.ns, pod.workload}, &pod);
    if (!pod.ip.empty()) byAddress_.emplace(pod.ip, &pod);
    GraphNode node;
    node.kind = pod.kind;
    node.ns = pod.ns;
    node.app = pod.app;
    node.version = pod.version;
    node.workload = pod.workload.empty() ? pod.pod : pod.workload;
    addWorkload(nodeId(pod), std::move(node));
  }
  for (const auto& service : topology_.services) services_.emplace(service.host, &service);
  settleStates();
}

void TopologyIndex::addWorkload(const std::string& id, GraphNode node) {
  node.id = id;
  node.title = titleOf(node);
  const auto [place, added] = nodes_.emplace(id, node);
  if (added) return;
  auto& known = place->second;
  if (known.app.empty()) known.app = node.app;
  if (known.version.empty()) known.version = node.version;
  known.title = titleOf(known);
}

// One pod that is up makes the workload fine; with no pods its own word counts ("stopped").
void TopologyIndex::settleStates() {
  std::map<std::string, Health> worst;
  std::set<std::string> up;
  for (const auto& pod : topology_.pods) {
    const auto id = nodeId(pod);
    if (!isDown(pod.state)) up.insert(id);
    auto& state = worst.emplace(id, pod.state).first->second;
    if (pod.state == Health::Crashed) state = pod.state;
  }
  for (const auto& [id, state] : worst) nodes_.at(id).health = up.contains(id) ? Health::Unknown : state;
}

const PodInfo* TopologyIndex::pod(const PodRef& ref) const {
  const auto at = pods_.find(ref);
  return at == pods_.end() ? nullptr : at->second;
}

const PodInfo* TopologyIndex::peer(std::string_view name, std::string_view near) const {
  if (name.empty()) return nullptr;
  if (const auto* found = pod({std::string(near), std::string(name)})) return found;
  if (const auto slash = name.find('/'); slash != std::string_view::npos)
    return pod({std::string(name.substr(0, slash)), std::string(name.substr(slash + 1))});
  if (const auto at = byName_.find(std::string(name)); at != byName_.end()) return at->second;
  // Endpoints carry Istio's metadata, which names the workload and not the pod.
  if (const auto at = byWorkload_.find({std::string(near), std::string(name)}); at != byWorkload_.end()) return at->second;
  for (const auto& [workload, found] : byWorkload_)
    if (workload.name == name) return found;
  if (const auto dot = name.rfind('.'); dot != std::string_view::npos)
    if (const auto* found = pod({std::string(name.substr(dot + 1)), std::string(name.substr(0, dot))}))
      return found;
  if (const auto at = byAddress_.find(std::string(name)); at != byAddress_.end()) return at->second;
  const auto at = byAddress_.find(std::string(name.substr(0, name.rfind(':'))));
  return at == byAddress_.end() ? nullptr : at->second;
}

std::string TopologyIndex::nodeOfCluster(std::string_view cluster) const {
  if (cluster == "PassthroughCluster") return "external:passthrough";
  if (cluster == "BlackHoleCluster") return "external:blocked";
  const auto bar = cluster.rfind('|');
  const std::string host(bar == std::string_view::npos ? cluster : cluster.substr(bar + 1));
  const auto at = services_.find(host);
  if (at == services_.end()) return "external:" + host;
  const auto& service = *at->second;
  if (service.workloads.size() == 1) return "workload:" + service.workloads.front();
  return "service:" + service.ns + "/" + service.name;
}

GraphNode TopologyIndex::node(const std::string& id) const {
  if (const auto at = nodes_.find(id); at != nodes_.end()) return at->second;
  GraphNode out;
  out.id = id;
  const auto colon = id.find(':');
  out.kind = id.substr(0, colon);
  const auto rest = colon == std::string::npos ? std::string() : id.substr(colon + 1);
  const auto slash = rest.find('/');
  out.title = rest;
  if (id == kOutside) out.title = "outside";
  if (id == "external:passthrough") out.title = "other hosts";
  if (id == "external:blocked") out.title = "blocked";
  if (id == "external:proxy-reply") out.title = "answered by its proxy";
  if (out.kind != "external" && slash != std::string::npos) {
    out.ns = rest.substr(0, slash);
    out.title = rest.substr(slash + 1);
    (out.kind == "service" ? out.app : out.workload) = out.title;
  }
  return out;
}

std::vector<std::string> TopologyIndex::nodeIds() const {
  std::vector<std::string> out;
  for (const auto& [id, node] : nodes_) out.push_back(id);
  return out;
}

double TopologyIndex::weightOf(std::string_view cluster) const {
  const auto at = topology_.clusterWeights.find(std::string(cluster));
  return at == topology_.clusterWeights.end() ? -1 : at->second;
}

}  // namespace varka::telemetry
