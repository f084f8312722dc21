#include "proxy/server/listeners.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "core/base/log.h"
#include "proxy/net/socket.h"
#include "proxy/tls/tls_transform.h"

namespace varka::proxy {
namespace {
constexpr int kAcceptsPerEvent = 16;
constexpr auto kPauseWhenFull = std::chrono::milliseconds(100);
}  // namespace

class Listeners::Acceptor final : public IoHandler {
 public:
  Acceptor(Listeners& owner, UniqueFd fd, ListenerPtr listener, bool hop)
      : owner_(owner), fd_(std::move(fd)), listener_(std::move(listener)), hop_(hop), pause_([this] {
          resume();
        }) {
    owner_.worker_.loop.add(fd_.get(), true, false, this);
  }
  ~Acceptor() { owner_.worker_.loop.remove(fd_.get(), this); }

  void setListener(ListenerPtr listener) { listener_ = std::move(listener); }
  [[nodiscard]] Address address() const { return Address::localOf(fd_.get()); }

  void onIo(IoEvents) override {
    for (int i = 0; i < kAcceptsPerEvent; ++i) {
      UniqueFd accepted(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!accepted) {
        // Out of descriptors or memory: those waiting stay in the backlog until something is given back.
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
          owner_.worker_.loop.modify(fd_.get(), false, false, this);
          pause_.arm(owner_.worker_.loop, kPauseWhenFull);
        }
        return;
      }
      if (!hop_) setNoDelay(accepted.get());
      owner_.accept(listener_, std::move(accepted), hop_);
    }
  }

 private:
  void resume() { owner_.worker_.loop.modify(fd_.get(), true, false, this); }

  Listeners& owner_;
  UniqueFd fd_;
  ListenerPtr listener_;
  bool hop_;
  Timer pause_;
};

/// Connections that were told to end; what of them is idle when the time is over is closed.
struct Listeners::Draining {
  std::vector<ServerConnection*> connections;
  Timer timer;
};

Listeners::Listeners(WorkerContext& worker, ListenSockets& sockets, Duration drainTime)
    : worker_(worker), sockets_(sockets), drainTime_(drainTime) {}

Listeners::~Listeners() {
  closeAll();
}

void Listeners::setHop(Address address, std::uint16_t port) {
  hopAddress_ = std::move(address);
  hopPort_ = port;
}

std::vector<std::string> Listeners::update(const RuntimeConfig& config) {
  std::vector<std::string> failures;
  if (closed_) return failures;
  for (auto at = active_.begin(); at != active_.end();) {
    if (config.listeners.contains(at->first)) {
      ++at;
      continue;
    }
    unbind(at->second);
    drainChains(at->second.config, nullptr);
    at = active_.erase(at);
  }
  for (const auto& [name, listener] : config.listeners) {
    Active& active = active_[name];
    if (active.config == listener) continue;
    const ListenerPtr before = std::exchange(active.config, listener);
    const bool moved = !before || !(before->config->address == listener->config->address) ||
                       before->config->additionalAddresses != listener->config->additionalAddresses ||
                       before->config->bindToPort != listener->config->bindToPort;
    if (moved) {
      unbind(active);
      const auto failed = bind(active);
      failures.insert(failures.end(), failed.begin(), failed.end());
    }
    for (const auto& acceptor : active.acceptors) acceptor->setListener(listener);
    if (before) drainChains(before, listener.get());
  }
  const auto hopListener = std::find_if(active_.begin(), active_.end(), [&](const auto& entry) {
    const auto* socket = entry.second.config->config->address.socket();
    return hopPort_ != 0 && socket && socket->portValue == hopPort_;
  });
  if (hopListener == active_.end()) {
    hop_.reset();
  } else if (hop_) {
    hop_->setListener(hopListener->second.config);
  } else if (auto fd = sockets_.open(hopAddress_); fd) {
    hop_ = std::make_unique<Acceptor>(*this, std::move(*fd), hopListener->second.config, true);
  } else {
    failures.push_back(fd.error().message);
  }
  forgetUnusedConfigs();
  return failures;
}

std::vector<std::string> Listeners::bind(Active& active) {
  std::vector<std::string> failures;
  const xds::Listener& config = *active.config->config;
  if (!config.bindToPort) return failures;
  std::vector<xds::Address> wanted = {config.address};
  wanted.insert(wanted.end(), config.additionalAddresses.begin(), config.additionalAddresses.end());
  for (const auto& one : wanted) {
    const auto address = Address::parse(one.text());
    auto fd = address ? sockets_.open(*address) : tl::unexpected(address.error());
    if (!fd) {
      failures.push_back("listener " + config.name + ": " + fd.error().message);
      continue;
    }
    active.addresses.push_back(*address);
    if (*fd)
      active.acceptors.push_back(std::make_unique<Acceptor>(*this, std::move(*fd), active.config, false));
  }
  return failures;
}

