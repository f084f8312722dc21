// The telemetry client against a socket of the test.
#include "proxy/stats/telemetry_client.h"

#include <sys/socket.h>

#include <QTemporaryDir>

#include "core/xds/stream.h"
#include "proxy/net/address.h"
#include "proxy/net/socket.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;
using namespace std::chrono_literals;

namespace {

/// An engine that reads lines.
struct Engine {
  UniqueFd listener, connection;
  xds::LineSplitter lines;
  std::vector<xds::TelemetryMessage> messages;

  explicit Engine(const std::string& path) : listener(std::move(*listenOn(Address::unixSocket(path)))) {}
  void read() {
    if (!connection) connection = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!connection) return;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::recv(connection.get(), buffer, sizeof buffer, 0)) > 0)
      if (!lines.feed({buffer, static_cast<std::size_t>(got)})) qFatal("line too long");
    while (const auto line = lines.next()) {
      auto message = xds::parseTelemetryLine(*line);
      if (!message) qFatal("%s", message.error().message.c_str());
      messages.push_back(std::move(*message));
    }
  }
  int count(xds::TelemetryMessage::Kind kind) const {
    return static_cast<int>(std::count_if(messages.begin(), messages.end(), [&](const auto& each) { return each.kind == kind; }));
  }
};

bool until(EventLoop& loop, Engine* engine, const std::function<bool()>& done, std::chrono::seconds limit = 10s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.runOnce(10ms);
    if (engine) engine->read();
  }
  return true;
}

using Kind = xds::TelemetryMessage::Kind;

}  // namespace

class TelemetryClientTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sendsHelloRecordsAndCounterDifferences() {
    const QTemporaryDir directory;
    const std::string path = directory.filePath(QStringLiteral("t.sock")).toStdString();
    Engine engine(path);
    EventLoop loop;
    Stats stats;
    StatsShard& shard = stats.addShard();
    TelemetryClient client(loop, stats, path, {"sidecar~1", 42});
    client.start();
    xds::RequestRecord record;
    record.id = "one";
    client.record(record, 1);
    shard.edge({"outbound", "c", "", "HTTP/1.1", false}).countRequest(200, 1000);
    client.touch();
    QVERIFY(until(loop, &engine, [&] { return engine.count(Kind::Counters) == 1; }));
    QCOMPARE(engine.messages[0].hello.node, std::string("sidecar~1"));
    QCOMPARE(engine.count(Kind::Request), 1);
    shard.edge({"outbound", "c", "", "HTTP/1.1", false}).countRequest(200, 1000);
    client.touch();
    QVERIFY(until(loop, &engine, [&] { return engine.count(Kind::Counters) == 2; }));
    QCOMPARE(engine.messages.back().counters.at(0).requests, std::uint64_t(1));  // the difference, not the total
  }

  void survivesAnEngineThatComesLateAndGoes() {
    const QTemporaryDir directory;
    const std::string path = directory.filePath(QStringLiteral("t.sock")).toStdString();
    EventLoop loop;
    Stats stats;
    TelemetryClient client(loop, stats, path, {"n", 1});
    client.start();
    xds::RequestRecord record;
    client.record(record, 1);
    QVERIFY(!client.connected());
    {
      Engine engine(path);
      QVERIFY(until(loop, &engine, [&] { return engine.count(Kind::Request) == 1; }));  // kept while away
    }
    QVERIFY(until(loop, nullptr, [&] { return !client.connected(); }));
    Engine again(path);
    client.record(record, 1);
    QVERIFY(until(loop, &again, [&] { return again.count(Kind::Request) == 1; }));
    QCOMPARE(again.messages[0].kind, Kind::Hello);
  }

  void dropsWhatDoesNotFitAndSaysSo() {
    const QTemporaryDir directory;
    const std::string path = directory.filePath(QStringLiteral("t.sock")).toStdString();
    EventLoop loop;
    Stats stats;
    TelemetryClient client(loop, stats, path, {"n", 1});
    client.start();
    xds::RequestRecord record;
    record.path.assign(10'000, 'x');
    for (int i = 0; i < 1000; ++i) client.record(record, 1);  // 10 MB, nobody listens
    QVERIFY(client.dropped() > 0);
    const auto dropped = client.dropped();
    Engine engine(path);
    client.touch();
    QVERIFY(until(loop, &engine, [&] { return engine.count(Kind::Counters) > 0; }));
    std::uint64_t told = 0;
    for (const auto& message : engine.messages) told += message.dropped;
    QCOMPARE(told, dropped);
    QCOMPARE(engine.count(Kind::Request), int(1000 - dropped));
  }

  void aFloodIsThinnedAndTheWeightsAddUp() {
    const QTemporaryDir directory;
    EventLoop loop;
    Stats stats;
    TelemetryClient client(loop, stats, directory.filePath(QStringLiteral("none")).toStdString(), {"n", 1});
    std::int64_t seen = 0, represented = 0, sent = 0;
    const auto end = std::chrono::steady_clock::now() + 3500ms;
    while (std::chrono::steady_clock::now() < end) {
      for (int i = 0; i < 10; ++i) {
        ++seen;
        const int oneOf = client.sample();
        represented += oneOf;
        sent += oneOf > 0;
      }
      std::this_thread::sleep_for(1ms);
    }
    QVERIFY2(sent < 3500, qPrintable(QString::number(sent)));  // at most 1000 in the first second, then about 500
    const double error = double(represented + std::int64_t(client.dropped())) / double(seen);
    QVERIFY2(error > 0.7 && error < 1.3, qPrintable(QString::number(error)));
  }
};

VARKA_TEST(TelemetryClientTest)
#include "telemetry_client_test.moc"
