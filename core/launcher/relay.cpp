#include "core/launcher/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <QTimer>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace varka::launcher {
namespace {

constexpr std::size_t kBuffer = 64 * 1024;
constexpr std::size_t kMaxConnections = 1024;  // of one listener; more wait in its backlog

bool wouldBlock() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

Arrival originalDestination(int fd) {
  constexpr int kOriginalDestination = 80;  // SO_ORIGINAL_DST, whose header cannot stand beside netinet/in.h
  sockaddr_in address{};
  socklen_t size = sizeof address;
  char ip[INET_ADDRSTRLEN] = {};
  if (getsockopt(fd, SOL_IP, kOriginalDestination, &address, &size) != 0) return {};
  inet_ntop(AF_INET, &address.sin_addr, ip, sizeof ip);
  return {ip, ntohs(address.sin_port)};
}

// One direction: bytes read from a socket that the other has not taken yet.
struct Lane {
  std::string bytes;
  bool ended = false;     // the source has sent its end
  bool finished = false;  // and it was passed on
};

}  // namespace

Result<UniqueFd> listenOnHost(const std::string& ip, int port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail("no socket: " + errnoText(errno));
  const int yes = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 1024) != 0)
    return fail("listen on " + ip + ":" + std::to_string(port) + ": " + errnoText(errno));
  return fd;
}

