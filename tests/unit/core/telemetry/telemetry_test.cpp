// The facade: what the mesh composes, through its socket and its signals.
#include "core/telemetry/telemetry.h"

#include <unistd.h>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTimer>

#include "tests/support/test.h"
#include "tests/unit/core/telemetry/fixtures.h"

using namespace varka;
using namespace varka::telemetry;
using namespace varka::telemetry::test;

namespace {

const PodRef kProductpage{"default", "productpage-v1-0"}, kReviews{"default", "reviews-v1-0"};

struct Fixture {
  Telemetry telemetry;
  std::vector<TrafficRowPtr> rows;
  std::vector<std::string> warnings;
  std::vector<MetricPoint> points;
  int graphs = 0, batches = 0;

  Fixture() {
    telemetry.setTopology(bookinfo());
    QObject::connect(&telemetry, &Telemetry::graphChanged, &telemetry,
                     [this](const TrafficGraphPtr&) { ++graphs; });
    QObject::connect(&telemetry, &Telemetry::traffic, &telemetry,
                     [this](const std::shared_ptr<const TrafficBatch>& batch) {
                       ++batches;
                       rows.insert(rows.end(), batch->begin(), batch->end());
                     });
    QObject::connect(&telemetry, &Telemetry::warning, &telemetry,
                     [this](const std::string& message) { warnings.push_back(message); });
    QObject::connect(&telemetry, &Telemetry::metrics, &telemetry,
                     [this](const std::shared_ptr<const std::vector<MetricPoint>>& more) {
                       points.insert(points.end(), more->begin(), more->end());
                     });
  }
};

xds::TelemetryMessage request(const std::string& side, const std::string& id, int status = 200,
                              const std::string& details = "via_upstream") {
  xds::TelemetryMessage out;
  out.kind = xds::TelemetryMessage::Kind::Request;
  auto& record = out.request;
  record.side = side;
  record.id = id;
  record.traceId = "trace-" + id;
  record.startUs = 1'800'000'000'000'000;
  record.durationUs = 5000;
  record.status = status;
  record.details = details;
  record.mtls = true;
  record.method = "GET";
  record.path = "/reviews/0";
  record.workload = "an impostor";
  if (side == "outbound") {
    record.peerWorkload = "reviews-v1-0";
    record.upstreamHost = "10.0.0.3:9080";
    record.clusterName = cluster("reviews", "v1");
  }
  return out;
}

xds::TelemetryMessage report(const xds::EdgeCounters& counters) {
  xds::TelemetryMessage out;
  out.kind = xds::TelemetryMessage::Kind::Counters;
  out.counters = {counters};
  return out;
}

std::string hello() {
  xds::TelemetryMessage message;
  message.kind = xds::TelemetryMessage::Kind::Hello;
  message.hello = {"sidecar~10.0.0.2~productpage-v1-0.default~default.svc.cluster.local", ::getpid()};
  std::string out;
  xds::appendLine(message, out);
  return out;
}

bool soon(const std::function<bool()>& predicate) {
  return varka::test::eventually(std::chrono::seconds(5), predicate);
}

}  // namespace

class TelemetryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void graphIsThereWithoutTraffic();
  void hopBecomesOneRowWithTitles();
  void policyOfTheServerSettlesTheRowAndTheEdge();
  void lateServerRecordIsPutIntoItsRow();
  void rowsComeInBatchesAndStayInTheRing();
  void atRestNothingIsEmitted();
  void metricsTellASecondOnce();
  void linesOfAProxyBecomeTraffic();
  void malformedLineClosesAndIsCounted();
  void firstLineMustBeAHello();
  void unknownProcessIsRefused();
  void prometheusTextHasTheCounters();
};

void TelemetryTest::graphIsThereWithoutTraffic() {
  Fixture f;
  QVERIFY(soon([&] { return f.graphs == 1; }));
  QCOMPARE(f.telemetry.graph()->nodes.size(), 7u);
}

