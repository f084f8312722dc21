// Tables of core/xds/route.h.
#include "core/xds/route.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"
#include "core/xds/codec/top.h"

namespace varka::xds::codec {

// --- matches -------------------------------------------------------------------------------------
template <>
constexpr auto kBare<RouteMatch::Prefix> = &RouteMatch::Prefix::value;
template <>
constexpr auto kBare<RouteMatch::Path> = &RouteMatch::Path::value;
template <>
constexpr auto kBare<RouteMatch::PathSeparatedPrefix> = &RouteMatch::PathSeparatedPrefix::value;
template <>
constexpr auto kFields<RouteMatch::Connect> = table();
template <>
constexpr auto kFields<RouteMatch> =
    table(oneof(&RouteMatch::path, alt<RouteMatch::Prefix>("prefix"), alt<RouteMatch::Path>("path"), alt<RegexMatcher>("safe_regex"),
                alt<RouteMatch::PathSeparatedPrefix>("path_separated_prefix"), alt<RouteMatch::Connect>("connect_matcher")),
          field("case_sensitive", &RouteMatch::caseSensitive), field("runtime_fraction", &RouteMatch::runtimeFraction),
          field("headers", &RouteMatch::headers), field("query_parameters", &RouteMatch::queryParameters), flag("grpc", &RouteMatch::grpc),
          field("dynamic_metadata", &RouteMatch::dynamicMetadata), ignored("tls_context"));

// --- JwtAuthentication (its rules match like routes) ---------------------------------------------
template <>
constexpr auto kFields<JwtRule> =
    table(field("match", &JwtRule::match),
          oneof(&JwtRule::requirement, alt<JwtRequirement>("requires"), alt<std::string>("requirement_name")));
template <>
constexpr auto kFields<JwtAuthentication> =
    table(field("providers", &JwtAuthentication::providers), field("rules", &JwtAuthentication::rules),
          field("requirement_map", &JwtAuthentication::requirementMap),
          field("bypass_cors_preflight", &JwtAuthentication::bypassCorsPreflight), ignored("filter_state_rules"),
          ignored("strip_failure_response"), ignored("stat_prefix"));

// --- per-filter configuration --------------------------------------------------------------------
template <>
constexpr auto kFields<RouteFilterConfig> =
    table(anyIfThere("config", &RouteFilterConfig::config), field("is_optional", &RouteFilterConfig::isOptional),
          field("disabled", &RouteFilterConfig::disabled));
template <>
constexpr auto kAnyTypes<PerRouteConfig> =
    anyTypes(anyType<HttpFault>("type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"),
             anyType<CorsPolicy>("type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy"),
             anyType<HttpRbacPerRoute>("type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute"),
             anyType<LocalRateLimit>("type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"),
             anyType<ExtAuthzPerRoute>("type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"),
             anyType<Box<RouteFilterConfig>>("type.googleapis.com/envoy.config.route.v3.FilterConfig"));

// --- actions -------------------------------------------------------------------------------------
template <>
constexpr auto kFields<RegexMatchAndSubstitute> =
    table(field("pattern", &RegexMatchAndSubstitute::pattern), field("substitution", &RegexMatchAndSubstitute::substitution));

/// retry_host_predicate is a list of extensions of which we know one.
static constexpr std::string_view kPreviousHosts = "envoy.retry_host_predicates.previous_hosts";
static bool readPredicates(Context& context, const Path& path, const Json& json, RetryPolicy& out) {
  if (!json.is_array()) return context.fail(path, "must be a list");
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (!json[i].is_object()) return context.fail(path.at(i), "must be an object");
    const auto name = json[i].find("name");
    if (name != json[i].end() && name->is_string() && name->get_ref<const std::string&>() == kPreviousHosts) out.previousHosts = true;
    else context.notice(path.at(i));
  }
  return true;
}
static void writePredicates(Writer& writer, const RetryPolicy&) {
  writer.beginArray();
  writer.beginObject();
  writer.field("name", kPreviousHosts);
  writer.key("typedConfig");
  writer.typed("type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate", [&] {
    writer.beginObject();
    writer.endObject();
  });
  writer.endObject();
  writer.endArray();
}
template <>
constexpr auto kFields<RetryPolicy> =
    table(field("retry_on", &RetryPolicy::retryOn), field("num_retries", &RetryPolicy::numRetries),
          field("per_try_timeout", &RetryPolicy::perTryTimeout), field("per_try_idle_timeout", &RetryPolicy::perTryIdleTimeout),
          custom<RetryPolicy>("retry_host_predicate", &readPredicates, [](const RetryPolicy& policy) { return policy.previousHosts; },
                              &writePredicates),
          field("host_selection_retry_max_attempts", &RetryPolicy::hostSelectionRetryMaxAttempts),
          field("retriable_status_codes", &RetryPolicy::retriableStatusCodes),
          group("retry_back_off", field("base_interval", &RetryPolicy::baseInterval), field("max_interval", &RetryPolicy::maxInterval)),
          field("retriable_headers", &RetryPolicy::retriableHeaders), ignored("retry_priority"), ignored("retry_options_predicates"),
          ignored("rate_limited_retry_back_off"), ignored("retriable_request_headers"));

