#include "proxy/dns/resolver.h"

#include <sys/random.h>
#include <sys/socket.h>

#include <cerrno>

#include "proxy/dns/message.h"

namespace varka::proxy {
namespace {

constexpr int kTries = 3;

std::uint16_t randomId() {
  std::uint16_t id = 0;
  if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id)
    id = static_cast<std::uint16_t>(Clock::now().time_since_epoch().count());
  return id;
}

std::string framed(const std::string& message) {
  std::string out;
  out += static_cast<char>(message.size() >> 8);
  out += static_cast<char>(message.size() & 0xff);
  return out + message;
}

}  // namespace

class Resolver::Question final : public IoHandler, public Deferred {
 public:
  Question(Resolver& owner, std::string_view query, bool tcp, Done done)
      : owner_(owner), query_(query), tcp_(tcp), done_(std::move(done)), timer_([this] { next(); }) {
    askerId_ = static_cast<std::uint16_t>((static_cast<unsigned char>(query[0]) << 8) |
                                          static_cast<unsigned char>(query[1]));
  }
  ~Question() override { closeSocket(); }

  void next() {
    closeSocket();
    while (tries_ < kTries) {
      const Address& server = owner_.servers_[static_cast<std::size_t>(tries_++) % owner_.servers_.size()];
      if (!send(server)) continue;
      timer_.arm(owner_.loop_, owner_.timeout_);
      return;
    }
    owner_.finish(this, {});
  }

  void onIo(IoEvents events) override {
    if (tcp_ && events.writable) return writeTcp();
    if (!events.readable && events.hangup) return next();
    if (tcp_) return readTcp();
    readUdp();
  }

  Done takeDone() { return std::move(done_); }
  void closeSocket() {
    timer_.disarm();
    if (fd_) owner_.loop_.remove(fd_.get(), this);
    fd_.reset();
  }

 private:
  bool send(const Address& server) {
    sockaddr_storage address{};
    const socklen_t size = server.toSockaddr(address);
    const int type = tcp_ ? SOCK_STREAM : SOCK_DGRAM;
    fd_.reset(socket(server.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd_) return false;
    setDnsId(query_, randomId());
    if (connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 && errno != EINPROGRESS)
      return drop();
    unsent_ = tcp_ ? framed(query_) : std::string();
    input_.clear();
    if (!tcp_ && ::send(fd_.get(), query_.data(), query_.size(), MSG_NOSIGNAL) < 0) return drop();
    owner_.loop_.add(fd_.get(), true, tcp_, this);
    return true;
  }

  bool drop() {
    fd_.reset();
    return false;
  }

  void readUdp() {
    char* buffer = owner_.loop_.readBuffer();
    const ssize_t got = recv(fd_.get(), buffer, EventLoop::kReadBuffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) return next();  // ECONNREFUSED: nobody listens there
    const std::string_view reply(buffer, static_cast<std::size_t>(got));
    if (dnsReplyMatches(query_, reply)) answer(reply);  // anything else is not for us: keep waiting
  }

  void writeTcp() {
    const ssize_t sent = ::send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return next();
    if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
    if (unsent_.empty()) owner_.loop_.modify(fd_.get(), true, false, this);
  }

  void readTcp() {
    char* buffer = owner_.loop_.readBuffer();
    const ssize_t got = recv(fd_.get(), buffer, EventLoop::kReadBuffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return next();
    input_.append(buffer, static_cast<std::size_t>(got));
    if (input_.size() < 2) return;
    const std::size_t size =
        (static_cast<unsigned char>(input_[0]) << 8u) | static_cast<unsigned char>(input_[1]);
    if (input_.size() < size + 2) return;
    const std::string_view reply = std::string_view(input_).substr(2, size);
    if (!dnsReplyMatches(query_, reply)) return next();
    answer(reply);
  }

  void answer(std::string_view reply) {
    std::string out(reply);
    setDnsId(out, askerId_);
    owner_.finish(this, std::move(out));
  }

  Resolver& owner_;
  std::string query_, unsent_, input_;
  bool tcp_;
  Done done_;
  Timer timer_;
  UniqueFd fd_;
  std::uint16_t askerId_ = 0;
  int tries_ = 0;
};

Resolver::Resolver(EventLoop& loop, std::vector<Address> servers, Duration timeout)
    : loop_(loop), servers_(std::move(servers)), timeout_(timeout) {}

Resolver::~Resolver() = default;

bool Resolver::ask(std::string_view query, bool tcp, Done done) {
  if (servers_.empty() || open_.size() >= kMaxOpen || query.size() < 12) return false;
  auto question = std::make_unique<Question>(*this, query, tcp, std::move(done));
  Question* raw = question.get();
  open_[raw] = std::move(question);
  raw->next();
  return true;
}

// Called from inside the question: it dies at the end of the turn, its socket at once.
void Resolver::finish(Question* question, std::string reply) {
  auto node = open_.extract(question);
  if (node.empty()) return;
  question->closeSocket();
  const Done done = question->takeDone();
  loop_.deferDelete(std::move(node.mapped()));
  done(std::move(reply));
}

std::vector<Address> resolversOf(std::string_view resolvConf) {
  constexpr std::string_view kKeyword = "nameserver";
  constexpr std::size_t kMaxServers = 3;  // as libc
  std::vector<Address> out;
  while (!resolvConf.empty() && out.size() < kMaxServers) {
    const auto end = std::min(resolvConf.find('\n'), resolvConf.size());
    std::string_view line = resolvConf.substr(0, end);
    resolvConf.remove_prefix(std::min(end + 1, resolvConf.size()));
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos || line.compare(start, kKeyword.size(), kKeyword) != 0) continue;
    line.remove_prefix(start + kKeyword.size());
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || first == 0) continue;
    line = line.substr(first);
    line = line.substr(0, line.find_first_of(" \t\r#;%"));
    if (auto address = Address::fromIp(line, 53)) out.push_back(*address);
  }
  return out;
}

}  // namespace varka::proxy
