#pragma once
// Envoy's names of the counters, beside the members they are kept in. Add one: the member in stats.h and a row here.

#include "proxy/stats/stats.h"

namespace varka::proxy {

template <typename T>
struct StatMember {
  const char* name;
  Counter T::*counter = nullptr;
  Gauge T::*gauge = nullptr;
  constexpr StatMember(const char* n, Counter T::*member) : name(n), counter(member) {}
  constexpr StatMember(const char* n, Gauge T::*member) : name(n), gauge(member) {}
};

inline constexpr StatMember<ClusterStats> kClusterMembers[] = {
    {"upstream_cx_total", &ClusterStats::upstreamCxTotal}, {"upstream_cx_active", &ClusterStats::upstreamCxActive},
    {"upstream_cx_connect_fail", &ClusterStats::upstreamCxConnectFail}, {"upstream_cx_connect_timeout", &ClusterStats::upstreamCxConnectTimeout},
    {"upstream_cx_destroy", &ClusterStats::upstreamCxDestroy}, {"upstream_cx_destroy_local", &ClusterStats::upstreamCxDestroyLocal},
    {"upstream_cx_destroy_remote", &ClusterStats::upstreamCxDestroyRemote},
    {"upstream_cx_destroy_with_active_rq", &ClusterStats::upstreamCxDestroyWithActiveRq},
    {"upstream_cx_http1_total", &ClusterStats::upstreamCxHttp1Total}, {"upstream_cx_http2_total", &ClusterStats::upstreamCxHttp2Total},
    {"upstream_cx_idle_timeout", &ClusterStats::upstreamCxIdleTimeout}, {"upstream_cx_overflow", &ClusterStats::upstreamCxOverflow},
    {"upstream_cx_none_healthy", &ClusterStats::upstreamCxNoneHealthy}, {"upstream_cx_max_requests", &ClusterStats::upstreamCxMaxRequests},
    {"upstream_cx_rx_bytes_total", &ClusterStats::upstreamCxRxBytesTotal}, {"upstream_cx_tx_bytes_total", &ClusterStats::upstreamCxTxBytesTotal},
    {"upstream_rq_total", &ClusterStats::upstreamRqTotal}, {"upstream_rq_active", &ClusterStats::upstreamRqActive},
    {"upstream_rq_completed", &ClusterStats::upstreamRqCompleted}, {"upstream_rq_timeout", &ClusterStats::upstreamRqTimeout},
    {"upstream_rq_per_try_timeout", &ClusterStats::upstreamRqPerTryTimeout}, {"upstream_rq_rx_reset", &ClusterStats::upstreamRqRxReset},
    {"upstream_rq_tx_reset", &ClusterStats::upstreamRqTxReset}, {"upstream_rq_cancelled", &ClusterStats::upstreamRqCancelled},
    {"upstream_rq_maintenance_mode", &ClusterStats::upstreamRqMaintenanceMode}, {"upstream_rq_pending_total", &ClusterStats::upstreamRqPendingTotal},
    {"upstream_rq_pending_active", &ClusterStats::upstreamRqPendingActive}, {"upstream_rq_pending_overflow", &ClusterStats::upstreamRqPendingOverflow},
    {"upstream_rq_pending_failure_eject", &ClusterStats::upstreamRqPendingFailureEject}, {"upstream_rq_retry", &ClusterStats::upstreamRqRetry},
    {"upstream_rq_retry_success", &ClusterStats::upstreamRqRetrySuccess}, {"upstream_rq_retry_overflow", &ClusterStats::upstreamRqRetryOverflow},
    {"upstream_rq_retry_limit_exceeded", &ClusterStats::upstreamRqRetryLimitExceeded}, {"upstream_rq_1xx", &ClusterStats::upstreamRq1xx},
    {"upstream_rq_2xx", &ClusterStats::upstreamRq2xx}, {"upstream_rq_3xx", &ClusterStats::upstreamRq3xx}, {"upstream_rq_4xx", &ClusterStats::upstreamRq4xx},
    {"upstream_rq_5xx", &ClusterStats::upstreamRq5xx}, {"membership_total", &ClusterStats::membershipTotal}, {"membership_healthy", &ClusterStats::membershipHealthy},
    {"lb_healthy_panic", &ClusterStats::lbHealthyPanic}, {"bind_errors", &ClusterStats::bindErrors}, {"ssl.handshake", &ClusterStats::sslHandshake},
    {"ssl.connection_error", &ClusterStats::sslConnectionError}, {"ssl.fail_verify_san", &ClusterStats::sslFailVerifySan},
    {"ssl.fail_verify_error", &ClusterStats::sslFailVerifyError},
    {"outlier_detection.ejections_active", &ClusterStats::outlierEjectionsActive},
    {"outlier_detection.ejections_enforced_total", &ClusterStats::outlierEjectionsEnforcedTotal},
    {"outlier_detection.ejections_enforced_consecutive_5xx", &ClusterStats::outlierEjectionsConsecutive5xx},
    {"outlier_detection.ejections_overflow", &ClusterStats::outlierEjectionsOverflow},
};

inline constexpr StatMember<HttpStats> kHttpMembers[] = {
    {"downstream_cx_total", &HttpStats::downstreamCxTotal}, {"downstream_cx_active", &HttpStats::downstreamCxActive},
    {"downstream_cx_destroy", &HttpStats::downstreamCxDestroy}, {"downstream_cx_destroy_remote", &HttpStats::downstreamCxDestroyRemote},
    {"downstream_cx_http1_total", &HttpStats::downstreamCxHttp1Total}, {"downstream_cx_http2_total", &HttpStats::downstreamCxHttp2Total},
    {"downstream_cx_ssl_total", &HttpStats::downstreamCxSslTotal}, {"downstream_cx_idle_timeout", &HttpStats::downstreamCxIdleTimeout},
    {"downstream_cx_protocol_error", &HttpStats::downstreamCxProtocolError}, {"downstream_cx_drain_close", &HttpStats::downstreamCxDrainClose},
    {"downstream_cx_upgrades_total", &HttpStats::downstreamCxUpgradesTotal}, {"downstream_cx_rx_bytes_total", &HttpStats::downstreamCxRxBytesTotal},
    {"downstream_cx_tx_bytes_total", &HttpStats::downstreamCxTxBytesTotal}, {"downstream_rq_total", &HttpStats::downstreamRqTotal},
    {"downstream_rq_active", &HttpStats::downstreamRqActive}, {"downstream_rq_http1_total", &HttpStats::downstreamRqHttp1Total},
    {"downstream_rq_http2_total", &HttpStats::downstreamRqHttp2Total}, {"downstream_rq_completed", &HttpStats::downstreamRqCompleted},
    {"downstream_rq_1xx", &HttpStats::downstreamRq1xx}, {"downstream_rq_2xx", &HttpStats::downstreamRq2xx}, {"downstream_rq_3xx", &HttpStats::downstreamRq3xx},
    {"downstream_rq_4xx", &HttpStats::downstreamRq4xx}, {"downstream_rq_5xx", &HttpStats::downstreamRq5xx},
    {"downstream_rq_rx_reset", &HttpStats::downstreamRqRxReset}, {"downstream_rq_tx_reset", &HttpStats::downstreamRqTxReset},
    {"downstream_rq_timeout", &HttpStats::downstreamRqTimeout}, {"downstream_rq_idle_timeout", &HttpStats::downstreamRqIdleTimeout},
    {"downstream_rq_too_large", &HttpStats::downstreamRqTooLarge}, {"downstream_rq_non_relative_path", &HttpStats::downstreamRqNonRelativePath},
    {"downstream_rq_redirected", &HttpStats::downstreamRqRedirect}, {"no_route", &HttpStats::downstreamRqNoRoute}, {"no_cluster", &HttpStats::downstreamRqNoCluster},
    {"downstream_rq_overload_close", &HttpStats::downstreamRqOverloadClose}, {"fault.delays_injected", &HttpStats::faultDelaysInjected},
    {"fault.aborts_injected", &HttpStats::faultAbortsInjected}, {"rbac.allowed", &HttpStats::rbacAllowed}, {"rbac.denied", &HttpStats::rbacDenied},
    {"rbac.shadow_allowed", &HttpStats::rbacShadowAllowed}, {"rbac.shadow_denied", &HttpStats::rbacShadowDenied}, {"jwt_authn.allowed", &HttpStats::jwtAllowed},
    {"jwt_authn.denied", &HttpStats::jwtDenied}, {"http_local_rate_limiter.rate_limited", &HttpStats::rateLimited}, {"ext_authz.ok", &HttpStats::extAuthzOk},
    {"ext_authz.denied", &HttpStats::extAuthzDenied}, {"ext_authz.error", &HttpStats::extAuthzError}, {"cors.origin_valid", &HttpStats::corsOriginValid},
    {"cors.origin_invalid", &HttpStats::corsOriginInvalid},
};

inline constexpr StatMember<ListenerStats> kListenerMembers[] = {
    {"downstream_cx_total", &ListenerStats::downstreamCxTotal}, {"downstream_cx_active", &ListenerStats::downstreamCxActive},
    {"downstream_cx_destroy", &ListenerStats::downstreamCxDestroy}, {"downstream_cx_overflow", &ListenerStats::downstreamCxOverflow},
    {"downstream_pre_cx_timeout", &ListenerStats::downstreamPreCxTimeout}, {"no_filter_chain_match", &ListenerStats::noFilterChainMatch},
    {"ssl.handshake", &ListenerStats::sslHandshake}, {"ssl.connection_error", &ListenerStats::sslConnectionError},
    {"ssl.fail_verify_no_cert", &ListenerStats::sslFailVerifyNoCert}, {"ssl.fail_verify_san", &ListenerStats::sslFailVerifySan},
    {"ssl.fail_verify_error", &ListenerStats::sslFailVerifyError},
};

inline constexpr StatMember<TcpStats> kTcpMembers[] = {
    {"downstream_cx_total", &TcpStats::downstreamCxTotal}, {"downstream_cx_active", &TcpStats::downstreamCxActive},
    {"downstream_cx_no_route", &TcpStats::downstreamCxNoRoute}, {"downstream_cx_rx_bytes_total", &TcpStats::downstreamCxRxBytesTotal},
    {"downstream_cx_tx_bytes_total", &TcpStats::downstreamCxTxBytesTotal}, {"idle_timeout", &TcpStats::idleTimeout},
    {"rbac.allowed", &TcpStats::rbacAllowed}, {"rbac.denied", &TcpStats::rbacDenied},
};

struct EdgeMember {
  std::uint64_t xds::EdgeCounters::*total;
  Counter EdgeStats::*counter;
};
inline constexpr EdgeMember kEdgeMembers[] = {
    {&xds::EdgeCounters::requests, &EdgeStats::requests}, {&xds::EdgeCounters::errors5xx, &EdgeStats::errors5xx},
    {&xds::EdgeCounters::errors4xx, &EdgeStats::errors4xx}, {&xds::EdgeCounters::status2xx, &EdgeStats::status2xx},
    {&xds::EdgeCounters::status3xx, &EdgeStats::status3xx}, {&xds::EdgeCounters::noResponse, &EdgeStats::noResponse},
    {&xds::EdgeCounters::faults, &EdgeStats::faults}, {&xds::EdgeCounters::denied, &EdgeStats::denied},
    {&xds::EdgeCounters::retries, &EdgeStats::retries}, {&xds::EdgeCounters::tcpOpened, &EdgeStats::tcpOpened},
    {&xds::EdgeCounters::tcpClosed, &EdgeStats::tcpClosed}, {&xds::EdgeCounters::bytesReceived, &EdgeStats::bytesReceived},
    {&xds::EdgeCounters::bytesSent, &EdgeStats::bytesSent},
};

}  // namespace varka::proxy
