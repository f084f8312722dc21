// Tables of core/xds/cluster.h and core/xds/endpoint.h.
#include "core/xds/cluster.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

// --- endpoints -----------------------------------------------------------------------------------
template <>
constexpr std::array kEnumNames<HealthStatus> = {EnumName{"UNKNOWN", 0},  EnumName{"HEALTHY", 1}, EnumName{"UNHEALTHY", 2},
                                                 EnumName{"DRAINING", 3}, EnumName{"TIMEOUT", 4}, EnumName{"DEGRADED", 5}};
template <>
constexpr auto kFields<LbEndpoint> =
    table(group("endpoint", field("address", &LbEndpoint::address), field("hostname", &LbEndpoint::hostname),
                ignored("health_check_config"), ignored("additional_addresses")),
          field("health_status", &LbEndpoint::healthStatus), field("metadata", &LbEndpoint::metadata),
          field("load_balancing_weight", &LbEndpoint::loadBalancingWeight));
template <>
constexpr auto kFields<Locality> =
    table(field("region", &Locality::region), field("zone", &Locality::zone), field("sub_zone", &Locality::subZone));
template <>
constexpr auto kFields<LocalityLbEndpoints> =
    table(field("locality", &LocalityLbEndpoints::locality), field("lb_endpoints", &LocalityLbEndpoints::lbEndpoints),
          field("load_balancing_weight", &LocalityLbEndpoints::loadBalancingWeight),
          field("priority", &LocalityLbEndpoints::priority), ignored("proximity"), ignored("metadata"));
template <>
constexpr auto kFields<ClusterLoadAssignment> =
    table(field("cluster_name", &ClusterLoadAssignment::clusterName), field("endpoints", &ClusterLoadAssignment::endpoints),
          group("policy", field("overprovisioning_factor", &ClusterLoadAssignment::overprovisioningFactor), ignored("drop_overloads"),
                ignored("endpoint_stale_after"), ignored("weighted_priority_health")));

// --- parts of a cluster --------------------------------------------------------------------------
template <>
constexpr std::array kEnumNames<ClusterType> = {EnumName{"STATIC", 0}, EnumName{"STRICT_DNS", 1}, EnumName{"LOGICAL_DNS", 2},
                                                EnumName{"EDS", 3}, EnumName{"ORIGINAL_DST", 4}};
template <>
constexpr std::array kEnumNames<LbPolicy> = {EnumName{"ROUND_ROBIN", 0}, EnumName{"LEAST_REQUEST", 1}, EnumName{"RING_HASH", 2},
                                             EnumName{"RANDOM", 3},      EnumName{"MAGLEV", 5},        EnumName{"CLUSTER_PROVIDED", 6}};
template <>
constexpr std::array kEnumNames<DnsLookupFamily> = {EnumName{"AUTO", 0}, EnumName{"V4_ONLY", 1}, EnumName{"V6_ONLY", 2},
                                                    EnumName{"V4_PREFERRED", 3}, EnumName{"ALL", 4}};
template <>
constexpr std::array kEnumNames<RoutingPriority> = {EnumName{"DEFAULT", 0}, EnumName{"HIGH", 1}};
template <>
constexpr std::array kEnumNames<HashFunction> = {EnumName{"XX_HASH", 0}, EnumName{"MURMUR_HASH_2", 1}};

template <>
constexpr auto kFields<EdsClusterConfig> =
    table(field("eds_config", &EdsClusterConfig::edsConfig), field("service_name", &EdsClusterConfig::serviceName));
template <>
constexpr auto kFields<RetryBudget> = table(field("budget_percent", &RetryBudget::budgetPercent),
                                            field("min_retry_concurrency", &RetryBudget::minRetryConcurrency));
using Thresholds = CircuitBreakers::Thresholds;
template <>
constexpr auto kFields<Thresholds> =
    table(field("priority", &Thresholds::priority), field("max_connections", &Thresholds::maxConnections),
          field("max_pending_requests", &Thresholds::maxPendingRequests), field("max_requests", &Thresholds::maxRequests),
          field("max_retries", &Thresholds::maxRetries), field("retry_budget", &Thresholds::retryBudget),
          field("track_remaining", &Thresholds::trackRemaining), ignored("max_connection_pools"));
template <>
constexpr auto kFields<CircuitBreakers> =
    table(field("thresholds", &CircuitBreakers::thresholds), ignored("per_host_thresholds"));
