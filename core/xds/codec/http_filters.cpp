// Tables of core/xds/http_filters.h.
#include "core/xds/http_filters.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

// --- fault, CORS ---------------------------------------------------------------------------------
template <>
constexpr auto kFields<FaultDelay> = table(field("fixed_delay", &FaultDelay::fixedDelay), field("percentage", &FaultDelay::percentage));
template <>
constexpr auto kFields<FaultAbort> = table(field("http_status", &FaultAbort::httpStatus), field("grpc_status", &FaultAbort::grpcStatus),
                                           field("percentage", &FaultAbort::percentage));
template <>
constexpr auto kFields<HttpFault> =
    table(field("delay", &HttpFault::delay), field("abort", &HttpFault::abort), ignored("upstream_cluster"), ignored("headers"),
          ignored("downstream_nodes"), ignored("max_active_faults"), ignored("response_rate_limit"), ignored("delay_percent_runtime"),
          ignored("abort_percent_runtime"), ignored("filter_metadata"), ignored("disable_downstream_cluster_stats"));
template <>
constexpr auto kFields<CorsPolicy> =
    table(field("allow_origin_string_match", &CorsPolicy::allowOriginStringMatch), field("allow_methods", &CorsPolicy::allowMethods),
          field("allow_headers", &CorsPolicy::allowHeaders), field("expose_headers", &CorsPolicy::exposeHeaders),
          field("max_age", &CorsPolicy::maxAge), field("allow_credentials", &CorsPolicy::allowCredentials),
          field("filter_enabled", &CorsPolicy::filterEnabled),
          field("forward_not_matching_preflights", &CorsPolicy::forwardNotMatchingPreflights), ignored("shadow_enabled"),
          ignored("allow_private_network_access"));

// --- RBAC ----------------------------------------------------------------------------------------
template <>
constexpr auto kFields<HttpRbac> =
    table(field("rules", &HttpRbac::rules), field("rules_stat_prefix", &HttpRbac::rulesStatPrefix),
          field("shadow_rules", &HttpRbac::shadowRules), field("shadow_rules_stat_prefix", &HttpRbac::shadowRulesStatPrefix),
          ignored("track_per_rule_stats"));
template <>
constexpr auto kFields<HttpRbacPerRoute> = table(field("rbac", &HttpRbacPerRoute::rbac));

// --- JWT -----------------------------------------------------------------------------------------
template <>
constexpr auto kFields<JwtHeader> = table(field("name", &JwtHeader::name), field("value_prefix", &JwtHeader::valuePrefix));
template <>
constexpr auto kFields<JwtClaimToHeader> =
    table(field("header_name", &JwtClaimToHeader::headerName), field("claim_name", &JwtClaimToHeader::claimName));
template <>
constexpr auto kFields<RemoteJwks> =
    table(field("http_uri", &RemoteJwks::httpUri), field("cache_duration", &RemoteJwks::cacheDuration),
          flag("async_fetch", &RemoteJwks::asyncFetch), ignored("retry_policy"));
template <>
constexpr auto kFields<JwtProvider> =
    table(field("issuer", &JwtProvider::issuer), field("audiences", &JwtProvider::audiences),
          oneof(&JwtProvider::jwks, alt<RemoteJwks>("remote_jwks"), alt<DataSource>("local_jwks")),
          field("forward", &JwtProvider::forward), field("from_headers", &JwtProvider::fromHeaders),
          field("from_params", &JwtProvider::fromParams), field("from_cookies", &JwtProvider::fromCookies),
          field("forward_payload_header", &JwtProvider::forwardPayloadHeader),
          field("pad_forward_payload_header", &JwtProvider::padForwardPayloadHeader),
          field("payload_in_metadata", &JwtProvider::payloadInMetadata),
          group("normalize_payload_in_metadata", field("space_delimited_claims", &JwtProvider::spaceDelimitedClaims)),
          field("claim_to_headers", &JwtProvider::claimToHeaders), field("clock_skew_seconds", &JwtProvider::clockSkewSeconds),
          field("clear_route_cache", &JwtProvider::clearRouteCache), ignored("header_in_metadata"), ignored("failed_status_in_metadata"),
          ignored("jwt_cache_config"), ignored("require_expiration"), ignored("max_lifetime"), ignored("subjects"));
using Requirement = JwtRequirement;
template <>
constexpr auto kFields<Requirement::ProviderWithAudiences> =
    table(field("provider_name", &Requirement::ProviderWithAudiences::providerName),
          field("audiences", &Requirement::ProviderWithAudiences::audiences));
template <>
constexpr auto kFields<Requirement::RequiresAny> = table(field("requirements", &Requirement::RequiresAny::requirements));
template <>
constexpr auto kFields<Requirement::RequiresAll> = table(field("requirements", &Requirement::RequiresAll::requirements));
template <>
constexpr auto kFields<Requirement::AllowMissing> = table();
template <>
constexpr auto kFields<Requirement::AllowMissingOrFailed> = table();
template <>
constexpr auto kBare<Requirement::ProviderName> = &Requirement::ProviderName::name;
template <>
constexpr auto kFields<Requirement> =
    table(oneof(&Requirement::requires_, alt<Requirement::ProviderName>("provider_name"),
                alt<Requirement::ProviderWithAudiences>("provider_and_audiences"), alt<Requirement::RequiresAny>("requires_any"),
                alt<Requirement::RequiresAll>("requires_all"), alt<Requirement::AllowMissing>("allow_missing"),
                alt<Requirement::AllowMissingOrFailed>("allow_missing_or_failed")));