void Listeners::unbind(Active& active) {
  active.acceptors.clear();
  for (const Address& address : active.addresses) sockets_.close(address);
  active.addresses.clear();
}

void Listeners::accept(const ListenerPtr& listener, UniqueFd fd, bool viaHop) {
  Accepted accepted;
  accepted.query.source = Address::peerOf(fd.get());
  accepted.fd = std::move(fd);
  accepted.listener = listener;
  accepted.viaHop = viaHop;
  auto inspection = std::make_unique<Inspection>(
      worker_.loop, std::move(accepted),
      [this](const Address& destination, bool hop, const ListenerPtr& accepting) {
        return findByDestination(destination, hop, accepting);
      },
      [this](Inspection& done, bool ok) { inspected(done, ok); });
  Inspection* const raw = inspection.get();
  inspections_.emplace(raw, std::move(inspection));
  raw->start();
}

ListenerPtr Listeners::findByDestination(const Address& destination, bool viaHop,
                                         const ListenerPtr& accepting) const {
  ListenerPtr any;
  const std::string exact = destination.ip();
  for (const auto& [name, active] : active_) {
    const auto* socket = active.config->config->address.socket();
    if (!socket || socket->portValue != destination.port()) continue;
    // Virtual listeners take captured traffic; over the hop only what really listens on a port of its own
    // (15021, 15090).
    if (viaHop == !active.config->config->bindToPort) continue;
    if (socket->address == exact) return active.config;
    if (socket->address == "0.0.0.0" || socket->address == "::") any = active.config;
  }
  return any ? any : accepting;
}

void Listeners::inspected(Inspection& inspection, bool ok) {
  const auto found = inspections_.find(&inspection);
  std::unique_ptr<Inspection> owned = std::move(found->second);
  inspections_.erase(found);
  if (!ok)
    worker_.stats.listener(inspection.accepted().listener->name).downstreamPreCxTimeout.add();
  else
    establish(std::move(inspection.accepted()));
  worker_.loop.deferDelete(std::move(owned));
}

void Listeners::establish(Accepted accepted) {
  ListenerStats& stats = worker_.stats.listener(accepted.listener->name);
  const ChainPtr chain = matchChain(*accepted.listener, accepted.query);
  if (!chain) {
    stats.noFilterChainMatch.add();
    if (log::enabled(log::Level::Debug))
      log::debug("listener", accepted.listener->name + ": no filter chain fits a connection to " +
                                 accepted.query.destination.text() + " (" +
                                 std::string(accepted.query.transport) + ")");
    return;  // the descriptor closes
  }
  stats.downstreamCxTotal.add();
  if (const auto opened = open(accepted, chain); !opened)
    log::warn("listener", accepted.listener->name + ", chain " + chain->name + ": " + opened.error().message);
}

Result<void> Listeners::open(Accepted& accepted, const ChainPtr& chain) {
  std::unique_ptr<Transform> transform;
  if (chain->tls) {
    auto context = worker_.tls.get(TlsContext::Side::Server, chain->tls);
    if (!context) return tl::unexpected(context.error());
    TlsOptions options;
    options.alpn = chain->tls->common.alpnProtocols;
    // HTTP/2 is not spoken yet: offering it would be a promise.
    std::erase(options.alpn, "h2");
    options.requireClientCertificate = chain->tls->requireClientCertificate;
    options.config = chain->tls;
    auto made = TlsTransform::make(*context, std::move(options));
    if (!made) return tl::unexpected(made.error());
    transform = std::move(*made);
  }
  auto facts = std::make_unique<ConnectionFacts>();
  facts->listener = accepted.listener;
  facts->chain = chain;
  facts->id = worker_.nextConnectionId++;
  facts->remote = accepted.query.source;
  facts->local = accepted.query.destination;
  facts->remoteText = facts->remote.text();
  facts->localText = facts->local.text();
  facts->sni = accepted.query.serverName;
  const auto direction = accepted.listener->config->trafficDirection;
  if (worker_.node.type == "router")
    facts->side = "gateway";
  else if (direction == xds::TrafficDirection::Inbound)
    facts->side = "inbound";
  else if (direction == xds::TrafficDirection::Outbound)
    facts->side = "outbound";

  auto connection = std::make_unique<Connection>(worker_.loop, std::move(accepted.fd), std::move(transform));
  connection->setAddresses(facts->local, facts->remote);
  if (const auto& limit = chain->config->transportSocketConnectTimeout; limit && *limit > Duration::zero())
    connection->setHandshakeTimeout(*limit);
  const auto goneCallback = [this](ServerConnection& one) { gone(one); };
  if (chain->http) {
    auto config = httpConfig(chain);
    if (!config) return tl::unexpected(config.error());
    auto server =
        std::make_unique<H1Server>(worker_, *config, std::move(facts), std::move(connection), goneCallback);
    H1Server* const raw = server.get();
    connections_.emplace(raw, std::move(server));
    raw->start(accepted.bytes);
    return {};
  }
  if (chain->tcp) {
    auto config = tcpConfig(chain);
    if (!config) return tl::unexpected(config.error());
    auto proxy =
        std::make_unique<TcpProxy>(worker_, *config, std::move(facts), std::move(connection), goneCallback);
    TcpProxy* const raw = proxy.get();
    connections_.emplace(raw, std::move(proxy));
    raw->start(accepted.bytes);
    return {};
  }
  return fail("the chain has neither an HTTP connection manager nor a TCP proxy");
}