template <>
constexpr auto kFields<OutlierDetection> =
    table(field("consecutive_5xx", &OutlierDetection::consecutive5xx), field("interval", &OutlierDetection::interval),
          field("base_ejection_time", &OutlierDetection::baseEjectionTime),
          field("max_ejection_percent", &OutlierDetection::maxEjectionPercent),
          field("enforcing_consecutive_5xx", &OutlierDetection::enforcingConsecutive5xx),
          field("consecutive_gateway_failure", &OutlierDetection::consecutiveGatewayFailure),
          field("enforcing_consecutive_gateway_failure", &OutlierDetection::enforcingConsecutiveGatewayFailure),
          field("split_external_local_origin_errors", &OutlierDetection::splitExternalLocalOriginErrors),
          field("consecutive_local_origin_failure", &OutlierDetection::consecutiveLocalOriginFailure),
          field("enforcing_consecutive_local_origin_failure", &OutlierDetection::enforcingConsecutiveLocalOriginFailure),
          field("max_ejection_time", &OutlierDetection::maxEjectionTime), ignored("enforcing_success_rate"),
          ignored("success_rate_minimum_hosts"), ignored("success_rate_request_volume"), ignored("success_rate_stdev_factor"),
          ignored("enforcing_local_origin_success_rate"), ignored("failure_percentage_threshold"),
          ignored("enforcing_failure_percentage"), ignored("enforcing_failure_percentage_local_origin"),
          ignored("failure_percentage_minimum_hosts"), ignored("failure_percentage_request_volume"),
          ignored("max_ejection_time_jitter"), ignored("successful_active_health_check_uneject_host"));
template <>
constexpr auto kFields<CommonLbConfig> =
    table(field("healthy_panic_threshold", &CommonLbConfig::healthyPanicThreshold),
          flag("locality_weighted_lb_config", &CommonLbConfig::localityWeighted), ignored("zone_aware_lb_config"),
          ignored("update_merge_window"), ignored("ignore_new_hosts_until_first_hc"), ignored("close_connections_on_host_set_change"),
          ignored("consistent_hashing_lb_config"), ignored("override_host_status"));
template <>
constexpr auto kFields<SlowStartConfig> =
    table(field("slow_start_window", &SlowStartConfig::slowStartWindow),
          group("aggression", field("default_value", &SlowStartConfig::aggression), ignored("runtime_key")),
          ignored("min_weight_percent"));
template <>
constexpr auto kFields<RoundRobinLbConfig> = table(field("slow_start_config", &RoundRobinLbConfig::slowStartConfig));
template <>
constexpr auto kFields<LeastRequestLbConfig> =
    table(field("choice_count", &LeastRequestLbConfig::choiceCount), ignored("active_request_bias"),
          field("slow_start_config", &LeastRequestLbConfig::slowStartConfig));
template <>
constexpr auto kFields<RingHashLbConfig> = table(field("minimum_ring_size", &RingHashLbConfig::minimumRingSize),
                                                 field("hash_function", &RingHashLbConfig::hashFunction),
                                                 field("maximum_ring_size", &RingHashLbConfig::maximumRingSize));
template <>
constexpr auto kFields<MaglevLbConfig> = table(field("table_size", &MaglevLbConfig::tableSize));
template <>
constexpr auto kFields<OriginalDstLbConfig> =
    table(field("use_http_header", &OriginalDstLbConfig::useHttpHeader), field("http_header_name", &OriginalDstLbConfig::httpHeaderName),
          field("upstream_port_override", &OriginalDstLbConfig::upstreamPortOverride), ignored("metadata_key"));
template <>
constexpr auto kFields<TransportSocketMatch> =
    table(field("name", &TransportSocketMatch::name), field("match", &TransportSocketMatch::match),
          field("transport_socket", &TransportSocketMatch::transportSocket));
template <>
constexpr auto kFields<TcpKeepalive> =
    table(field("keepalive_probes", &TcpKeepalive::keepaliveProbes), field("keepalive_time", &TcpKeepalive::keepaliveTime),
          field("keepalive_interval", &TcpKeepalive::keepaliveInterval));
template <>
constexpr auto kFields<BindConfig> =
    table(field("source_address", &BindConfig::sourceAddress), ignored("freebind"), ignored("socket_options"),
          ignored("extra_source_addresses"), ignored("additional_source_addresses"), ignored("local_address_selector"));

