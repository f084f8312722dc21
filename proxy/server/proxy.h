#pragma once
// Proxy: the composition of varka-proxy: main loop, workers, configuration source, admin endpoint, signals,
// drain. The only place that constructs and connects the parts. Main thread.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/admin/admin_server.h"
#include "proxy/dns/dns_server.h"
#include "proxy/server/capture_channel.h"
#include "proxy/server/options.h"
#include "proxy/server/worker.h"
#include "proxy/stats/telemetry_client.h"
#include "proxy/xds/config_builder.h"
#include "proxy/xds/xds_client.h"

namespace varka::proxy {

class Proxy final : public AdminSource {
 public:
  explicit Proxy(Options options);
  ~Proxy();

  /// The failure is for stderr; the process then exits with 2.
  Result<void> start();
  /// Until SIGTERM, SIGINT or /quitquitquit, drain included. The process's exit code.
  int run();
  /// Begins the end; any thread.
  void requestStop();
  [[nodiscard]] EventLoop& loop() { return loop_; }

  // AdminSource
  [[nodiscard]] bool live() const override;
  [[nodiscard]] const Stats& stats() const override { return stats_; }
  [[nodiscard]] const ConfigBuilder& builder() const override;
  [[nodiscard]] const xds::Node& node() const override { return node_; }
  [[nodiscard]] const Options& options() const override { return options_; }
  [[nodiscard]] std::int64_t uptimeSeconds() const override;
  [[nodiscard]] bool draining() const override { return draining_; }
  void clusterViews(std::function<void(std::vector<ClusterView>)> done) override;
  void listenerViews(std::function<void(std::vector<std::pair<std::string, std::string>>)> done) override;
  void setHealthy(bool healthy) override { healthy_ = healthy; }
  void quit() override { requestStop(); }

 private:
  class Signals;
  Result<void> readBootstrap();
  Result<void> prepareSockets();
  void startWorkers();
  Result<void> startAdmin();
  void startXds();
  void startNames();
  void configure(const RuntimeConfigPtr& config);
  void onListenFailures(const std::vector<std::string>& failures);
  void trimSoon();
  void beginDrain();
  void checkDrained();

  Options options_;
  EventLoop loop_;
  xds::Node node_;
  NodeIdentity identity_;
  Stats stats_;
  DnsResolver dns_;
  ListenSockets sockets_;
  std::unique_ptr<CaptureChannel> capture_;
  std::unique_ptr<TelemetryClient> telemetry_;
  std::vector<std::unique_ptr<Worker>> workers_;
  ConfigBuilder staticConfig_;
  std::unique_ptr<XdsClient> xds_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<DnsServer> names_;
  std::unique_ptr<Signals> signals_;
  UniqueFd dnsUdp_, dnsTcp_;
  std::optional<Address> bootstrapAdmin_;
  Timer drainTimer_, trimTimer_;
  TimePoint started_{}, drainEnds_{}, quietSince_{};
  bool hasStatic_ = false, draining_ = false, healthy_ = true, configured_ = false;
};

}  // namespace varka::proxy
