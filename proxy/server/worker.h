#pragma once
// Worker: one thread with its loop, clusters, listeners and counters. The main loop talks to it only by
// posting: a new configuration, a question (answered on the main loop), the end.

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "proxy/cluster/dns.h"
#include "proxy/cluster/manager.h"
#include "proxy/server/listeners.h"
#include "proxy/server/sockets.h"
#include "proxy/server/worker_context.h"

namespace varka::proxy {

struct WorkerOptions {
  Duration drainTime = std::chrono::seconds(5);
  std::string podsDirectory, podIp;  // the hop; empty = none
  std::uint16_t hopPort = 0;
  PodSockets* podSockets = nullptr;
};

/// What /clusters shows of one host of one worker.
struct HostView {
  std::string address, hostname, region, zone, subZone;
  std::uint32_t weight = 1, priority = 0;
  HostCounters counters;
  xds::HealthStatus health = xds::HealthStatus::Unknown;
  bool ejected = false;
};
struct ClusterView {
  std::string name;
  bool eds = false;
  xds::CircuitBreakers::Thresholds limits;
  std::vector<HostView> hosts;
};

class Worker {
 public:
  Worker(WorkerOptions options, ListenSockets& sockets, DnsResolver& dns, Stats& stats,
         TelemetryClient* telemetry, const NodeIdentity& node);
  ~Worker();

  void start();
  /// Any thread, from here on.
  void configure(RuntimeConfigPtr config, std::function<void(std::vector<std::string>)> listenFailures);
  void drain();
  void stopAndJoin();
  /// Runs `task` on the worker's thread.
  void post(std::function<void()> task) { loop_.post(std::move(task)); }

  // On the worker's thread.
  [[nodiscard]] std::vector<ClusterView> clusterViews();
  [[nodiscard]] Listeners& listeners() { return *listeners_; }

 private:
  void apply(const RuntimeConfigPtr& config,
             const std::function<void(std::vector<std::string>)>& listenFailures);

  EventLoop loop_;
  TlsContexts tls_;
  Connector connector_;
  ClusterManager clusters_;
  AccessLogSink logs_;
  WorkerContext context_;
  std::unique_ptr<Listeners> listeners_;
  std::thread thread_;
};

}  // namespace varka::proxy