// --- HTTP protocol options -----------------------------------------------------------------------
template <>
constexpr auto kFields<Http1ProtocolOptions> =
    table(field("accept_http_10", &Http1ProtocolOptions::acceptHttp10),
          field("default_host_for_http_10", &Http1ProtocolOptions::defaultHostForHttp10),
          field("header_key_format", &Http1ProtocolOptions::headerKeyFormat),
          field("enable_trailers", &Http1ProtocolOptions::enableTrailers), ignored("allow_absolute_url"),
          ignored("allow_chunked_length"), ignored("override_stream_error_on_invalid_http_message"),
          ignored("send_fully_qualified_url"), ignored("use_balsa_parser"), ignored("allow_custom_methods"));
template <>
constexpr auto kFields<KeepaliveSettings> =
    table(field("interval", &KeepaliveSettings::interval), field("timeout", &KeepaliveSettings::timeout), ignored("interval_jitter"),
          ignored("connection_idle_interval"));
template <>
constexpr auto kFields<Http2ProtocolOptions> =
    table(field("max_concurrent_streams", &Http2ProtocolOptions::maxConcurrentStreams),
          field("initial_stream_window_size", &Http2ProtocolOptions::initialStreamWindowSize),
          field("initial_connection_window_size", &Http2ProtocolOptions::initialConnectionWindowSize),
          field("allow_connect", &Http2ProtocolOptions::allowConnect),
          field("connection_keepalive", &Http2ProtocolOptions::connectionKeepalive), ignored("hpack_table_size"),
          ignored("allow_metadata"), ignored("max_outbound_frames"), ignored("max_outbound_control_frames"),
          ignored("max_consecutive_inbound_frames_with_empty_payload"), ignored("max_inbound_priority_frames_per_stream"),
          ignored("max_inbound_window_update_frames_per_data_frame_sent"), ignored("stream_error_on_invalid_http_messaging"),
          ignored("override_stream_error_on_invalid_http_message"), ignored("use_oghttp2_codec"), ignored("max_metadata_size"));
template <>
constexpr auto kFields<CommonHttpProtocolOptions> =
    table(field("idle_timeout", &CommonHttpProtocolOptions::idleTimeout),
          field("max_connection_duration", &CommonHttpProtocolOptions::maxConnectionDuration),
          field("max_headers_count", &CommonHttpProtocolOptions::maxHeadersCount),
          field("max_stream_duration", &CommonHttpProtocolOptions::maxStreamDuration),
          field("max_requests_per_connection", &CommonHttpProtocolOptions::maxRequestsPerConnection),
          ignored("headers_with_underscores_action"), ignored("max_response_headers_kb"));
template <>
constexpr auto kFields<UpstreamHttpProtocolOptions> =
    table(field("auto_sni", &UpstreamHttpProtocolOptions::autoSni),
          field("auto_san_validation", &UpstreamHttpProtocolOptions::autoSanValidation), ignored("override_auto_sni_header"));

using Options = HttpProtocolOptions;
template <>
constexpr auto kBare<Options::ExplicitHttp1> = &Options::ExplicitHttp1::options;
template <>
constexpr auto kBare<Options::ExplicitHttp2> = &Options::ExplicitHttp2::options;
template <>
constexpr auto kFields<Options::UseDownstream> =
    table(field("http_protocol_options", &Options::UseDownstream::httpProtocolOptions),
          field("http2_protocol_options", &Options::UseDownstream::http2ProtocolOptions), ignored("http3_protocol_options"));
template <>
constexpr auto kFields<Options::AutoConfig> =
    table(field("http_protocol_options", &Options::AutoConfig::httpProtocolOptions),
          field("http2_protocol_options", &Options::AutoConfig::http2ProtocolOptions), ignored("http3_protocol_options"),
          ignored("alternate_protocols_cache_options"));

