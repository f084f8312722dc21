#include "proxy/cluster/pool.h"

#include <algorithm>

#include "proxy/cluster/cluster_state.h"

namespace varka::proxy {

H1Pool::H1Pool(ClusterState& cluster, Host& host, TlsChoice tls)
    : cluster_(cluster), host_(host), tls_(std::move(tls)), idleTimer_([this] { dropStale(); }) {}

H1Pool::~H1Pool() {
  cluster_.counters.upstreamCxActive.sub(clients_.size());
}

PoolRequest* H1Pool::request(UpstreamEvents& events, bool idempotent, bool freshOnly) {
  auto& counters = cluster_.counters;
  const auto& limits = cluster_.limits();
  if (counters.upstreamRqActive.value() >= limits.maxRequests) {
    counters.upstreamRqPendingOverflow.add();
    events.onUpstreamReset(UpstreamReset::Overflow, "", false);
    return nullptr;
  }
  if (!freshOnly && pending_.empty()) {
    if (H1Client* client = takeIdle(idempotent)) {
      attach(*client, events, true);
      return nullptr;
    }
  }
  if (counters.upstreamRqPendingActive.value() >= limits.maxPendingRequests) {
    counters.upstreamRqPendingOverflow.add();
    events.onUpstreamReset(UpstreamReset::Overflow, "", false);
    return nullptr;
  }
  auto request = std::make_unique<PoolRequest>(PoolRequest{&events, this, freshOnly});
  PoolRequest* const raw = request.get();
  pending_.push_back(std::move(request));
  counters.upstreamRqPendingActive.add();
  counters.upstreamRqPendingTotal.add();
  openConnections();
  const bool waiting =
      std::any_of(pending_.begin(), pending_.end(), [&](const auto& one) { return one.get() == raw; });
  return waiting ? raw : nullptr;
}

void H1Pool::withdraw(PoolRequest* request) {
  const auto count = std::erase_if(pending_, [&](const auto& one) { return one.get() == request; });
  cluster_.counters.upstreamRqPendingActive.sub(count);
}

H1Client* H1Pool::takeIdle(bool idempotent) {
  while (!idle_.empty()) {
    H1Client* const client = idle_.back();
    idle_.pop_back();
    // Asking costs a system call, so only where the request may not simply be repeated.
    if (idempotent || client->stillOpen()) return client;
    client->close();
  }
  return nullptr;
}

void H1Pool::openConnections() {
  while (connecting_ < pending_.size()) {
    const bool first = clients_.empty();
    if (!first && cluster_.counters.upstreamCxActive.value() >= cluster_.limits().maxConnections) {
      cluster_.counters.upstreamCxOverflow.add();
      return;  // one of the busy connections will serve it
    }
    const std::size_t before = clients_.size();
    open();
    if (clients_.size() == before) return;  // failed at once, the waiting were told
  }
}

void H1Pool::open() {
  cluster_.counters.upstreamCxTotal.add();
  cluster_.counters.upstreamCxHttp1Total.add();
  ++host_.counters.cxTotal;
  auto connection = cluster_.connector().connect({host_.address, cluster_.config().config.get(), tls_});
  if (!connection) {
    cluster_.counters.upstreamCxConnectFail.add();
    ++host_.counters.cxConnectFail;
    failPending(pending_.size(), UpstreamReset::ConnectFailure, connection.error().message);
    return;
  }
  clients_.push_back(std::make_unique<H1Client>(std::move(*connection), *this));
  cluster_.counters.upstreamCxActive.add();
  ++host_.counters.cxActive;
  ++connecting_;
  clients_.back()->start();
}

void H1Pool::attach(H1Client& client, UpstreamEvents& events, bool reused) {
  cluster_.counters.upstreamRqActive.add();
  cluster_.counters.upstreamRqTotal.add();
  ++host_.counters.rqActive;
  ++host_.counters.rqTotal;
  const auto most = cluster_.maxRequestsPerConnection();
  if (most > 0 && client.requests + 1 >= most) client.closeWhenIdle();
  client.attach(events, reused);
}

void H1Pool::onStreamEnded(H1Client&) {
  cluster_.counters.upstreamRqActive.sub();
  --host_.counters.rqActive;
}

void H1Pool::onClientReady(H1Client& client) {
  --connecting_;
  onClientIdle(client);
}

void H1Pool::onClientIdle(H1Client& client) {
  if (!pending_.empty()) {
    const auto request = std::move(pending_.front());
    pending_.pop_front();
    cluster_.counters.upstreamRqPendingActive.sub();
    attach(client, *request->events, client.requests > 0);
    return;
  }
  if (draining_) {
    client.close();
    return;
  }
  client.idleSince = cluster_.connector().loop().now();
  idle_.push_back(&client);
  if (!idleTimer_.armed()) armIdleTimer();
}

void H1Pool::onClientGone(H1Client& client, CloseReason reason, std::string_view detail) {
  const bool connecting = client.connecting();
  std::erase(idle_, &client);
  remove(client);
  if (!connecting) {
    if (!pending_.empty()) openConnections();
    return;
  }
  --connecting_;
  if (reason == CloseReason::Local) return;
  const bool timeout = reason == CloseReason::ConnectTimeout || reason == CloseReason::HandshakeTimeout;
  if (timeout) cluster_.counters.upstreamCxConnectTimeout.add();
  cluster_.counters.upstreamCxConnectFail.add();
  ++host_.counters.cxConnectFail;
  // Those for whom no other connection is under way.
  const std::size_t stranded = pending_.size() > connecting_ ? pending_.size() - connecting_ : 0;
  failPending(stranded, timeout ? UpstreamReset::ConnectTimeout : UpstreamReset::ConnectFailure, detail);
}

void H1Pool::failPending(std::size_t count, UpstreamReset reason, std::string_view detail) {
  std::vector<std::unique_ptr<PoolRequest>> failed;
  for (; count > 0 && !pending_.empty(); --count) {
    failed.push_back(std::move(pending_.front()));
    pending_.pop_front();
    cluster_.counters.upstreamRqPendingActive.sub();
  }
  for (const auto& request : failed) request->events->onUpstreamReset(reason, detail, false);
}

void H1Pool::remove(H1Client& client) {
  const auto found =
      std::find_if(clients_.begin(), clients_.end(), [&](const auto& one) { return one.get() == &client; });
  if (found == clients_.end()) return;
  cluster_.counters.upstreamCxActive.sub();
  --host_.counters.cxActive;
  cluster_.counters.upstreamCxDestroy.add();
  cluster_.connector().loop().deferDelete(std::move(*found));
  clients_.erase(found);
}

void H1Pool::drain() {
  draining_ = true;
  for (const auto& client : clients_) client->closeWhenIdle();
  const auto idle = idle_;
  for (H1Client* client : idle) client->close();
  draining_ = false;  // a host that comes back, or stays with other settings, opens new ones
}

void H1Pool::armIdleTimer() {
  const Duration limit = cluster_.idleTimeout();
  if (idle_.empty() || limit == Duration::zero()) return;
  EventLoop& loop = cluster_.connector().loop();
  const H1Client* oldest = *std::min_element(
      idle_.begin(), idle_.end(), [](const auto* a, const auto* b) { return a->idleSince < b->idleSince; });
  idleTimer_.arm(loop, oldest->idleSince + limit - loop.now());
}

void H1Pool::dropStale() {
  const TimePoint limit = cluster_.connector().loop().now() - cluster_.idleTimeout();
  const auto idle = idle_;
  for (H1Client* client : idle)
    if (client->idleSince <= limit) client->close();
  armIdleTimer();
}

}  // namespace varka::proxy
