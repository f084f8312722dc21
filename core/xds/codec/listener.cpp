// Tables of core/xds/listener.h.
#include "core/xds/listener.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"
#include "core/xds/codec/top.h"

namespace varka::xds::codec {

template <>
constexpr auto kFields<FilterChainMatch> =
    table(field("destination_port", &FilterChainMatch::destinationPort), field("prefix_ranges", &FilterChainMatch::prefixRanges),
          field("source_prefix_ranges", &FilterChainMatch::sourcePrefixRanges), field("source_ports", &FilterChainMatch::sourcePorts),
          field("server_names", &FilterChainMatch::serverNames), field("transport_protocol", &FilterChainMatch::transportProtocol),
          field("application_protocols", &FilterChainMatch::applicationProtocols), ignored("address_suffix"), ignored("suffix_len"),
          ignored("direct_source_prefix_ranges"), ignored("source_type"));

// --- network filters -----------------------------------------------------------------------------
template <>
constexpr auto kFields<TcpProxy::ClusterWeight> =
    table(field("name", &TcpProxy::ClusterWeight::name), field("weight", &TcpProxy::ClusterWeight::weight), ignored("metadata_match"));
template <>
constexpr auto kFields<TcpProxy::Weighted> = table(field("clusters", &TcpProxy::Weighted::clusters));
static bool readSourceIp(Context& context, const Path& path, const Json& json, TcpProxy::HashPolicy& out) {
  out.sourceIp = true;
  return json.is_object() || context.fail(path, "must be an object");
}
template <>
constexpr auto kFields<TcpProxy::HashPolicy> =
    table(custom<TcpProxy::HashPolicy>("source_ip", &readSourceIp, [](const TcpProxy::HashPolicy& policy) { return policy.sourceIp; },
                                       [](Writer& writer, const TcpProxy::HashPolicy&) { writer.raw("{}"); }),
          ignored("filter_state"));
template <>
constexpr auto kFields<TcpProxy> =
    table(field("stat_prefix", &TcpProxy::statPrefix),
          oneof(&TcpProxy::cluster, alt<std::string>("cluster"), alt<TcpProxy::Weighted>("weighted_clusters")),
          field("idle_timeout", &TcpProxy::idleTimeout), field("access_log", &TcpProxy::accessLog),
          field("max_connect_attempts", &TcpProxy::maxConnectAttempts), field("hash_policy", &TcpProxy::hashPolicy),
          field("max_downstream_connection_duration", &TcpProxy::maxDownstreamConnectionDuration), ignored("metadata_match"),
          ignored("tunneling_config"), ignored("on_demand"), ignored("downstream_idle_timeout"), ignored("upstream_idle_timeout"),
          ignored("access_log_options"), ignored("access_log_flush_interval"), ignored("flush_access_log_on_connected"),
          ignored("backoff_options"), ignored("proxy_protocol_tlvs"));
template <>
constexpr auto kFields<NetworkRbac> =
    table(field("rules", &NetworkRbac::rules), field("shadow_rules", &NetworkRbac::shadowRules),
          field("stat_prefix", &NetworkRbac::statPrefix), field("shadow_rules_stat_prefix", &NetworkRbac::shadowRulesStatPrefix),
          ignored("enforcement_type"), ignored("delay_deny"));
template <>
constexpr auto kFields<NetworkLocalRateLimit> =
    table(field("stat_prefix", &NetworkLocalRateLimit::statPrefix), field("token_bucket", &NetworkLocalRateLimit::tokenBucket),
          ignored("runtime_enabled"), ignored("share_key"));
template <>
constexpr auto kFields<NetworkExtAuthz> =
    table(field("stat_prefix", &NetworkExtAuthz::statPrefix), field("grpc_service", &NetworkExtAuthz::grpcService),
          field("failure_mode_allow", &NetworkExtAuthz::failureModeAllow),
          field("filter_enabled_metadata", &NetworkExtAuthz::filterEnabledMetadata), ignored("include_peer_certificate"),
          ignored("transport_api_version"), ignored("include_tls_session"));
template <>
constexpr auto kBare<TcpMetadataExchange> = &TcpMetadataExchange::config;
template <>
constexpr auto kBare<IstioStats> = &IstioStats::config;
template <>
constexpr auto kFields<SniCluster> = table();

template <>
constexpr auto kAnyTypes<NetworkFilterConfig> =
    anyTypes(anyType<TcpProxy>("type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"),
             anyType<HttpConnectionManager>(
                 "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
             anyType<NetworkRbac>("type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC"),
             anyType<NetworkLocalRateLimit>("type.googleapis.com/envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit"),
             anyType<NetworkExtAuthz>("type.googleapis.com/envoy.extensions.filters.network.ext_authz.v3.ExtAuthz"),
             anyType<TcpMetadataExchange>("type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange"),
             anyType<IstioStats>("type.googleapis.com/stats.PluginConfig"),
             anyType<SniCluster>("type.googleapis.com/envoy.extensions.filters.network.sni_cluster.v3.SniCluster"));
template <>
constexpr auto kFields<NetworkFilter> = table(field("name", &NetworkFilter::name), any("typed_config", &NetworkFilter::typedConfig));

template <>
constexpr auto kFields<FilterChain> =
    table(field("filter_chain_match", &FilterChain::filterChainMatch), field("filters", &FilterChain::filters),
          field("transport_socket", &FilterChain::transportSocket),
          field("transport_socket_connect_timeout", &FilterChain::transportSocketConnectTimeout),
          field("metadata", &FilterChain::metadata), field("name", &FilterChain::name), ignored("use_proxy_proto"));

// --- listener filters ----------------------------------------------------------------------------
using Predicate = ListenerFilterPredicate;
template <>
constexpr auto kFields<Predicate::PortRange> = table(field("start", &Predicate::PortRange::start), field("end", &Predicate::PortRange::end));
template <>
constexpr auto kBare<Predicate::Any> = &Predicate::Any::value;
template <>
constexpr auto kFields<Predicate::And> = table(field("rules", &Predicate::And::rules));
template <>
constexpr auto kFields<Predicate::Or> = table(field("rules", &Predicate::Or::rules));
template <>
constexpr auto kBare<Predicate::Not> = &Predicate::Not::rule;
template <>
constexpr auto kFields<Predicate> =
    table(oneof(&Predicate::rule, alt<Predicate::Or>("or_match"), alt<Predicate::And>("and_match"), alt<Predicate::Not>("not_match"),
                alt<Predicate::Any>("any_match"), alt<Predicate::PortRange>("destination_port_range")));
template <>
constexpr auto kFields<OriginalDst> = table();
template <>
constexpr auto kFields<TlsInspector> =
    table(ignored("enable_ja3_fingerprinting"), ignored("enable_ja4_fingerprinting"), ignored("initial_read_buffer_size"));
template <>
constexpr auto kFields<HttpInspector> = table();
template <>
constexpr auto kFields<ProxyProtocol> =
    table(field("allow_requests_without_proxy_protocol", &ProxyProtocol::allowRequestsWithoutProxyProtocol), ignored("rules"),
          ignored("pass_through_tlvs"), ignored("disallowed_versions"), ignored("stat_prefix"));
template <>
constexpr auto kAnyTypes<ListenerFilterConfig> =
    anyTypes(anyType<OriginalDst>("type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst"),
             anyType<TlsInspector>("type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"),
             anyType<HttpInspector>("type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"),
             anyType<ProxyProtocol>("type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"));
template <>
constexpr auto kFields<ListenerFilter> =
    table(field("name", &ListenerFilter::name), any("typed_config", &ListenerFilter::typedConfig),
          field("filter_disabled", &ListenerFilter::filterDisabled), ignored("config_discovery"));

// --- the listener --------------------------------------------------------------------------------
template <>
constexpr std::array kEnumNames<TrafficDirection> = {EnumName{"UNSPECIFIED", 0}, EnumName{"INBOUND", 1}, EnumName{"OUTBOUND", 2}};

/// additional_addresses: [{address: …}].
static bool readAdditional(Context& context, const Path& path, const Json& json, Listener& out) {
  if (!json.is_array()) return context.fail(path, "must be a list");
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto found = json[i].is_object() ? json[i].find("address") : json[i].end();
    if (!json[i].is_object() || found == json[i].end()) return context.fail(path.at(i) / "address", "is required");
    if (!read(context, path.at(i) / "address", *found, out.additionalAddresses.emplace_back())) return false;
  }
  return true;
}
static void writeAdditional(Writer& writer, const Listener& listener) {
  writer.beginArray();
  for (const Address& each : listener.additionalAddresses) {
    writer.beginObject();
    writer.key("address");
    write(writer, each);
    writer.endObject();
  }
  writer.endArray();
}
static bool hasAdditional(const Listener& listener) {
  return !listener.additionalAddresses.empty();
}
template <>
constexpr auto kAnyTypes<HttpConnectionManager> = anyTypes(anyType<HttpConnectionManager>(
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"));
template <>
constexpr auto kFields<Listener> = table(
    field("name", &Listener::name), field("address", &Listener::address),
    custom("additional_addresses", &readAdditional, &hasAdditional, &writeAdditional), field("filter_chains", &Listener::filterChains),
    field("use_original_dst", &Listener::useOriginalDst), field("default_filter_chain", &Listener::defaultFilterChain),
    field("metadata", &Listener::metadata), group("deprecated_v1", Legacy<Listener>{"bind_to_port", [](Context& context, const Path& path, const Json& json, Listener& out) {
      return read(context, path, json, out.bindToPort);
    }}),
    field("listener_filters", &Listener::listenerFilters), field("listener_filters_timeout", &Listener::listenerFiltersTimeout),
    field("continue_on_listener_filters_timeout", &Listener::continueOnListenerFiltersTimeout),
    field("traffic_direction", &Listener::trafficDirection), group("api_listener", anyIfThere("api_listener", &Listener::apiListener)),
    field("access_log", &Listener::accessLog), field("bind_to_port", &Listener::bindToPort), ignored("stat_prefix"),
    ignored("per_connection_buffer_limit_bytes"), ignored("drain_type"), ignored("transparent"), ignored("freebind"),
    ignored("socket_options"), ignored("tcp_fast_open_queue_length"), ignored("udp_listener_config"),
    ignored("connection_balance_config"), ignored("reuse_port"), ignored("enable_reuse_port"), ignored("tcp_backlog_size"),
    ignored("max_connections_to_accept_per_socket_event"), ignored("enable_mptcp"), ignored("ignore_global_conn_limit"),
    ignored("bypass_overload_manager"), ignored("filter_chain_matcher"), ignored("internal_listener"));

template <>
constexpr auto kFields<NameTable::Entry> =
    table(field("ips", &NameTable::Entry::ips), field("registry", &NameTable::Entry::registry),
          field("shortname", &NameTable::Entry::shortname), field("namespace", &NameTable::Entry::namespace_),
          field("alt_hosts", &NameTable::Entry::altHosts));
template <>
constexpr auto kFields<NameTable> = table(field("table", &NameTable::table));

VARKA_XDS_DEFINE(Listener)
VARKA_XDS_DEFINE(NameTable)

}  // namespace varka::xds::codec

namespace varka::xds {

std::string toJson(const FilterChain& chain) { return codec::toText(chain); }

}  // namespace varka::xds