/// explicit_http_config nests its two alternatives one level deeper than the other two.
static bool readExplicit(Context& context, const Path& path, const Json& json, Options& out) {
  static constexpr auto kInner = table(oneof(&Options::protocol, alt<Options::ExplicitHttp1>("http_protocol_options"),
                                             alt<Options::ExplicitHttp2>("http2_protocol_options")));
  return readFields(context, path, json, out, kInner);
}
static void writeExplicit(Writer& writer, const Options& value) {
  static constexpr auto kInner = table(oneof(&Options::protocol, alt<Options::ExplicitHttp1>("http_protocol_options"),
                                             alt<Options::ExplicitHttp2>("http2_protocol_options")));
  writer.beginObject();
  writeFields(writer, value, kInner);
  writer.endObject();
}
static bool isExplicit(const Options& value) {
  return std::holds_alternative<Options::ExplicitHttp1>(value.protocol) || std::holds_alternative<Options::ExplicitHttp2>(value.protocol);
}
template <>
constexpr auto kFields<Options> =
    table(field("common_http_protocol_options", &Options::commonHttpProtocolOptions),
          field("upstream_http_protocol_options", &Options::upstreamHttpProtocolOptions),
          custom("explicit_http_config", &readExplicit, &isExplicit, &writeExplicit),
          oneof(&Options::protocol, alt<Options::UseDownstream>("use_downstream_protocol_config"),
                alt<Options::AutoConfig>("auto_config")),
          ignored("http_filters"), ignored("header_validation_config"), ignored("outlier_detection"));
template <>
constexpr auto kAnyTypes<Options> =
    anyTypes(anyType<Options>("type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"));

// --- the cluster ---------------------------------------------------------------------------------
template <>
constexpr auto kFields<Cluster> = table(
    field("transport_socket_matches", &Cluster::transportSocketMatches), field("name", &Cluster::name),
    field("alt_stat_name", &Cluster::altStatName), field("type", &Cluster::type),
    field("eds_cluster_config", &Cluster::edsClusterConfig), field("connect_timeout", &Cluster::connectTimeout),
    field("lb_policy", &Cluster::lbPolicy), field("load_assignment", &Cluster::loadAssignment),
    field("max_requests_per_connection", &Cluster::maxRequestsPerConnection), field("circuit_breakers", &Cluster::circuitBreakers),
    group("typed_extension_protocol_options", anyIfThere("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", &Cluster::httpProtocolOptions)),
    field("dns_refresh_rate", &Cluster::dnsRefreshRate), field("respect_dns_ttl", &Cluster::respectDnsTtl),
    field("dns_lookup_family", &Cluster::dnsLookupFamily), field("outlier_detection", &Cluster::outlierDetection),
    field("upstream_bind_config", &Cluster::upstreamBindConfig),
    oneof(&Cluster::lbConfig, alt<RingHashLbConfig>("ring_hash_lb_config"), alt<MaglevLbConfig>("maglev_lb_config"),
          alt<OriginalDstLbConfig>("original_dst_lb_config"), alt<LeastRequestLbConfig>("least_request_lb_config"),
          alt<RoundRobinLbConfig>("round_robin_lb_config")),
    field("common_lb_config", &Cluster::commonLbConfig), field("transport_socket", &Cluster::transportSocket),
    field("metadata", &Cluster::metadata),
    group("upstream_connection_options", field("tcp_keepalive", &Cluster::tcpKeepalive),
          ignored("set_local_interface_name_on_upstream_connections"), ignored("happy_eyeballs_config")),
    field("close_connections_on_host_health_failure", &Cluster::closeConnectionsOnHostHealthFailure),
    field("ignore_health_on_host_removal", &Cluster::ignoreHealthOnHostRemoval), ignored("per_connection_buffer_limit_bytes"),
    ignored("health_checks"), ignored("cluster_type"), ignored("lb_subset_config"), ignored("load_balancing_policy"), ignored("filters"),
    ignored("dns_resolution_config"), ignored("typed_dns_resolver_config"), ignored("dns_resolvers"), ignored("dns_failure_refresh_rate"),
    ignored("dns_jitter"), ignored("use_tcp_for_dns_lookups"), ignored("wait_for_warm_on_init"), ignored("cleanup_interval"),
    ignored("protocol_selection"), ignored("track_timeout_budgets"), ignored("track_cluster_stats"), ignored("upstream_config"),
    ignored("preconnect_policy"), ignored("connection_pool_per_downstream_connection"), ignored("lrs_server"));

VARKA_XDS_DEFINE(Http1ProtocolOptions)
VARKA_XDS_DEFINE(Http2ProtocolOptions)
VARKA_XDS_DEFINE(CommonHttpProtocolOptions)
VARKA_XDS_DEFINE(ClusterLoadAssignment)
VARKA_XDS_DEFINE(Locality)
VARKA_XDS_DEFINE(Cluster)

}  // namespace varka::xds::codec
