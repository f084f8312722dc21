#include "tests/unit/proxy/server/proxy_process.h"

using namespace varka::test;

namespace {

QByteArray toCluster(const QByteArray& more = {}) {
  return R"({"match":{"prefix":"/"},"route":{"cluster":"up")" + more + "}}";
}

std::string bodyOf(const std::string& response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : response.substr(end + 4);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// The bodies stand outside of the class: moc does not find a class with raw strings in it.
class HttpProxyTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void requestsAreForwardedOverOneConnection();
  void pipelinedRequestsAreAnsweredInOrder();
  void failuresAreNamedAsEnvoyDoes();
  void slowUpstreamTimesOut();
  void failedAttemptsAreRetried();
  void aStalePooledConnectionIsNotAFailedRequest();
  void resetBeforeTheResponseIs503AndGarbageIs502();
  void faultsDelayAndAbort();
  void bigBodiesPassBothWays();
  void smuggledRequestsAreRefusedAndTheConnectionEnds();
  void tcpIsCarriedWithHalfClose();
  void webSocketUpgradeBecomesATunnel();
  void limitsOverflowWith503();
  void badConfigurationEndsWithAMessageAndCode2();
};

void HttpProxyTest::requestsAreForwardedOverOneConnection() {
  Upstream upstream(Upstream::http([](const std::string& request) { return ok(request); }));
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(), ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  for (int i = 0; i < 20; ++i) {
    const std::string response = client.get("/hello");
    QVERIFY2(response.starts_with("HTTP/1.1 200 OK\r\n"), response.c_str());
    QVERIFY(contains(response, "server: istio-envoy\r\n"));
    QVERIFY(contains(response, "x-envoy-upstream-service-time: "));
    QVERIFY(contains(bodyOf(response), "x-request-id: "));
    QVERIFY(contains(bodyOf(response), "traceparent: 00-"));
    QVERIFY(contains(bodyOf(response), "x-forwarded-proto: http\r\n"));
  }
  QCOMPARE(upstream.connections(), 1);
}

void HttpProxyTest::pipelinedRequestsAreAnsweredInOrder() {
  Upstream upstream(Upstream::http(
      [](const std::string& request) { return ok(request.substr(4, request.find(' ', 4) - 4)); }));
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(), ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  std::string all;
  for (const char* path : {"/1", "/2", "/3"})
    all += std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n" +
           (path[1] == '3' ? "Connection: close\r\n" : "") + "\r\n";
  sendAll(client.fd(), all);
  const std::string answers = client.untilClose();
  QVERIFY2(answers.find("/1") < answers.find("/2") && answers.find("/2") < answers.find("/3"),
           answers.c_str());
  QVERIFY(answers.ends_with("/3"));
}

void HttpProxyTest::failuresAreNamedAsEnvoyDoes() {
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(
      R"({"match":{"path":"/dead"},"route":{"cluster":"up"}},{"match":{"path":"/empty"},"route":{"cluster":"empty"}},{"match":{"path":"/unknown"},"route":{"cluster":"nosuch"}},{"match":{"path":"/direct"},"directResponse":{"status":418,"body":{"inlineString":"tea"}}},{"match":{"path":"/moved"},"redirect":{"pathRedirect":"/new"}})",
      ProxyProcess::cluster("up", freePort()) +
          R"(,{"name":"empty","type":"STATIC","loadAssignment":{"clusterName":"empty"}})")));
  const auto get = [&](const std::string& path) { return Client(proxy.port).get(path); };
  QVERIFY(get("/dead").starts_with("HTTP/1.1 503 "));
  QVERIFY(contains(
      get("/dead"),
      "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure"));
  QVERIFY(contains(get("/empty"), "no healthy upstream"));
  QVERIFY(get("/unknown").starts_with("HTTP/1.1 503 "));
  QVERIFY(get("/else").starts_with("HTTP/1.1 404 "));
  QVERIFY(get("/direct").starts_with("HTTP/1.1 418 "));
  QVERIFY(get("/direct").ends_with("tea"));
  QVERIFY(get("/moved").starts_with("HTTP/1.1 301 "));
  QVERIFY(contains(get("/moved"), "location: http://a.test/new\r\n"));
}

void HttpProxyTest::slowUpstreamTimesOut() {
  Upstream upstream([](int fd, int) { readUntil(fd, [](const std::string&) { return false; }); });
  ProxyProcess proxy;
  QVERIFY(proxy.start(
      proxy.httpBootstrap(toCluster(R"(,"timeout":"0.2s")"), ProxyProcess::cluster("up", upstream.port()))));
  const std::string response = Client(proxy.port).get("/");
  QVERIFY2(response.starts_with("HTTP/1.1 504 "), response.c_str());
  QVERIFY(response.ends_with("upstream request timeout"));
}

