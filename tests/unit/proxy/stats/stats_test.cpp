// Formats, access logs, counters and their text.
#include <QFile>
#include <QTemporaryDir>

#include "proxy/stats/access_log.h"
#include "proxy/stats/stats.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

/// A finished request with everything set.
struct Finished {
  RequestHead request;
  ResponseHead response;
  StreamInfo info;
  Finished() {
    request.setMethod("GET");
    request.setPath("/productpage?u=normal");
    request.setAuthority("productpage:9080");
    request.setScheme("http");
    request.add("user-agent", "curl/8");
    request.add("x-request-id", "id-1");
    response.status = 200;
    response.add("x-envoy-upstream-service-time", "12");
    info.request = &request;
    info.response = &response;
    info.startUs = 1'700'000'000'123'456;
    info.durationUs = 15'900;
    info.status = 200;
    info.bytesSent = 4183;
    info.details = "via_upstream";
    info.upstreamHost = "10.0.0.7:9080";
    info.upstreamCluster = "outbound|9080||productpage";
    info.downstreamLocalAddress = "10.0.0.1:9080";
    info.downstreamRemoteAddress = "[::1]:5555";
    info.routeName = "default";
  }
};

std::string format(const std::string& text, const StreamInfo& info) {
  const auto formatter = Formatter::compile(text);
  if (!formatter) return "error: " + formatter.error().message;
  std::string out;
  formatter->append(info, out);
  return out;
}