void TelemetryTest::hopBecomesOneRowWithTitles() {
  Fixture f;
  f.telemetry.report(kReviews, request("inbound", "r1"));
  f.telemetry.report(kProductpage, request("outbound", "r1"));
  QVERIFY(soon([&] { return f.rows.size() == 1; }));
  const auto& row = *f.rows[0];
  QCOMPARE(row.from, std::string("productpage v1"));
  QCOMPARE(row.to, std::string("reviews v1"));
  QCOMPARE(row.record.side, std::string("outbound"));
  QCOMPARE(row.record.workload, std::string("productpage-v1-0"));  // not what the record claimed
  QCOMPARE(row.server.size(), 1u);
  QCOMPARE(f.telemetry.find("r1").size(), 1u);
  QCOMPARE(f.telemetry.find("trace-r1").size(), 1u);
  QVERIFY(f.telemetry.find("r2").empty());
}

void TelemetryTest::policyOfTheServerSettlesTheRowAndTheEdge() {
  Fixture f;
  auto counted = counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 0);
  counted.requests = counted.errors4xx = 1;
  f.telemetry.report(kProductpage, report(counted));
  f.telemetry.report(kReviews, request("inbound", "r1", 403, "rbac_access_denied_matched_policy[none]"));
  f.telemetry.report(kProductpage, request("outbound", "r1", 403));
  QVERIFY(soon([&] { return f.rows.size() == 1; }));
  QCOMPARE(f.rows[0]->record.origin, std::string("policy"));
  QVERIFY(soon([&] {
    return !f.telemetry.graph()->edges.empty() && f.telemetry.graph()->edges[0].errorOrigin == "P";
  }));
}

void TelemetryTest::lateServerRecordIsPutIntoItsRow() {
  Fixture f;
  f.telemetry.report(kProductpage, request("outbound", "r1", 504, "upstream_response_timeout"));
  QVERIFY(soon([&] { return f.rows.size() == 1; }));
  QVERIFY(f.rows[0]->server.empty());
  f.telemetry.report(kReviews, request("inbound", "r1"));
  const auto found = f.telemetry.find("r1");
  QCOMPARE(found.size(), 1u);
  QCOMPARE(found[0]->sequence, f.rows[0]->sequence);
  QCOMPARE(found[0]->server.size(), 1u);
}

void TelemetryTest::rowsComeInBatchesAndStayInTheRing() {
  Fixture f;
  for (int i = 0; i < 500; ++i) {
    auto alone = request("outbound", "r" + std::to_string(i));
    alone.request.peerWorkload = alone.request.upstreamHost = {};
    f.telemetry.report(kProductpage, alone);
  }
  QVERIFY(soon([&] { return f.rows.size() == 500; }));
  QCOMPARE(f.batches, 1);
  QCOMPARE(f.telemetry.recent(10).size(), 10u);
  QCOMPARE(f.telemetry.recent(10).back()->record.id, std::string("r499"));
  for (std::size_t i = 1; i < f.rows.size(); ++i) QCOMPARE(f.rows[i]->sequence, f.rows[i - 1]->sequence + 1);
}

void TelemetryTest::atRestNothingIsEmitted() {
  Fixture f;
  QVERIFY(soon([&] { return f.graphs == 1; }));
  for (auto* timer : f.telemetry.findChildren<QTimer*>()) QVERIFY(!timer->isActive());
}

void TelemetryTest::metricsTellASecondOnce() {
  Fixture f;
  f.telemetry.report(kProductpage,
                     report(counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 40, 2)));
  QVERIFY(soon([&] { return !f.points.empty(); }));
  const auto graphs = f.graphs;
  QVERIFY(soon([&] { return f.graphs >= graphs + 2; }));
  QCOMPARE(f.points.size(), 1u);
  QCOMPARE(f.points[0].requests, std::uint64_t{42});
  QCOMPARE(f.points[0].errors, std::uint64_t{2});
  QCOMPARE(f.points[0].edge, std::string("workload:default/productpage-v1>workload:default/reviews-v1"));
  QCOMPARE(f.points[0].atMs % 1000, 0);
}

void TelemetryTest::linesOfAProxyBecomeTraffic() {
  Fixture f;
  const QTemporaryDir dir;
  const auto path = dir.path() + QStringLiteral("/telemetry.sock");
  f.telemetry.setIdentity(
      [](std::int64_t pid) { return pid == ::getpid() ? std::optional(kProductpage) : std::nullopt; });
  QVERIFY(f.telemetry.listen(path.toStdString()).has_value());
  QLocalSocket socket;
  socket.connectToServer(path);
  QVERIFY(socket.waitForConnected());
  std::string lines = hello();
  xds::appendLine(request("outbound", "r1"), lines);
  xds::appendLine(report(counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 9, 1)), lines);
  socket.write(lines.data(), static_cast<qint64>(lines.size()));
  QVERIFY(soon([&] { return f.rows.size() == 1; }));
  QCOMPARE(f.rows[0]->fromNode, std::string("workload:default/productpage-v1"));
  QVERIFY(soon([&] { return f.telemetry.graph()->totalRequests == 10; }));
  QCOMPARE(f.telemetry.graph()->edges.size(), 1u);
  QCOMPARE(f.telemetry.stats().records, std::uint64_t{1});
  QVERIFY(f.warnings.empty());
}

