#include "proxy/server/proxy.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/log.h"
#include "proxy/net/socket.h"
#include "proxy/server/bootstrap.h"
#include "proxy/server/memory.h"
#include "proxy/server/node.h"

namespace varka::proxy {
namespace {

constexpr std::uint16_t kInboundPort = 15006;
constexpr auto kDrainStep = std::chrono::milliseconds(50);
constexpr auto kQuiet = std::chrono::milliseconds(250);
constexpr auto kTrimAfter = std::chrono::seconds(2);

void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

/// SIGTERM and SIGINT as events of the main loop.
class Proxy::Signals final : public IoHandler {
 public:
  Signals(EventLoop& loop, std::function<void()> stop) : loop_(loop), stop_(std::move(stop)) {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    signal(SIGPIPE, SIG_IGN);
    fd_ = UniqueFd(signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
    loop_.add(fd_.get(), true, false, this);
  }
  ~Signals() { loop_.remove(fd_.get(), this); }
  void onIo(IoEvents) override {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) == sizeof info) stop_();
  }

 private:
  EventLoop& loop_;
  std::function<void()> stop_;
  UniqueFd fd_;
};

Proxy::Proxy(Options options) : options_(std::move(options)) {}

Proxy::~Proxy() {
  workers_.clear();  // before what they borrow
}

Result<void> Proxy::start() {
  raiseFileLimit();
  started_ = loop_.now();
  signals_ = std::make_unique<Signals>(loop_, [this] { requestStop(); });
  auto node = makeNode(options_.node, options_.nodeMetadata);
  if (!node) return tl::unexpected(node.error());
  node_ = std::move(*node);
  if (auto read = readBootstrap(); !read) return read;
  identity_ = identityOf(node_);
  if (!hasStatic_ && options_.xds.empty())
    return fail("nothing to do: give a bootstrap with -c FILE, or the control plane with --xds PATH");
  if (auto prepared = prepareSockets(); !prepared) return prepared;
  if (!options_.telemetry.empty()) {
    telemetry_ =
        std::make_unique<TelemetryClient>(loop_, stats_, options_.telemetry,
                                          xds::TelemetryHello{node_.id, static_cast<std::int64_t>(getpid())});
    telemetry_->start();
  }
  startWorkers();
  if (auto admin = startAdmin(); !admin) return admin;
  startNames();
  if (hasStatic_) {
    // A stand-alone proxy that cannot listen has failed to start.
    const RuntimeConfigPtr config = staticConfig_.build(Clock::now());
    std::mutex mutex;
    std::condition_variable wake;
    std::size_t waiting = workers_.size();
    std::vector<std::string> failures;
    for (const auto& worker : workers_) {
      worker->configure(config, [&](const std::vector<std::string>& failed) {
        const std::lock_guard lock(mutex);
        failures.insert(failures.end(), failed.begin(), failed.end());
        --waiting;
        wake.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return waiting == 0; });
    if (!failures.empty()) return fail(failures.front());
    configured_ = true;
    trimSoon();
  }
  startXds();
  stats_.set("server.live", 1);
  stats_.set("server.concurrency", static_cast<std::uint64_t>(options_.concurrency));
  return {};
}

Result<void> Proxy::readBootstrap() {
  if (options_.bootstrap.empty()) return {};
  auto bootstrap = loadBootstrap(options_.bootstrap);
  if (!bootstrap) return tl::unexpected(bootstrap.error());
  if (node_.id.empty()) node_ = bootstrap->node;
  if (bootstrap->adminAddress) {
    auto address = Address::parse(bootstrap->adminAddress->text());
    if (!address) return tl::unexpected(address.error().in("admin address of " + options_.bootstrap));
    bootstrapAdmin_ = *address;
  }
  const ApplyResult applied = staticConfig_.applyStatic(*bootstrap, Clock::now());
  if (!applied.error.empty()) return fail(options_.bootstrap + ": " + applied.error);
  for (const auto& notice : applied.notices) log::info("config", notice);
  hasStatic_ = true;
  return {};
}

Result<void> Proxy::prepareSockets() {
  for (const auto& [port, fd] : options_.listenFds) sockets_.inherit(port, UniqueFd(fd));
  // A proxy of a mesh shares the host's network with others and takes nothing but what it is given.
  if (!options_.listenFds.empty() || !options_.podIp.empty()) sockets_.setOwnSockets(false);
  if (options_.captureFd < 0) return {};
  capture_ = std::make_unique<CaptureChannel>(loop_, UniqueFd(options_.captureFd));
  auto listeners = capture_->fetchListeners();
  if (!listeners) return tl::unexpected(listeners.error());
  // IPv6 captures go to the same listener as IPv4's; the socket knows the difference.
  if (auto& out = (*listeners)["out4"]) sockets_.inherit(15001, std::move(out));
  dnsUdp_ = std::move((*listeners)["dns4u"]);
  dnsTcp_ = std::move((*listeners)["dns4t"]);
  capture_->start();
  return {};
}

void Proxy::startWorkers() {
  WorkerOptions options;
  options.drainTime = std::chrono::seconds(options_.drainSeconds);
  options.podsDirectory = options_.pods;
  options.podIp = options_.podIp;
  options.hopPort = options_.podIp.empty() ? std::uint16_t{0} : kInboundPort;
  options.podSockets = capture_.get();
  for (int i = 0; i < options_.concurrency; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(options, sockets_, dns_, stats_, telemetry_.get(), identity_));
    workers_.back()->start();
  }
}

Result<void> Proxy::startAdmin() {
  std::optional<Address> address = bootstrapAdmin_;
  if (!options_.admin.empty()) {
    auto parsed = Address::parse(options_.admin);
    if (!parsed) return tl::unexpected(parsed.error().in("--admin"));
    address = *parsed;
  }
  if (!address) return {};
  admin_ = std::make_unique<AdminServer>(loop_, *this);
  return admin_->listen(*address);
}

void Proxy::startNames() {
  if (!dnsUdp_ && !dnsTcp_) return;
  DnsOptions options;
  options.podName = identity_.pod;
  options.podNamespace = identity_.podNamespace;
  options.podIp = options_.podIp;
  names_ = std::make_unique<DnsServer>(loop_, std::move(options), std::move(dnsUdp_), std::move(dnsTcp_));
}

void Proxy::startXds() {
  if (options_.xds.empty()) return;
  XdsClient::Options options;
  options.path = options_.xds;
  options.node = node_;
  XdsClient::Events events;
  events.onConfig = [this](const RuntimeConfigPtr& config) { configure(config); };
  events.onNames = [this](const std::shared_ptr<const xds::NameTable>& table) {
    if (names_) names_->setNames(table);
  };
  events.onReady = [this](bool) {
    log::info("server", "the first configuration is in use");
    trimSoon();
  };
  xds_ = std::make_unique<XdsClient>(loop_, std::move(options), std::move(events));
  xds_->start();
}

void Proxy::configure(const RuntimeConfigPtr& config) {
  configured_ = true;
  stats_.add("server.config_updates");
  for (const auto& worker : workers_)
    worker->configure(config, [this](const std::vector<std::string>& failures) {
      if (!failures.empty()) loop_.post([this, failures] { onListenFailures(failures); });
    });
}

void Proxy::trimSoon() {
  trimTimer_.setCallback([] { releaseStartupMemory(); });
  trimTimer_.arm(loop_, kTrimAfter);
}

void Proxy::onListenFailures(const std::vector<std::string>& failures) {
  for (const auto& failure : failures) log::error("listener", failure);
  stats_.add("listener_manager.listener_create_failure", failures.size());
}

bool Proxy::live() const {
  return healthy_ && configured_ && (!xds_ || xds_->ready());
}

const ConfigBuilder& Proxy::builder() const {
  return xds_ ? xds_->builder() : staticConfig_;
}

std::int64_t Proxy::uptimeSeconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(loop_.now() - started_).count();
}