xds::AccessLog fileLog(const QString& path) {
  xds::AccessLog log;
  log.typedConfig.path = path.toStdString();
  return log;
}
QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class StatsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theDefaultLine() {
    const Finished f;
    QCOMPARE(format(xds::kDefaultLogFormat, f.info),
             std::string("[2023-11-14T22:13:20.123Z] \"GET /productpage?u=normal HTTP/1.1\" 200 - via_upstream - \"-\" 0 4183 15 12 \"-\" "
                         "\"curl/8\" \"id-1\" \"productpage:9080\" \"10.0.0.7:9080\" outbound|9080||productpage - 10.0.0.1:9080 "
                         "[::1]:5555 - default\n"));
  }

  void operators() {
    Finished f;
    f.info.flags.set(ResponseFlag::UpstreamConnectionFailure);
    f.info.flags.set(ResponseFlag::UpstreamRetryLimitExceeded);
    QCOMPARE(format("%RESPONSE_FLAGS%", f.info), std::string("UF,URX"));
    QCOMPARE(format("100%%", f.info), std::string("100%"));
    QCOMPARE(format("%REQ(X-MISSING?USER-AGENT):4%", f.info), std::string("curl"));
    QCOMPARE(format("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%", f.info), std::string("::1 9080"));
    QCOMPARE(format("%START_TIME(%Y/%m/%d %s.%3f)%", f.info), std::string("2023/11/14 1700000000.123"));
    QCOMPARE(format("%REQ_WITHOUT_QUERY(:PATH)%", f.info), std::string("/productpage"));
    const xds::Struct metadata{{"jwt", xds::Struct{{"payload", xds::Struct{{"sub", "me"}}}}}};
    f.info.dynamicMetadata = &metadata;
    QCOMPARE(format("%DYNAMIC_METADATA(jwt:payload:sub)% %DYNAMIC_METADATA(jwt:payload)% %DYNAMIC_METADATA(no:x)%", f.info),
             std::string("me {\"sub\":\"me\"} -"));
    StreamInfo tcp;
    tcp.tcp = true;
    QCOMPARE(format("%REQ(:METHOD)% %PROTOCOL% %RESPONSE_CODE% %DURATION%", tcp), std::string("- - 0 -"));
    for (const char* bad : {"%NOPE%", "%REQ%", "%REQ(x%", "%PROTOCOL", "%REQ(x):y%", "%"}) QVERIFY2(!Formatter::compile(bad), bad);
  }

  void jsonLinesKeepNumbers() {
    const Finished f;
    const auto formatter = JsonFormatter::compile(
        {{"code", "%RESPONSE_CODE%"}, {"none", "%REQ(x)%"}, {"text", "c=%RESPONSE_CODE%"}, {"nested", xds::Struct{{"n", 7}, {"l", xds::List{"%PROTOCOL%"}}}}}, false);
    QVERIFY(formatter);
    std::string out;
    formatter->append(f.info, out);
    QCOMPARE(out, std::string(R"({"code":200,"nested":{"l":["HTTP/1.1"],"n":7},"none":null,"text":"c=200"})"));
    out.clear();
    JsonFormatter::compile({{"none", "%REQ(x)%"}, {"z", "1"}}, true)->append(f.info, out);
    QCOMPARE(out, std::string(R"({"z":"1"})"));
  }

  void logsGoToTheirFilesWhenTheirFilterHolds() {
    const QTemporaryDir directory;
    const QString all = directory.filePath(QStringLiteral("all")), errors = directory.filePath(QStringLiteral("errors"));
    auto errorLog = fileLog(errors);
    errorLog.filter = xds::AccessLogFilter{xds::AccessLogFilter::StatusCode{xds::ComparisonOp::Ge, 500}};
    xds::SubstitutionFormat short_;
    short_.format = xds::SubstitutionFormat::Text{xds::inlineString("%RESPONSE_CODE%\n")};
    errorLog.typedConfig.logFormat = short_;
    const auto logger = AccessLogger::compile({fileLog(all), errorLog});
    QVERIFY(logger);
    AccessLogSink sink(nullptr);
    Finished f;
    logger->log(f.info, sink);
    f.info.status = 503;
    logger->log(f.info, sink);
    QVERIFY(contentOf(all).isEmpty());  // nothing is written before the flush
    sink.flush();
    QCOMPARE(contentOf(all).count('\n'), 2);
    QCOMPARE(contentOf(errors), QByteArray("503\n"));
  }

  void expressions() {
    Finished f;
    const auto holds = [&](const char* text) { return filterHolds(xds::AccessLogFilter{xds::AccessLogFilter::Expression{text}}, f.info); };
    f.info.status = 404;
    QVERIFY(holds("response.code >= 400") && !holds("response.code >= 500") && holds("response.code>=400 && response.code<500"));
    QVERIFY(holds("response.code == 200 || response.code == 404") && !holds("response.code != 404"));
    QVERIFY(holds("something.else > 3"));  // rather a line too many
  }

  void countersAreSummedOverWorkers() {
    Stats stats;
    StatsShard &a = stats.addShard(), &b = stats.addShard();
    a.cluster("outbound|80||x.y").countStatus(200);
    b.cluster("outbound|80||x.y").countStatus(503);
    b.cluster("outbound|80||x.y").upstreamCxActive.add(3);
    QCOMPARE(&a.cluster("outbound|80||x.y"), &a.cluster("outbound|80||x.y"));
    stats.set("server.live", 1);
    const std::string text = stats.text("upstream_rq", true);
    QCOMPARE(text, std::string("cluster.outbound|80||x.y.upstream_rq_2xx: 1\ncluster.outbound|80||x.y.upstream_rq_5xx: 1\n"
                               "cluster.outbound|80||x.y.upstream_rq_completed: 2\n"));
    const std::string prometheus = stats.prometheus();
    QVERIFY(prometheus.find("# TYPE envoy_cluster_upstream_cx_active gauge\nenvoy_cluster_upstream_cx_active{cluster_name=\"outbound|80||x.y\"} 3\n") != std::string::npos);
    QVERIFY(prometheus.find("envoy_server_live 1\n") != std::string::npos);
    QVERIFY(stats.json("server.live") == R"({"stats":[{"name":"server.live","value":1}]})");
  }

  void istiosMetrics() {
    Stats stats;
    RequestLabels labels;
    labels.reporter = "destination", labels.destinationWorkload = "reviews-v1", labels.responseCode = "200", labels.requestProtocol = "http";
    RequestSeries& series = stats.addShard().series(labels);
    series.requests.add();
    series.duration.record(1'500);
    const std::string text = stats.prometheus();
    QVERIFY(text.find("# TYPE istio_requests_total counter\nistio_requests_total{reporter=\"destination\",source_workload=\"unknown\",") != std::string::npos);
    QVERIFY(text.find("le=\"1\"} 0\n") != std::string::npos && text.find("le=\"2\"} 1\n") != std::string::npos);
    QVERIFY(text.find("istio_request_duration_milliseconds_sum{reporter=\"destination\"") != std::string::npos);
    QVERIFY(text.find("} 1.5\n") != std::string::npos);
  }

  void edgesAreTotals() {
    Stats stats;
    StatsShard &a = stats.addShard(), &b = stats.addShard();
    const EdgeKey key{"outbound", "c", "reviews-v1", "HTTP/1.1", true};
    a.edge(key).countRequest(200, 400);
    b.edge(key).countRequest(503, 40'000'000);
    b.edge(key).countRequest(0, 1);
    const auto edges = stats.edges();
    const xds::EdgeCounters& edge = edges.at(key);
    QCOMPARE(edge.requests, std::uint64_t(3));
    QCOMPARE(edge.errors5xx + edge.noResponse + edge.status2xx, std::uint64_t(3));
    QVERIFY(edge.mtls);
    QCOMPARE(edge.latency.front(), std::uint64_t(2));
    QCOMPARE(edge.latency.back(), std::uint64_t(1));
  }
};

VARKA_TEST(StatsTest)
#include "stats_test.moc"
