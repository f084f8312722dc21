#include "proxy/server/worker.h"

#include <signal.h>

#include "proxy/cluster/pool.h"

namespace varka::proxy {

Worker::Worker(WorkerOptions options, ListenSockets& sockets, DnsResolver& dns, Stats& stats,
               TelemetryClient* telemetry, const NodeIdentity& node)
    : connector_(loop_, tls_),
      clusters_(connector_, dns, stats.addShard()),
      logs_(&loop_),
      context_(loop_, clusters_, connector_, tls_, clusters_.shard(), logs_, node),
      listeners_(std::make_unique<Listeners>(context_, sockets, options.drainTime)) {
  context_.telemetry = telemetry;
  context_.config = std::make_shared<const RuntimeConfig>();
  context_.seed();
  connector_.setPodSockets(options.podSockets);
  connector_.setHop(options.podsDirectory, options.podIp);
  if (!options.podsDirectory.empty() && !options.podIp.empty() && options.hopPort != 0)
    listeners_->setHop(Address::unixSocket(options.podsDirectory + "/" + options.podIp + ".sock"),
                       options.hopPort);
}

Worker::~Worker() {
  stopAndJoin();
}

void Worker::start() {
  thread_ = std::thread([this] {
    // Signals are the main loop's.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    loop_.run();
    listeners_->closeAll();
    loop_.runOnce(Duration::zero());
    logs_.flush();
  });
}

void Worker::configure(RuntimeConfigPtr config,
                       std::function<void(std::vector<std::string>)> listenFailures) {
  loop_.post([this, config = std::move(config), listenFailures = std::move(listenFailures)] {
    apply(config, listenFailures);
  });
}

void Worker::apply(const RuntimeConfigPtr& config,
                   const std::function<void(std::vector<std::string>)>& listenFailures) {
  // Make before break: new clusters are known before a listener or route can name them.
  clusters_.update(*config);
  context_.config = config;
  auto failures = listeners_->update(*config);
  tls_.collect();
  if (listenFailures) listenFailures(std::move(failures));
}

void Worker::drain() {
  loop_.post([this] { listeners_->drainAll(); });
}

void Worker::stopAndJoin() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

std::vector<ClusterView> Worker::clusterViews() {
  std::vector<ClusterView> views;
  for (const auto& [name, cluster] : clusters_.all()) {
    ClusterView view;
    view.name = name;
    view.eds = cluster->config().config->type == xds::ClusterType::Eds;
    view.limits = cluster->limits();
    for (const auto& host : cluster->allHosts()) {
      HostView one;
      one.address = host->text;
      one.hostname = host->hostname;
      one.region = host->locality.region;
      one.zone = host->locality.zone;
      one.subZone = host->locality.subZone;
      one.weight = host->weight;
      one.priority = host->priority;
      one.counters = host->counters;
      one.health = host->health;
      one.ejected = host->ejected(loop_.now());
      view.hosts.push_back(std::move(one));
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace varka::proxy