template <>
constexpr auto kFields<HashPolicy::Header> =
    table(field("header_name", &HashPolicy::Header::headerName), field("regex_rewrite", &HashPolicy::Header::regexRewrite));
template <>
constexpr auto kFields<HashPolicy::Cookie> =
    table(field("name", &HashPolicy::Cookie::name), field("ttl", &HashPolicy::Cookie::ttl), field("path", &HashPolicy::Cookie::path),
          ignored("attributes"));
template <>
constexpr auto kFields<HashPolicy::ConnectionProperties> = table(field("source_ip", &HashPolicy::ConnectionProperties::sourceIp));
template <>
constexpr auto kFields<HashPolicy::QueryParameter> = table(field("name", &HashPolicy::QueryParameter::name));
template <>
constexpr auto kFields<HashPolicy> =
    table(oneof(&HashPolicy::specifier, alt<HashPolicy::Header>("header"), alt<HashPolicy::Cookie>("cookie"),
                alt<HashPolicy::ConnectionProperties>("connection_properties"), alt<HashPolicy::QueryParameter>("query_parameter")),
          field("terminal", &HashPolicy::terminal));
template <>
constexpr auto kFields<RequestMirrorPolicy> =
    table(field("cluster", &RequestMirrorPolicy::cluster), field("runtime_fraction", &RequestMirrorPolicy::runtimeFraction),
          field("trace_sampled", &RequestMirrorPolicy::traceSampled),
          field("disable_shadow_host_suffix_append", &RequestMirrorPolicy::disableShadowHostSuffixAppend), ignored("cluster_header"));
template <>
constexpr auto kFields<UpgradeConfig> = table(field("upgrade_type", &UpgradeConfig::upgradeType), field("enabled", &UpgradeConfig::enabled),
                                              ignored("connect_config"), ignored("filters"));
template <>
constexpr auto kFields<MaxStreamDuration> = table(field("max_stream_duration", &MaxStreamDuration::maxStreamDuration),
                                                  field("grpc_timeout_header_max", &MaxStreamDuration::grpcTimeoutHeaderMax),
                                                  field("grpc_timeout_header_offset", &MaxStreamDuration::grpcTimeoutHeaderOffset));
using ClusterWeight = WeightedCluster::ClusterWeight;
template <>
constexpr auto kFields<ClusterWeight> =
    table(field("name", &ClusterWeight::name), field("weight", &ClusterWeight::weight),
          field("request_headers_to_add", &ClusterWeight::requestHeadersToAdd),
          field("request_headers_to_remove", &ClusterWeight::requestHeadersToRemove),
          field("response_headers_to_add", &ClusterWeight::responseHeadersToAdd),
          field("response_headers_to_remove", &ClusterWeight::responseHeadersToRemove),
          field("typed_per_filter_config", &ClusterWeight::typedPerFilterConfig),
          field("host_rewrite_literal", &ClusterWeight::hostRewriteLiteral), ignored("metadata_match"));
template <>
constexpr auto kFields<WeightedCluster> =
    table(field("clusters", &WeightedCluster::clusters), field("runtime_key_prefix", &WeightedCluster::runtimeKeyPrefix),
          ignored("total_weight"), ignored("header_name"));

template <>
constexpr std::array kEnumNames<ClusterNotFoundResponseCode> = {
    EnumName{"SERVICE_UNAVAILABLE", 0}, EnumName{"NOT_FOUND", 1}, EnumName{"INTERNAL_SERVER_ERROR", 2}};
