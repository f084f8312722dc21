#include "core/pilot/generate/traffic_policy.h"

#include "core/pilot/model/duration.h"

namespace varka::pilot {

using resource::Value;

namespace {

void overlay(const Value& policy, int port, TrafficPolicy& out) {
  if (!policy.isMap()) return;
  const auto take = [](const Value& from, Value& to) {
    if (!from.isNull()) to = from;
  };
  take(policy["connectionPool"], out.connectionPool);
  take(policy["outlierDetection"], out.outlierDetection);
  take(policy["loadBalancer"], out.loadBalancer);
  take(policy["tls"], out.tls);
  for (const Value& item : policy["portLevelSettings"].items()) {
    if (item["port"]["number"].asInt() != port) continue;
    out = {item["connectionPool"], item["outlierDetection"], item["loadBalancer"], item["tls"]};
    return;
  }
}

std::uint32_t number(const Value& value, std::uint32_t otherwise) {
  return value.isNull() ? otherwise : static_cast<std::uint32_t>(value.asInt());
}

xds::HttpProtocolOptions& httpOptions(xds::Cluster& cluster) {
  if (!cluster.httpProtocolOptions) cluster.httpProtocolOptions.emplace();
  return *cluster.httpProtocolOptions;
}

void applyTcpPool(const Value& tcp, xds::CircuitBreakers::Thresholds& limits, xds::Cluster& cluster) {
  limits.maxConnections = number(tcp["maxConnections"], limits.maxConnections);
  if (const auto timeout = durationOf(tcp["connectTimeout"])) cluster.connectTimeout = *timeout;
  if (const auto life = durationOf(tcp["maxConnectionDuration"])) {
    httpOptions(cluster).commonHttpProtocolOptions.maxConnectionDuration = *life;
  }
  const Value& keepalive = tcp["tcpKeepalive"];
  if (!keepalive.isMap()) return;
  const auto seconds = [](const Value& value) {
    return static_cast<std::uint32_t>(durationOr(value, std::chrono::seconds(0)).count());
  };
  cluster.tcpKeepalive = xds::TcpKeepalive{number(keepalive["probes"], 0), seconds(keepalive["time"]),
                                           seconds(keepalive["interval"])};
}

void applyHttpPool(const Value& http, xds::CircuitBreakers::Thresholds& limits, xds::Cluster& cluster) {
  limits.maxPendingRequests = number(http["http1MaxPendingRequests"], limits.maxPendingRequests);
  limits.maxRequests = number(http["http2MaxRequests"], limits.maxRequests);
  limits.maxRetries = number(http["maxRetries"], limits.maxRetries);
  if (const std::uint32_t most = number(http["maxRequestsPerConnection"], 0)) {
    cluster.maxRequestsPerConnection = most;
    httpOptions(cluster).commonHttpProtocolOptions.maxRequestsPerConnection = most;
  }
  if (const auto idle = durationOf(http["idleTimeout"])) {
    httpOptions(cluster).commonHttpProtocolOptions.idleTimeout = *idle;
  }
}

void setHttpVersion(const Value& http, Protocol protocol, xds::Cluster& cluster) {
  using Options = xds::HttpProtocolOptions;
  xds::Http2ProtocolOptions http2;
  if (http.has("maxConcurrentStreams")) http2.maxConcurrentStreams = number(http["maxConcurrentStreams"], 0);
  const std::string& upgrade = http["h2UpgradePolicy"].asString();
  const bool upgraded = upgrade == "UPGRADE" && (protocol == Protocol::Http || protocol == Protocol::Auto);
  if (http["useClientProtocol"].asBool() || (protocol == Protocol::Auto && !upgraded)) {
    httpOptions(cluster).protocol = Options::UseDownstream{xds::Http1ProtocolOptions{}, http2};
  } else if (isHttp2(protocol) || upgraded) {
    httpOptions(cluster).protocol = Options::ExplicitHttp2{http2};
  } else if (cluster.httpProtocolOptions && cluster.httpProtocolOptions->protocol.index() == 0) {
    cluster.httpProtocolOptions->protocol = Options::ExplicitHttp1{};
  }
}

void applyOutlier(const Value& outlier, xds::Cluster& cluster) {
  if (!outlier.isMap()) return;
  xds::OutlierDetection out;
  const Value& gateway = outlier.has("consecutiveGatewayErrors") ? outlier["consecutiveGatewayErrors"]
                                                                 : outlier["consecutiveErrors"];
  if (!gateway.isNull()) {
    const std::uint32_t count = number(gateway, 0);
    if (count > 0) out.consecutiveGatewayFailure = count;
    out.enforcingConsecutiveGatewayFailure = count > 0 ? 100 : 0;
  }
  if (outlier.has("consecutive5xxErrors")) {
    const std::uint32_t count = number(outlier["consecutive5xxErrors"], 0);
    if (count > 0) out.consecutive5xx = count;
    out.enforcingConsecutive5xx = count > 0 ? 100 : 0;
  }
  out.interval = durationOr<xds::Duration>(outlier["interval"], out.interval);
  out.baseEjectionTime = durationOr<xds::Duration>(outlier["baseEjectionTime"], out.baseEjectionTime);
  out.maxEjectionPercent = number(outlier["maxEjectionPercent"], out.maxEjectionPercent);
  out.splitExternalLocalOriginErrors = outlier["splitExternalLocalOriginErrors"].asBool();
  if (out.splitExternalLocalOriginErrors && outlier.has("consecutiveLocalOriginFailures")) {
    const std::uint32_t count = number(outlier["consecutiveLocalOriginFailures"], 0);
    if (count > 0) out.consecutiveLocalOriginFailure = count;
    out.enforcingConsecutiveLocalOriginFailure = count > 0 ? 100 : 0;
  }
  cluster.outlierDetection = out;
  cluster.commonLbConfig.healthyPanicThreshold.value = outlier["minHealthPercent"].asDouble(0);
}

void applyBalancer(const Value& balancer, xds::Cluster& cluster) {
  if (cluster.lbPolicy == xds::LbPolicy::ClusterProvided) return;
  const Value& hash = balancer["consistentHash"];
  if (hash.isMap()) {
    if (hash["maglev"].isMap()) {
      xds::MaglevLbConfig config;
      if (hash["maglev"].has("tableSize"))
        config.tableSize = static_cast<std::uint64_t>(hash["maglev"]["tableSize"].asInt());
      cluster.lbPolicy = xds::LbPolicy::Maglev;
      cluster.lbConfig = config;
      return;
    }
    const Value& size =
        hash["ringHash"].isMap() ? hash["ringHash"]["minimumRingSize"] : hash["minimumRingSize"];
    xds::RingHashLbConfig config;
    if (!size.isNull()) config.minimumRingSize = static_cast<std::uint64_t>(size.asInt());
    cluster.lbPolicy = xds::LbPolicy::RingHash;
    cluster.lbConfig = config;
    return;
  }
  std::optional<xds::SlowStartConfig> slowStart;
  if (const auto warmup = durationOf(balancer["warmup"]["duration"])) {
    slowStart = xds::SlowStartConfig{*warmup, balancer["warmup"]["aggression"].asDouble(1.0)};
  } else if (const auto old = durationOf(balancer["warmupDurationSecs"])) {
    slowStart = xds::SlowStartConfig{*old, 1.0};
  }
  const std::string& simple = balancer["simple"].asString();
  if (simple == "ROUND_ROBIN") {
    cluster.lbPolicy = xds::LbPolicy::RoundRobin;
    if (slowStart) cluster.lbConfig = xds::RoundRobinLbConfig{slowStart};
  } else if (simple == "RANDOM") {
    cluster.lbPolicy = xds::LbPolicy::Random;
  } else if (simple == "PASSTHROUGH") {
    cluster.lbPolicy = xds::LbPolicy::ClusterProvided;
    cluster.type = xds::ClusterType::OriginalDst;
    cluster.edsClusterConfig = {};
    cluster.loadAssignment.reset();
  } else {
    cluster.lbPolicy = xds::LbPolicy::LeastRequest;
    if (slowStart) cluster.lbConfig = xds::LeastRequestLbConfig{2, slowStart};
  }
}

}  // namespace

TrafficPolicy effectivePolicy(const DestinationRule& rule, std::string_view subset, int port) {
  TrafficPolicy out;
  overlay(rule.trafficPolicy, port, out);
  if (const Subset* found = subset.empty() ? nullptr : rule.findSubset(subset))
    overlay(found->trafficPolicy, port, out);
  return out;
}

std::optional<xds::HashPolicy> hashPolicyOf(const TrafficPolicy& policy) {
  const Value& hash = policy.loadBalancer["consistentHash"];
  xds::HashPolicy out;
  if (hash.has("httpHeaderName")) {
    out.specifier = xds::HashPolicy::Header{hash["httpHeaderName"].asString(), std::nullopt};
  } else if (hash.has("httpCookie")) {
    const Value& cookie = hash["httpCookie"];
    out.specifier = xds::HashPolicy::Cookie{cookie["name"].asString(), durationOf(cookie["ttl"]),
                                            cookie["path"].asString()};
  } else if (hash["useSourceIp"].asBool()) {
    out.specifier = xds::HashPolicy::ConnectionProperties{true};
  } else if (hash.has("httpQueryParameterName")) {
    out.specifier = xds::HashPolicy::QueryParameter{hash["httpQueryParameterName"].asString()};
  } else {
    return std::nullopt;
  }
  return out;
}

void applyPolicy(const TrafficPolicy& policy, Protocol protocol, const MeshConfig& mesh,
                 xds::Cluster& cluster) {
  cluster.connectTimeout = mesh.connectTimeout;
  xds::CircuitBreakers::Thresholds limits;
  limits.maxConnections = limits.maxPendingRequests = limits.maxRequests = limits.maxRetries =
      xds::kUnlimited;
  limits.trackRemaining = true;
  applyTcpPool(policy.connectionPool["tcp"], limits, cluster);
  applyHttpPool(policy.connectionPool["http"], limits, cluster);
  cluster.circuitBreakers = xds::CircuitBreakers{{limits}};
  setHttpVersion(policy.connectionPool["http"], protocol, cluster);
  applyOutlier(policy.outlierDetection, cluster);
  applyBalancer(policy.loadBalancer, cluster);
}

}  // namespace varka::pilot
