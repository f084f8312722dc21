#pragma once
// cluster.v3 and upstreams.http.v3: where requests go.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/endpoint.h"
#include "core/xds/tls.h"

namespace varka::xds {

enum class ClusterType { Static, StrictDns, LogicalDns, Eds, OriginalDst };
enum class LbPolicy { RoundRobin, LeastRequest, RingHash, Random, Maglev, ClusterProvided };
enum class DnsLookupFamily { Auto, V4Only, V6Only, V4Preferred, All };
enum class RoutingPriority { Default, High };

inline constexpr std::uint32_t kUnlimited = 4294967295u;

struct EdsClusterConfig {
  std::optional<ConfigSource> edsConfig;
  std::string serviceName;  // empty = the cluster's name
  bool operator==(const EdsClusterConfig&) const = default;
};

struct RetryBudget {
  Percent budgetPercent{20};
  std::uint32_t minRetryConcurrency = 3;
  bool operator==(const RetryBudget&) const = default;
};

struct CircuitBreakers {
  struct Thresholds {
    RoutingPriority priority = RoutingPriority::Default;
    std::uint32_t maxConnections = 1024;
    std::uint32_t maxPendingRequests = 1024;
    std::uint32_t maxRequests = 1024;
    std::uint32_t maxRetries = 3;
    std::optional<RetryBudget> retryBudget;
    bool trackRemaining = false;
    bool operator==(const Thresholds&) const = default;
  };
  std::vector<Thresholds> thresholds;
  bool operator==(const CircuitBreakers&) const = default;
  /// The default priority's thresholds, Envoy's defaults when none are given.
  [[nodiscard]] Thresholds effective() const;
};

struct OutlierDetection {
  std::uint32_t consecutive5xx = 5;
  Duration interval = std::chrono::seconds(10);
  Duration baseEjectionTime = std::chrono::seconds(30);
  std::uint32_t maxEjectionPercent = 10;
  std::uint32_t enforcingConsecutive5xx = 100;
  std::uint32_t consecutiveGatewayFailure = 5;
  std::uint32_t enforcingConsecutiveGatewayFailure = 0;
  bool splitExternalLocalOriginErrors = false;
  std::uint32_t consecutiveLocalOriginFailure = 5;
  std::uint32_t enforcingConsecutiveLocalOriginFailure = 100;
  std::optional<Duration> maxEjectionTime;  // absent = max(300 s, baseEjectionTime)
  bool operator==(const OutlierDetection&) const = default;
};

struct CommonLbConfig {
  Percent healthyPanicThreshold{50};
  bool localityWeighted = false;  // locality_weighted_lb_config: {}
  bool operator==(const CommonLbConfig&) const = default;
};

struct SlowStartConfig {
  Duration slowStartWindow{};
  double aggression = 1.0;
  bool operator==(const SlowStartConfig&) const = default;
};
struct RoundRobinLbConfig {
  std::optional<SlowStartConfig> slowStartConfig;
  bool operator==(const RoundRobinLbConfig&) const = default;
};
struct LeastRequestLbConfig {
  std::uint32_t choiceCount = 2;
  std::optional<SlowStartConfig> slowStartConfig;
  bool operator==(const LeastRequestLbConfig&) const = default;
};
enum class HashFunction { XxHash, MurmurHash2 };
struct RingHashLbConfig {
  std::uint64_t minimumRingSize = 1024;
  HashFunction hashFunction = HashFunction::XxHash;
  std::uint64_t maximumRingSize = 8388608;
  bool operator==(const RingHashLbConfig&) const = default;
};
struct MaglevLbConfig {
  std::uint64_t tableSize = 65537;
  bool operator==(const MaglevLbConfig&) const = default;
};
struct OriginalDstLbConfig {
  bool useHttpHeader = false;
  std::string httpHeaderName;
  std::uint32_t upstreamPortOverride = 0;
  bool operator==(const OriginalDstLbConfig&) const = default;
};

struct TransportSocketMatch {
  std::string name;
  Struct match;  // compared with the endpoint's metadata "envoy.transport_socket_match"; empty = all
  TransportSocket transportSocket;
  bool operator==(const TransportSocketMatch&) const = default;
};

struct TcpKeepalive {
  std::uint32_t keepaliveProbes = 0, keepaliveTime = 0, keepaliveInterval = 0;  // 0 = the system's; seconds
  bool operator==(const TcpKeepalive&) const = default;
};

struct BindConfig {
  std::optional<SocketAddress> sourceAddress;  // 127.0.0.6 port 0 for Istio's inbound clusters
  bool operator==(const BindConfig&) const = default;
};

struct Http1ProtocolOptions {
  bool acceptHttp10 = false;
  std::string defaultHostForHttp10;
  bool enableTrailers = false;
  std::optional<Struct> headerKeyFormat;  // kept as given: proper_case_words or a stateful formatter
  bool operator==(const Http1ProtocolOptions&) const = default;
};
struct KeepaliveSettings {
  Duration interval{}, timeout{};
  bool operator==(const KeepaliveSettings&) const = default;
};
struct Http2ProtocolOptions {
  std::optional<std::uint32_t> maxConcurrentStreams;
  std::optional<std::uint32_t> initialStreamWindowSize;
  std::optional<std::uint32_t> initialConnectionWindowSize;
  bool allowConnect = false;
  std::optional<KeepaliveSettings> connectionKeepalive;
  bool operator==(const Http2ProtocolOptions&) const = default;
};
struct CommonHttpProtocolOptions {
  std::optional<Duration> idleTimeout;  // absent = 1 h, 0 = none
  std::optional<Duration> maxConnectionDuration;
  std::optional<Duration> maxStreamDuration;
  std::optional<std::uint32_t> maxRequestsPerConnection;
  std::optional<std::uint32_t> maxHeadersCount;
  bool operator==(const CommonHttpProtocolOptions&) const = default;
};
struct UpstreamHttpProtocolOptions {
  bool autoSni = false;
  bool autoSanValidation = false;
  bool operator==(const UpstreamHttpProtocolOptions&) const = default;
};

/// typed_extension_protocol_options["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"].
struct HttpProtocolOptions {
  struct ExplicitHttp1 { Http1ProtocolOptions options; bool operator==(const ExplicitHttp1&) const = default; };
  struct ExplicitHttp2 { Http2ProtocolOptions options; bool operator==(const ExplicitHttp2&) const = default; };
  struct UseDownstream { std::optional<Http1ProtocolOptions> httpProtocolOptions; std::optional<Http2ProtocolOptions> http2ProtocolOptions; bool operator==(const UseDownstream&) const = default; };
  struct AutoConfig { std::optional<Http1ProtocolOptions> httpProtocolOptions; std::optional<Http2ProtocolOptions> http2ProtocolOptions; bool operator==(const AutoConfig&) const = default; };
  CommonHttpProtocolOptions commonHttpProtocolOptions;
  UpstreamHttpProtocolOptions upstreamHttpProtocolOptions;
  std::variant<std::monostate, ExplicitHttp1, ExplicitHttp2, UseDownstream, AutoConfig> protocol;
  bool operator==(const HttpProtocolOptions&) const = default;
};

struct Cluster {
  std::string name;
  std::string altStatName;
  ClusterType type = ClusterType::Static;
  EdsClusterConfig edsClusterConfig;
  Duration connectTimeout = std::chrono::seconds(5);
  LbPolicy lbPolicy = LbPolicy::RoundRobin;
  std::optional<ClusterLoadAssignment> loadAssignment;
  std::optional<std::uint32_t> maxRequestsPerConnection;
  std::optional<CircuitBreakers> circuitBreakers;
  std::optional<HttpProtocolOptions> httpProtocolOptions;
  std::optional<Duration> dnsRefreshRate;  // absent = 5 s
  bool respectDnsTtl = false;
  DnsLookupFamily dnsLookupFamily = DnsLookupFamily::Auto;
  std::optional<OutlierDetection> outlierDetection;
  std::optional<BindConfig> upstreamBindConfig;
  std::variant<std::monostate, RingHashLbConfig, MaglevLbConfig, OriginalDstLbConfig, LeastRequestLbConfig, RoundRobinLbConfig> lbConfig;
  CommonLbConfig commonLbConfig;
  std::optional<TransportSocket> transportSocket;
  std::vector<TransportSocketMatch> transportSocketMatches;
  std::optional<TcpKeepalive> tcpKeepalive;  // upstream_connection_options.tcp_keepalive
  Metadata metadata;
  bool closeConnectionsOnHostHealthFailure = false;
  bool ignoreHealthOnHostRemoval = false;
  bool operator==(const Cluster&) const = default;

  /// The EDS name: service_name, else the cluster's name. Empty unless type is Eds.
  [[nodiscard]] std::string edsName() const;
};

/// Every SDS secret of the cluster's transport sockets, without duplicates.
[[nodiscard]] std::vector<std::string> secretNames(const Cluster& cluster);

}  // namespace varka::xds
