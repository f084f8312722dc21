// Counters, flags, formatters and access logs as functions of values.

#include <fstream>
#include <sstream>

#include "proxy/stats/access_log.h"
#include "proxy/stats/formatter.h"
#include "proxy/stats/stats.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

struct Sample {
  RequestHead request;
  ResponseHead response;
  StreamInfo info;

  Sample() {
    request.setMethod("GET");
    request.setPath("/details/0?x=1");
    request.setAuthority("details:9080");
    request.add("x-request-id", "abc");
    request.add("user-agent", "curl/8");
    response.status = 200;
    response.add("x-envoy-upstream-service-time", "7");
    info.request = &request;
    info.response = &response;
    info.startUs = 1'767'323'045'678'901;  // 2026-01-02T03:04:05.678Z
    info.durationUs = 12'345;
    info.status = 200;
    info.bytesSent = 178;
    info.upstreamHost = "10.244.0.2:9080";
    info.details = "via_upstream";
  }

  std::string format(const char* text, bool omitEmpty = false) {
    const auto compiled = Formatter::compile(text, omitEmpty);
    std::string out;
    if (compiled) compiled->append(info, out);
    return compiled ? out : "error: " + compiled.error().message;
  }
};

}  // namespace

class StatsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void operatorsPrintEnvoysForms_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* format, const char* expected) { QTest::newRow(format) << QString(format) << QString(expected); };
    row("%START_TIME%", "2026-01-02T03:04:05.678Z");
    row("%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%", "GET /details/0?x=1 HTTP/1.1");
    row("%REQ(:AUTHORITY)%", "details:9080");
    row("%REQ(NOPE)%", "-");
    row("%REQ(USER-AGENT):4%", "curl");
    row("%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%", "7");
    row("%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%", "200 - via_upstream");
    row("%DURATION% %BYTES_SENT% %BYTES_RECEIVED%", "12 178 0");
    row("%UPSTREAM_HOST% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", "10.244.0.2:9080 10.244.0.2");
    row("100%%", "100%");
    row("\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\"", "\"-\"");
  }
  void operatorsPrintEnvoysForms() {
    QFETCH(QString, format);
    QFETCH(QString, expected);
    QCOMPARE(QString::fromStdString(Sample().format(format.toUtf8().constData())), expected);
  }

  void unknownAndBrokenOperatorsAreErrors() {
    for (const char* text : {"%NOPE%", "%REQ(X%", "%DURATION", "%REQ(X):z%", "%"}) QVERIFY2(!Formatter::compile(text), text);
  }

  void flagsHaveEnvoysNames() {
    ResponseFlags flags;
    QCOMPARE(flags.text(), std::string());
    flags.set(ResponseFlag::UpstreamConnectionFailure);
    flags.set(ResponseFlag::UpstreamRetryLimitExceeded);
    QCOMPARE(flags.text(), std::string("UF,URX"));
    QVERIFY(flags.hasNamed("URX"));
    QVERIFY(!flags.hasNamed("NR"));
  }

  void jsonKeepsNumbersAndNamesMissingValues() {
    Sample sample;
    const auto format = JsonFormatter::compile(
        {{"code", "%RESPONSE_CODE%"}, {"path", "%REQ(:PATH)%"}, {"none", "%SNI_NOT%"}, {"n", 1.0}}, false);
    QVERIFY(!format);  // an unknown operator is an error here too
    const auto good = JsonFormatter::compile({{"code", "%RESPONSE_CODE%"}, {"none", "%ROUTE_NAME%"}, {"path", "%REQ(:PATH)%"}}, false);
    QVERIFY(good.has_value());
    std::string out;
    good->append(sample.info, out);
    QCOMPARE(out, std::string(R"({"code":200,"none":null,"path":"/details/0?x=1"})"));
    const auto omitting = JsonFormatter::compile({{"a", "%ROUTE_NAME%"}, {"code", "%RESPONSE_CODE%"}}, true);
    out.clear();
    omitting->append(sample.info, out);
    QCOMPARE(out, std::string(R"({"code":200})"));
  }

  void logsGoToTheirFileWhenTheFilterHolds() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("access.log").toStdString();
    xds::AccessLog log;
    log.typedConfig.path = path;
    log.typedConfig.logFormat = xds::SubstitutionFormat{};
    log.typedConfig.logFormat->format = xds::SubstitutionFormat::Text{xds::inlineString("%RESPONSE_CODE%\n")};
    log.filter = xds::AccessLogFilter{xds::AccessLogFilter::Expression{"response.code >= 400 || response.code == 201"}};
    const auto logger = AccessLogger::compile({log});
    QVERIFY(logger.has_value());
    AccessLogSink sink(nullptr);
    Sample sample;
    for (const int status : {200, 201, 404, 503}) {
      sample.info.status = status;
      logger->log(sample.info, sink);
    }
    sink.flush();
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    QCOMPARE(text.str(), std::string("201\n404\n503\n"));
  }

  void countersAreSummedOverShardsUnderEnvoysNames() {
    Stats stats;
    auto& first = stats.addShard();
    auto& second = stats.addShard();
    first.cluster("outbound|9080||details.default.svc.cluster.local").upstreamRqTotal.add(2);
    second.cluster("outbound|9080||details.default.svc.cluster.local").upstreamRqTotal.add(3);
    first.cluster("x").countStatus(503);
    QVERIFY(stats.text("details").find("cluster.outbound|9080||details.default.svc.cluster.local.upstream_rq_total: 5\n") !=
            std::string::npos);
    QCOMPARE(stats.text("upstream_rq_5xx", true), std::string("cluster.x.upstream_rq_5xx: 1\n"));
    const auto prometheus = stats.prometheus();
    QVERIFY(prometheus.find("envoy_cluster_upstream_rq_total{cluster_name=\"outbound|9080||details.default.svc.cluster.local\"} 5") !=
            std::string::npos);
  }

  void edgesAreTotalsWithAHistogram() {
    Stats stats;
    auto& edge = stats.addShard().edge({"outbound", "c", "pod", "http", true});
    edge.countRequest(200, 900);
    edge.countRequest(503, 40'000'000);
    edge.countRequest(0, 10);
    const auto edges = stats.edges();
    QCOMPARE(edges.size(), std::size_t{1});
    const auto& sum = edges.begin()->second;
    QCOMPARE(sum.requests, std::uint64_t{3});
    QCOMPARE(sum.errors5xx, std::uint64_t{1});
    QCOMPARE(sum.noResponse, std::uint64_t{1});
    QCOMPARE(sum.latency.front(), std::uint64_t{1});  // 10 µs
    QCOMPARE(sum.latency[1], std::uint64_t{1});       // 0.9 ms ≤ 1 ms
    QCOMPARE(sum.latency.back(), std::uint64_t{1});   // +inf
  }
};

VARKA_TEST(StatsTest)
#include "stats_test.moc"
