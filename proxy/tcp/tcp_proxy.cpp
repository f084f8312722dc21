#include "proxy/tcp/tcp_proxy.h"

#include "proxy/tls/tls_transform.h"

namespace varka::proxy {
namespace {
constexpr auto kIdle = std::chrono::hours(1);
}

Result<std::shared_ptr<const TcpConfig>> TcpConfig::make(ChainPtr chain, WorkerContext& worker) {
  auto made = std::make_shared<TcpConfig>();
  made->config = chain->tcp;
  made->chain = std::move(chain);
  auto log = AccessLogger::compile(made->config->accessLog);
  if (!log) return tl::unexpected(log.error().in("access log of " + made->chain->name));
  made->accessLog = std::move(*log);
  made->stats = &worker.stats.tcp(made->config->statPrefix.empty() ? "tcp" : made->config->statPrefix);
  return std::shared_ptr<const TcpConfig>(std::move(made));
}

TcpProxy::TcpProxy(WorkerContext& worker, std::shared_ptr<const TcpConfig> config,
                   std::unique_ptr<ConnectionFacts> facts, std::unique_ptr<Connection> connection,
                   GoneCallback gone)
    : worker_(worker),
      config_(std::move(config)),
      facts_(std::move(facts)),
      down_(std::move(connection)),
      downEvents_(*this),
      upEvents_(*this),
      gone_(std::move(gone)),
      started_(worker.loop.now()),
      lastActivity_(started_),
      idleTimer_([this] { onIdle(); }) {
  config_->stats->downstreamCxTotal.add();
  config_->stats->downstreamCxActive.add();
  state_.info.tcp = true;
  state_.info.startUs = worker.loop.wallMicros();
  state_.info.connectionId = facts_->id;
  if (worker.telemetry) state_.sampledOneOf = worker.telemetry->sample();
}

TcpProxy::~TcpProxy() {
  if (counted_) {
    cluster_->counters.upstreamCxActive.sub();
    --host_->counters.cxActive;
    --host_->counters.rqActive;
  }
  config_->stats->downstreamCxActive.sub();
}

void TcpProxy::start(std::string_view alreadyRead) {
  state_.step("listener", facts_->listener->name, "original destination " + facts_->localText,
              facts_->listener->config->metadata.source());
  state_.step("chain", facts_->chain->name, "TCP", facts_->chain->config->metadata.source());
  down_->start(downEvents_, alreadyRead);
  const Duration idle = config_->config->idleTimeout.value_or(kIdle);
  if (!finished_ && idle > Duration::zero()) idleTimer_.arm(worker_.loop, idle);
}

std::string_view TcpProxy::chooseCluster() {
  if (const auto* name = std::get_if<std::string>(&config_->config->cluster)) return *name;
  const auto* weighted = std::get_if<xds::TcpProxy::Weighted>(&config_->config->cluster);
  if (!weighted) return {};
  std::uint64_t total = 0;
  for (const auto& entry : weighted->clusters) total += entry.weight;
  if (total == 0) return {};
  std::uint64_t draw = worker_.random() % total;
  for (const auto& entry : weighted->clusters) {
    if (draw < entry.weight) return entry.name;
    draw -= entry.weight;
  }
  return {};
}

void TcpProxy::connectUpstream() {
  const std::string_view name = chooseCluster();
  state_.upstreamCluster = name;
  cluster_ = worker_.clusters.find(name);
  if (!cluster_) {
    config_->stats->downstreamCxNoRoute.add();
    failUpstream(ResponseFlag::NoClusterFound, "cluster_not_found");
    return;
  }
  state_.step("cluster", cluster_->name(), "", cluster_->config().config->metadata.source());
  if (cluster_->counters.upstreamCxActive.value() >= cluster_->limits().maxConnections) {
    cluster_->counters.upstreamCxOverflow.add();
    failUpstream(ResponseFlag::UpstreamOverflow, "upstream_overflow");
    return;
  }
  PickContext context;
  context.random = worker_.random();
  if (!config_->config->hashPolicy.empty()) context.hash = std::hash<std::string>{}(facts_->remote.ip());
  host_ = cluster_->pick(context, facts_->local);
  if (!host_) {
    cluster_->counters.upstreamCxNoneHealthy.add();
    failUpstream(ResponseFlag::NoHealthyUpstream, "no_healthy_upstream");
    return;
  }
  ++attempts_;
  state_.upstreamHost = host_->text;
  state_.upstreamWorkload = host_->workload();
  state_.step("endpoint", host_->text, state_.upstreamWorkload);
  auto connection = worker_.connector.connect(
      {host_->address, cluster_->config().config.get(), cluster_->tlsFor(*host_, {})});
  if (!connection) {
    cluster_->counters.upstreamCxConnectFail.add();
    state_.transportFailure = connection.error().message;
    failUpstream(ResponseFlag::UpstreamConnectionFailure, "upstream_connect_failure");
    return;
  }
  up_ = std::move(*connection);
  cluster_->counters.upstreamCxTotal.add();
  cluster_->counters.upstreamCxActive.add();
  ++host_->counters.cxTotal;
  ++host_->counters.cxActive;
  ++host_->counters.rqActive;
  counted_ = true;
  up_->start(upEvents_);
}

void TcpProxy::failUpstream(ResponseFlag flag, std::string details) {
  state_.info.flags.set(flag);
  state_.details = std::move(details);
  state_.origin = "network";
  finish();
}

void TcpProxy::onDownReady() {
  if (down_->transform()) {
    facts_->transform = static_cast<const TlsTransform*>(down_->transform());
    facts_->tls = &facts_->transform->info();
    facts_->sni = facts_->tls->sni;
  }
  // Only now: a client whose handshake fails must not reach the upstream. Its bytes wait in the upstream's
  // buffer.
  connectUpstream();
}

void TcpProxy::onDownData(std::string_view data) {
  lastActivity_ = worker_.loop.now();
  fromDown_ += data.size();
  config_->stats->downstreamCxRxBytesTotal.add(data.size());
  if (!up_ || finished_) return;
  up_->write(data);
  if (up_ && up_->aboveHighWatermark()) down_->pause(kPauseUpstreamFull);
}

void TcpProxy::onUpData(std::string_view data) {
  lastActivity_ = worker_.loop.now();
  fromUp_ += data.size();
  config_->stats->downstreamCxTxBytesTotal.add(data.size());
  if (!down_ || finished_) return;
  down_->write(data);
  if (down_ && down_->aboveHighWatermark()) up_->pause(kPauseUpstreamFull);
}

void TcpProxy::onUpReady() {
  upReady_ = true;
  state_.connectUs =
      std::chrono::duration_cast<std::chrono::microseconds>(up_->readyAt() - up_->created()).count();
  state_.upstreamLocalAddress = up_->local().text();
  cluster_->report(*host_, Outcome::Success);
  down_->resume(kPauseUpstreamFull);
  if (!up_->transform()) return;
  const TlsInfo& tls = static_cast<const TlsTransform*>(up_->transform())->info();
  state_.upstreamTlsVersion = tls.version;
  state_.upstreamPeerUri = tls.peer.identity();
  state_.step("mtls", state_.upstreamPeerUri, tls.version);
}

void TcpProxy::onDownEnd() {
  downEnded_ = true;
  if (up_) up_->shutdownWrite();
  finishIfBothEnded();
}

void TcpProxy::onUpEnd() {
  upEnded_ = true;
  if (down_) down_->shutdownWrite();
  finishIfBothEnded();
}

void TcpProxy::finishIfBothEnded() {
  if (downEnded_ && upEnded_) finish();
}

void TcpProxy::onDownClosed() {
  if (!upEnded_) {
    state_.details = "downstream_remote_disconnect";
    state_.info.flags.set(ResponseFlag::DownstreamConnectionTermination);
  }
  finish();
}

void TcpProxy::onUpClosed(CloseReason reason, std::string_view detail) {
  if (upReady_) {
    state_.info.flags.set(ResponseFlag::UpstreamConnectionTermination);
    finish();
    return;
  }
  cluster_->counters.upstreamCxConnectFail.add();
  ++host_->counters.cxConnectFail;
  cluster_->report(*host_, Outcome::LocalFailure);
  (void)reason;
  state_.transportFailure = detail;
  // Nothing has reached anybody: another endpoint may do, as often as configured.
  if (attempts_ < config_->config->maxConnectAttempts && fromDown_ == 0) {
    worker_.loop.deferDelete(std::move(up_));
    cluster_->counters.upstreamCxActive.sub();
    --host_->counters.cxActive;
    --host_->counters.rqActive;
    counted_ = false;
    connectUpstream();
    return;
  }
  failUpstream(ResponseFlag::UpstreamConnectionFailure, "upstream_connect_failure");
}

void TcpProxy::onIdle() {
  const Duration limit = config_->config->idleTimeout.value_or(kIdle);
  const Duration quiet = worker_.loop.now() - lastActivity_;
  if (quiet < limit) {
    idleTimer_.arm(worker_.loop, limit - quiet);
    return;
  }
  config_->stats->idleTimeout.add();
  state_.details = "idle_timeout";
  finish();
}

void TcpProxy::closeNow() {
  finish();
}

void TcpProxy::finish() {
  if (finished_) return;
  finished_ = true;
  idleTimer_.disarm();
  writeResult();
  if (up_) Connection::closeAfterFlush(std::move(up_), false);
  if (down_) {
    // A cut stream must not look like a complete one where the peer cannot know better.
    const bool clean = !state_.info.flags.any();
    if (!clean && upReady_) down_->reset();
    Connection::closeAfterFlush(std::move(down_), false);
  }
  gone_(*this);
}

void TcpProxy::writeResult() {
  state_.info.bytesReceived = fromDown_;
  state_.info.bytesSent = fromUp_;
  state_.info.attempts = static_cast<int>(attempts_);
  state_.info.durationUs =
      std::chrono::duration_cast<std::chrono::microseconds>(worker_.loop.now() - started_).count();
  writeTcpResult(worker_, config_->accessLog, *facts_, state_);
}

}  // namespace varka::proxy
