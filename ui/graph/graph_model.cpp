#include "ui/graph/graph_model.h"

#include <QStringList>
#include <algorithm>

#include "ui/models/health.h"

namespace varka::ui {
namespace {

using mesh::Health;

int badness(Health health) {
  static constexpr std::pair<Health, int> kOrder[] = {{Health::Crashed, 6}, {Health::Failing, 5}, {Health::Degraded, 4}, {Health::Starting, 3},
                                                      {Health::Stopped, 2}, {Health::Unknown, 1}, {Health::Healthy, 0}};
  for (const auto& [value, rank] : kOrder)
    if (value == health) return rank;
  return 0;
}

QString text(const std::string& value) {
  return QString::fromStdString(value);
}

GraphItem fromNode(const mesh::GraphNode& node) {
  GraphItem item;
  item.id = node.id;
  item.kind = node.kind;
  item.ns = node.ns;
  item.app = node.app;
  item.version = node.version;
  item.workload = node.workload;
  item.title = text(!node.app.empty() ? node.app : node.title);
  item.subtitle = node.kind == "external" ? QStringLiteral("outside the mesh") : node.kind == "outside" ? QStringLiteral("caller without a sidecar") : text(node.version);
  item.health = node.health;
  item.rps = node.rps;
  item.errorShare = node.errorShare;
  item.history = node.history;
  item.badges = node.badges;
  return item;
}

void joinPod(GraphItem& item, const mesh::PodView& pod, int replicas) {
  item.ns = pod.ns;
  item.workload = pod.workload;
  item.title = text(pod.app.empty() ? pod.workload : pod.app);
  QStringList parts;
  if (pod.gateway) parts << QStringLiteral("gateway");
  else if (!pod.version.empty()) parts << text(pod.version);
  if (replicas > 1) parts << QStringLiteral("%1 pods").arg(replicas);
  else if (const auto pid = pod.pid; pid > 0) parts << QStringLiteral("pid %1").arg(pid);
  item.subtitle = parts.join(QStringLiteral("  "));
  const auto health = podHealth(pod, item.health);
  // Of several replicas the worst is shown.
  if (item.state.isEmpty() || badness(health) > badness(item.health)) {
    item.health = health;
    item.state = pod.state == "ready" ? QString() : podStateText(pod);
  }
  if (pod.gateway) item.kind = "gateway";
  item.sidecarOff = !pod.sidecar && !pod.gateway;
}

/// Adds the numbers of `from` to `to`: used when edges of a collapsed namespace become one.
void mergeEdge(mesh::GraphEdge& to, const mesh::GraphEdge& from) {
  const double requests = static_cast<double>(to.requests + from.requests);
  to.rps += from.rps;
  to.bytesPerSecond += from.bytesPerSecond;
  to.requests += from.requests;
  to.errors += from.errors;
  to.errorShare = requests > 0 ? static_cast<double>(to.errors) / requests : 0;
  to.p50Ms = std::max(to.p50Ms, from.p50Ms);
  to.p95Ms = std::max(to.p95Ms, from.p95Ms);
  to.p99Ms = std::max(to.p99Ms, from.p99Ms);
  to.weightPercent = -1;
  if (to.mtls != from.mtls) to.mtls = mesh::GraphEdge::Mtls::Mixed;
  if (to.errorOrigin.empty()) to.errorOrigin = from.errorOrigin;
  if (to.protocol != from.protocol) to.protocol = "http";
}

}  // namespace

void GraphModel::clear() {
  *this = GraphModel();
}

void GraphModel::update(const mesh::MeshView& view, const mesh::TrafficGraph& graph, std::int64_t nowMs) {
  all_.clear();
  for (const auto& node : graph.nodes) all_.emplace(node.id, fromNode(node));
  std::map<std::string, int> replicas;
  for (const auto& pod : view.pods) ++replicas[workloadNodeId(pod.ns, pod.workload)];
  for (const auto& pod : view.pods) {
    const auto id = workloadNodeId(pod.ns, pod.workload);
    auto& item = all_[id];
    if (item.id.empty()) {
      item.id = id;
      item.kind = "workload";
      item.app = pod.app;
      item.version = pod.version;
    }
    joinPod(item, pod, replicas[id]);
  }
  for (const auto& object : view.objects) {
    const auto id = workloadNodeId(object.ns, object.name);
    if (object.kind != "Deployment" || replicas.contains(id)) continue;
    auto& item = all_[id];
    item.id = id;
    item.kind = "workload";
    item.ns = object.ns;
    item.workload = object.name;
    if (item.title.isEmpty()) item.title = text(object.name);
    item.health = Health::Stopped;
    item.state = QStringLiteral("stopped");
  }
  for (const auto& edge : graph.edges) {
    auto& known = edges_[edge.id];
    known.edge = edge;
    if (edge.rps > 0 || edge.bytesPerSecond > 0 || edge.requests > 0 || known.seenMs == 0) known.seenMs = nowMs;
  }
  for (const auto& [id, known] : edges_) {  // an edge whose node left the engine's graph still needs its ends
    for (const auto& end : {known.edge.from, known.edge.to}) {
      if (all_.contains(end)) continue;
      auto& item = all_[end];
      item.id = end;
      item.kind = end.starts_with("external:") ? "external" : end.starts_with("outside:") ? "outside" : "workload";
      item.title = text(end.substr(end.find_last_of("/:") + 1));
    }
  }
  namespaces_.clear();
  for (const auto& [id, item] : all_)
    if (!item.ns.empty()) namespaces_.insert(item.ns);
  if (!decidedCollapse_ && all_.size() > kCollapseAbove) {
    collapsed_ = namespaces_;
    decidedCollapse_ = true;
  }
  std::erase_if(edges_, [nowMs](const auto& entry) { return nowMs - entry.second.seenMs > kForgetMs; });
  rebuild(nowMs);
}

std::string GraphModel::itemOf(const std::string& nodeId) const {
  const auto found = all_.find(nodeId);
  if (found == all_.end() || !collapsed_.contains(found->second.ns)) return nodeId;
  return "group:" + found->second.ns;
}

void GraphModel::rebuild(std::int64_t nowMs) {
  items_.clear();
  std::map<std::string, GraphItem> groups;
  for (const auto& [id, item] : all_) {
    if (!collapsed_.contains(item.ns)) {
      items_.push_back(item);
      continue;
    }
    auto& group = groups["group:" + item.ns];
    group.id = "group:" + item.ns;
    group.kind = "group";
    group.title = text(item.ns);
    group.rps += item.rps;
    group.members.push_back(item.health);
  }
  for (auto& [id, group] : groups) {
    std::sort(group.members.begin(), group.members.end(), [](Health a, Health b) { return badness(a) > badness(b); });
    group.health = group.members.front();
    group.subtitle = QStringLiteral("%1 workloads").arg(group.members.size());
    items_.push_back(std::move(group));
  }
  std::map<std::string, GraphLink> links;
  std::map<std::string, int> directions;  // 1 forward, 2 backward
  for (const auto& [id, known] : edges_) {
    auto edge = known.edge;
    edge.from = itemOf(edge.from);
    edge.to = itemOf(edge.to);
    if (edge.from == edge.to) continue;
    const bool whole = edge.from == known.edge.from && edge.to == known.edge.to;
    const bool backward = !whole && edge.to < edge.from;  // opposite edges of collapsed namespaces are one line
    if (backward) std::swap(edge.from, edge.to);
    if (!whole) edge.id = edge.from + ">" + edge.to;
    const bool idle = nowMs - known.seenMs > kFadeMs || (edge.rps <= 0 && edge.bytesPerSecond <= 0 && edge.requests == 0);
    const auto [at, fresh] = links.try_emplace(edge.id, GraphLink{edge, idle, false, 1});
    auto& ways = directions[edge.id];
    ways |= backward ? 2 : 1;
    at->second.both = ways == 3;
    if (fresh) continue;
    mergeEdge(at->second.edge, edge);
    at->second.idle = at->second.idle && idle;
    ++at->second.merged;
  }
  links_.clear();
  for (auto& [id, link] : links) links_.push_back(std::move(link));
}

void GraphModel::toggleCollapsed(const std::string& ns) {
  decidedCollapse_ = true;
  if (!collapsed_.erase(ns)) collapsed_.insert(ns);
}

void GraphModel::setAllCollapsed(bool collapsed) {
  decidedCollapse_ = true;
  collapsed_ = collapsed ? namespaces_ : std::set<std::string>();
}

const GraphItem* GraphModel::item(const std::string& id) const {
  const auto at = std::find_if(items_.begin(), items_.end(), [&](const auto& i) { return i.id == id; });
  return at == items_.end() ? nullptr : &*at;
}

const GraphLink* GraphModel::link(const std::string& id) const {
  const auto at = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.edge.id == id; });
  return at == links_.end() ? nullptr : &*at;
}

}  // namespace varka::ui