void TelemetryTest::malformedLineClosesAndIsCounted() {
  Fixture f;
  const QTemporaryDir dir;
  const auto path = dir.path() + QStringLiteral("/telemetry.sock");
  f.telemetry.setIdentity([](std::int64_t) { return std::optional(kProductpage); });
  QVERIFY(f.telemetry.listen(path.toStdString()).has_value());
  QLocalSocket socket;
  socket.connectToServer(path);
  QVERIFY(socket.waitForConnected());
  const auto lines = hello() + "{\"request\":\n";
  socket.write(lines.data(), static_cast<qint64>(lines.size()));
  QVERIFY(soon([&] { return socket.state() == QLocalSocket::UnconnectedState; }));
  QCOMPARE(f.telemetry.stats().malformedLines, std::uint64_t{1});
  QCOMPARE(f.warnings.size(), 1u);
}

void TelemetryTest::firstLineMustBeAHello() {
  Fixture f;
  const QTemporaryDir dir;
  const auto path = dir.path() + QStringLiteral("/telemetry.sock");
  f.telemetry.setIdentity([](std::int64_t) { return std::optional(kProductpage); });
  QVERIFY(f.telemetry.listen(path.toStdString()).has_value());
  QLocalSocket socket;
  socket.connectToServer(path);
  QVERIFY(socket.waitForConnected());
  std::string lines;
  xds::appendLine(request("outbound", "r1"), lines);
  socket.write(lines.data(), static_cast<qint64>(lines.size()));
  QVERIFY(soon([&] { return socket.state() == QLocalSocket::UnconnectedState; }));
  QCOMPARE(f.telemetry.stats().records, std::uint64_t{0});
}

void TelemetryTest::unknownProcessIsRefused() {
  Fixture f;
  const QTemporaryDir dir;
  const auto path = dir.path() + QStringLiteral("/telemetry.sock");
  f.telemetry.setIdentity([](std::int64_t) { return std::optional<PodRef>(); });
  QVERIFY(f.telemetry.listen(path.toStdString()).has_value());
  QLocalSocket socket;
  socket.connectToServer(path);
  QVERIFY(soon([&] { return socket.state() == QLocalSocket::UnconnectedState; }));
  QCOMPARE(f.telemetry.stats().refusedConnections, std::uint64_t{1});
}

void TelemetryTest::prometheusTextHasTheCounters() {
  Fixture f;
  f.telemetry.report(kProductpage,
                     report(counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 9, 1)));
  f.telemetry.report(kProductpage, report(counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 1)));
  const auto text = f.telemetry.prometheusText();
  const std::string labels =
      "{reporter=\"default/productpage-v1-0\",source=\"workload:default/"
      "productpage-v1\",destination=\"workload:default/reviews-v1\","
      "cluster=\"outbound|9080|v1|reviews.default.svc.cluster.local\",protocol=\"HTTP/"
      "1.1\",security_policy=\"mutual_tls\"";
  for (const auto& line : {"varka_requests_total" + labels + ",response_class=\"2xx\"} 10\n",
                           "varka_requests_total" + labels + ",response_class=\"5xx\"} 1\n",
                           "varka_request_duration_milliseconds_bucket" + labels + ",le=\"2\"} 0\n",
                           "varka_request_duration_milliseconds_bucket" + labels + ",le=\"5\"} 11\n",
                           "varka_request_duration_milliseconds_bucket" + labels + ",le=\"+Inf\"} 11\n",
                           std::string("# TYPE varka_requests_total counter\n"),
                           std::string("varka_telemetry_reports_total 2\n")})
    QVERIFY2(text.find(line) != std::string::npos, line.c_str());
}

VARKA_TEST(TelemetryTest)
#include "telemetry_test.moc"
