#pragma once
// Stats: counters with Envoy's names, one shard per worker. A worker asks its shard once for the object of a cluster,
// listener, stat prefix, edge or metric series, keeps the reference and adds to plain integers; readers sum over shards.
// The maps are guarded by a mutex that only creation and reading take. Entries live as long as Stats.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/xds/telemetry.h"
#include "proxy/stats/counter.h"

namespace varka::proxy {

struct ClusterStats {  // cluster.NAME.…
  Counter upstreamCxTotal, upstreamCxConnectFail, upstreamCxConnectTimeout, upstreamCxDestroy, upstreamCxDestroyLocal,
      upstreamCxDestroyRemote, upstreamCxDestroyWithActiveRq, upstreamCxHttp1Total, upstreamCxHttp2Total, upstreamCxIdleTimeout,
      upstreamCxOverflow, upstreamCxNoneHealthy, upstreamCxRxBytesTotal, upstreamCxTxBytesTotal, upstreamCxMaxRequests;
  Gauge upstreamCxActive;
  Counter upstreamRqTotal, upstreamRqCompleted, upstreamRqTimeout, upstreamRqPerTryTimeout, upstreamRqRxReset, upstreamRqTxReset,
      upstreamRqCancelled, upstreamRqMaintenanceMode, upstreamRqPendingTotal, upstreamRqPendingOverflow, upstreamRqPendingFailureEject,
      upstreamRqRetry, upstreamRqRetrySuccess, upstreamRqRetryOverflow, upstreamRqRetryLimitExceeded, upstreamRq1xx, upstreamRq2xx,
      upstreamRq3xx, upstreamRq4xx, upstreamRq5xx;
  Gauge upstreamRqActive, upstreamRqPendingActive;
  Gauge membershipTotal, membershipHealthy;
  Counter lbHealthyPanic, sslHandshake, sslConnectionError, sslFailVerifySan, sslFailVerifyError, bindErrors;
  Counter outlierEjectionsEnforcedTotal, outlierEjectionsConsecutive5xx, outlierEjectionsOverflow;
  Gauge outlierEjectionsActive;
  /// By code class, from a final status.
  void countStatus(int status);
};

struct HttpStats {  // http.PREFIX.…
  Counter downstreamCxTotal, downstreamCxDestroy, downstreamCxDestroyRemote, downstreamCxHttp1Total, downstreamCxHttp2Total,
      downstreamCxSslTotal, downstreamCxIdleTimeout, downstreamCxProtocolError, downstreamCxRxBytesTotal, downstreamCxTxBytesTotal,
      downstreamCxUpgradesTotal, downstreamCxDrainClose;
  Gauge downstreamCxActive;
  Counter downstreamRqTotal, downstreamRqHttp1Total, downstreamRqHttp2Total, downstreamRqCompleted, downstreamRq1xx, downstreamRq2xx,
      downstreamRq3xx, downstreamRq4xx, downstreamRq5xx, downstreamRqRxReset, downstreamRqTxReset, downstreamRqTimeout,
      downstreamRqIdleTimeout, downstreamRqTooLarge, downstreamRqNonRelativePath, downstreamRqRedirect, downstreamRqNoRoute,
      downstreamRqNoCluster, downstreamRqOverloadClose;
  Gauge downstreamRqActive;
  Counter faultDelaysInjected, faultAbortsInjected, rbacAllowed, rbacDenied, rbacShadowAllowed, rbacShadowDenied, jwtAllowed, jwtDenied,
      rateLimited, extAuthzOk, extAuthzDenied, extAuthzError, corsOriginValid, corsOriginInvalid;
  void countStatus(int status);
};

struct ListenerStats {  // listener.ADDRESS.…
  Counter downstreamCxTotal, downstreamCxDestroy, downstreamCxOverflow, noFilterChainMatch, downstreamPreCxTimeout, sslHandshake,
      sslConnectionError, sslFailVerifyNoCert, sslFailVerifySan, sslFailVerifyError;
  Gauge downstreamCxActive;
};

struct TcpStats {  // tcp.PREFIX.…
  Counter downstreamCxTotal, downstreamCxNoRoute, downstreamCxRxBytesTotal, downstreamCxTxBytesTotal, idleTimeout, rbacAllowed, rbacDenied;
  Gauge downstreamCxActive;
};

/// One edge of the traffic graph (see xds::EdgeCounters for the meaning of each).
struct EdgeStats {
  Counter requests, errors5xx, errors4xx, status2xx, status3xx, noResponse, faults, denied, retries, tcpOpened, tcpClosed, bytesReceived,
      bytesSent;
  LatencyHistogram latency;
  /// Counts a finished request: status 0 = no response.
  void countRequest(int status, std::int64_t durationUs);
};

struct EdgeKey {
  std::string side, cluster, peerWorkload, protocol;
  bool mtls = false;
  auto operator<=>(const EdgeKey&) const = default;
};

/// Labels of istio_requests_total and friends, in Istio's order; "" prints as "unknown".
struct RequestLabels {
  std::string reporter;  // "source", "destination", "waypoint"
  std::string sourceWorkload, sourceWorkloadNamespace, sourcePrincipal, sourceApp, sourceVersion, sourceCanonicalService, sourceCanonicalRevision;
  std::string destinationWorkload, destinationWorkloadNamespace, destinationPrincipal, destinationApp, destinationVersion,
      destinationService, destinationServiceName, destinationServiceNamespace, destinationCanonicalService, destinationCanonicalRevision;
  std::string requestProtocol, responseCode, grpcResponseStatus, responseFlags, connectionSecurityPolicy;
  auto operator<=>(const RequestLabels&) const = default;
};

struct RequestSeries {
  Counter requests, requestBytes, responseBytes;  // istio_requests_total, …_bytes_sum
  LatencyHistogram duration;                      // istio_request_duration_milliseconds
  Counter tcpOpened, tcpClosed, tcpSent, tcpReceived;
};

class StatsShard {
 public:
  // Worker's thread. References stay valid; keep them.
  ClusterStats& cluster(std::string_view name);
  HttpStats& http(std::string_view prefix);
  ListenerStats& listener(std::string_view address);
  TcpStats& tcp(std::string_view prefix);
  EdgeStats& edge(const EdgeKey& key);
  RequestSeries& series(const RequestLabels& labels);

