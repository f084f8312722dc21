// Tables of core/xds/bootstrap.h: the static part of a bootstrap.
#include "core/xds/bootstrap.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"
#include "core/xds/codec/top.h"

namespace varka::xds::codec {

template <>
constexpr auto kFields<Node> =
    table(field("id", &Node::id), field("cluster", &Node::cluster), field("metadata", &Node::metadata), field("locality", &Node::locality),
          field("user_agent_name", &Node::userAgentName), ignored("user_agent_version"), ignored("user_agent_build_version"),
          ignored("extensions"), ignored("client_features"), ignored("listening_addresses"), ignored("dynamic_parameters"));
template <>
constexpr auto kFields<Bootstrap> =
    table(field("node", &Bootstrap::node),
          group("static_resources", field("listeners", &Bootstrap::listeners), field("clusters", &Bootstrap::clusters),
                field("secrets", &Bootstrap::secrets)),
          group("admin", field("address", &Bootstrap::adminAddress), ignored("access_log"), ignored("access_log_path"),
                ignored("profile_path"), ignored("socket_options"), ignored("ignore_global_conn_limit")),
          ignored("dynamic_resources"), ignored("cluster_manager"), ignored("hds_config"), ignored("flags_path"), ignored("stats_sinks"),
          ignored("stats_config"), ignored("stats_flush_interval"), ignored("stats_flush_on_admin"), ignored("watchdog"),
          ignored("watchdogs"), ignored("tracing"), ignored("layered_runtime"), ignored("overload_manager"),
          ignored("enable_dispatcher_stats"), ignored("header_prefix"), ignored("use_tcp_for_dns_lookups"),
          ignored("dns_resolution_config"), ignored("typed_dns_resolver_config"), ignored("bootstrap_extensions"), ignored("fatal_actions"),
          ignored("default_socket_interface"), ignored("inline_headers"), ignored("perf_tracing_file_path"), ignored("default_regex_engine"),
          ignored("node_context_params"), ignored("grpc_async_client_manager_config"), ignored("memory_allocator_manager"));

VARKA_XDS_DEFINE(Node)

}  // namespace varka::xds::codec

namespace varka::xds {

std::string toJson(const Bootstrap& bootstrap) { return codec::toText(bootstrap); }
Result<Bootstrap> bootstrapFromJson(std::string_view json, Notices* notices) { return codec::fromText<Bootstrap>(json, notices); }

}  // namespace varka::xds
