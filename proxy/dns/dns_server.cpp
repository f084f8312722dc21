#include "proxy/dns/dns_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "proxy/dns/message.h"
#include "proxy/dns/names.h"
#include "proxy/dns/resolver.h"

namespace varka::proxy {
namespace {

constexpr std::uint32_t kTtlSeconds = 30;  // as Istio's
constexpr int kDatagramsPerTurn = 32;
constexpr std::size_t kMaxClients = 64, kMaxOutput = 256 * 1024;
constexpr Duration kIdle = std::chrono::seconds(15);

std::string readHostResolvConf() {
  std::ifstream file("/etc/resolv.conf");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

struct DnsServer::State {
  State(EventLoop& eventLoop, DnsOptions given)
      : loop(eventLoop),
        options(std::move(given)),
        identity{options.podName, options.podNamespace, options.podIp, options.domain},
        index(nullptr, identity),
        resolver(loop, options.resolvers.empty() ? resolversOf(readHostResolvConf()) : options.resolvers,
                 options.resolverTimeout),
        udp(*this),
        tcp(*this) {}

  using Reply = std::function<void(const std::string&)>;
  class TcpClient;

  // `maxSize` 0 = TCP. The reply may come later, or never for what is not worth one.
  void handle(std::string_view packet, bool overTcp, Reply reply);
  std::string answerHere(const DnsQuestion& question, const DnsDecision& decision, bool overTcp);

  class Udp final : public IoHandler {
   public:
    explicit Udp(State& state) : state_(state) {}
    void onIo(IoEvents) override;
    UniqueFd fd;

   private:
    State& state_;
  };
  class Tcp final : public IoHandler {
   public:
    explicit Tcp(State& state) : state_(state) {}
    void onIo(IoEvents) override;
    UniqueFd fd;

   private:
    State& state_;
  };

  EventLoop& loop;
  DnsOptions options;
  DnsIdentity identity;
  NameIndex index;
  DnsCounters counters;
  std::unordered_map<std::uint64_t, std::unique_ptr<TcpClient>> clients;
  std::uint64_t nextClient = 1;
  unsigned turn = 0;
  Resolver resolver;
  Udp udp;
  Tcp tcp;
};

// One connection: length-prefixed messages (RFC 7766); answers go out as they come, in any order.
class DnsServer::State::TcpClient final : public IoHandler, public Deferred {
 public:
  TcpClient(State& state, std::uint64_t id, UniqueFd fd)
      : state_(state), id_(id), fd_(std::move(fd)), idle_([this] { close(); }) {
    state_.loop.add(fd_.get(), true, false, this);
    idle_.arm(state_.loop, kIdle);
  }
  ~TcpClient() override { release(); }

  void onIo(IoEvents events) override {
    if (events.writable) flush();
    if (fd_ && (events.readable || events.hangup)) read();
  }

  void send(const std::string& message) {
    if (!fd_) return;
    output_ += static_cast<char>(message.size() >> 8);
    output_ += static_cast<char>(message.size() & 0xff);
    output_ += message;
    if (output_.size() > kMaxOutput) return close();
    flush();
  }

 private:
  void read() {
    char* buffer = state_.loop.readBuffer();
    const ssize_t got = recv(fd_.get(), buffer, EventLoop::kReadBuffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close();
    idle_.arm(state_.loop, kIdle);
    input_.append(buffer, static_cast<std::size_t>(got));
    while (fd_ && input_.size() >= 2) {
      const std::size_t size =
          (static_cast<unsigned char>(input_[0]) << 8u) | static_cast<unsigned char>(input_[1]);
      if (input_.size() < size + 2) return;
      const std::string packet = input_.substr(2, size);
      input_.erase(0, size + 2);
      state_.handle(packet, true, [state = &state_, id = id_](const std::string& reply) {
        const auto found = state->clients.find(id);
        if (found != state->clients.end()) found->second->send(reply);
      });
    }
  }

  void flush() {
    while (!output_.empty()) {
      const ssize_t sent = ::send(fd_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (sent < 0) return close();
      output_.erase(0, static_cast<std::size_t>(sent));
    }
    state_.loop.modify(fd_.get(), true, !output_.empty(), this);
  }

  void release() {
    idle_.disarm();
    if (fd_) state_.loop.remove(fd_.get(), this);
    fd_.reset();
  }

  void close() {
    release();
    auto node = state_.clients.extract(id_);
    if (!node.empty()) state_.loop.deferDelete(std::move(node.mapped()));
  }

  State& state_;
  std::uint64_t id_;
  UniqueFd fd_;
  Timer idle_;
  std::string input_, output_;
};

void DnsServer::State::Udp::onIo(IoEvents) {
  for (int i = 0; i < kDatagramsPerTurn; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    char* buffer = state_.loop.readBuffer();
    const ssize_t got =
        recvfrom(fd.get(), buffer, EventLoop::kReadBuffer, 0, reinterpret_cast<sockaddr*>(&peer), &size);
    if (got < 0) return;
    const std::string packet(buffer, static_cast<std::size_t>(got));
    state_.handle(packet, false, [this, peer, size](const std::string& reply) {
      sendto(fd.get(), reply.data(), reply.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&peer),
             size);
    });
  }
}

void DnsServer::State::Tcp::onIo(IoEvents) {
  UniqueFd client(accept4(fd.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client) return;
  if (state_.clients.size() >= kMaxClients) {
    ++state_.counters.refused;
    return;
  }
  const std::uint64_t id = state_.nextClient++;
  state_.clients[id] = std::make_unique<TcpClient>(state_, id, std::move(client));
}

std::string DnsServer::State::answerHere(const DnsQuestion& question, const DnsDecision& decision,
                                         bool overTcp) {
  ++counters.answered;
  std::vector<Ipv4> addresses;
  if (decision.addresses) addresses = *decision.addresses;
  // Clients take the first: each answer starts with another pod of a headless service.
  if (addresses.size() > 1)
    std::rotate(addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(turn++ % addresses.size()),
                addresses.end());
  return dnsAnswer(question, decision.code, addresses, kTtlSeconds,
                   overTcp ? kDnsMaxMessage : question.maxUdp);
}

void DnsServer::State::handle(std::string_view packet, bool overTcp, Reply reply) {
  ++counters.queries;
  const DnsParse parsed = parseDnsQuery(packet);
  if (!parsed.question) {
    ++counters.malformed;
    if (parsed.answerable) reply(dnsRefusal(parsed.id, parsed.error));
    return;
  }
  const DnsQuestion& question = *parsed.question;
  const DnsDecision decision = index.decide(question);
  if (decision.kind == DnsDecision::Kind::Answer) {
    reply(answerHere(question, decision, overTcp));
    return;
  }
  ++counters.forwarded;
  const std::size_t maxSize = overTcp ? kDnsMaxMessage : question.maxUdp;
  const bool asked = resolver.ask(packet, overTcp, [this, question, maxSize, reply](std::string answer) {
    if (!answer.empty()) {
      reply(answer);
      return;
    }
    ++counters.failed;
    reply(dnsAnswer(question, Rcode::ServFail, {}, 0, maxSize));
  });
  if (asked) return;
  ++counters.refused;
  reply(dnsAnswer(question, Rcode::ServFail, {}, 0, maxSize));
}

DnsServer::DnsServer(EventLoop& loop, DnsOptions options, UniqueFd udp, UniqueFd tcp)
    : state_(std::make_unique<State>(loop, std::move(options))) {
  state_->udp.fd = std::move(udp);
  state_->tcp.fd = std::move(tcp);
  if (state_->udp.fd) loop.add(state_->udp.fd.get(), true, false, &state_->udp);
  if (state_->tcp.fd) loop.add(state_->tcp.fd.get(), true, false, &state_->tcp);
}

DnsServer::~DnsServer() {
  // The agent keeps its copies of the listeners: only taking them out of the loop ends their events here.
  if (state_->udp.fd) state_->loop.remove(state_->udp.fd.get(), &state_->udp);
  if (state_->tcp.fd) state_->loop.remove(state_->tcp.fd.get(), &state_->tcp);
}

void DnsServer::setNames(const std::shared_ptr<const xds::NameTable>& names) {
  state_->index = NameIndex(names.get(), state_->identity);
}

const DnsCounters& DnsServer::counters() const {
  return state_->counters;
}

}  // namespace varka::proxy
