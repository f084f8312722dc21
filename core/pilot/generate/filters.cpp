#include "core/pilot/generate/filters.h"

#include "core/pilot/generate/route_policy.h"
#include "core/pilot/generate/routes.h"
#include "core/pilot/generate/traffic_policy.h"
#include "core/pilot/model/duration.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

constexpr const char* kFileLog = "envoy.access_loggers.file";
constexpr const char* kManager = "envoy.filters.network.http_connection_manager";
constexpr const char* kTcpProxy = "envoy.filters.network.tcp_proxy";

xds::AccessLog fileLog(const MeshConfig& mesh) {
  xds::AccessLog log;
  log.name = kFileLog;
  log.typedConfig.path = mesh.accessLogFile;
  const std::string format =
      mesh.accessLogFormat.empty() ? std::string(xds::kDefaultLogFormat) : mesh.accessLogFormat;
  xds::SubstitutionFormat substitution;
  substitution.format = xds::SubstitutionFormat::Text{xds::inlineString(format)};
  log.typedConfig.logFormat = std::move(substitution);
  return log;
}

// istio.alpn: sidecars tell each other the protocol that is inside the TLS.
xds::IstioAlpn alpnOverrides() {
  using Protocol = xds::AlpnUpstreamProtocol;
  return {{{Protocol::Http10, {"istio-http/1.0", "istio", "http/1.0"}},
           {Protocol::Http11, {"istio-http/1.1", "istio", "http/1.1"}},
           {Protocol::Http2, {"istio-h2", "istio", "h2"}}}};
}

// The seam for CUSTOM, jwt_authn and rbac filters, in this place of the order.
std::vector<xds::HttpFilter> inboundPolicyFilters(const Generation&) {
  return {};
}

std::vector<xds::HttpFilter> filtersFor(const Generation& context, ManagerRole role) {
  std::vector<xds::HttpFilter> out;
  const auto add = [&](const char* name, xds::HttpFilterConfig config) {
    out.push_back({name, std::move(config), false, false});
  };
  add("istio.metadata_exchange", xds::IstioMetadataExchange{});
  if (role != ManagerRole::SidecarOutbound) {
    for (xds::HttpFilter& filter : inboundPolicyFilters(context)) out.push_back(std::move(filter));
  }
  add("envoy.filters.http.grpc_stats", xds::GrpcStats{true, false});
  if (role != ManagerRole::SidecarInbound) add("istio.alpn", alpnOverrides());
  add(kFaultFilter, xds::HttpFault{});
  add(kCorsFilter, xds::Cors{});
  add("istio.stats", xds::IstioStats{});
  add("envoy.filters.http.router", xds::Router{});
  return out;
}

// Idle time and the like of a DestinationRule, where there is one destination to ask.
void applyTcpSettings(const Generation& context, const std::string& host, const std::string& subset, int port,
                      xds::TcpProxy& proxy) {
  const DestinationRulePtr rule = context.scope.destinationRule(host);
  if (!rule) return;
  const TrafficPolicy policy = effectivePolicy(*rule, subset, port);
  const Value& tcp = policy.connectionPool["tcp"];
  proxy.idleTimeout = durationOf(tcp["idleTimeout"]);
  proxy.maxDownstreamConnectionDuration = durationOf(tcp["maxConnectionDuration"]);
  if (policy.loadBalancer["consistentHash"]["useSourceIp"].asBool()) proxy.hashPolicy = {{true}};
}

struct ClusterParts {
  int port = 0;
  std::string subset, host;
};
ClusterParts partsOf(const std::string& cluster) {
  const std::size_t first = cluster.find('|');
  if (first == std::string::npos) return {};
  const std::size_t second = cluster.find('|', first + 1);
  const std::size_t third = cluster.find('|', second + 1);
  return {std::atoi(cluster.c_str() + first + 1), cluster.substr(second + 1, third - second - 1),
          cluster.substr(third + 1)};
}

}  // namespace

std::vector<xds::AccessLog> accessLogs(const MeshConfig& mesh) {
  if (mesh.accessLogFile.empty()) return {};
  return {fileLog(mesh)};
}

std::vector<xds::AccessLog> listenerAccessLogs(const MeshConfig& mesh) {
  if (mesh.accessLogFile.empty()) return {};
  xds::AccessLog log = fileLog(mesh);
  xds::AccessLogFilter filter;
  filter.specifier = xds::AccessLogFilter::ResponseFlag{{"NR"}};
  log.filter = std::move(filter);
  return {std::move(log)};
}

