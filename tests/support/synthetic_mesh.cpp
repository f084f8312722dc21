#include "tests/support/synthetic_mesh.h"

#include <QDateTime>
#include <algorithm>
#include <cmath>

namespace varka::test {
namespace {

using mesh::Health;
using Mtls = mesh::GraphEdge::Mtls;

struct Spec {
  const char* name;
  const char* ns;
};
constexpr Spec kFour[] = {{"ingress", "istio-ingress"}, {"frontend", "demo"}, {"reviews", "demo"}, {"reviews", "demo"}};
constexpr Spec kTwenty[] = {{"ingress", "istio-ingress"}, {"frontend", "shop"}, {"checkout", "shop"}, {"ads", "shop"}, {"payment", "shop"},
                            {"invoice", "shop"}, {"auth", "shop"}, {"cart", "payments"}, {"currency", "payments"}, {"recommend", "payments"},
                            {"ledger", "payments"}, {"redis", "payments"}, {"profile", "payments"}, {"catalog", "platform"}, {"email", "platform"},
                            {"shipping", "platform"}, {"fraud", "platform"}, {"postgres", "platform"}, {"notify", "platform"}, {"search", "platform"}};

mesh::PodView podOf(const std::string& app, const std::string& version, const std::string& ns, int index, std::int64_t now) {
  mesh::PodView pod;
  pod.ns = ns;
  pod.app = app;
  pod.version = version;
  pod.gateway = app == "ingress";
  pod.workload = pod.gateway ? app : app + "-" + version;
  pod.name = pod.workload + "-7d4b9c" + std::to_string(index);
  pod.state = "ready";
  pod.pid = pod.gateway ? 0 : 41000 + index * 7;
  pod.proxyPid = 41001 + index * 7;
  pod.ip = "10.0.0." + std::to_string(index + 10);
  pod.serviceAccount = app;
  pod.spiffeId = "spiffe://cluster.local/ns/" + ns + "/sa/" + app;
  pod.startedMs = now - 600'000 - index * 61'000;
  pod.cpuPercent = (index * 37 % 59) + 0.4;
  pod.rssKiB = 12'000 + index * 1'700;
  pod.captureMode = "namespace";
  pod.command = {"./" + app, "--port", "9080"};
  pod.env = {{"PORT", "9080"}, {"API_TOKEN", "••••••"}};
  return pod;
}

std::vector<mesh::PodView> podsFor(int services, std::int64_t now) {
  std::vector<mesh::PodView> pods;
  if (services <= 4) {
    for (int i = 0; i < services; ++i) pods.push_back(podOf(kFour[i].name, i == 2 ? "v2" : "v1", kFour[i].ns, i, now));
  } else if (services <= 20) {
    for (int i = 0; i < services; ++i) pods.push_back(podOf(kTwenty[i].name, "v1", kTwenty[i].ns, i, now));
    pods[4].state = "crashed";
    pods[4].reason = "exit 139 (SIGSEGV)";
    pods[4].restarts = 3;
    pods[6].state = "starting";
    pods[6].reason = "readiness: GET /health → 503";
  } else {
    for (int i = 0; i < services; ++i) pods.push_back(podOf("service-" + std::to_string(i), "v1", "team-" + std::to_string(i % 9), i, now));
    pods[17].state = "crashed";
  }
  return pods;
}

Health healthOf(double errors) {
  return errors >= 0.05 ? Health::Failing : errors >= 0.001 ? Health::Degraded : Health::Healthy;
}

std::string nodeId(const mesh::PodView& pod) {
  return "workload:" + pod.ns + "/" + pod.workload;
}

/// Pairs of pod indices; the same for every tick.
std::vector<std::pair<std::size_t, std::size_t>> wiring(std::size_t pods) {
  if (pods <= 4) return {{0, 1}, {1, 2}, {1, 3}};
  if (pods <= 20)
    return {{0, 1}, {1, 2}, {1, 3}, {1, 7}, {1, 8}, {1, 9}, {1, 13}, {2, 4}, {2, 5}, {2, 10}, {2, 11}, {7, 11}, {8, 10},
            {9, 12}, {13, 17}, {13, 18}, {13, 10}, {4, 6}, {13, 16}, {13, 15}, {16, 6}, {19, 17}, {1, 19}};
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  std::mt19937 random(7);
  for (std::size_t i = 1; i < pods; ++i) edges.emplace_back(random() % i, i);
  for (std::size_t i = 0; i < pods / 2; ++i) {
    const auto a = random() % (pods - 1);
    const auto b = a + 1 + random() % (pods - a - 1);
    edges.emplace_back(a, b);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

mesh::GraphEdge edgeOf(const mesh::PodView& from, const mesh::PodView& to, std::size_t index, int tick) {
  mesh::GraphEdge edge;
  edge.from = nodeId(from);
  edge.to = nodeId(to);
  edge.id = edge.from + "|" + edge.to;
  const bool tcp = to.app == "redis" || to.app == "postgres";
  edge.protocol = tcp ? "tcp" : to.app == "catalog" || to.app == "profile" ? "grpc" : "http";
  edge.rps = std::pow(10.0, static_cast<double>(index % 4) * 0.8) * (1 + 0.05 * (tick % 5));
  edge.bytesPerSecond = tcp ? 189'000 : edge.rps * 900;
  if (tcp) edge.rps = 0;
  edge.requests = static_cast<std::uint64_t>(edge.rps * 10) + (tcp ? 4 : 0);
  if (to.version == "v2" || to.app == "ledger" || to.app == "catalog") edge.errorShare = 0.18;
  if (to.app == "auth") edge.errorShare = 0.027;
  edge.errors = static_cast<std::uint64_t>(edge.errorShare * static_cast<double>(edge.requests));
  edge.status2xx = edge.requests - edge.errors;
  edge.status5xx = edge.errors;
  edge.errorOrigin = edge.errorShare > 0.1 ? "A" : "";
  edge.p50Ms = 4;
  edge.p95Ms = 44;
  edge.p99Ms = 120;
  edge.mtls = index % 11 == 7 ? Mtls::None : index % 11 == 9 ? Mtls::Mixed : Mtls::All;
  if (to.app == "reviews") edge.weightPercent = to.version == "v2" ? 20 : 80;
  edge.lastSeenMs = QDateTime::currentMSecsSinceEpoch();
  return edge;
}

mesh::GraphNode nodeOf(const mesh::PodView& pod, std::size_t index, int tick) {
  mesh::GraphNode node;
  node.id = nodeId(pod);
  node.kind = pod.gateway ? "gateway" : pod.app == "redis" || pod.app == "postgres" ? "tcp" : "workload";
  node.ns = pod.ns;
  node.app = pod.app;
  node.version = pod.version;
  node.workload = pod.workload;
  node.title = pod.app + " " + pod.version;
  for (int i = 0; i < 60; ++i) node.history.push_back(10 + 4 * std::sin((i + tick + static_cast<int>(index) * 3) / 4.0));
  if (pod.app == "frontend") node.badges = {"VS"};
  if (pod.version == "v2") node.badges = {"FI"};
  if (pod.app == "ledger") node.badges = {"VS", "CB"};
  return node;
}

mesh::CertificateView certificateOf(const std::string& owner, bool root, std::int64_t now) {
  mesh::CertificateView certificate;
  certificate.owner = owner;
  certificate.root = root;
  certificate.spiffeId = root ? "" : "spiffe://cluster.local/ns/default/sa/" + owner;
  certificate.serial = "5f:3a:91:0c";
  certificate.issuer = "CN=Varka root";
  certificate.algorithm = "ECDSA P-256";
  certificate.notBeforeMs = now - 3'600'000;
  certificate.notAfterMs = now + (root ? 315'000'000'000LL : 82'800'000LL);
  certificate.renewAtMs = root ? 0 : now + 39'600'000;
  return certificate;
}

std::vector<xds::DecisionStep> stepsFor(const mesh::GraphEdge& edge, bool error) {
  const auto host = edge.to.substr(edge.to.rfind('/') + 1);
  std::vector<xds::DecisionStep> steps = {
      {"listener", true, "0.0.0.0_9080", "captured outbound 10.96.0.12:9080", ""},
      {"route", false, "default/" + host + "#1", "header x-canary is absent, rule 1 wants \"1\"", "istio/routing.yaml:22"},
      {"route", true, "default/" + host + "#2", "rule 2 of 2 matched: no condition", "istio/routing.yaml:31"},
      {"weight", true, "90 of 100", "draw 0.412 < 0.90 picked subset v1", "istio/routing.yaml:35"},
      {"cluster", true, "outbound|9080|v1|" + host + ".default.svc.cluster.local", "least request, 2 endpoints", "istio/subsets.yaml:8"},
      {"mtls", true, "STRICT", "peer spiffe://cluster.local/ns/default/sa/" + host, "security/peer-auth.yaml:8"},
      {"endpoint", true, "10.0.0.14:9080", error ? "connection refused: the process is gone" : "1 active request", ""}};
  steps.push_back({"reply", true, error ? "503" : "200", error ? "made by the sidecar" : "made by the application", ""});
  return steps;
}

}  // namespace

mesh::MeshView syntheticView(int services) {
  const auto now = QDateTime::currentMSecsSinceEpoch();
  mesh::MeshView view;
  view.name = services <= 4 ? "demo" : "shop-demo";
  view.directory = "/home/user/shop";
  view.state = "running";
  view.revision = 13;
  view.pods = podsFor(services, now);
  view.certificates.push_back(certificateOf("root", true, now));
  for (const auto& pod : view.pods) {
    mesh::ServiceView service;
    service.name = pod.app;
    service.ns = pod.ns;
    service.ports = {{"http", "http", 9080, 9080, "127.0.0.1:34567"}};
    service.pods = {pod.name};
    view.services.push_back(service);
    view.proxies.push_back({pod.name, pod.ns, "sidecar~" + pod.ip, true, true, 13, ""});
    view.certificates.push_back(certificateOf(pod.name, false, now));
    if (!pod.gateway) view.objects.push_back({"apps", "v1", "Deployment", pod.ns, pod.workload, {}, "file"});
  }
  if (services == 20) {
    view.pods.erase(view.pods.begin() + 14);  // email is stopped: a Deployment without a pod
    view.proxies.back().synced = false;
    mesh::ProblemView problem;
    problem.code = "IST0101";
    problem.severity = "error";
    problem.object = "VirtualService shop/payment-vs";
    problem.message = "Referenced host not found: \"payments.shop\"";
    problem.origin.file = std::make_shared<const std::string>("istio/payment-vs.yaml");
    problem.origin.mark.line = 12;
    problem.origin.mark.column = 9;
    view.problems.push_back(std::move(problem));
  }
  view.ingress.resize(1);
  view.ingress[0].name = "ingress";
  view.ingress[0].url = "http://127.0.0.1:8080";
  view.sync = {13, static_cast<int>(view.proxies.size()) - (services == 20 ? 1 : 0), static_cast<int>(view.proxies.size()), services == 20 ? -1 : 38};
  view.captureMode = "namespace";
  view.rssKiB = 96'000;
  view.cpuPercent = 3.1;
  return view;
}

mesh::TrafficGraph syntheticGraph(const mesh::MeshView& view, int tick) {
  mesh::TrafficGraph graph;
  graph.atMs = QDateTime::currentMSecsSinceEpoch();
  for (std::size_t i = 0; i < view.pods.size(); ++i) graph.nodes.push_back(nodeOf(view.pods[i], i, tick));
  std::size_t index = 0;
  for (const auto& [from, to] : wiring(view.pods.size())) {
    if (from >= view.pods.size() || to >= view.pods.size()) continue;
    graph.edges.push_back(edgeOf(view.pods[from], view.pods[to], index++, tick));
    auto& node = graph.nodes[to];
    const auto& edge = graph.edges.back();
    node.rps += edge.rps;
    node.errorShare = std::max(node.errorShare, edge.errorShare);
    graph.totalRps += edge.rps;
  }
  for (auto& node : graph.nodes) node.health = node.rps > 0 || node.kind == "gateway" ? healthOf(node.errorShare) : Health::Unknown;
  if (view.pods.size() >= 19) {  // a call out of the mesh, in plain text
    mesh::GraphNode external;
    external.id = "external:api.stripe.com";
    external.kind = "external";
    external.title = "api.stripe.com";
    external.health = Health::Healthy;
    external.rps = 17;
    graph.nodes.push_back(external);
    auto edge = edgeOf(view.pods[4], view.pods[3], 2, tick);
    edge.to = external.id;
    edge.id = edge.from + "|" + edge.to;
    edge.mtls = Mtls::None;
    graph.edges.push_back(edge);
  }
  graph.totalErrorShare = 0.027;
  graph.totalRequests = 42'100 + static_cast<std::uint64_t>(tick) * 50;
  graph.p95Ms = 44;
  return graph;
}

mesh::TrafficBatch syntheticTraffic(const mesh::TrafficGraph& graph, std::size_t count, std::uint64_t firstSequence) {
  mesh::TrafficBatch batch;
  const auto now = QDateTime::currentMSecsSinceEpoch();
  const char* const paths[] = {"/", "/productpage", "/reviews/0", "/api/v1/carts/81f2/items?expand=prices", "/healthz"};
  for (std::size_t i = 0; i < count && !graph.edges.empty(); ++i) {
    const auto& edge = graph.edges[i % graph.edges.size()];
    auto row = std::make_shared<mesh::TrafficRow>();
    row->sequence = firstSequence + i;
    row->fromNode = edge.from;
    row->toNode = edge.to;
    row->from = edge.from.substr(edge.from.rfind('/') + 1);
    row->to = edge.to.substr(edge.to.find_last_of("/:") + 1);
    auto& record = row->record;
    const bool error = edge.errorShare > 0.1 && i % 4 != 1;
    record.kind = edge.protocol == "tcp" ? xds::RecordKind::Tcp : xds::RecordKind::Http;
    record.id = "0f3a2c91-" + std::to_string(firstSequence + i);
    record.startUs = (now - static_cast<std::int64_t>((count - i) * 31)) * 1000;
    record.durationUs = error ? 12'400 : 800 + static_cast<std::int64_t>((i * 7919) % 45'000);
    record.firstByteUs = record.durationUs / 2;
    record.method = i % 4 == 3 ? "POST" : "GET";
    record.path = paths[i % 5];
    record.authority = row->to;
    record.protocol = "HTTP/1.1";
    record.status = record.kind == xds::RecordKind::Tcp ? 0 : error ? 503 : 200;
    record.flags = error ? "UF,URX" : "";
    record.origin = error ? "network" : "";
    record.routeName = i % 2 ? "default" : row->to + "-vs#" + std::to_string(1 + i % 3);
    record.mtls = edge.mtls == Mtls::All;
    record.tlsVersion = "TLSv1.3";
    record.bytesSent = 19 + (i * 1237) % 18'000;
    record.requestHeaders = {{"user-agent", "curl/8"}, {"end-user", i % 2 ? "jason" : "anna"}, {"authorization", "••••"}};
    record.steps = stepsFor(edge, error);
    batch.push_back(std::move(row));
  }
  return batch;
}

SyntheticClient::SyntheticClient(int services) : services_(services) {
  if (services > 0) setProject(true);
}

void SyntheticClient::setView(mesh::MeshView view) {
  publish(std::make_shared<const mesh::MeshView>(std::move(view)));
}

void SyntheticClient::setGraph(mesh::TrafficGraph graph) {
  publish(std::make_shared<const mesh::TrafficGraph>(std::move(graph)));
}

void SyntheticClient::publishAll(int tick, std::size_t requests) {
  const auto now = QDateTime::currentMSecsSinceEpoch();
  auto value = syntheticView(services_);
  auto traffic = syntheticGraph(value, tick);
  auto batch = std::make_shared<const mesh::TrafficBatch>(syntheticTraffic(traffic, requests, sequence_));
  sequence_ += requests;
  std::vector<mesh::LogLine> lines;
  for (const auto& pod : value.pods) {
    lines.push_back({now, pod.name, pod.app, "stdout", "\x1b[32mINFO\x1b[0m listening on 0.0.0.0:9080"});
    lines.push_back({now, pod.name, pod.app, "proxy", "[2026-01-02T03:04:05.678Z] \"GET /reviews/0 HTTP/1.1\" 200 - via_upstream - \"-\" 0 375 12 11"});
  }
  if (!value.pods.empty()) lines.push_back({now, value.pods.back().name, value.pods.back().app, "stderr", "Traceback (most recent call last): connection refused"});
  setView(std::move(value));
  setGraph(std::move(traffic));
  Q_EMIT this->traffic(batch);
  Q_EMIT logLines(std::make_shared<const std::vector<mesh::LogLine>>(std::move(lines)));
  Q_EMIT event({now, "process", "info", "Pod shop/frontend-v1-7d4b9c1", "ready after 812 ms", {}});
  Q_EMIT event({now, "process", "error", "Pod shop/payment-v1-7d4b9c4", "exited with 139 (SIGSEGV), restart in 4 s", {}});
}

void SyntheticClient::open(const QString& project) {
  commands << QStringLiteral("open ") + project;
  setProject(true);
}

void SyntheticClient::stop() {
  commands << QStringLiteral("stop");
  Q_EMIT stopped();
}

}  // namespace varka::test