void HttpProxyTest::failedAttemptsAreRetried() {
  std::atomic<int> requests{0};
  Upstream upstream(Upstream::http([&](const std::string& request) {
    if (++requests <= 2) return std::string("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    return ok(request);
  }));
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(R"(,"retryPolicy":{"retryOn":"5xx","numRetries":2})"),
                                          ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  const std::string response = client.ask("POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\n\r\nhello");
  QVERIFY2(response.starts_with("HTTP/1.1 200 "), response.c_str());
  QVERIFY(response.ends_with("hello"));  // the body went along with each attempt
  QCOMPARE(requests.load(), 3);
}

void HttpProxyTest::aStalePooledConnectionIsNotAFailedRequest() {
  // Answers one request per connection, says keep-alive, and closes on the second.
  Upstream upstream([](int fd, int) {
    readUntil(fd, wholeMessage);
    sendAll(fd, ok("x"));
    readUntil(fd, wholeMessage);
    ::shutdown(fd, SHUT_RDWR);
  });
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(), ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  for (int i = 0; i < 6; ++i) {
    const std::string response = client.get("/");
    QVERIFY2(response.starts_with("HTTP/1.1 200 "), response.c_str());
  }
}

void HttpProxyTest::resetBeforeTheResponseIs503AndGarbageIs502() {
  Upstream closing([](int fd, int) {
    readUntil(fd, wholeMessage);
    ::shutdown(fd, SHUT_RDWR);
  });
  Upstream garbage([](int fd, int) {
    readUntil(fd, wholeMessage);
    sendAll(fd, "this is not HTTP\r\n\r\n");
    readUntil(fd, [](const std::string&) { return false; });
  });
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(
      R"({"match":{"path":"/closing"},"route":{"cluster":"closing"}},{"match":{"prefix":"/"},"route":{"cluster":"garbage"}})",
      ProxyProcess::cluster("closing", closing.port()) + "," +
          ProxyProcess::cluster("garbage", garbage.port()))));
  QVERIFY(contains(Client(proxy.port).get("/closing"), "reset reason: connection termination"));
  QVERIFY(Client(proxy.port).get("/garbage").starts_with("HTTP/1.1 502 "));
}

void HttpProxyTest::faultsDelayAndAbort() {
  Upstream upstream(Upstream::http([](const std::string&) { return ok("real"); }));
  ProxyProcess proxy;
  const QByteArray type = R"("@type":"type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault")";
  const auto route = [&](const QByteArray& path, const QByteArray& fault) {
    return R"({"match":{"path":")" + path +
           R"("},"route":{"cluster":"up"},"typedPerFilterConfig":{"envoy.filters.http.fault":{)" + type +
           "," + fault + "}}}";
  };
  QVERIFY(proxy.start(proxy.httpBootstrap(
      route("/abort", R"("abort":{"httpStatus":555,"percentage":{"numerator":100}})") + "," +
          route("/delay", R"("delay":{"fixedDelay":"0.3s","percentage":{"numerator":100}})") + "," +
          toCluster(),
      ProxyProcess::cluster("up", upstream.port()), {},
      ProxyProcess::fault() + "," + ProxyProcess::router())));
  const std::string aborted = Client(proxy.port).get("/abort");
  QVERIFY(aborted.starts_with("HTTP/1.1 555 "));
  QVERIFY(aborted.ends_with("fault filter abort"));
  QElapsedTimer timer;
  timer.start();
  QVERIFY(Client(proxy.port).get("/delay").ends_with("real"));
  QVERIFY2(timer.elapsed() >= 290, qPrintable(QString::number(timer.elapsed())));
  timer.restart();
  QVERIFY(Client(proxy.port).get("/other").ends_with("real"));
  QVERIFY(timer.elapsed() < 290);
}

void HttpProxyTest::bigBodiesPassBothWays() {
  const std::string big(3 * 1024 * 1024 + 17, 'b');
  Upstream upstream(Upstream::http(
      [&](const std::string& request) { return ok(std::to_string(bodyOf(request).size()) + big); }));
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(), ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  std::thread sender([&] {
    sendAll(client.fd(),
            "POST / HTTP/1.1\r\nHost: a\r\ncontent-length: " + std::to_string(big.size()) + "\r\n\r\n" + big);
  });
  const std::string response = readUntil(client.fd(), wholeMessage);
  sender.join();
  QVERIFY(response.ends_with(std::to_string(big.size()) + big));
}

