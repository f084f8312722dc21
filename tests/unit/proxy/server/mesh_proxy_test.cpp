#include <sys/un.h>

#include "core/xds/codec.h"
#include "core/xds/delta_server.h"
#include "proxy/cluster/connector.h"
#include "tests/unit/proxy/server/proxy_process.h"

using namespace varka;
using namespace varka::test;

// Before all raw strings, which moc does not read past.
class MeshProxyTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theHopReachesTheInboundListener();
  void wrongHopHeadersAreRefused();
  void configurationChangesFailNoRequest();
  void theProxyServesOnWithoutItsControlPlane();
};

namespace {

int connectUnix(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

/// The control plane's end of xds.sock for one proxy.
class ControlPlane {
 public:
  explicit ControlPlane(const std::string& path) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 4);
    thread_ = std::thread([this] { serve(); });
  }
  ~ControlPlane() {
    ::shutdown(listener_, SHUT_RDWR);
    if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  void push(std::shared_ptr<const xds::Snapshot> snapshot) {
    const std::lock_guard lock(mutex_);
    snapshot_ = snapshot;
    if (client_ >= 0)
      send(server_.setSnapshot(snapshot, std::to_string(++version_), std::chrono::steady_clock::now()));
  }
  bool settled() {
    const std::lock_guard lock(mutex_);
    return client_ >= 0 && server_.settled();
  }
  std::string error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  void send(const std::vector<xds::DeltaResponse>& responses) {
    std::string out;
    for (const auto& response : responses) xds::appendLine(response, out);
    sendAll(client_, out);
  }
  void serve() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    {
      const std::lock_guard lock(mutex_);
      client_ = fd;
    }
    xds::LineSplitter lines;
    char buffer[65536];
    for (;;) {
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      if (!lines.feed({buffer, static_cast<std::size_t>(got)})) return;
      while (const auto line = lines.next()) handle(*line);
    }
  }
  void handle(std::string_view line) {
    const std::lock_guard lock(mutex_);
    const auto message = xds::parseStreamLine(line);
    if (!message) return;
    if (std::holds_alternative<xds::Hello>(*message)) {
      std::string out;
      xds::appendLine(xds::Hello{}, out);
      sendAll(client_, out);
      if (snapshot_)
        send(server_.setSnapshot(snapshot_, std::to_string(++version_), std::chrono::steady_clock::now()));
    } else if (const auto* request = std::get_if<xds::DeltaRequest>(&*message)) {
      if (request->error) error_ = request->error->message;
      if (const auto answers = server_.handle(*request, std::chrono::steady_clock::now())) send(*answers);
    }
  }

  int listener_ = -1, client_ = -1, version_ = 0;
  std::mutex mutex_;
  xds::DeltaServer server_{"test"};
  std::shared_ptr<const xds::Snapshot> snapshot_;
  std::string error_;
  std::thread thread_;
};

/// An inbound listener for port 9080 and its cluster; `generation` changes the chain, `body` the route.
std::shared_ptr<const xds::Snapshot> snapshot(std::uint16_t upstream, int generation,
                                              const std::string& version) {
  auto result = std::make_shared<xds::Snapshot>();
  const std::string listener =
      R"({"@type":"type.googleapis.com/envoy.config.listener.v3.Listener","name":"virtualInbound","address":{"socketAddress":{"address":"0.0.0.0","portValue":15006}},"trafficDirection":"INBOUND","useOriginalDst":true,"listenerFilters":[{"name":"envoy.filters.listener.original_dst","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst"}}],"filterChains":[{"name":"0.0.0.0_9080","filterChainMatch":{"destinationPort":9080},"filters":[{"name":"envoy.filters.network.http_connection_manager","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager","statPrefix":"inbound_)" +
      std::to_string(generation) +
      R"(","rds":{"configSource":{"ads":{},"resourceApiVersion":"V3","initialFetchTimeout":"0s"},"routeConfigName":"9080"},"httpFilters":[{"name":"envoy.filters.http.router","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]})";
  const std::string routes =
      R"({"@type":"type.googleapis.com/envoy.config.route.v3.RouteConfiguration","name":"9080","virtualHosts":[{"name":"v","domains":["*"],"routes":[{"match":{"prefix":"/"},"route":{"cluster":"inbound|9080||)" +
      version + R"("}}]}]})";
  const std::string cluster =
      R"({"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster","name":"inbound|9080||)" + version +
      R"(","type":"STATIC","loadAssignment":{"clusterName":"x","endpoints":[{"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":)" +
      std::to_string(upstream) + "}}}}]}]}}";
  for (const auto& json : {listener, routes, cluster}) {
    auto resource = xds::makeResource(std::string_view(json));
    if (resource) result->add(std::move(*resource));
  }
  return result;
}

struct MeshProxy {
  QTemporaryDir directory;
  QProcess process;
  std::unique_ptr<ControlPlane> control;

  std::string path(const char* name) const {
    return directory.filePath(QString::fromUtf8(name)).toStdString();
  }
  bool start(std::shared_ptr<const xds::Snapshot> first) {
    QDir(directory.path()).mkdir("pods");
    control = std::make_unique<ControlPlane>(path("xds.sock"));
    control->push(std::move(first));
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(
        QStringLiteral(VARKA_BIN_DIR "/varka-proxy"),
        {"--node", "sidecar~10.9.9.9~reviews-1.default~default.svc.cluster.local", "--xds",
         directory.filePath("xds.sock"), "--pods", directory.filePath("pods"), "--pod-ip", "10.9.9.9",
         "--admin", directory.filePath("pods/10.9.9.9.admin.sock"), "--drain-time", "1"});
    return process.waitForStarted() && eventually(std::chrono::seconds(10), [this] {
             const int fd = connectUnix(path("pods/10.9.9.9.sock"));
             if (fd >= 0) ::close(fd);
             return fd >= 0 && control->settled();
           });
  }
  int hop(std::uint16_t destinationPort) const {
    const int fd = connectUnix(path("pods/10.9.9.9.sock"));
    sendAll(fd, proxy::proxyHeaderV2(*proxy::Address::fromIp("10.9.9.1", 4000),
                                     *proxy::Address::fromIp("10.9.9.9", destinationPort)));
    return fd;
  }
  ~MeshProxy() {
    process.terminate();
    if (!process.waitForFinished(5000)) process.kill();
    process.waitForFinished(1000);
  }
};

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";

}  // namespace

