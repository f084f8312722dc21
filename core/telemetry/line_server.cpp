#include "core/telemetry/line_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <QTimer>
#include <cerrno>
#include <cstring>
#include <map>

namespace varka::telemetry {
namespace {

constexpr int kBacklog = 128;
constexpr int kReadsPerTurn = 8;  // of kMaxLine each: one busy proxy must not hold up the mesh

Result<int> makeSocket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail("the socket path is too long (107 bytes at most): " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail("make a socket: " + errnoText(errno));
  ::unlink(path.c_str());
  // The mode is set between bind and listen: until listen nobody can connect.
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(fd, kBacklog) != 0) {
    const auto why = errnoText(errno);
    ::close(fd);
    return fail("listen on " + path + ": " + why);
  }
  return fd;
}

}  // namespace

struct LineServer::State {
  struct Connection {
    Peer peer;
    int fd = -1;
    std::string buffer;
    std::unique_ptr<QSocketNotifier> readable;
  };

  explicit State(Callbacks given) : callbacks(std::move(given)) {}
  ~State() {
    while (!connections.empty()) drop(connections.begin()->first);
    listener.reset();
    if (fd >= 0) ::close(fd);
    if (!path.empty()) ::unlink(path.c_str());
  }

  void warn(const std::string& message) const {
    if (callbacks.warning) callbacks.warning(message);
  }

  void acceptAll() {
    for (;;) {
      const int client = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (client < 0) {
        if (errno == EMFILE || errno == ENFILE) pauseAccepting();
        return;
      }
      if (!admit(client)) ::close(client);
    }
  }

  // Without descriptors the waiting connection would wake us for ever.
  void pauseAccepting() {
    warn("no file descriptors are left for a new connection; trying again in a second");
    listener->setEnabled(false);
    QTimer::singleShot(1000, listener.get(), [this] { listener->setEnabled(true); });
  }

  bool admit(int client) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return false;
    const auto who = "process " + std::to_string(credentials.pid);
    if (credentials.uid != ::geteuid()) {
      warn("refused " + who + " of another user (uid " + std::to_string(credentials.uid) + ")");
      return false;
    }
    if (connections.size() >= kMaxConnections) {
      warn("refused " + who + ": " + std::to_string(kMaxConnections) + " connections are open");
      return false;
    }
    const Peer peer{++lastConnection, credentials.pid};
    if (!callbacks.connected(peer)) {
      warn("refused " + who + ", which is no proxy of this mesh");
      return false;
    }
    auto& made = connections[peer.connection];
    made.peer = peer;
    made.fd = client;
    made.readable = std::make_unique<QSocketNotifier>(client, QSocketNotifier::Read);
    QObject::connect(made.readable.get(), &QSocketNotifier::activated,
                     [this, id = peer.connection] { read(id); });
    return true;
  }

  void read(std::uint64_t id) {
    const auto at = connections.find(id);
    if (at == connections.end()) return;
    char chunk[kMaxLine];
    for (int turn = 0; turn < kReadsPerTurn; ++turn) {
      const auto got = ::read(at->second.fd, chunk, sizeof chunk);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (got <= 0) return drop(id);
      if (!take(at->second, std::string_view(chunk, static_cast<std::size_t>(got)))) return drop(id);
    }
  }

  bool take(Connection& from, std::string_view data) {
    for (;;) {
      const auto end = data.find('\n');
      if (end == std::string_view::npos) {
        from.buffer += data;
        if (from.buffer.size() <= kMaxLine) return true;
        warn("closed process " + std::to_string(from.peer.pid) + ": a line of more than 64 KiB");
        return false;
      }
      auto line = data.substr(0, end);
      if (!from.buffer.empty()) {
        from.buffer += line;
        line = from.buffer;
      }
      if (line.size() > kMaxLine) {
        warn("closed process " + std::to_string(from.peer.pid) + ": a line of more than 64 KiB");
        return false;
      }
      if (!callbacks.line(from.peer, line)) return false;
      from.buffer.clear();
      data.remove_prefix(end + 1);
    }
  }

  void drop(std::uint64_t id) {
    const auto at = connections.find(id);
    if (at == connections.end()) return;
    auto gone = std::move(at->second);
    connections.erase(at);
    gone.readable->setEnabled(false);
    gone.readable.release()->deleteLater();  // we may be inside its signal
    ::close(gone.fd);
    if (callbacks.closed) callbacks.closed(gone.peer);
  }

  Callbacks callbacks;
  std::string path;
  int fd = -1;
  std::unique_ptr<QSocketNotifier> listener;
  std::map<std::uint64_t, Connection> connections;
  std::uint64_t lastConnection = 0;
};

LineServer::LineServer(Callbacks callbacks) : state_(std::make_unique<State>(std::move(callbacks))) {}
LineServer::~LineServer() = default;

Result<> LineServer::listen(const std::string& path) {
  const auto made = makeSocket(path);
  if (!made) return fail(made.error());
  state_->fd = *made;
  state_->path = path;
  state_->listener = std::make_unique<QSocketNotifier>(*made, QSocketNotifier::Read);
  QObject::connect(state_->listener.get(), &QSocketNotifier::activated,
                   [state = state_.get()] { state->acceptAll(); });
  return {};
}

std::size_t LineServer::connections() const {
  return state_->connections.size();
}

}  // namespace varka::telemetry