void HttpProxyTest::smuggledRequestsAreRefusedAndTheConnectionEnds() {
  std::atomic<int> requests{0};
  Upstream upstream(Upstream::http([&](const std::string&) {
    ++requests;
    return ok("x");
  }));
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(), ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  sendAll(client.fd(),
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET "
          "/poison HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string response = client.untilClose();
  QVERIFY(response.starts_with("HTTP/1.1 400 "));
  QVERIFY(contains(response, "connection: close\r\n"));
  QCOMPARE(response.find("HTTP/1.1", 8), std::string::npos);
  QCOMPARE(requests.load(), 0);
}

void HttpProxyTest::tcpIsCarriedWithHalfClose() {
  Upstream upstream([](int fd, int) {
    const std::string all =
        readUntil(fd, [](const std::string&) { return false; });  // until our client's FIN
    sendAll(fd, "got " + std::to_string(all.size()));
    ::shutdown(fd, SHUT_WR);
  });
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.bootstrap(
      R"({"name":"envoy.filters.network.tcp_proxy","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy","statPrefix":"tcp","cluster":"up"}})",
      ProxyProcess::cluster("up", upstream.port()))));
  Client client(proxy.port);
  sendAll(client.fd(), std::string(200000, 'x'));
  ::shutdown(client.fd(), SHUT_WR);
  QCOMPARE(client.untilClose(), std::string("got 200000"));
}

void HttpProxyTest::webSocketUpgradeBecomesATunnel() {
  Upstream upstream([](int fd, int) {
    readUntil(fd, wholeMessage);
    sendAll(fd, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst");
    const std::string sent = readUntil(fd, [](const std::string& all) { return all.size() >= 4; });
    sendAll(fd, "echo " + sent);
  });
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(toCluster(), ProxyProcess::cluster("up", upstream.port()),
                                          R"("upgradeConfigs":[{"upgradeType":"websocket"}],)")));
  Client client(proxy.port);
  sendAll(client.fd(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\npi");  // with the first bytes, before the 101
  const std::string head =
      readUntil(client.fd(), [](const std::string& all) { return all.ends_with("first"); });
  QVERIFY2(head.starts_with("HTTP/1.1 101 "), head.c_str());
  QVERIFY(contains(head, "upgrade: websocket\r\n"));
  sendAll(client.fd(), "ng");
  QCOMPARE(readUntil(client.fd(), [](const std::string& all) { return all.size() >= 9; }),
           std::string("echo ping"));
}

void HttpProxyTest::limitsOverflowWith503() {
  Upstream upstream([](int fd, int) { readUntil(fd, [](const std::string&) { return false; }); });
  ProxyProcess proxy;
  QVERIFY(proxy.start(proxy.httpBootstrap(
      toCluster(),
      ProxyProcess::cluster(
          "up", upstream.port(),
          R"("circuitBreakers":{"thresholds":[{"maxConnections":1,"maxPendingRequests":1}]},)"))));
  Client first(proxy.port), second(proxy.port);
  sendAll(first.fd(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  QVERIFY(eventually(std::chrono::seconds(5), [&] { return upstream.connections() == 1; }));
  sendAll(second.fd(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string third;
  QVERIFY(eventually(std::chrono::seconds(5), [&] {
    Client another(proxy.port);
    sendAll(another.fd(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    pollfd wait{another.fd(), POLLIN, 0};
    if (::poll(&wait, 1, 200) <= 0) return false;
    third = readUntil(another.fd(), wholeMessage);
    return true;
  }));
  QVERIFY(third.starts_with("HTTP/1.1 503 "));
  QVERIFY(contains(third, "x-envoy-overloaded: true\r\n"));
  QVERIFY(third.ends_with("reset reason: overflow"));
}

void HttpProxyTest::badConfigurationEndsWithAMessageAndCode2() {
  ProxyProcess proxy;
  QVERIFY(!proxy.start(R"({"staticResources":{"nonsense":[]}})"));
  QVERIFY(proxy.process().waitForFinished(5000) || proxy.process().state() == QProcess::NotRunning);
  QCOMPARE(proxy.process().exitCode(), 2);
  QVERIFY(proxy.process().readAllStandardError().contains("nonsense"));
}

VARKA_TEST(HttpProxyTest)
#include "http_proxy_test.moc"