int localPort(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

Result<UniqueFd> listenOnPath(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail("no socket: " + errnoText(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("path too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  unlink(path.c_str());
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      chmod(path.c_str(), 0600) != 0 || listen(fd.get(), 1024) != 0)
    return fail("listen on " + path + ": " + errnoText(errno));
  return fd;
}

class RelayListener::Connection {
 public:
  Connection(UniqueFd near, std::function<void()> done) : done_(std::move(done)) {
    sides_[0].fd = std::move(near);
  }

  [[nodiscard]] int near() const { return sides_[0].fd.get(); }

  /// Calls `then` once the PROXY header is whole; drops the connection when there is none.
  void readHeader(std::function<void(const Arrival&)> then) {
    header_.clear();
    sides_[0].read = std::make_unique<QSocketNotifier>(near(), QSocketNotifier::Read);
    QObject::connect(sides_[0].read.get(), &QSocketNotifier::activated, &context_,
                     [this, then = std::move(then)] { readMoreHeader(then); });
  }

  void connected(UniqueFd far, std::string preface) {
    sides_[1].fd = std::move(far);
    lanes_[0].bytes = std::move(preface);
    for (int i = 0; i < 2; ++i) {
      Side& side = sides_[i];
      if (side.read) side.read.release()->deleteLater();  // of the header, whose signal brought us here
      const int yes = 1;
      setsockopt(side.fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      side.read = std::make_unique<QSocketNotifier>(side.fd.get(), QSocketNotifier::Read);
      side.write = std::make_unique<QSocketNotifier>(side.fd.get(), QSocketNotifier::Write);
      QObject::connect(side.read.get(), &QSocketNotifier::activated, &context_, [this, i] { onReadable(i); });
      QObject::connect(side.write.get(), &QSocketNotifier::activated, &context_,
                       [this, i] { onWritable(i); });
    }
    settle();
    sides_[1].write->setEnabled(true);  // tells when the connect is decided
  }

 private:
  void readMoreHeader(const std::function<void(const Arrival&)>& then) {
    constexpr std::size_t kHeader = 28;  // v2, TCP over IPv4, no extras: what our proxies send
    static constexpr char kExpected[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c";
    char data[kHeader];
    const ssize_t got = recv(near(), data, kHeader - header_.size(), 0);
    if (got < 0 && wouldBlock()) return;
    if (got > 0) header_.append(data, static_cast<std::size_t>(got));
    if (got > 0 && header_.size() < kHeader) return;
    sides_[0].read->setEnabled(false);
    if (got <= 0 || std::memcmp(header_.data(), kExpected, 16) != 0) {
      done_();
      return;
    }
    char ip[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, header_.data() + 20, ip, sizeof ip);
    const auto high = static_cast<unsigned char>(header_[26]), low = static_cast<unsigned char>(header_[27]);
    then({ip, high << 8 | low});
  }

  struct Side {
    UniqueFd fd;
    std::unique_ptr<QSocketNotifier> read, write;
  };

  // lanes_[i] carries from side i to the other.
  void onReadable(int i) {
    Lane& lane = lanes_[i];
    char data[16 * 1024];
    const ssize_t got = recv(sides_[i].fd.get(), data, sizeof data, 0);
    if (got > 0) {
      lane.bytes.append(data, static_cast<std::size_t>(got));
    } else if (got == 0) {
      lane.ended = true;
    } else if (!wouldBlock()) {
      done_();
      return;
    }
    pass(i);
  }

  void onWritable(int i) { pass(1 - i); }

  void pass(int i) {
    Lane& lane = lanes_[i];
    const int to = sides_[1 - i].fd.get();
    while (!lane.bytes.empty()) {
      const ssize_t sent = send(to, lane.bytes.data(), lane.bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && wouldBlock()) break;
      if (sent < 0) {
        done_();
        return;
      }
      lane.bytes.erase(0, static_cast<std::size_t>(sent));
    }
    if (lane.bytes.empty() && lane.ended && !lane.finished) {
      shutdown(to, SHUT_WR);
      lane.finished = true;
    }
    if (lanes_[0].finished && lanes_[1].finished) {
      done_();
      return;
    }
    settle();
  }

  void settle() {
    for (int i = 0; i < 2; ++i) {
      sides_[i].read->setEnabled(!lanes_[i].ended && lanes_[i].bytes.size() < kBuffer);
      sides_[i].write->setEnabled(!lanes_[1 - i].bytes.empty());
    }
  }

  std::function<void()> done_;
  std::string header_;
  Side sides_[2];
  Lane lanes_[2];
  QObject context_;
};

struct RelayListener::Shared {
  std::vector<std::shared_ptr<Connection>> open;
  QObject context;
  QSocketNotifier* listener = nullptr;

  // Destroyed on the next turn: the call comes from inside the connection.
  void drop(const Connection* connection) {
    const auto found =
        std::find_if(open.begin(), open.end(), [&](const auto& c) { return c.get() == connection; });
    if (found == open.end()) return;
    auto doomed = *found;
    open.erase(found);
    if (listener) listener->setEnabled(true);
    QTimer::singleShot(0, &context, [doomed] {});
  }
};

RelayListener::RelayListener(UniqueFd listener, Dial dial, ArrivalSource source)
    : listener_(std::move(listener)),
      source_(source),
      dial_(std::move(dial)),
      shared_(std::make_shared<Shared>()) {
  notifier_ = std::make_unique<QSocketNotifier>(listener_.get(), QSocketNotifier::Read);
  shared_->listener = notifier_.get();
  QObject::connect(notifier_.get(), &QSocketNotifier::activated, &shared_->context, [this] { accept(); });
}

RelayListener::~RelayListener() {
  shared_->listener = nullptr;
}

int RelayListener::port() const {
  return localPort(listener_.get());
}
std::size_t RelayListener::connections() const {
  return shared_->open.size();
}

void RelayListener::accept() {
  UniqueFd near(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!near) return;
  const std::weak_ptr<Shared> weak = shared_;
  auto slot = std::make_shared<Connection*>(nullptr);
  auto connection = std::make_shared<Connection>(std::move(near), [weak, slot] {
    if (const auto shared = weak.lock()) shared->drop(*slot);
  });
  *slot = connection.get();
  shared_->open.push_back(connection);
  if (shared_->open.size() >= kMaxConnections) notifier_->setEnabled(false);
  const std::weak_ptr<Connection> waiting = connection;
  Connection* raw = connection.get();
  connection.reset();
  const Dialed dialed = [weak, waiting](Result<UniqueFd> far, std::string preface) {
    const auto shared = weak.lock();
    const auto alive = waiting.lock();
    if (!shared || !alive) return;
    if (far) {
      alive->connected(std::move(*far), std::move(preface));
    } else {
      shared->drop(alive.get());
    }
  };
  if (source_ == ArrivalSource::ProxyHeader) {
    raw->readHeader([dial = dial_, dialed](const Arrival& arrival) { dial(arrival, dialed); });
  } else {
    dial_(source_ == ArrivalSource::Redirect ? originalDestination(raw->near()) : Arrival(), dialed);
  }
}

}  // namespace varka::launcher