void MeshProxyTest::theHopReachesTheInboundListener() {
  Upstream upstream(Upstream::http([](const std::string& request) { return ok(request); }));
  MeshProxy proxy;
  QVERIFY(proxy.start(snapshot(upstream.port(), 1, "v1")));
  const int fd = proxy.hop(9080);
  sendAll(fd, kGet);
  const std::string response = readUntil(fd, wholeMessage);
  ::close(fd);
  QVERIFY2(response.starts_with("HTTP/1.1 200 OK"), response.c_str());
  const int wrongPort = proxy.hop(9999);  // no chain for it
  sendAll(wrongPort, kGet);
  QCOMPARE(readUntil(wrongPort, [](const std::string&) { return false; }), std::string());
  ::close(wrongPort);
}

void MeshProxyTest::wrongHopHeadersAreRefused() {
  Upstream upstream(Upstream::http([](const std::string& request) { return ok(request); }));
  MeshProxy proxy;
  QVERIFY(proxy.start(snapshot(upstream.port(), 1, "v1")));
  const int fd = connectUnix(proxy.path("pods/10.9.9.9.sock"));
  sendAll(fd, kGet);
  QCOMPARE(readUntil(fd, [](const std::string&) { return false; }), std::string());
  ::close(fd);
  QCOMPARE(upstream.connections(), 0);
}

void MeshProxyTest::configurationChangesFailNoRequest() {
  Upstream upstream(Upstream::http([](const std::string&) { return ok("x"); }));
  MeshProxy proxy;
  QVERIFY(proxy.start(snapshot(upstream.port(), 0, "v0")));
  std::atomic<bool> stop{false};
  std::atomic<int> good{0}, bad{0}, announced{0};
  std::vector<std::thread> clients;
  std::mutex mutex;
  std::string firstBad;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      int fd = proxy.hop(9080);
      while (!stop) {
        sendAll(fd, kGet);
        const std::string response = readUntil(fd, wholeMessage);
        if (response.starts_with("HTTP/1.1 200 OK")) {
          ++good;
        } else {
          ++bad;
          const std::lock_guard lock(mutex);
          if (firstBad.empty()) firstBad = "[" + response + "]";
        }
        if (response.find("connection: close") == std::string::npos && !response.empty()) continue;
        ++announced;
        ::close(fd);
        fd = proxy.hop(9080);
      }
      ::close(fd);
    });
  }
  for (int generation = 1; generation <= 60; ++generation) {
    proxy.control->push(snapshot(upstream.port(), generation, "v" + std::to_string(generation % 7)));
    QVERIFY2(eventually(std::chrono::seconds(10), [&] { return proxy.control->settled(); }),
             proxy.control->error().c_str());
  }
  stop = true;
  for (auto& client : clients) client.join();
  QVERIFY2(bad == 0, firstBad.c_str());
  QVERIFY(good > 60);
  QVERIFY(announced > 0);  // the old chains' connections were told to go
}

void MeshProxyTest::theProxyServesOnWithoutItsControlPlane() {
  Upstream upstream(Upstream::http([](const std::string& request) { return ok(request); }));
  MeshProxy proxy;
  QVERIFY(proxy.start(snapshot(upstream.port(), 1, "v1")));
  proxy.control.reset();
  const int fd = proxy.hop(9080);
  sendAll(fd, kGet);
  QVERIFY(readUntil(fd, wholeMessage).starts_with("HTTP/1.1 200 OK"));
  ::close(fd);
}

VARKA_TEST(MeshProxyTest)
#include "mesh_proxy_test.moc"
