// Tables of core/xds/hcm.h.
#include "core/xds/hcm.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"
#include "core/xds/codec/top.h"

namespace varka::xds::codec {

// --- small filters -------------------------------------------------------------------------------
template <>
constexpr auto kFields<Router> =
    table(field("start_child_span", &Router::startChildSpan), field("suppress_envoy_headers", &Router::suppressEnvoyHeaders),
          ignored("dynamic_stats"), ignored("upstream_log"), ignored("upstream_log_options"), ignored("strict_check_headers"),
          ignored("respect_expected_rq_timeout"), ignored("suppress_grpc_request_failure_code_stats"), ignored("upstream_http_filters"));
template <>
constexpr auto kFields<Cors> = table();
template <>
constexpr std::array kEnumNames<AlpnUpstreamProtocol> = {EnumName{"HTTP10", 0}, EnumName{"HTTP11", 1}, EnumName{"HTTP2", 2}};
template <>
constexpr auto kFields<IstioAlpn::Override> = table(field("upstream_protocol", &IstioAlpn::Override::upstreamProtocol),
                                                    field("alpn_override", &IstioAlpn::Override::alpnOverride));
template <>
constexpr auto kFields<IstioAlpn> = table(field("alpn_override", &IstioAlpn::alpnOverride));
template <>
constexpr auto kBare<IstioMetadataExchange> = &IstioMetadataExchange::config;
template <>
constexpr auto kBare<IstioStats> = &IstioStats::config;
template <>
constexpr auto kFields<GrpcStats> =
    table(field("emit_filter_state", &GrpcStats::emitFilterState), field("stats_for_all_methods", &GrpcStats::statsForAllMethods),
          ignored("individual_method_stats_allowlist"), ignored("enable_upstream_stats"), ignored("replace_dots_in_grpc_service_name"));
template <>
constexpr auto kFields<GrpcWeb> = table();

template <>
constexpr auto kAnyTypes<HttpFilterConfig> =
    anyTypes(anyType<Router>("type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"),
             anyType<HttpFault>("type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"),
             anyType<Cors>("type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"),
             anyType<HttpRbac>("type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"),
             anyType<JwtAuthentication>("type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"),
             anyType<LocalRateLimit>("type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"),
             anyType<ExtAuthz>("type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"),
             anyType<IstioAlpn>("type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig"),
             anyType<IstioMetadataExchange>("type.googleapis.com/io.istio.http.peer_metadata.Config"),
             anyType<IstioStats>("type.googleapis.com/stats.PluginConfig"),
             anyType<GrpcStats>("type.googleapis.com/envoy.extensions.filters.http.grpc_stats.v3.FilterConfig"),
             anyType<GrpcWeb>("type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb"));
template <>
constexpr auto kFields<HttpFilter> =
    table(field("name", &HttpFilter::name), any("typed_config", &HttpFilter::typedConfig), field("is_optional", &HttpFilter::isOptional),
          field("disabled", &HttpFilter::disabled), ignored("config_discovery"));

// --- the manager ---------------------------------------------------------------------------------
template <>
constexpr std::array kEnumNames<CodecType> = {EnumName{"AUTO", 0}, EnumName{"HTTP1", 1}, EnumName{"HTTP2", 2}, EnumName{"HTTP3", 3}};
template <>
constexpr std::array kEnumNames<ServerHeaderTransformation> = {EnumName{"OVERWRITE", 0}, EnumName{"APPEND_IF_ABSENT", 1},
                                                               EnumName{"PASS_THROUGH", 2}};
template <>
constexpr std::array kEnumNames<ForwardClientCertDetails> = {EnumName{"SANITIZE", 0}, EnumName{"FORWARD_ONLY", 1},
                                                             EnumName{"APPEND_FORWARD", 2}, EnumName{"SANITIZE_SET", 3},
                                                             EnumName{"ALWAYS_FORWARD_ONLY", 4}};
template <>
constexpr std::array kEnumNames<PathWithEscapedSlashesAction> = {
    EnumName{"IMPLEMENTATION_SPECIFIC_DEFAULT", 0}, EnumName{"KEEP_UNCHANGED", 1}, EnumName{"REJECT_REQUEST", 2},
    EnumName{"UNESCAPE_AND_REDIRECT", 3}, EnumName{"UNESCAPE_AND_FORWARD", 4}};

template <>
constexpr auto kFields<Rds> = table(field("config_source", &Rds::configSource), field("route_config_name", &Rds::routeConfigName));
template <>
constexpr auto kFields<SetCurrentClientCertDetails> =
    table(field("subject", &SetCurrentClientCertDetails::subject), field("cert", &SetCurrentClientCertDetails::cert),
          field("chain", &SetCurrentClientCertDetails::chain), field("dns", &SetCurrentClientCertDetails::dns),
          field("uri", &SetCurrentClientCertDetails::uri));
template <>
constexpr auto kFields<TracingCustomTag::Literal> = table(field("value", &TracingCustomTag::Literal::value));
template <>
constexpr auto kFields<TracingCustomTag::Environment> =
    table(field("name", &TracingCustomTag::Environment::name), field("default_value", &TracingCustomTag::Environment::defaultValue));
template <>
constexpr auto kFields<TracingCustomTag::RequestHeader> =
    table(field("name", &TracingCustomTag::RequestHeader::name), field("default_value", &TracingCustomTag::RequestHeader::defaultValue));
template <>
constexpr auto kFields<TracingCustomTag> =
    table(field("tag", &TracingCustomTag::tag),
          oneof(&TracingCustomTag::type, alt<TracingCustomTag::Literal>("literal"), alt<TracingCustomTag::Environment>("environment"),
                alt<TracingCustomTag::RequestHeader>("request_header")),
          ignored("metadata"));
template <>
constexpr auto kFields<Tracing> =
    table(field("client_sampling", &Tracing::clientSampling), field("random_sampling", &Tracing::randomSampling),
          field("overall_sampling", &Tracing::overallSampling), field("verbose", &Tracing::verbose),
          field("max_path_tag_length", &Tracing::maxPathTagLength), field("custom_tags", &Tracing::customTags),
          field("provider", &Tracing::provider), ignored("spawn_upstream_span"));
template <>
constexpr auto kFields<InternalAddressConfig> =
    table(field("unix_sockets", &InternalAddressConfig::unixSockets), field("cidr_ranges", &InternalAddressConfig::cidrRanges));

using Hcm = HttpConnectionManager;
template <>
constexpr auto kFields<Hcm> = table(
    field("codec_type", &Hcm::codecType), field("stat_prefix", &Hcm::statPrefix),
    oneof(&Hcm::routes, alt<Rds>("rds"), alt<RouteConfiguration>("route_config")), field("http_filters", &Hcm::httpFilters),
    field("tracing", &Hcm::tracing), field("common_http_protocol_options", &Hcm::commonHttpProtocolOptions),
    field("http_protocol_options", &Hcm::httpProtocolOptions), field("http2_protocol_options", &Hcm::http2ProtocolOptions),
    field("server_name", &Hcm::serverName), field("server_header_transformation", &Hcm::serverHeaderTransformation),
    field("max_request_headers_kb", &Hcm::maxRequestHeadersKb), field("stream_idle_timeout", &Hcm::streamIdleTimeout),
    field("request_timeout", &Hcm::requestTimeout), field("request_headers_timeout", &Hcm::requestHeadersTimeout),
    field("delayed_close_timeout", &Hcm::delayedCloseTimeout), field("access_log", &Hcm::accessLog),
    field("use_remote_address", &Hcm::useRemoteAddress), field("xff_num_trusted_hops", &Hcm::xffNumTrustedHops),
    field("internal_address_config", &Hcm::internalAddressConfig), field("skip_xff_append", &Hcm::skipXffAppend), field("via", &Hcm::via),
    field("generate_request_id", &Hcm::generateRequestId), field("preserve_external_request_id", &Hcm::preserveExternalRequestId),
    field("always_set_request_id_in_response", &Hcm::alwaysSetRequestIdInResponse),
    field("forward_client_cert_details", &Hcm::forwardClientCertDetails),
    field("set_current_client_cert_details", &Hcm::setCurrentClientCertDetails), field("proxy_100_continue", &Hcm::proxy100Continue),
    field("upgrade_configs", &Hcm::upgradeConfigs), field("normalize_path", &Hcm::normalizePath), field("merge_slashes", &Hcm::mergeSlashes),
    field("path_with_escaped_slashes_action", &Hcm::pathWithEscapedSlashesAction),
    field("request_id_extension", &Hcm::requestIdExtension), field("local_reply_config", &Hcm::localReplyConfig),
    field("strip_matching_host_port", &Hcm::stripMatchingHostPort), field("strip_any_host_port", &Hcm::stripAnyHostPort),
    ignored("scoped_routes"), ignored("add_user_agent"), ignored("http3_protocol_options"), ignored("scheme_header_transformation"),
    ignored("drain_timeout"), ignored("access_log_flush_interval"), ignored("flush_access_log_on_new_request"),
    ignored("access_log_options"), ignored("original_ip_detection_extensions"), ignored("early_header_mutation_extensions"),
    ignored("represent_ipv4_remote_address_as_ipv4_mapped_ipv6"), ignored("stream_error_on_invalid_http_message"),
    ignored("strip_trailing_host_dot"), ignored("proxy_status_config"), ignored("typed_header_validation_config"),
    ignored("append_x_forwarded_port"), ignored("append_local_overload"), ignored("add_proxy_protocol_connection_state"),
    ignored("path_normalization_options"), ignored("server_header_value"));

VARKA_XDS_DEFINE(HttpConnectionManager)

}  // namespace varka::xds::codec

namespace varka::xds {

std::string toJson(const HttpFilter& filter) { return codec::toText(filter); }
Result<HttpFilter> httpFilterFromJson(std::string_view json, Notices* notices) { return codec::fromText<HttpFilter>(json, notices); }

}  // namespace varka::xds