xds::HttpConnectionManager connectionManager(const Generation& context, ManagerRole role,
                                             std::string statPrefix) {
  xds::HttpConnectionManager out;
  out.statPrefix = std::move(statPrefix);
  out.httpFilters = filtersFor(context, role);
  out.accessLog = accessLogs(context.model.mesh());
  out.streamIdleTimeout = xds::Duration(0);
  out.upgradeConfigs.push_back({"websocket", std::nullopt});
  out.normalizePath = context.model.mesh().pathNormalization != "NONE";
  const std::string& normalization = context.model.mesh().pathNormalization;
  if (normalization == "MERGE_SLASHES" || normalization == "DECODE_AND_MERGE_SLASHES")
    out.mergeSlashes = true;
  if (normalization == "DECODE_AND_MERGE_SLASHES") {
    out.pathWithEscapedSlashesAction = xds::PathWithEscapedSlashesAction::UnescapeAndForward;
  }
  xds::Tracing tracing;
  tracing.clientSampling = tracing.randomSampling = tracing.overallSampling = xds::Percent{100};
  out.tracing = std::move(tracing);
  if (role == ManagerRole::SidecarInbound) {
    out.serverName = "istio-envoy";
    out.forwardClientCertDetails = xds::ForwardClientCertDetails::AppendForward;
    out.setCurrentClientCertDetails = {true, false, false, true, true};
  } else if (role == ManagerRole::Gateway) {
    out.serverName = "istio-envoy";
    out.useRemoteAddress = true;
    out.forwardClientCertDetails = xds::ForwardClientCertDetails::SanitizeSet;
    out.setCurrentClientCertDetails = {true, true, false, true, true};
  }
  return out;
}

xds::Rds rdsOf(std::string name) {
  return {xds::adsSource(), std::move(name)};
}

xds::NetworkFilter httpFilter(xds::HttpConnectionManager manager) {
  return {kManager, std::move(manager)};
}

xds::NetworkFilter tcpFilter(const Generation& context, const std::string& cluster) {
  xds::TcpProxy proxy;
  proxy.statPrefix = cluster;
  proxy.cluster = cluster;
  proxy.accessLog = accessLogs(context.model.mesh());
  const ClusterParts parts = partsOf(cluster);
  if (parts.port > 0 && cluster.starts_with("outbound|")) {
    applyTcpSettings(context, parts.host, parts.subset, parts.port, proxy);
  }
  return {kTcpProxy, std::move(proxy)};
}

xds::NetworkFilter tcpFilter(const Generation& context, const Value& destinations, const std::string& ruleNs,
                             int port) {
  const RouteContext routing{context.model, context.scope, context.proxy, port, std::string(kMeshGateway),
                             false};
  const auto& items = destinations.items();
  if (items.empty()) return tcpFilter(context, std::string(kBlackHoleCluster));
  if (items.size() == 1)
    return tcpFilter(context, destinationCluster(items.front()["destination"], ruleNs, routing));
  xds::TcpProxy proxy;
  xds::TcpProxy::Weighted weighted;
  for (const Value& item : items) {
    const std::int64_t weight = item["weight"].asInt();
    if (weight <= 0) continue;
    weighted.clusters.push_back(
        {destinationCluster(item["destination"], ruleNs, routing), static_cast<std::uint32_t>(weight)});
  }
  if (weighted.clusters.empty()) return tcpFilter(context, std::string(kBlackHoleCluster));
  proxy.statPrefix = weighted.clusters.front().name;
  proxy.cluster = std::move(weighted);
  proxy.accessLog = accessLogs(context.model.mesh());
  return {kTcpProxy, std::move(proxy)};
}

xds::ListenerFilter originalDst() {
  return {"envoy.filters.listener.original_dst", xds::OriginalDst{}, std::nullopt};
}
xds::ListenerFilter tlsInspector() {
  return {"envoy.filters.listener.tls_inspector", xds::TlsInspector{}, std::nullopt};
}
xds::ListenerFilter httpInspector() {
  return {"envoy.filters.listener.http_inspector", xds::HttpInspector{}, std::nullopt};
}

const std::vector<std::string>& plaintextHttpAlpns() {
  static const std::vector<std::string> kAlpns{"http/1.1", "h2c"};
  return kAlpns;
}

}  // namespace varka::pilot
