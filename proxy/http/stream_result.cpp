// The one result of a finished stream: access log line, counters, Istio's metric series, the record with its
// decision.

#include <functional>

#include "proxy/http/http_stream.h"

namespace varka::proxy {
namespace {

std::string workloadOfNode(std::string_view nodeId) {  // sidecar~IP~POD.NS~DOMAIN
  const auto second = nodeId.find('~', nodeId.find('~') + 1);
  if (nodeId.find('~') == std::string_view::npos || second == std::string_view::npos) return {};
  const auto rest = nodeId.substr(second + 1);
  return std::string(rest.substr(0, rest.find('.')));
}

std::string protocolOf(const RequestHead& head) {
  return head.get("content-type").starts_with("application/grpc") ? "grpc" : "http";
}

bool isMutual(const ConnectionFacts& connection, const StreamState& state) {
  if (connection.side == "inbound") return connection.tls && connection.tls->peer.present;
  return !state.upstreamTlsVersion.empty();
}

std::string originOf(const StreamState& state) {
  if (!state.origin.empty()) return state.origin;
  if (state.info.status >= 400 || state.info.status == 0) return state.info.flags.any() ? "network" : "app";
  return {};
}

void fillInfo(const ConnectionFacts& connection, StreamState& state, const RouteDecision* decision) {
  StreamInfo& info = state.info;
  info.details = state.details;
  info.transportFailure = state.transportFailure;
  info.terminationDetails = state.terminationDetails;
  info.dynamicMetadata = &state.dynamicMetadata;
  info.upstreamHost = state.upstreamHost;
  info.upstreamCluster = state.upstreamCluster;
  info.upstreamLocalAddress = state.upstreamLocalAddress;
  info.upstreamPeerUri = state.upstreamPeerUri;
  info.upstreamTlsVersion = state.upstreamTlsVersion;
  info.downstreamLocalAddress = connection.localText;
  info.downstreamDirectRemoteAddress = connection.remoteText;
  info.downstreamRemoteAddress = state.remoteAddress.empty() ? std::string_view(connection.remoteText)
                                                             : std::string_view(state.remoteAddress);
  info.sni = connection.sni;
  info.listener = connection.listener->name;
  info.filterChain = connection.chain->name;
  if (connection.tls) {
    info.downstreamTlsVersion = connection.tls->version;
    info.downstreamTlsCipher = connection.tls->cipher;
    info.downstreamPeerSubject = connection.tls->peer.subject;
    if (!connection.tls->peer.uris.empty()) info.downstreamPeerUri = connection.tls->peer.uris.front();
    if (!connection.tls->own.uris.empty()) info.downstreamLocalUri = connection.tls->own.uris.front();
  }
  if (decision && decision->route) info.routeName = decision->route->config->name;
  if (decision && decision->virtualHost) info.virtualHost = decision->virtualHost->config->name;
}

EdgeStats& edgeOf(WorkerContext& worker, const ConnectionFacts& connection, const StreamState& state,
                  bool mutual) {
  const std::string peer =
      connection.side == "inbound" ? workloadOfNode(state.peerId) : state.upstreamWorkload;
  // The map of the shard is behind a lock and compares five strings; most requests repeat an edge.
  const std::hash<std::string_view> hash;
  const std::uint64_t key =
      hash(state.upstreamCluster) * 31 + hash(peer) * 7 + hash(connection.side) + (mutual ? 1 : 0);
  auto& cached = worker.edges[key];
  if (cached.stats && cached.cluster == state.upstreamCluster && cached.peer == peer) return *cached.stats;
  cached = {state.upstreamCluster, peer,
            &worker.stats.edge({connection.side, state.upstreamCluster, peer, "http", mutual})};
  return *cached.stats;
}

void countEdge(WorkerContext& worker, const ConnectionFacts& connection, const StreamState& state,
               bool mutual) {
  EdgeStats& edge = edgeOf(worker, connection, state, mutual);
  edge.countRequest(state.info.status, state.info.durationUs);
  edge.bytesReceived.add(state.info.bytesReceived);
  edge.bytesSent.add(state.info.bytesSent);
  if (state.info.attempts > 1) edge.retries.add(static_cast<std::uint64_t>(state.info.attempts - 1));
  if (state.origin == "fault") edge.faults.add();
  if (state.origin == "policy") edge.denied.add();
}

/// "outbound|9080|v2|reviews.default.svc.cluster.local" → host; others as they are.
std::string_view serviceOf(std::string_view cluster) {
  if (!cluster.starts_with("outbound|")) return {};
  return cluster.substr(cluster.rfind('|') + 1);
}

RequestLabels labelsOf(const WorkerContext& worker, const ConnectionFacts& connection,
                       const StreamState& state, bool mutual) {
  const NodeIdentity& node = worker.node;
  RequestLabels labels;
  const bool inbound = connection.side == "inbound";
  labels.reporter = inbound ? "destination" : "source";
  if (inbound) {
    labels.sourceWorkload = workloadOfNode(state.peerId);
    if (connection.tls) labels.sourcePrincipal = connection.tls->peer.identity();
    if (connection.tls && !connection.tls->own.uris.empty())
      labels.destinationPrincipal = connection.tls->own.uris[0];
    labels.destinationWorkload = node.workload;
    labels.destinationWorkloadNamespace = node.podNamespace;
    labels.destinationApp = node.app;
    labels.destinationVersion = node.version;
    labels.destinationCanonicalService = node.canonicalService;
    labels.destinationCanonicalRevision = node.canonicalRevision;
    labels.destinationServiceNamespace = node.podNamespace;
    labels.destinationServiceName = node.canonicalService;
  } else {
    labels.sourceWorkload = node.workload;
    labels.sourceWorkloadNamespace = node.podNamespace;
    labels.sourceApp = node.app;
    labels.sourceVersion = node.version;
    labels.sourceCanonicalService = node.canonicalService;
    labels.sourceCanonicalRevision = node.canonicalRevision;
    labels.destinationWorkload = state.upstreamWorkload;
    labels.destinationPrincipal = state.upstreamPeerUri;
    const std::string_view service = serviceOf(state.upstreamCluster);
    labels.destinationService = service;
    const auto dot = service.find('.');
    labels.destinationServiceName =
        service.empty() ? state.upstreamCluster : std::string(service.substr(0, dot));
    if (dot != std::string_view::npos) {
      const auto rest = service.substr(dot + 1);
      labels.destinationServiceNamespace = rest.substr(0, rest.find('.'));
      labels.destinationWorkloadNamespace = labels.destinationServiceNamespace;
    }
  }
  labels.requestProtocol = state.info.request ? protocolOf(*state.info.request) : "http";
  labels.responseCode = std::to_string(state.info.status);
  labels.responseFlags = state.info.flags.any() ? state.info.flags.text() : "-";
  labels.connectionSecurityPolicy = inbound ? (mutual ? "mutual_tls" : "none") : "unknown";
  return labels;
}

void countSeries(WorkerContext& worker, const ConnectionFacts& connection, const StreamState& state,
                 bool mutual) {
  if (worker.node.type.empty()) return;
  const std::hash<std::string_view> hash;
  std::string flags;
  state.info.flags.appendTo(flags);
  const std::uint64_t key = (hash(state.upstreamCluster) * 31 + hash(state.upstreamHost)) * 31 +
                            hash(state.peerId) * 7 + hash(flags) + hash(connection.side) * 3 +
                            static_cast<std::uint64_t>(state.info.status) * 0x9e3779b97f4a7c15ull +
                            (mutual ? 1 : 0);
  if (worker.series.size() > 20000) worker.series.clear();  // pass-through to many addresses
  if (!worker.series[key])
    worker.series[key] = &worker.stats.series(labelsOf(worker, connection, state, mutual));
  RequestSeries* const series = worker.series[key];
  series->requests.add();
  series->requestBytes.add(state.info.bytesReceived);
  series->responseBytes.add(state.info.bytesSent);
  series->duration.record(state.info.durationUs);
}

bool isSecret(std::string_view name) {
  return name == "authorization" || name == "cookie" || name == "set-cookie" ||
         name == "proxy-authorization" || name == "x-api-key";
}

void copyHeaders(const Headers& from, std::vector<std::pair<std::string, std::string>>& to) {
  constexpr std::size_t kMost = 40, kLongest = 256;
  for (const auto& field : from.fields()) {
    if (to.size() >= kMost) return;
    to.emplace_back(std::string(field.name),
                    isSecret(field.name) ? "[redacted]" : std::string(field.value.substr(0, kLongest)));
  }
}

xds::RequestRecord recordOf(const WorkerContext& worker, const ConnectionFacts& connection,
                            StreamState& state, const RouteDecision* decision, bool mutual) {
  xds::RequestRecord record;
  const StreamInfo& info = state.info;
  const RequestHead& request = *info.request;
  record.id = state.requestId;
  record.traceId = state.traceId;
  record.spanId = state.spanId;
  record.parentSpanId = state.parentSpanId;
  record.startUs = info.startUs;
  record.durationUs = info.durationUs;
  record.firstByteUs = info.firstUpstreamByteUs;
  record.connectUs = state.connectUs;
  record.side = connection.side;
  record.workload = worker.node.pod;
  const bool inbound = connection.side == "inbound";
  if (inbound) {
    record.peer = connection.tls && connection.tls->peer.present
                      ? std::string(connection.tls->peer.identity())
                      : connection.remoteText;
    record.peerWorkload = workloadOfNode(state.peerId);
  } else {
    record.peer = state.upstreamPeerUri.empty() ? state.upstreamHost : state.upstreamPeerUri;
    record.peerWorkload = state.upstreamWorkload;
  }
  record.method = request.method;
  record.scheme = request.scheme;
  record.authority = request.authority;
  record.path = request.has("x-envoy-original-path") ? request.get("x-envoy-original-path") : request.path;
  record.protocol = protocolName(request.protocol);
  record.userAgent = request.get("user-agent");
  record.status = info.status;
  record.flags = info.flags.text();
  record.details = state.details;
  record.routeName = info.routeName;
  if (record.routeName.empty() && decision && decision->route) record.routeName = decision->route->label;
  record.clusterName = state.upstreamCluster;
  record.virtualHost = info.virtualHost;
  record.listener = info.listener;
  record.filterChain = info.filterChain;
  record.upstreamHost = state.upstreamHost;
  record.mtls = mutual;
  record.tlsVersion = inbound && connection.tls ? connection.tls->version : state.upstreamTlsVersion;
  record.attempts = info.attempts;
  record.bytesReceived = info.bytesReceived;
  record.bytesSent = info.bytesSent;
  record.origin = originOf(state);
  record.steps = std::move(state.steps);
  copyHeaders(request, record.requestHeaders);
  if (info.response) copyHeaders(*info.response, record.responseHeaders);
  return record;
}

}  // namespace

void writeStreamResult(WorkerContext& worker, const HttpConfig& config, const ConnectionFacts& connection,
                       StreamState& state, const RouteDecision* decision) {
  fillInfo(connection, state, decision);
  if (!config.accessLog.empty()) config.accessLog.log(state.info, worker.logs);
  const bool mutual = isMutual(connection, state);
  countEdge(worker, connection, state, mutual);
  countSeries(worker, connection, state, mutual);
  if (!worker.telemetry) return;
  worker.telemetry->touch();
  if (state.sampledOneOf > 0)
    worker.telemetry->record(recordOf(worker, connection, state, decision, mutual), state.sampledOneOf);
}

void writeTcpResult(WorkerContext& worker, const AccessLogger& log, const ConnectionFacts& connection,
                    StreamState& state) {
  fillInfo(connection, state, nullptr);
  if (!log.empty()) log.log(state.info, worker.logs);
  const bool mutual = isMutual(connection, state);
  EdgeStats& edge =
      worker.stats.edge({connection.side, state.upstreamCluster, state.upstreamWorkload, "tcp", mutual});
  edge.tcpOpened.add();
  edge.tcpClosed.add();
  edge.bytesReceived.add(state.info.bytesReceived);
  edge.bytesSent.add(state.info.bytesSent);
  if (!worker.telemetry) return;
  worker.telemetry->touch();
  if (state.sampledOneOf <= 0) return;
  xds::RequestRecord record;
  record.kind = xds::RecordKind::Tcp;
  record.startUs = state.info.startUs;
  record.durationUs = state.info.durationUs;
  record.connectUs = state.connectUs;
  record.side = connection.side;
  record.workload = worker.node.pod;
  const bool inbound = connection.side == "inbound";
  record.peer =
      inbound ? (connection.tls && connection.tls->peer.present ? std::string(connection.tls->peer.identity())
                                                                : connection.remoteText)
              : (state.upstreamPeerUri.empty() ? state.upstreamHost : state.upstreamPeerUri);
  if (!inbound) record.peerWorkload = state.upstreamWorkload;
  record.protocol = "TCP";
  record.authority = connection.localText;
  record.flags = state.info.flags.text();
  record.details = state.details;
  record.clusterName = state.upstreamCluster;
  record.listener = connection.listener->name;
  record.filterChain = connection.chain->name;
  record.upstreamHost = state.upstreamHost;
  record.mtls = mutual;
  record.tlsVersion = inbound && connection.tls ? connection.tls->version : state.upstreamTlsVersion;
  record.attempts = state.info.attempts;
  record.bytesReceived = state.info.bytesReceived;
  record.bytesSent = state.info.bytesSent;
  record.origin = state.info.flags.any() ? "network" : "";
  record.steps = std::move(state.steps);
  worker.telemetry->record(record, state.sampledOneOf);
}

}  // namespace varka::proxy
