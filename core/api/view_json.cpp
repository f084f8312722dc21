#include "core/api/view_json.h"

#include <nlohmann/json.hpp>

#include "core/xds/telemetry.h"

namespace varka::api {

using nlohmann::json;

namespace {

template <typename List>
json listOf(const List& list) {
  json out = json::array();
  for (const auto& item : list) out.push_back(toJson(item));
  return out;
}

json toJson(const mesh::PortView& port) {
  return {{"name", port.name},           {"protocol", port.protocol},       {"port", port.port},
          {"targetPort", port.targetPort}, {"hostAddress", port.hostAddress}};
}

json toJson(const mesh::ServiceView& service) {
  json ports = json::array();
  for (const auto& port : service.ports) ports.push_back(toJson(port));
  return {{"name", service.name}, {"namespace", service.ns}, {"host", service.host},
          {"vip", service.vip},   {"ports", ports},          {"pods", service.pods}};
}

json toJson(const mesh::ProxyView& proxy) {
  return {{"pod", proxy.pod},
          {"namespace", proxy.ns},
          {"node", proxy.node},
          {"connected", proxy.connected},
          {"synced", proxy.synced},
          {"acked", proxy.ackedRevision},
          {"lastError", proxy.lastError}};
}

json toJson(const mesh::IngressView& ingress) {
  return {{"name", ingress.name}, {"url", ingress.url}, {"path", ingress.path}, {"port", ingress.port}, {"hostPort", ingress.hostPort}};
}

const char* healthName(mesh::Health health) {
  constexpr const char* kNames[] = {"unknown", "healthy", "degraded", "failing", "crashed", "stopped", "starting"};
  return kNames[static_cast<int>(health)];
}

}  // namespace

json toJson(const mesh::PodView& pod) {
  return {{"name", pod.name},
          {"namespace", pod.ns},
          {"app", pod.app},
          {"version", pod.version},
          {"workload", pod.workload},
          {"state", pod.state},
          {"reason", pod.reason},
          {"pid", pod.pid},
          {"proxyPid", pod.proxyPid},
          {"ip", pod.ip},
          {"serviceAccount", pod.serviceAccount},
          {"spiffeId", pod.spiffeId},
          {"startedMs", pod.startedMs},
          {"restarts", pod.restarts},
          {"cpuPercent", pod.cpuPercent},
          {"rssKiB", pod.rssKiB},
          {"proxyRssKiB", pod.proxyRssKiB},
          {"captureMode", pod.captureMode},
          {"command", pod.command},
          {"gateway", pod.gateway},
          {"sidecar", pod.sidecar}};
}

json toJson(const mesh::CertificateView& certificate) {
  return {{"owner", certificate.owner},         {"namespace", certificate.ns},
          {"spiffeId", certificate.spiffeId},   {"serial", certificate.serial},
          {"issuer", certificate.issuer},       {"algorithm", certificate.algorithm},
          {"sha256", certificate.sha256},       {"notBeforeMs", certificate.notBeforeMs},
          {"notAfterMs", certificate.notAfterMs}, {"renewAtMs", certificate.renewAtMs},
          {"pem", certificate.pem},             {"root", certificate.root}};
}

json toJson(const mesh::ProblemView& problem) {
  return {{"code", problem.code},     {"severity", problem.severity},      {"object", problem.object},
          {"message", problem.message}, {"place", problem.origin.text()}, {"path", problem.path}};
}

json toJson(const mesh::EventView& event) {
  return {{"timeMs", event.timeMs}, {"kind", event.kind},       {"severity", event.severity},
          {"object", event.object}, {"message", event.message}, {"origin", event.origin.text()}};
}

json toJson(const mesh::LogLine& line) {
  return {{"timeMs", line.timeMs}, {"pod", line.pod}, {"app", line.app}, {"stream", line.stream}, {"text", line.text}};
}

json toJson(const mesh::TrafficRow& row) {
  json record = json::parse(xds::toJson(row.record), nullptr, false);
  return {{"sequence", row.sequence}, {"from", row.from},         {"to", row.to},
          {"fromNode", row.fromNode}, {"toNode", row.toNode}, {"record", std::move(record)}};
}

json toJson(const mesh::TrafficGraph& graph) {
  json nodes = json::array();
  for (const auto& node : graph.nodes) {
    nodes.push_back({{"id", node.id}, {"kind", node.kind}, {"namespace", node.ns}, {"app", node.app}, {"version", node.version},
                     {"health", healthName(node.health)}, {"rps", node.rps}, {"errorShare", node.errorShare},
                     {"badges", node.badges}});
  }
  constexpr const char* kMtls[] = {"unknown", "all", "mixed", "none"};
  json edges = json::array();
  for (const auto& edge : graph.edges) {
    edges.push_back({{"id", edge.id}, {"from", edge.from}, {"to", edge.to}, {"protocol", edge.protocol}, {"rps", edge.rps},
                     {"errorShare", edge.errorShare}, {"p50Ms", edge.p50Ms}, {"p95Ms", edge.p95Ms}, {"p99Ms", edge.p99Ms},
                     {"requests", edge.requests}, {"errors", edge.errors}, {"mtls", kMtls[static_cast<int>(edge.mtls)]},
                     {"errorOrigin", edge.errorOrigin}, {"weightPercent", edge.weightPercent}});
  }
  return {{"atMs", graph.atMs}, {"windowSeconds", graph.windowSeconds}, {"nodes", nodes}, {"edges", edges},
          {"totalRps", graph.totalRps}, {"totalErrorShare", graph.totalErrorShare}, {"p95Ms", graph.p95Ms},
          {"totalRequests", graph.totalRequests}};
}

json toJson(const mesh::MeshView& view) {
  json services = json::array();
  for (const auto& service : view.services) services.push_back(toJson(service));
  json proxies = json::array();
  for (const auto& proxy : view.proxies) proxies.push_back(toJson(proxy));
  json ingress = json::array();
  for (const auto& entry : view.ingress) ingress.push_back(toJson(entry));
  return {{"mesh", view.name},
          {"directory", view.directory},
          {"state", view.state},
          {"revision", view.revision},
          {"ingress", ingress},
          {"pods", listOf(view.pods)},
          {"proxies", proxies},
          {"services", services},
          {"problems", listOf(view.problems)},
          {"certificates", view.certificates.size()},
          {"sync",
           {{"revision", view.sync.revision}, {"acked", view.sync.acked}, {"total", view.sync.total}, {"tookMs", view.sync.tookMs}}},
          {"captureMode", view.captureMode},
          {"captureDetail", view.captureDetail},
          {"rssKiB", view.rssKiB},
          {"cpuPercent", view.cpuPercent}};
}

}  // namespace varka::api
