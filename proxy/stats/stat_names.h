#pragma once
// The names of the counters: one table per struct, used by text, JSON and Prometheus alike. Private to proxy/stats.

#include "proxy/stats/stats.h"

namespace varka::proxy {

template <typename Owner>
struct CounterName {
  const char* name;
  Counter Owner::*member;
};
template <typename Owner>
struct GaugeName {
  const char* name;
  Gauge Owner::*member;
};

// Source: Envoy, "Statistics" of the cluster manager, connection manager, listeners and TCP proxy.
inline constexpr CounterName<ClusterStats> kClusterCounters[] = {
    {"upstream_cx_total", &ClusterStats::upstreamCxTotal},
    {"upstream_cx_connect_fail", &ClusterStats::upstreamCxConnectFail},
    {"upstream_cx_connect_timeout", &ClusterStats::upstreamCxConnectTimeout},
    {"upstream_cx_destroy", &ClusterStats::upstreamCxDestroy},
    {"upstream_cx_destroy_local", &ClusterStats::upstreamCxDestroyLocal},
    {"upstream_cx_destroy_remote", &ClusterStats::upstreamCxDestroyRemote},
    {"upstream_cx_destroy_with_active_rq", &ClusterStats::upstreamCxDestroyWithActiveRq},
    {"upstream_cx_http1_total", &ClusterStats::upstreamCxHttp1Total},
    {"upstream_cx_http2_total", &ClusterStats::upstreamCxHttp2Total},
    {"upstream_cx_idle_timeout", &ClusterStats::upstreamCxIdleTimeout},
    {"upstream_cx_overflow", &ClusterStats::upstreamCxOverflow},
    {"upstream_cx_none_healthy", &ClusterStats::upstreamCxNoneHealthy},
    {"upstream_cx_rx_bytes_total", &ClusterStats::upstreamCxRxBytesTotal},
    {"upstream_cx_tx_bytes_total", &ClusterStats::upstreamCxTxBytesTotal},
    {"upstream_cx_max_requests", &ClusterStats::upstreamCxMaxRequests},
    {"upstream_rq_total", &ClusterStats::upstreamRqTotal},
    {"upstream_rq_completed", &ClusterStats::upstreamRqCompleted},
    {"upstream_rq_timeout", &ClusterStats::upstreamRqTimeout},
    {"upstream_rq_per_try_timeout", &ClusterStats::upstreamRqPerTryTimeout},
    {"upstream_rq_rx_reset", &ClusterStats::upstreamRqRxReset},
    {"upstream_rq_tx_reset", &ClusterStats::upstreamRqTxReset},
    {"upstream_rq_cancelled", &ClusterStats::upstreamRqCancelled},
    {"upstream_rq_maintenance_mode", &ClusterStats::upstreamRqMaintenanceMode},
    {"upstream_rq_pending_total", &ClusterStats::upstreamRqPendingTotal},
    {"upstream_rq_pending_overflow", &ClusterStats::upstreamRqPendingOverflow},
    {"upstream_rq_pending_failure_eject", &ClusterStats::upstreamRqPendingFailureEject},
    {"upstream_rq_retry", &ClusterStats::upstreamRqRetry},
    {"upstream_rq_retry_success", &ClusterStats::upstreamRqRetrySuccess},
    {"upstream_rq_retry_overflow", &ClusterStats::upstreamRqRetryOverflow},
    {"upstream_rq_retry_limit_exceeded", &ClusterStats::upstreamRqRetryLimitExceeded},
    {"upstream_rq_1xx", &ClusterStats::upstreamRq1xx},
    {"upstream_rq_2xx", &ClusterStats::upstreamRq2xx},
    {"upstream_rq_3xx", &ClusterStats::upstreamRq3xx},
    {"upstream_rq_4xx", &ClusterStats::upstreamRq4xx},
    {"upstream_rq_5xx", &ClusterStats::upstreamRq5xx},
    {"lb_healthy_panic", &ClusterStats::lbHealthyPanic},
    {"ssl.handshake", &ClusterStats::sslHandshake},
    {"ssl.connection_error", &ClusterStats::sslConnectionError},
    {"ssl.fail_verify_san", &ClusterStats::sslFailVerifySan},
    {"ssl.fail_verify_error", &ClusterStats::sslFailVerifyError},
    {"bind_errors", &ClusterStats::bindErrors},
    {"outlier_detection.ejections_enforced_total", &ClusterStats::outlierEjectionsEnforcedTotal},
    {"outlier_detection.ejections_consecutive_5xx", &ClusterStats::outlierEjectionsConsecutive5xx},
    {"outlier_detection.ejections_overflow", &ClusterStats::outlierEjectionsOverflow},
};
inline constexpr GaugeName<ClusterStats> kClusterGauges[] = {
    {"upstream_cx_active", &ClusterStats::upstreamCxActive},
    {"upstream_rq_active", &ClusterStats::upstreamRqActive},
    {"upstream_rq_pending_active", &ClusterStats::upstreamRqPendingActive},
    {"membership_total", &ClusterStats::membershipTotal},
    {"membership_healthy", &ClusterStats::membershipHealthy},
    {"outlier_detection.ejections_active", &ClusterStats::outlierEjectionsActive},
};

inline constexpr CounterName<HttpStats> kHttpCounters[] = {
    {"downstream_cx_total", &HttpStats::downstreamCxTotal},
    {"downstream_cx_destroy", &HttpStats::downstreamCxDestroy},
    {"downstream_cx_destroy_remote", &HttpStats::downstreamCxDestroyRemote},
    {"downstream_cx_http1_total", &HttpStats::downstreamCxHttp1Total},
    {"downstream_cx_http2_total", &HttpStats::downstreamCxHttp2Total},
    {"downstream_cx_ssl_total", &HttpStats::downstreamCxSslTotal},
    {"downstream_cx_idle_timeout", &HttpStats::downstreamCxIdleTimeout},
    {"downstream_cx_protocol_error", &HttpStats::downstreamCxProtocolError},
    {"downstream_cx_rx_bytes_total", &HttpStats::downstreamCxRxBytesTotal},
    {"downstream_cx_tx_bytes_total", &HttpStats::downstreamCxTxBytesTotal},
    {"downstream_cx_upgrades_total", &HttpStats::downstreamCxUpgradesTotal},
    {"downstream_cx_drain_close", &HttpStats::downstreamCxDrainClose},
    {"downstream_rq_total", &HttpStats::downstreamRqTotal},
    {"downstream_rq_http1_total", &HttpStats::downstreamRqHttp1Total},
    {"downstream_rq_http2_total", &HttpStats::downstreamRqHttp2Total},
    {"downstream_rq_completed", &HttpStats::downstreamRqCompleted},
    {"downstream_rq_1xx", &HttpStats::downstreamRq1xx},
    {"downstream_rq_2xx", &HttpStats::downstreamRq2xx},
    {"downstream_rq_3xx", &HttpStats::downstreamRq3xx},
    {"downstream_rq_4xx", &HttpStats::downstreamRq4xx},
    {"downstream_rq_5xx", &HttpStats::downstreamRq5xx},
    {"downstream_rq_rx_reset", &HttpStats::downstreamRqRxReset},
    {"downstream_rq_tx_reset", &HttpStats::downstreamRqTxReset},
    {"downstream_rq_timeout", &HttpStats::downstreamRqTimeout},
    {"downstream_rq_idle_timeout", &HttpStats::downstreamRqIdleTimeout},
    {"downstream_rq_too_large", &HttpStats::downstreamRqTooLarge},
    {"downstream_rq_non_relative_path", &HttpStats::downstreamRqNonRelativePath},
    {"rq_redirect", &HttpStats::downstreamRqRedirect},
    {"no_route", &HttpStats::downstreamRqNoRoute},
    {"no_cluster", &HttpStats::downstreamRqNoCluster},
    {"downstream_rq_overload_close", &HttpStats::downstreamRqOverloadClose},
    {"fault.delays_injected", &HttpStats::faultDelaysInjected},
    {"fault.aborts_injected", &HttpStats::faultAbortsInjected},
    {"rbac.allowed", &HttpStats::rbacAllowed},
    {"rbac.denied", &HttpStats::rbacDenied},
    {"rbac.shadow_allowed", &HttpStats::rbacShadowAllowed},
    {"rbac.shadow_denied", &HttpStats::rbacShadowDenied},
    {"jwt_authn.allowed", &HttpStats::jwtAllowed},
    {"jwt_authn.denied", &HttpStats::jwtDenied},
    {"local_rate_limit.rate_limited", &HttpStats::rateLimited},
    {"ext_authz.ok", &HttpStats::extAuthzOk},
    {"ext_authz.denied", &HttpStats::extAuthzDenied},
    {"ext_authz.error", &HttpStats::extAuthzError},
    {"cors.origin_valid", &HttpStats::corsOriginValid},
    {"cors.origin_invalid", &HttpStats::corsOriginInvalid},
};
inline constexpr GaugeName<HttpStats> kHttpGauges[] = {
    {"downstream_cx_active", &HttpStats::downstreamCxActive},
    {"downstream_rq_active", &HttpStats::downstreamRqActive},
};

inline constexpr CounterName<ListenerStats> kListenerCounters[] = {
    {"downstream_cx_total", &ListenerStats::downstreamCxTotal},
    {"downstream_cx_destroy", &ListenerStats::downstreamCxDestroy},
    {"downstream_cx_overflow", &ListenerStats::downstreamCxOverflow},
    {"no_filter_chain_match", &ListenerStats::noFilterChainMatch},
    {"downstream_pre_cx_timeout", &ListenerStats::downstreamPreCxTimeout},
    {"ssl.handshake", &ListenerStats::sslHandshake},
    {"ssl.connection_error", &ListenerStats::sslConnectionError},
    {"ssl.fail_verify_no_cert", &ListenerStats::sslFailVerifyNoCert},
    {"ssl.fail_verify_san", &ListenerStats::sslFailVerifySan},
    {"ssl.fail_verify_error", &ListenerStats::sslFailVerifyError},
};
inline constexpr GaugeName<ListenerStats> kListenerGauges[] = {{"downstream_cx_active", &ListenerStats::downstreamCxActive}};

inline constexpr CounterName<TcpStats> kTcpCounters[] = {
    {"downstream_cx_total", &TcpStats::downstreamCxTotal},
    {"downstream_cx_no_route", &TcpStats::downstreamCxNoRoute},
    {"downstream_cx_rx_bytes_total", &TcpStats::downstreamCxRxBytesTotal},
    {"downstream_cx_tx_bytes_total", &TcpStats::downstreamCxTxBytesTotal},
    {"idle_timeout", &TcpStats::idleTimeout},
    {"rbac.allowed", &TcpStats::rbacAllowed},
    {"rbac.denied", &TcpStats::rbacDenied},
};
inline constexpr GaugeName<TcpStats> kTcpGauges[] = {{"downstream_cx_active", &TcpStats::downstreamCxActive}};

}  // namespace varka::proxy
