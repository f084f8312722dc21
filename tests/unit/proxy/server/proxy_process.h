#pragma once
// A varka-proxy of the build with a static bootstrap, a small upstream on threads, and a raw client. Tests
// only.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/test.h"

namespace varka::test {

inline int listenLoopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  port = ntohs(address.sin_port);
  ::listen(fd, 64);
  return fd;
}

inline std::uint16_t freePort() {
  std::uint16_t port = 0;
  ::close(listenLoopback(port));
  return port;
}

inline int connectLoopback(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

/// Reads until `done` says so, the peer closes, or 5 s pass.
inline std::string readUntil(int fd, const std::function<bool(const std::string&)>& done) {
  std::string all;
  char buffer[16384];
  while (!done(all)) {
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, 5000) <= 0) break;
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    all.append(buffer, static_cast<std::size_t>(got));
  }
  return all;
}

inline void sendAll(int fd, const std::string& data) {
  std::size_t at = 0;
  while (at < data.size()) {
    const ssize_t sent = ::send(fd, data.data() + at, data.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return;
    at += static_cast<std::size_t>(sent);
  }
}

/// One whole message with content-length (or without a body).
inline bool wholeMessage(const std::string& text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const auto at = text.find("content-length: ");
  if (at == std::string::npos || at > end) return true;
  return text.size() >= end + 4 + std::stoul(text.substr(at + 16));
}

/// A client connection that asks and reads one answer after the other.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(connectLoopback(port)) {}
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }
  std::string ask(const std::string& request) {
    sendAll(fd_, request);
    return readUntil(fd_, wholeMessage);
  }
  std::string get(const std::string& path, const std::string& fields = {}) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n");
  }
  std::string untilClose() {
    return readUntil(fd_, [](const std::string&) { return false; });
  }
  int fd() const { return fd_; }
  void closeNow() { ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

/// Calls `serve` with each accepted connection, on a thread of its own.
class Upstream {
 public:
  explicit Upstream(std::function<void(int fd, int connection)> serve) : serve_(std::move(serve)) {
    fd_ = listenLoopback(port_);
    acceptor_ = std::thread([this] {
      for (;;) {
        const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        const int number = ++connections_;
        const std::lock_guard lock(mutex_);
        open_.push_back(fd);
        threads_.emplace_back([this, fd, number] { serve_(fd, number); });
      }
    });
  }
  ~Upstream() {
    ::shutdown(fd_, SHUT_RDWR);
    acceptor_.join();
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
    for (const int fd : open_) ::close(fd);
    ::close(fd_);
  }
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

  /// Answers every request with `respond(head)`.
  static std::function<void(int, int)> http(std::function<std::string(const std::string& request)> respond) {
    return [respond = std::move(respond)](int fd, int) {
      for (;;) {
        const std::string request = readUntil(fd, wholeMessage);
        if (!wholeMessage(request)) return;
        sendAll(fd, respond(request));
      }
    };
  }

 private:
  std::function<void(int, int)> serve_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
};

inline std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ProxyProcess {
 public:
  ProxyProcess() : port(freePort()) {}
  ~ProxyProcess() { stop(); }

  const std::uint16_t port;

  static QByteArray cluster(const QByteArray& name, std::uint16_t upstream, const QByteArray& more = {}) {
    return R"({"name":")" + name + R"(","type":"STATIC","connectTimeout":"1s",)" + more +
           R"("loadAssignment":{"clusterName":")" + name +
           R"(","endpoints":[{"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":)" +
           QByteArray::number(upstream) + "}}}}]}]}}";
  }
  static QByteArray router() {
    return R"({"name":"envoy.filters.http.router","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}})";
  }
  static QByteArray fault() {
    return R"({"name":"envoy.filters.http.fault","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"}})";
  }
  /// `manager` are further fields of the connection manager, each ending in a comma.
  QByteArray httpBootstrap(const QByteArray& routes, const QByteArray& clusters,
                           const QByteArray& manager = {}, const QByteArray& filters = router()) const {
    const QByteArray hcm =
        R"({"@type":"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager","statPrefix":"test","serverName":"istio-envoy",)" +
        manager + R"("routeConfig":{"name":"r","virtualHosts":[{"name":"v","domains":["*"],"routes":[)" +
        routes + R"(]}]},"httpFilters":[)" + filters + "]}";
    return bootstrap(R"({"name":"envoy.filters.network.http_connection_manager","typedConfig":)" + hcm + "}",
                     clusters);
  }
  QByteArray bootstrap(const QByteArray& filter, const QByteArray& clusters) const {
    return R"({"staticResources":{"listeners":[{"name":"test","address":{"socketAddress":{"address":"127.0.0.1","portValue":)" +
           QByteArray::number(port) + R"(}},"filterChains":[{"name":"chain","filters":[)" + filter +
           R"(]}]}],"clusters":[)" + clusters + "]}}";
  }

  bool start(const QByteArray& bootstrapText) {
    QFile file(directory_.filePath("bootstrap.json"));
    if (!file.open(QIODevice::WriteOnly)) return false;
    file.write(bootstrapText);
    file.close();
    process_.setProcessChannelMode(QProcess::SeparateChannels);
    process_.start(QStringLiteral(VARKA_BIN_DIR "/varka-proxy"),
                   {QStringLiteral("-c"), file.fileName(), QStringLiteral("--admin"), adminPath(),
                    QStringLiteral("--drain-time"), QStringLiteral("1")});
    if (!process_.waitForStarted()) return false;
    return eventually(std::chrono::seconds(10),
                      [this] {
                        if (process_.state() != QProcess::Running) return true;
                        const int fd = connectLoopback(port);
                        if (fd >= 0) ::close(fd);
                        return fd >= 0;
                      }) &&
           process_.state() == QProcess::Running;
  }
  QString adminPath() const { return directory_.filePath("admin.sock"); }
  void stop() {
    if (process_.state() == QProcess::NotRunning) return;
    process_.terminate();
    if (!process_.waitForFinished(5000)) process_.kill();
    process_.waitForFinished(2000);
  }
  QProcess& process() { return process_; }

 private:
  QTemporaryDir directory_;
  QProcess process_;
};

}  // namespace varka::test