template <>
constexpr auto kBare<RouteAction::ClusterName> = &RouteAction::ClusterName::name;
template <>
constexpr auto kBare<RouteAction::ClusterHeader> = &RouteAction::ClusterHeader::header;
template <>
constexpr auto kBare<RouteAction::HostRewriteLiteral> = &RouteAction::HostRewriteLiteral::value;
template <>
constexpr auto kBare<RouteAction::HostRewriteHeader> = &RouteAction::HostRewriteHeader::header;
static bool read(Context& context, const Path& path, const Json& json, RouteAction::AutoHostRewrite&) {
  bool on = false;
  return read(context, path, json, on) && (on || context.fail(path, "must be true where it is given"));
}
static void write(Writer& writer, const RouteAction::AutoHostRewrite&) {
  writer.boolean(true);
}
template <>
constexpr auto kFields<RouteAction> =
    table(oneof(&RouteAction::cluster, alt<RouteAction::ClusterName>("cluster"), alt<RouteAction::ClusterHeader>("cluster_header"),
                alt<WeightedCluster>("weighted_clusters")),
          field("cluster_not_found_response_code", &RouteAction::clusterNotFoundResponseCode),
          field("prefix_rewrite", &RouteAction::prefixRewrite), field("regex_rewrite", &RouteAction::regexRewrite),
          oneof(&RouteAction::hostRewrite, alt<RouteAction::HostRewriteLiteral>("host_rewrite_literal"),
                alt<RouteAction::AutoHostRewrite>("auto_host_rewrite"), alt<RouteAction::HostRewriteHeader>("host_rewrite_header")),
          field("append_x_forwarded_host", &RouteAction::appendXForwardedHost), field("timeout", &RouteAction::timeout),
          field("idle_timeout", &RouteAction::idleTimeout), field("retry_policy", &RouteAction::retryPolicy),
          field("request_mirror_policies", &RouteAction::requestMirrorPolicies), field("hash_policy", &RouteAction::hashPolicy),
          field("max_grpc_timeout", &RouteAction::maxGrpcTimeout), field("upgrade_configs", &RouteAction::upgradeConfigs),
          field("max_stream_duration", &RouteAction::maxStreamDuration), ignored("metadata_match"), ignored("priority"),
          ignored("rate_limits"), ignored("include_vh_rate_limits"), ignored("cors"), ignored("grpc_timeout_offset"),
          ignored("internal_redirect_policy"), ignored("internal_redirect_action"), ignored("max_internal_redirects"),
          ignored("hedge_policy"), ignored("early_data_policy"), ignored("flush_timeout"));

template <>
constexpr std::array kEnumNames<RedirectResponseCode> = {EnumName{"MOVED_PERMANENTLY", 0}, EnumName{"FOUND", 1}, EnumName{"SEE_OTHER", 2},
                                                         EnumName{"TEMPORARY_REDIRECT", 3}, EnumName{"PERMANENT_REDIRECT", 4}};
template <>
constexpr auto kBare<RedirectAction::HttpsRedirect> = &RedirectAction::HttpsRedirect::on;
template <>
constexpr auto kBare<RedirectAction::SchemeRedirect> = &RedirectAction::SchemeRedirect::scheme;
template <>
constexpr auto kBare<RedirectAction::PathRedirect> = &RedirectAction::PathRedirect::path;
template <>
constexpr auto kBare<RedirectAction::PrefixRewrite> = &RedirectAction::PrefixRewrite::prefix;
template <>
constexpr auto kFields<RedirectAction> =
    table(oneof(&RedirectAction::schemeRewrite, alt<RedirectAction::HttpsRedirect>("https_redirect"),
                alt<RedirectAction::SchemeRedirect>("scheme_redirect")),
          field("host_redirect", &RedirectAction::hostRedirect), field("port_redirect", &RedirectAction::portRedirect),
          oneof(&RedirectAction::pathRewrite, alt<RedirectAction::PathRedirect>("path_redirect"),
                alt<RedirectAction::PrefixRewrite>("prefix_rewrite"), alt<RegexMatchAndSubstitute>("regex_rewrite")),
          field("response_code", &RedirectAction::responseCode), field("strip_query", &RedirectAction::stripQuery));
template <>
constexpr auto kFields<DirectResponseAction> =
    table(field("status", &DirectResponseAction::status), field("body", &DirectResponseAction::body), ignored("body_format"));
template <>
constexpr auto kFields<NonForwardingAction> = table();
template <>
constexpr auto kFields<Decorator> = table(field("operation", &Decorator::operation), field("propagate", &Decorator::propagate));

