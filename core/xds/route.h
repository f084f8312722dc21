#pragma once
// route.v3: RouteConfiguration and everything below it, plus JwtAuthentication (its rules use RouteMatch).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/http_filters.h"
#include "core/xds/matchers.h"

namespace varka::xds {

struct RouteMatch {
  struct Prefix { std::string value; bool operator==(const Prefix&) const = default; };
  struct Path { std::string value; bool operator==(const Path&) const = default; };
  struct PathSeparatedPrefix { std::string value; bool operator==(const PathSeparatedPrefix&) const = default; };
  struct Connect { bool operator==(const Connect&) const = default; };
  std::variant<std::monostate, Prefix, Path, RegexMatcher, PathSeparatedPrefix, Connect> path;
  bool caseSensitive = true;
  std::optional<RuntimeFractionalPercent> runtimeFraction;
  std::vector<HeaderMatcher> headers;
  std::vector<QueryParameterMatcher> queryParameters;
  std::vector<MetadataMatcher> dynamicMetadata;
  bool grpc = false;  // grpc: {} = only gRPC requests
  bool operator==(const RouteMatch&) const = default;
};

struct JwtRule {
  RouteMatch match;
  std::variant<std::monostate, JwtRequirement, std::string> requirement;  // string = requirement_name
  bool operator==(const JwtRule&) const = default;
};
struct JwtAuthentication {
  std::map<std::string, JwtProvider> providers;
  std::vector<JwtRule> rules;
  std::map<std::string, JwtRequirement> requirementMap;
  bool bypassCorsPreflight = false;
  bool operator==(const JwtAuthentication&) const = default;
};

/// route.v3.FilterConfig: switches a filter off (or on) below a virtual host or route.
struct RouteFilterConfig;

/// The per-route form of a filter.
using PerRouteConfig = std::variant<HttpFault, CorsPolicy, HttpRbacPerRoute, LocalRateLimit, ExtAuthzPerRoute, Box<RouteFilterConfig>>;
using PerFilterConfig = std::map<std::string, PerRouteConfig>;  // filter name → configuration

struct RouteFilterConfig {
  std::optional<PerRouteConfig> config;
  bool isOptional = false;
  bool disabled = false;
  bool operator==(const RouteFilterConfig&) const = default;
};

struct RegexMatchAndSubstitute {
  RegexMatcher pattern;
  std::string substitution;  // RE2's: \1 … \9
  bool operator==(const RegexMatchAndSubstitute&) const = default;
};

struct RetryPolicy {
  std::string retryOn;
  std::uint32_t numRetries = 1;
  std::optional<Duration> perTryTimeout;
  std::optional<Duration> perTryIdleTimeout;
  bool previousHosts = false;  // retry_host_predicate envoy.retry_host_predicates.previous_hosts
  std::int64_t hostSelectionRetryMaxAttempts = 0;
  std::vector<std::uint32_t> retriableStatusCodes;
  std::optional<Duration> baseInterval;  // retry_back_off.base_interval, absent = 25 ms
  std::optional<Duration> maxInterval;   // absent = 10 × base
  std::vector<HeaderMatcher> retriableHeaders;
  bool operator==(const RetryPolicy&) const = default;
};

struct HashPolicy {
  struct Header { std::string headerName; std::optional<RegexMatchAndSubstitute> regexRewrite; bool operator==(const Header&) const = default; };
  struct Cookie { std::string name; std::optional<Duration> ttl; std::string path; bool operator==(const Cookie&) const = default; };  // ttl present = made when missing
  struct ConnectionProperties { bool sourceIp = false; bool operator==(const ConnectionProperties&) const = default; };
  struct QueryParameter { std::string name; bool operator==(const QueryParameter&) const = default; };
  std::variant<std::monostate, Header, Cookie, ConnectionProperties, QueryParameter> specifier;
  bool terminal = false;
  bool operator==(const HashPolicy&) const = default;
};

struct RequestMirrorPolicy {
  std::string cluster;
  std::optional<RuntimeFractionalPercent> runtimeFraction;  // absent = all
  std::optional<bool> traceSampled;
  bool disableShadowHostSuffixAppend = false;
  bool operator==(const RequestMirrorPolicy&) const = default;
};

struct UpgradeConfig {
  std::string upgradeType;  // "websocket"
  std::optional<bool> enabled;  // absent = true
  bool operator==(const UpgradeConfig&) const = default;
};

struct MaxStreamDuration {
  std::optional<Duration> maxStreamDuration, grpcTimeoutHeaderMax, grpcTimeoutHeaderOffset;
  bool operator==(const MaxStreamDuration&) const = default;
};

struct WeightedCluster {
  struct ClusterWeight {
    std::string name;
    std::uint32_t weight = 0;
    std::vector<HeaderValueOption> requestHeadersToAdd;
    std::vector<std::string> requestHeadersToRemove;
    std::vector<HeaderValueOption> responseHeadersToAdd;
    std::vector<std::string> responseHeadersToRemove;
    PerFilterConfig typedPerFilterConfig;
    std::string hostRewriteLiteral;
    bool operator==(const ClusterWeight&) const = default;
  };
  std::vector<ClusterWeight> clusters;
  std::string runtimeKeyPrefix;
  bool operator==(const WeightedCluster&) const = default;
};

enum class ClusterNotFoundResponseCode { ServiceUnavailable, NotFound, InternalServerError };

struct RouteAction {
  struct ClusterName { std::string name; bool operator==(const ClusterName&) const = default; };
  struct ClusterHeader { std::string header; bool operator==(const ClusterHeader&) const = default; };
  struct HostRewriteLiteral { std::string value; bool operator==(const HostRewriteLiteral&) const = default; };
  struct HostRewriteHeader { std::string header; bool operator==(const HostRewriteHeader&) const = default; };
  struct AutoHostRewrite { bool operator==(const AutoHostRewrite&) const = default; };
  std::variant<std::monostate, ClusterName, ClusterHeader, WeightedCluster> cluster;
  ClusterNotFoundResponseCode clusterNotFoundResponseCode = ClusterNotFoundResponseCode::ServiceUnavailable;
  std::string prefixRewrite;
  std::optional<RegexMatchAndSubstitute> regexRewrite;
  std::variant<std::monostate, HostRewriteLiteral, HostRewriteHeader, AutoHostRewrite> hostRewrite;
  bool appendXForwardedHost = false;
  std::optional<Duration> timeout;      // absent = 15 s, 0 = none
  std::optional<Duration> idleTimeout;  // absent = the connection manager's stream_idle_timeout
  std::optional<RetryPolicy> retryPolicy;
  std::vector<RequestMirrorPolicy> requestMirrorPolicies;
  std::vector<HashPolicy> hashPolicy;
  std::optional<Duration> maxGrpcTimeout;
  std::optional<MaxStreamDuration> maxStreamDuration;
  std::vector<UpgradeConfig> upgradeConfigs;
  bool operator==(const RouteAction&) const = default;
};

enum class RedirectResponseCode { MovedPermanently, Found, SeeOther, TemporaryRedirect, PermanentRedirect };
/// 301, 302, 303, 307, 308.
[[nodiscard]] int statusOf(RedirectResponseCode code);

struct RedirectAction {
  struct HttpsRedirect { bool on = true; bool operator==(const HttpsRedirect&) const = default; };
  struct SchemeRedirect { std::string scheme; bool operator==(const SchemeRedirect&) const = default; };
  struct PathRedirect { std::string path; bool operator==(const PathRedirect&) const = default; };
  struct PrefixRewrite { std::string prefix; bool operator==(const PrefixRewrite&) const = default; };
  std::variant<std::monostate, HttpsRedirect, SchemeRedirect> schemeRewrite;
  std::string hostRedirect;
  std::uint32_t portRedirect = 0;
  std::variant<std::monostate, PathRedirect, PrefixRewrite, RegexMatchAndSubstitute> pathRewrite;
  RedirectResponseCode responseCode = RedirectResponseCode::MovedPermanently;
  bool stripQuery = false;
  bool operator==(const RedirectAction&) const = default;
};

struct DirectResponseAction {
  std::uint32_t status = 0;
  DataSource body;
  bool operator==(const DirectResponseAction&) const = default;
};

/// For gRPC servers: the route is matched and the request goes no further.
struct NonForwardingAction {
  bool operator==(const NonForwardingAction&) const = default;
};

struct Decorator {
  std::string operation;
  std::optional<bool> propagate;
  bool operator==(const Decorator&) const = default;
};

struct Route {
  std::string name;
  RouteMatch match;
  std::variant<std::monostate, RouteAction, RedirectAction, DirectResponseAction, NonForwardingAction> action;
  Metadata metadata;
  std::optional<Decorator> decorator;
  PerFilterConfig typedPerFilterConfig;
  std::vector<HeaderValueOption> requestHeadersToAdd;
  std::vector<std::string> requestHeadersToRemove;
  std::vector<HeaderValueOption> responseHeadersToAdd;
  std::vector<std::string> responseHeadersToRemove;
  std::string statPrefix;
  bool operator==(const Route&) const = default;
};

enum class TlsRequirement { None, ExternalOnly, All };

struct VirtualHost {
  std::string name;
  std::vector<std::string> domains;
  std::vector<Route> routes;
  TlsRequirement requireTls = TlsRequirement::None;
  std::vector<HeaderValueOption> requestHeadersToAdd;
  std::vector<std::string> requestHeadersToRemove;
  std::vector<HeaderValueOption> responseHeadersToAdd;
  std::vector<std::string> responseHeadersToRemove;
  PerFilterConfig typedPerFilterConfig;
  bool includeRequestAttemptCount = false;
  bool includeAttemptCountInResponse = false;
  Metadata metadata;
  bool operator==(const VirtualHost&) const = default;
};

struct RouteConfiguration {
  std::string name;
  std::vector<VirtualHost> virtualHosts;
  std::vector<HeaderValueOption> requestHeadersToAdd;
  std::vector<std::string> requestHeadersToRemove;
  std::vector<HeaderValueOption> responseHeadersToAdd;
  std::vector<std::string> responseHeadersToRemove;
  std::optional<bool> validateClusters;
  std::uint32_t maxDirectResponseBodySizeBytes = 4096;
  bool ignorePortInHostMatching = false;
  bool mostSpecificHeaderMutationsWins = false;
  PerFilterConfig typedPerFilterConfig;
  Metadata metadata;
  bool operator==(const RouteConfiguration&) const = default;
};

/// Every cluster the route may send to (mirrors included), in order, without duplicates.
[[nodiscard]] std::vector<std::string> clusterNames(const RouteConfiguration& configuration);

}  // namespace varka::xds
