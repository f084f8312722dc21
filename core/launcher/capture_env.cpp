// Capture by agreement, where namespaces are not allowed: the pod's address is one of 127.244.0.0/16, the
// service is told a free port by PORT and finds others by *_SERVICE_HOST/PORT. A relay podIP:containerPort →
// 127.0.0.1:PORT makes the pod look as everywhere else, unless the service itself listens there (a program
// that ignores PORT and is alone on its port).
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <QTimer>
#include <cerrno>
#include <csignal>
#include <map>

#include "core/launcher/capture.h"
#include "core/launcher/relay.h"

namespace varka::launcher {
namespace {

constexpr int kLookEveryMs = 100;

// On loopback a connect is decided within microseconds, so waiting for it is no blocking worth a name.
bool accepts(const std::string& ip, int port) {
  auto socket = newTcpSocket();
  if (socket) socket = beginConnect(std::move(*socket), ip, port);
  if (!socket) return false;
  pollfd decided{socket->get(), POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  return poll(&decided, 1, 20) == 1 && getsockopt(socket->get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
}

class EnvCapture final : public Capture {
 public:
  explicit EnvCapture(CapturePlan plan) : plan_(std::move(plan)) {
    for (const auto& port : plan_.ports)
      if (port.protocol == "TCP") free_[port.port] = freePort();
    connect(&look_, &QTimer::timeout, this, [this] { openRelays(); });
  }

  void start() override {
    QTimer::singleShot(0, this, [this] {
      look_.start(kLookEveryMs);
      Q_EMIT ready({});
    });
  }

  void enter(SpawnPlan& plan, const std::string& directory, const std::vector<std::string>& command,
             int statusDescriptor) const override {
    plan.arguments = {
        plan_.podProgram, "exec",    "--parent",    std::to_string(getpid()),         "--nofile", "1024",
        "--cwd",          directory, "--status-fd", std::to_string(statusDescriptor), "--"};
    plan.arguments.insert(plan.arguments.end(), command.begin(), command.end());
  }

  void adjust(Environment& environment) const override {
    bool first = true;
    for (const auto& port : plan_.ports) {
      const auto found = free_.find(port.port);
      if (found == free_.end()) continue;
      const std::string number = std::to_string(found->second);
      if (std::exchange(first, false) && environment.get("PORT").empty()) environment.set("PORT", number);
      environment.set("PORT_" + std::to_string(port.port), number);
    }
  }

  void dial(int port, Dialed done) override {
    const auto found = free_.find(port);
    if (found != free_.end() && accepts("127.0.0.1", found->second)) {
      openRelays();  // who sees the pod ready may use its address at once
      connectTo("127.0.0.1", found->second, done);
    } else {
      connectTo(plan_.ip, port, done);
    }
  }

  Result<UniqueFd> openProxyChannel() override { return UniqueFd(); }
  void sweep(std::function<void()> done) override {
    relays_.clear();  // a restarted service may want the port itself
    done();
  }

  void stop() override {
    look_.stop();
    relays_.clear();
    QTimer::singleShot(0, this, [this] { Q_EMIT stopped(); });
  }

 private:
  static int freePort() {
    auto listener = listenOnHost("127.0.0.1", 0);
    return listener ? localPort(listener->get()) : 0;
  }

  static void connectTo(const std::string& ip, int port, const Dialed& done) {
    auto socket = newTcpSocket();
    done(socket ? beginConnect(std::move(*socket), ip, port) : std::move(socket));
  }

  void openRelays() {
    for (const auto& [port, target] : free_) {
      if (relays_.count(port) != 0 || !accepts("127.0.0.1", target)) continue;
      auto listener = listenOnHost(plan_.ip, port);
      if (!listener) continue;
      relays_[port] = std::make_unique<RelayListener>(
          std::move(*listener), [target = target](const Arrival&, const RelayListener::Dialed& done) {
            connectTo("127.0.0.1", target, [&](Result<UniqueFd> socket) { done(std::move(socket), {}); });
          });
    }
  }

  CapturePlan plan_;
  std::map<int, int> free_;  // containerPort → the port the service is told
  std::map<int, std::unique_ptr<RelayListener>> relays_;
  QTimer look_;
};

}  // namespace

Result<UniqueFd> newTcpSocket() {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail("no socket: " + errnoText(errno));
  return socket;
}

Result<UniqueFd> beginConnect(UniqueFd socket, const std::string& ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS)
    return fail("connect to " + ip + ":" + std::to_string(port) + ": " + errnoText(errno));
  return socket;
}

std::unique_ptr<Capture> makeEnvCapture(CapturePlan plan) {
  return std::make_unique<EnvCapture>(std::move(plan));
}

}  // namespace varka::launcher
