#pragma once
// listener.v3: listeners, filter chains, listener filters and network filters.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/hcm.h"
#include "core/xds/tls.h"

namespace varka::xds {

struct FilterChainMatch {
  std::optional<std::uint32_t> destinationPort;
  std::vector<CidrRange> prefixRanges;
  std::vector<CidrRange> sourcePrefixRanges;
  std::vector<std::uint32_t> sourcePorts;
  std::vector<std::string> serverNames;           // exact or "*.suffix"
  std::string transportProtocol;                  // "", "tls", "raw_buffer"
  std::vector<std::string> applicationProtocols;  // ALPN, or what http_inspector found
  bool operator==(const FilterChainMatch&) const = default;
};

// --- network filters -----------------------------------------------------------------------------
struct TcpProxy {
  struct ClusterWeight { std::string name; std::uint32_t weight = 0; bool operator==(const ClusterWeight&) const = default; };
  struct Weighted { std::vector<ClusterWeight> clusters; bool operator==(const Weighted&) const = default; };
  struct HashPolicy { bool sourceIp = false; bool operator==(const HashPolicy&) const = default; };
  std::string statPrefix;
  std::variant<std::monostate, std::string, Weighted> cluster;  // string = cluster name
  std::optional<Duration> idleTimeout;                          // absent = 1 h, 0 = none
  std::vector<AccessLog> accessLog;
  std::uint32_t maxConnectAttempts = 1;
  std::vector<HashPolicy> hashPolicy;
  std::optional<Duration> maxDownstreamConnectionDuration;
  bool operator==(const TcpProxy&) const = default;
};

struct NetworkRbac {
  std::optional<rbac::Rules> rules, shadowRules;
  std::string statPrefix, shadowRulesStatPrefix;
  bool operator==(const NetworkRbac&) const = default;
};

struct NetworkLocalRateLimit {
  std::string statPrefix;
  TokenBucket tokenBucket;
  bool operator==(const NetworkLocalRateLimit&) const = default;
};

struct NetworkExtAuthz {
  std::string statPrefix;
  std::optional<GrpcService> grpcService;
  bool failureModeAllow = false;
  std::optional<MetadataMatcher> filterEnabledMetadata;
  bool operator==(const NetworkExtAuthz&) const = default;
};

/// istio.metadata_exchange for TCP and istio.stats for TCP: kept as given.
struct TcpMetadataExchange {
  Struct config;
  bool operator==(const TcpMetadataExchange&) const = default;
};
struct SniCluster {
  bool operator==(const SniCluster&) const = default;
};

using NetworkFilterConfig = std::variant<TcpProxy, HttpConnectionManager, NetworkRbac, NetworkLocalRateLimit, NetworkExtAuthz,
                                         TcpMetadataExchange, IstioStats, SniCluster>;

struct NetworkFilter {
  std::string name;
  NetworkFilterConfig typedConfig;
  bool operator==(const NetworkFilter&) const = default;
};

struct FilterChain {
  FilterChainMatch filterChainMatch;
  std::vector<NetworkFilter> filters;
  std::optional<TransportSocket> transportSocket;  // absent = plain
  std::optional<Duration> transportSocketConnectTimeout;
  Metadata metadata;
  std::string name;
  bool operator==(const FilterChain&) const = default;
};

// --- listener filters ----------------------------------------------------------------------------
/// When a listener filter is not run. `std::monostate` inside Not/Or/And cannot occur in read configuration.
struct ListenerFilterPredicate {
  struct PortRange { std::int32_t start = 0, end = 0; bool operator==(const PortRange&) const = default; };  // [start, end)
  struct Any { bool value = true; bool operator==(const Any&) const = default; };
  struct And { std::vector<ListenerFilterPredicate> rules; bool operator==(const And&) const; };
  struct Or { std::vector<ListenerFilterPredicate> rules; bool operator==(const Or&) const; };
  struct Not { Box<ListenerFilterPredicate> rule; bool operator==(const Not&) const; };
  std::variant<std::monostate, Or, And, Not, Any, PortRange> rule;
  bool operator==(const ListenerFilterPredicate&) const = default;
  [[nodiscard]] bool matches(std::uint32_t destinationPort) const;
};

struct OriginalDst { bool operator==(const OriginalDst&) const = default; };
struct TlsInspector { bool operator==(const TlsInspector&) const = default; };
struct HttpInspector { bool operator==(const HttpInspector&) const = default; };
struct ProxyProtocol { bool allowRequestsWithoutProxyProtocol = false; bool operator==(const ProxyProtocol&) const = default; };

using ListenerFilterConfig = std::variant<OriginalDst, TlsInspector, HttpInspector, ProxyProtocol>;

struct ListenerFilter {
  std::string name;
  ListenerFilterConfig typedConfig;
  std::optional<ListenerFilterPredicate> filterDisabled;
  bool operator==(const ListenerFilter&) const = default;
};

enum class TrafficDirection { Unspecified, Inbound, Outbound };

struct Listener {
  std::string name;
  Address address;
  std::vector<Address> additionalAddresses;
  std::vector<FilterChain> filterChains;
  std::optional<FilterChain> defaultFilterChain;
  bool useOriginalDst = false;
  Metadata metadata;
  bool bindToPort = true;
  std::vector<ListenerFilter> listenerFilters;
  std::optional<Duration> listenerFiltersTimeout;  // absent = 15 s, 0 = none
  bool continueOnListenerFiltersTimeout = false;
  TrafficDirection trafficDirection = TrafficDirection::Unspecified;
  std::vector<AccessLog> accessLog;
  std::optional<Box<HttpConnectionManager>> apiListener;  // for proxyless gRPC clients
  bool operator==(const Listener&) const = default;
};

/// The connection manager of a chain, null for TCP chains.
[[nodiscard]] const HttpConnectionManager* httpManager(const FilterChain& chain);
[[nodiscard]] const TcpProxy* tcpProxy(const FilterChain& chain);
/// RDS names and SDS secrets of all chains, without duplicates.
[[nodiscard]] std::vector<std::string> routeNames(const Listener& listener);
[[nodiscard]] std::vector<std::string> secretNames(const Listener& listener);

}  // namespace varka::xds