// --- local rate limit ----------------------------------------------------------------------------
template <>
constexpr auto kFields<RateLimitDescriptor::Entry> =
    table(field("key", &RateLimitDescriptor::Entry::key), field("value", &RateLimitDescriptor::Entry::value));
template <>
constexpr auto kFields<RateLimitDescriptor> =
    table(field("entries", &RateLimitDescriptor::entries), field("token_bucket", &RateLimitDescriptor::tokenBucket));
template <>
constexpr auto kFields<LocalRateLimit> =
    table(field("stat_prefix", &LocalRateLimit::statPrefix), group("status", field("code", &LocalRateLimit::status)),
          field("token_bucket", &LocalRateLimit::tokenBucket), field("filter_enabled", &LocalRateLimit::filterEnabled),
          field("filter_enforced", &LocalRateLimit::filterEnforced),
          field("request_headers_to_add_when_not_enforced", &LocalRateLimit::requestHeadersToAddWhenNotEnforced),
          field("response_headers_to_add", &LocalRateLimit::responseHeadersToAdd), field("descriptors", &LocalRateLimit::descriptors),
          field("local_rate_limit_per_downstream_connection", &LocalRateLimit::localRateLimitPerDownstreamConnection), ignored("stage"),
          ignored("enable_x_ratelimit_headers"), ignored("always_consume_default_token_bucket"), ignored("rate_limits"));

// --- external authorization ----------------------------------------------------------------------
template <>
constexpr auto kFields<ExtAuthzHttpService> =
    table(field("server_uri", &ExtAuthzHttpService::serverUri), field("path_prefix", &ExtAuthzHttpService::pathPrefix),
          group("authorization_request", group("allowed_headers", field("patterns", &ExtAuthzHttpService::allowedHeaders)),
                field("headers_to_add", &ExtAuthzHttpService::headersToAdd)),
          group("authorization_response",
                group("allowed_upstream_headers", field("patterns", &ExtAuthzHttpService::allowedUpstreamHeaders)),
                group("allowed_upstream_headers_to_append", field("patterns", &ExtAuthzHttpService::allowedUpstreamHeadersToAppend)),
                group("allowed_client_headers", field("patterns", &ExtAuthzHttpService::allowedClientHeaders)),
                group("allowed_client_headers_on_success", field("patterns", &ExtAuthzHttpService::allowedClientHeadersOnSuccess)),
                ignored("dynamic_metadata_from_headers")));
template <>
constexpr auto kFields<GrpcService> =
    table(group("envoy_grpc", field("cluster_name", &GrpcService::clusterName), field("authority", &GrpcService::authority)),
          field("timeout", &GrpcService::timeout), ignored("initial_metadata"), ignored("retry_policy"));
template <>
constexpr auto kFields<BufferSettings> =
    table(field("max_request_bytes", &BufferSettings::maxRequestBytes),
          field("allow_partial_message", &BufferSettings::allowPartialMessage), field("pack_as_bytes", &BufferSettings::packAsBytes));
template <>
constexpr auto kFields<ExtAuthz> =
    table(oneof(&ExtAuthz::service, alt<GrpcService>("grpc_service"), alt<ExtAuthzHttpService>("http_service")),
          field("failure_mode_allow", &ExtAuthz::failureModeAllow), group("status_on_error", field("code", &ExtAuthz::statusOnError)),
          field("with_request_body", &ExtAuthz::withRequestBody), field("filter_enabled_metadata", &ExtAuthz::filterEnabledMetadata),
          group("allowed_headers", field("patterns", &ExtAuthz::allowedHeaders)),
          field("clear_route_cache", &ExtAuthz::clearRouteCache), field("stat_prefix", &ExtAuthz::statPrefix),
          ignored("transport_api_version"), ignored("failure_mode_allow_header_add"), ignored("metadata_context_namespaces"),
          ignored("include_peer_certificate"), ignored("include_tls_session"), ignored("filter_enabled"), ignored("deny_at_disable"),
          ignored("bootstrap_metadata_labels_key"), ignored("charge_cluster_response_stats"));
template <>
constexpr auto kFields<ExtAuthzPerRoute> = table(field("disabled", &ExtAuthzPerRoute::disabled), ignored("check_settings"));

VARKA_XDS_DEFINE(HttpFault)
VARKA_XDS_DEFINE(CorsPolicy)
VARKA_XDS_DEFINE(HttpRbac)
VARKA_XDS_DEFINE(HttpRbacPerRoute)
VARKA_XDS_DEFINE(LocalRateLimit)
VARKA_XDS_DEFINE(ExtAuthz)
VARKA_XDS_DEFINE(ExtAuthzPerRoute)
VARKA_XDS_DEFINE(GrpcService)
VARKA_XDS_DEFINE(JwtProvider)
VARKA_XDS_DEFINE(JwtRequirement)

}  // namespace varka::xds::codec
