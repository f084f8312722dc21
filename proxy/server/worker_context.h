#pragma once
// WorkerContext: what everything on one worker thread shares. Owned by the Worker; borrowed by connections
// and streams.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proxy/cluster/manager.h"
#include "proxy/net/event_loop.h"
#include "proxy/stats/access_log.h"
#include "proxy/stats/stats.h"
#include "proxy/stats/telemetry_client.h"
#include "proxy/tls/context.h"
#include "proxy/xds/runtime_config.h"

namespace varka::proxy {

/// Who this proxy is, from --node and its metadata.
struct NodeIdentity {
  std::string id;    // "sidecar~IP~POD.NS~NS.svc.cluster.local"
  std::string type;  // "sidecar", "router", "" stand-alone
  std::string pod, podNamespace, ip;
  std::string workload;                                           // WORKLOAD_NAME, else the pod
  std::string app, version, canonicalService, canonicalRevision;  // labels
  std::string serviceAccount;
};

struct WorkerContext {
  WorkerContext(EventLoop& eventLoop, ClusterManager& clusterManager, Connector& upstreamConnector,
                TlsContexts& contexts, StatsShard& shard, AccessLogSink& logSink,
                const NodeIdentity& identity)
      : loop(eventLoop),
        clusters(clusterManager),
        connector(upstreamConnector),
        tls(contexts),
        stats(shard),
        logs(logSink),
        node(identity) {}

  EventLoop& loop;
  ClusterManager& clusters;
  Connector& connector;
  TlsContexts& tls;
  StatsShard& stats;
  AccessLogSink& logs;
  TelemetryClient* telemetry = nullptr;  // null stand-alone
  const NodeIdentity& node;
  RuntimeConfigPtr config;  // of the moment
  bool draining = false;    // the process is going away
  std::uint64_t nextConnectionId = 1;

  // Where counters of repeated requests are, by a hash of what identifies them (bounded by the mesh's size).
  struct CachedEdge {
    std::string cluster, peer;
    EdgeStats* stats = nullptr;
  };
  std::unordered_map<std::uint64_t, CachedEdge> edges;
  std::unordered_map<std::uint64_t, RequestSeries*> series;

  /// xoshiro256**, seeded by the system; not for secrets.
  std::uint64_t random();
  /// "Sun, 06 Nov 1994 08:49:37 GMT" of this second.
  std::string_view httpDate();

  void seed();

 private:
  std::uint64_t state_[4] = {};
  std::int64_t dateSecond_ = -1;
  char date_[32] = {};
};

}  // namespace varka::proxy