namespace {

/// Collects one answer of each worker on the main loop.
template <typename T>
struct Gathering {
  std::size_t waiting = 0;
  std::vector<T> all;
  std::function<void(std::vector<T>)> done;
};

void addCounters(HostCounters& to, const HostCounters& from) {
  to.cxTotal += from.cxTotal;
  to.cxActive += from.cxActive;
  to.cxConnectFail += from.cxConnectFail;
  to.rqTotal += from.rqTotal;
  to.rqActive += from.rqActive;
  to.rqSuccess += from.rqSuccess;
  to.rqError += from.rqError;
  to.rqTimeout += from.rqTimeout;
}

void merge(std::vector<ClusterView>& all, std::vector<ClusterView> more) {
  if (all.empty()) {
    all = std::move(more);
    return;
  }
  for (const ClusterView& cluster : more)
    for (ClusterView& known : all)
      if (known.name == cluster.name)
        for (const HostView& host : cluster.hosts)
          for (HostView& other : known.hosts)
            if (other.address == host.address) addCounters(other.counters, host.counters);
}

}  // namespace

void Proxy::clusterViews(std::function<void(std::vector<ClusterView>)> done) {
  auto gathering = std::make_shared<Gathering<ClusterView>>();
  gathering->waiting = workers_.size();
  gathering->done = std::move(done);
  for (const auto& worker : workers_) {
    Worker* const raw = worker.get();
    raw->post([this, raw, gathering] {
      auto views = raw->clusterViews();
      loop_.post([gathering, views = std::move(views)]() mutable {
        merge(gathering->all, std::move(views));
        if (--gathering->waiting == 0) gathering->done(std::move(gathering->all));
      });
    });
  }
}

void Proxy::listenerViews(std::function<void(std::vector<std::pair<std::string, std::string>>)> done) {
  if (workers_.empty()) return done({});
  Worker* const first = workers_.front().get();
  first->post([this, first, done = std::move(done)] {
    auto views = first->listeners().bound();
    loop_.post([done, views = std::move(views)] { done(views); });
  });
}

void Proxy::requestStop() {
  loop_.post([this] { beginDrain(); });
}

void Proxy::beginDrain() {
  if (draining_) {
    loop_.stop();  // asked twice: now
    return;
  }
  draining_ = true;
  stats_.set("server.live", 0);
  for (const auto& worker : workers_) worker->drain();
  drainEnds_ = loop_.now() + std::chrono::seconds(options_.drainSeconds);
  quietSince_ = loop_.now();
  drainTimer_.setCallback([this] { checkDrained(); });
  drainTimer_.arm(loop_, kDrainStep);
}

void Proxy::checkDrained() {
  if (loop_.now() >= drainEnds_ || loop_.now() - quietSince_ >= kQuiet) {
    loop_.stop();
    return;
  }
  for (const auto& worker : workers_) {
    Worker* const raw = worker.get();
    raw->post([this, raw] {
      if (raw->listeners().busyCount() > 0) loop_.post([this] { quietSince_ = loop_.now(); });
    });
  }
  drainTimer_.arm(loop_, kDrainStep);
}

int Proxy::run() {
  loop_.run();
  for (const auto& worker : workers_) worker->stopAndJoin();
  return 0;
}

}  // namespace varka::proxy
