#pragma once
// The HTTP filters of the subset and their per-route forms. A filter is a value; what it does is in proxy/filter.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/matchers.h"
#include "core/xds/rbac.h"

namespace varka::xds {

struct Router {
  bool suppressEnvoyHeaders = false;
  bool startChildSpan = false;
  bool operator==(const Router&) const = default;
};

struct FaultDelay {
  Duration fixedDelay{};
  FractionalPercent percentage;  // absent = never
  bool operator==(const FaultDelay&) const = default;
};
struct FaultAbort {
  std::uint32_t httpStatus = 0;                // either this …
  std::optional<std::uint32_t> grpcStatus;     // … or this
  FractionalPercent percentage;
  bool operator==(const FaultAbort&) const = default;
};
struct HttpFault {
  std::optional<FaultDelay> delay;
  std::optional<FaultAbort> abort;
  bool operator==(const HttpFault&) const = default;
};

/// The filter itself is empty; the policy comes per route.
struct Cors {
  bool operator==(const Cors&) const = default;
};
struct CorsPolicy {
  std::vector<StringMatcher> allowOriginStringMatch;
  std::string allowMethods, allowHeaders, exposeHeaders, maxAge;
  std::optional<bool> allowCredentials;
  std::optional<RuntimeFractionalPercent> filterEnabled;  // absent = on
  std::optional<bool> forwardNotMatchingPreflights;       // absent = true
  bool operator==(const CorsPolicy&) const = default;
};

struct HttpRbac {
  std::optional<rbac::Rules> rules;  // absent = no effect; present without policies = deny all (Allow) or nothing (Deny)
  std::string rulesStatPrefix;
  std::optional<rbac::Rules> shadowRules;
  std::string shadowRulesStatPrefix;  // "istio_dry_run_allow_", "istio_ext_authz_"
  bool operator==(const HttpRbac&) const = default;
};
struct HttpRbacPerRoute {
  std::optional<HttpRbac> rbac;  // absent = filter off on this route
  bool operator==(const HttpRbacPerRoute&) const = default;
};

struct JwtHeader {
  std::string name, valuePrefix;
  bool operator==(const JwtHeader&) const = default;
};
struct JwtClaimToHeader {
  std::string headerName, claimName;
  bool operator==(const JwtClaimToHeader&) const = default;
};
struct RemoteJwks {
  HttpUri httpUri;
  std::optional<Duration> cacheDuration;
  bool asyncFetch = false;
  bool operator==(const RemoteJwks&) const = default;
};
struct JwtProvider {
  std::string issuer;
  std::vector<std::string> audiences;
  std::variant<std::monostate, RemoteJwks, DataSource> jwks;  // DataSource = local_jwks
  bool forward = false;
  std::vector<JwtHeader> fromHeaders;
  std::vector<std::string> fromParams, fromCookies;
  std::string forwardPayloadHeader;
  bool padForwardPayloadHeader = false;
  std::string payloadInMetadata;
  std::vector<std::string> spaceDelimitedClaims;  // normalize_payload_in_metadata.space_delimited_claims
  std::vector<JwtClaimToHeader> claimToHeaders;
  std::uint32_t clockSkewSeconds = 60;
  bool clearRouteCache = false;
  bool operator==(const JwtProvider&) const = default;
};
struct JwtRequirement {
  struct ProviderWithAudiences { std::string providerName; std::vector<std::string> audiences; bool operator==(const ProviderWithAudiences&) const = default; };
  struct RequiresAny { std::vector<JwtRequirement> requirements; bool operator==(const RequiresAny&) const; };
  struct RequiresAll { std::vector<JwtRequirement> requirements; bool operator==(const RequiresAll&) const; };
  struct AllowMissing { bool operator==(const AllowMissing&) const = default; };
  struct AllowMissingOrFailed { bool operator==(const AllowMissingOrFailed&) const = default; };
  struct ProviderName { std::string name; bool operator==(const ProviderName&) const = default; };
  std::variant<std::monostate, ProviderName, ProviderWithAudiences, RequiresAny, RequiresAll, AllowMissing, AllowMissingOrFailed> requires_;
  bool operator==(const JwtRequirement&) const = default;
};

/// extensions.filters.http.local_ratelimit.v3, as filter and per route.
struct RateLimitDescriptor {
  struct Entry { std::string key, value; bool operator==(const Entry&) const = default; };
  std::vector<Entry> entries;
  TokenBucket tokenBucket;
  bool operator==(const RateLimitDescriptor&) const = default;
};
struct LocalRateLimit {
  std::string statPrefix;
  std::uint32_t status = 0;  // http status; below 400 = 429
  std::optional<TokenBucket> tokenBucket;
  std::optional<RuntimeFractionalPercent> filterEnabled;   // absent = off
  std::optional<RuntimeFractionalPercent> filterEnforced;  // absent = off
  std::vector<HeaderValueOption> responseHeadersToAdd;
  std::vector<HeaderValueOption> requestHeadersToAddWhenNotEnforced;
  std::vector<RateLimitDescriptor> descriptors;
  bool localRateLimitPerDownstreamConnection = false;
  bool operator==(const LocalRateLimit&) const = default;
};

struct ExtAuthzHttpService {
  HttpUri serverUri;
  std::string pathPrefix;
  std::vector<StringMatcher> allowedHeaders;         // authorization_request.allowed_headers
  std::vector<HeaderValue> headersToAdd;             // authorization_request.headers_to_add
  std::vector<StringMatcher> allowedUpstreamHeaders; // authorization_response…
  std::vector<StringMatcher> allowedUpstreamHeadersToAppend;
  std::vector<StringMatcher> allowedClientHeaders;
  std::vector<StringMatcher> allowedClientHeadersOnSuccess;
  bool operator==(const ExtAuthzHttpService&) const = default;
};
struct GrpcService {  // envoy_grpc only
  std::string clusterName, authority;
  std::optional<Duration> timeout;
  bool operator==(const GrpcService&) const = default;
};
struct BufferSettings {
  std::uint32_t maxRequestBytes = 0;
  bool allowPartialMessage = false;
  bool packAsBytes = false;
  bool operator==(const BufferSettings&) const = default;
};
struct ExtAuthz {
  std::variant<std::monostate, GrpcService, ExtAuthzHttpService> service;
  bool failureModeAllow = false;
  std::uint32_t statusOnError = 403;
  std::optional<BufferSettings> withRequestBody;
  std::optional<MetadataMatcher> filterEnabledMetadata;
  std::vector<StringMatcher> allowedHeaders;
  bool clearRouteCache = false;
  std::string statPrefix;
  bool operator==(const ExtAuthz&) const = default;
};
struct ExtAuthzPerRoute {
  bool disabled = false;
  bool operator==(const ExtAuthzPerRoute&) const = default;
};

enum class AlpnUpstreamProtocol { Http10, Http11, Http2 };
/// istio.alpn: per upstream protocol, the ALPN list to offer.
struct IstioAlpn {
  struct Override { AlpnUpstreamProtocol upstreamProtocol = AlpnUpstreamProtocol::Http10; std::vector<std::string> alpnOverride; bool operator==(const Override&) const = default; };
  std::vector<Override> alpnOverride;
  bool operator==(const IstioAlpn&) const = default;
};
/// istio.metadata_exchange (HTTP peer_metadata); its configuration is kept as given.
struct IstioMetadataExchange {
  Struct config;
  bool operator==(const IstioMetadataExchange&) const = default;
};
/// istio.stats: disables and overrides are kept as given and read by proxy/stats.
struct IstioStats {
  Struct config;
  bool operator==(const IstioStats&) const = default;
};
struct GrpcStats {
  bool emitFilterState = false;
  bool statsForAllMethods = false;
  bool operator==(const GrpcStats&) const = default;
};
struct GrpcWeb {
  bool operator==(const GrpcWeb&) const = default;
};

}  // namespace varka::xds