Result<std::shared_ptr<const HttpConfig>> Listeners::httpConfig(const ChainPtr& chain) {
  const auto found = httpConfigs_.find(chain);
  if (found != httpConfigs_.end()) return found->second;
  auto made = HttpConfig::make(chain, worker_);
  if (made) httpConfigs_.emplace(chain, *made);
  return made;
}

Result<std::shared_ptr<const TcpConfig>> Listeners::tcpConfig(const ChainPtr& chain) {
  const auto found = tcpConfigs_.find(chain);
  if (found != tcpConfigs_.end()) return found->second;
  auto made = TcpConfig::make(chain, worker_);
  if (made) tcpConfigs_.emplace(chain, *made);
  return made;
}

void Listeners::forgetUnusedConfigs() {
  const auto isCurrent = [this](const ChainPtr& chain) {
    for (const auto& [name, active] : active_) {
      const auto& chains = active.config->chains;
      if (active.config->defaultChain == chain ||
          std::find(chains.begin(), chains.end(), chain) != chains.end())
        return true;
    }
    return false;
  };
  std::erase_if(httpConfigs_, [&](const auto& entry) { return !isCurrent(entry.first); });
  std::erase_if(tcpConfigs_, [&](const auto& entry) { return !isCurrent(entry.first); });
}

void Listeners::gone(ServerConnection& connection) {
  const auto found = connections_.find(&connection);
  if (found == connections_.end()) return;
  for (const auto& draining : drainings_) std::erase(draining->connections, &connection);
  worker_.loop.deferDelete(std::move(found->second));
  connections_.erase(found);
}

void Listeners::drainChains(const ListenerPtr& before, const RuntimeListener* after) {
  std::vector<ServerConnection*> list;
  for (const auto& [raw, connection] : connections_) {
    const ConnectionFacts& facts = connection->facts();
    if (facts.listener->name != before->name) continue;
    const bool stays =
        after && (facts.chain == after->defaultChain ||
                  std::find(after->chains.begin(), after->chains.end(), facts.chain) != after->chains.end());
    if (!stays) list.push_back(raw);
  }
  drainConnections(std::move(list));
}

void Listeners::drainConnections(std::vector<ServerConnection*> list) {
  std::erase_if(drainings_, [](const auto& draining) { return draining->connections.empty(); });
  if (list.empty()) return;
  for (ServerConnection* connection : list) connection->drain();
  auto draining = std::make_unique<Draining>();
  Draining* const raw = draining.get();
  raw->connections = std::move(list);
  raw->timer.setCallback([raw] {
    const auto left = raw->connections;
    for (ServerConnection* connection : left) connection->closeIdle();
  });
  raw->timer.arm(worker_.loop, drainTime_);
  drainings_.push_back(std::move(draining));
}

void Listeners::drainAll() {
  worker_.draining = true;
  hop_.reset();
  for (auto& [name, active] : active_) unbind(active);
}

void Listeners::closeAll() {
  if (closed_) return;
  closed_ = true;
  drainAll();
  inspections_.clear();
  while (!connections_.empty()) {
    ServerConnection* const one = connections_.begin()->first;
    one->closeNow();
    connections_.erase(one);  // it said gone() itself; this is for the case that it did not
  }
  drainings_.clear();
}

std::size_t Listeners::busyCount() const {
  return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(),
                                                [](const auto& entry) { return entry.first->busy(); }));
}

std::vector<std::pair<std::string, std::string>> Listeners::bound() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [name, active] : active_)
    for (const auto& acceptor : active.acceptors) all.emplace_back(name, acceptor->address().text());
  if (hop_) all.emplace_back("virtualInbound", hop_->address().text());
  return all;
}

}  // namespace varka::proxy