// --- route, virtual host, configuration ----------------------------------------------------------
template <>
constexpr auto kFields<Route> =
    table(field("name", &Route::name), field("match", &Route::match),
          oneof(&Route::action, alt<RouteAction>("route"), alt<RedirectAction>("redirect"), alt<DirectResponseAction>("direct_response"),
                alt<NonForwardingAction>("non_forwarding_action")),
          field("metadata", &Route::metadata), field("decorator", &Route::decorator),
          field("typed_per_filter_config", &Route::typedPerFilterConfig), field("request_headers_to_add", &Route::requestHeadersToAdd),
          field("request_headers_to_remove", &Route::requestHeadersToRemove),
          field("response_headers_to_add", &Route::responseHeadersToAdd),
          field("response_headers_to_remove", &Route::responseHeadersToRemove), field("stat_prefix", &Route::statPrefix),
          ignored("tracing"), ignored("per_request_buffer_limit_bytes"), ignored("filter_action"));
template <>
constexpr std::array kEnumNames<TlsRequirement> = {EnumName{"NONE", 0}, EnumName{"EXTERNAL_ONLY", 1}, EnumName{"ALL", 2}};
template <>
constexpr auto kFields<VirtualHost> =
    table(field("name", &VirtualHost::name), field("domains", &VirtualHost::domains), field("routes", &VirtualHost::routes),
          field("require_tls", &VirtualHost::requireTls), field("request_headers_to_add", &VirtualHost::requestHeadersToAdd),
          field("request_headers_to_remove", &VirtualHost::requestHeadersToRemove),
          field("response_headers_to_add", &VirtualHost::responseHeadersToAdd),
          field("response_headers_to_remove", &VirtualHost::responseHeadersToRemove),
          field("typed_per_filter_config", &VirtualHost::typedPerFilterConfig),
          field("include_request_attempt_count", &VirtualHost::includeRequestAttemptCount),
          field("include_attempt_count_in_response", &VirtualHost::includeAttemptCountInResponse),
          field("metadata", &VirtualHost::metadata), ignored("virtual_clusters"), ignored("rate_limits"), ignored("cors"),
          ignored("retry_policy"), ignored("retry_policy_typed_config"), ignored("hedge_policy"), ignored("matcher"),
          ignored("per_request_buffer_limit_bytes"), ignored("request_mirror_policies"), ignored("include_is_timeout_retry_header"));
template <>
constexpr auto kFields<RouteConfiguration> =
    table(field("name", &RouteConfiguration::name), field("virtual_hosts", &RouteConfiguration::virtualHosts),
          field("request_headers_to_add", &RouteConfiguration::requestHeadersToAdd),
          field("request_headers_to_remove", &RouteConfiguration::requestHeadersToRemove),
          field("response_headers_to_add", &RouteConfiguration::responseHeadersToAdd),
          field("response_headers_to_remove", &RouteConfiguration::responseHeadersToRemove),
          field("validate_clusters", &RouteConfiguration::validateClusters),
          field("max_direct_response_body_size_bytes", &RouteConfiguration::maxDirectResponseBodySizeBytes),
          field("ignore_port_in_host_matching", &RouteConfiguration::ignorePortInHostMatching),
          field("most_specific_header_mutations_wins", &RouteConfiguration::mostSpecificHeaderMutationsWins),
          field("typed_per_filter_config", &RouteConfiguration::typedPerFilterConfig), field("metadata", &RouteConfiguration::metadata),
          ignored("internal_only_headers"), ignored("vhds"), ignored("request_mirror_policies"),
          ignored("ignore_path_parameters_in_path_matching"), ignored("cluster_specifier_plugins"));

VARKA_XDS_DEFINE(JwtAuthentication)
VARKA_XDS_DEFINE(UpgradeConfig)
VARKA_XDS_DEFINE(RouteConfiguration)

}  // namespace varka::xds::codec

namespace varka::xds {

std::string toJson(const RouteConfiguration& routes) { return codec::toText(routes); }
std::string toJson(const VirtualHost& host) { return codec::toText(host); }
std::string toJson(const Route& route) { return codec::toText(route); }
Result<RouteConfiguration> routesFromJson(std::string_view json, Notices* notices) {
  return codec::fromText<RouteConfiguration>(json, notices);
}
Result<VirtualHost> virtualHostFromJson(std::string_view json, Notices* notices) { return codec::fromText<VirtualHost>(json, notices); }
Result<Route> routeFromJson(std::string_view json, Notices* notices) { return codec::fromText<Route>(json, notices); }

}  // namespace varka::xds