 private:
  friend class Stats;
  template <typename T, typename Key>
  T& entry(std::map<Key, std::unique_ptr<T>, std::less<>>& map, const Key& key);
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<ClusterStats>, std::less<>> clusters_;
  std::map<std::string, std::unique_ptr<HttpStats>, std::less<>> http_;
  std::map<std::string, std::unique_ptr<ListenerStats>, std::less<>> listeners_;
  std::map<std::string, std::unique_ptr<TcpStats>, std::less<>> tcp_;
  std::map<EdgeKey, std::unique_ptr<EdgeStats>, std::less<>> edges_;
  std::map<RequestLabels, std::unique_ptr<RequestSeries>, std::less<>> series_;
};

struct StatValue {
  std::string name;
  std::uint64_t value = 0;
  bool gauge = false;
};

/// A metric series summed over the shards.
struct RequestTotals {
  std::uint64_t requests = 0, requestBytes = 0, responseBytes = 0, durationSumUs = 0;
  std::uint64_t tcpOpened = 0, tcpClosed = 0, tcpSent = 0, tcpReceived = 0;
  std::array<std::uint64_t, LatencyHistogram::kBuckets> duration{};
};

class Stats {
 public:
  /// Any thread; the shard belongs to the worker that asked.
  StatsShard& addShard();

  /// Process-wide gauges and counters of the main loop: "server.live", "listener_manager.lds.update_success".
  void set(std::string_view name, std::uint64_t value, bool gauge = true);
  void add(std::string_view name, std::uint64_t amount = 1);

  /// Sums over the shards, sorted by name. Names that no one ever touched are absent.
  [[nodiscard]] std::vector<StatValue> values() const;
  /// "name: value\n" lines; only names containing `filter`; `usedOnly` leaves out zeros.
  [[nodiscard]] std::string text(std::string_view filter = {}, bool usedOnly = false) const;
  [[nodiscard]] std::string json(std::string_view filter = {}, bool usedOnly = false) const;
  /// Prometheus text format: envoy_… and istio_… metrics.
  [[nodiscard]] std::string prometheus() const;
  [[nodiscard]] std::map<RequestLabels, RequestTotals> series() const;
  /// Totals by edge since start; the telemetry client sends differences.
  [[nodiscard]] std::map<EdgeKey, xds::EdgeCounters> edges() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<StatsShard>> shards_;
  std::map<std::string, StatValue, std::less<>> process_;
};

}  // namespace varka::proxy
