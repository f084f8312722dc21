// The lines of the stream and of the telemetry socket.
#include "core/xds/stream.h"

#include "core/xds/telemetry.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::xds;

namespace {
template <typename T>
T roundTrip(const T& message) {
  std::string line;
  appendLine(StreamMessage(message), line);
  if (line.back() != '\n' || line.find('\n') != line.size() - 1) qFatal("not one line");
  line.pop_back();
  auto back = parseStreamLine(line);
  if (!back) qFatal("%s", back.error().message.c_str());
  return std::get<T>(*back);
}
}  // namespace

class StreamTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void messagesSurviveTheLine() {
    DeltaRequest request;
    request.node = Node{"sidecar~10.0.0.1~a.default~default.svc.cluster.local", "a.default", {{"NAMESPACE", "default"}}, {}, "varka"};
    request.typeUrl = std::string(kClusterType);
    request.subscribe = {"*", "x"};
    request.unsubscribe = {"y"};
    request.initialVersions = {{"a", "1"}};
    request.responseNonce = "12";
    request.error = ErrorDetail{3, "a: b: \"quoted\"\nsecond line"};
    const auto back = roundTrip(request);
    QVERIFY(*back.node == *request.node);
    QCOMPARE(back.subscribe, request.subscribe);
    QCOMPARE(back.unsubscribe, request.unsubscribe);
    QCOMPARE(back.initialVersions, request.initialVersions);
    QCOMPARE(back.error->message, request.error->message);

    Cluster cluster;
    cluster.name = "c\"ö";
    DeltaResponse response;
    response.typeUrl = std::string(kClusterType);
    response.resources = {makeResource(cluster)};
    response.removed = {"gone"};
    response.nonce = "3";
    response.systemVersionInfo = "7";
    response.controlPlane = "varka";
    const auto answer = roundTrip(response);
    QVERIFY(answer.resources[0] == response.resources[0]);
    QVERIFY(std::get<Cluster>(*decodeResource(*answer.resources[0].json)) == cluster);
    QCOMPARE(answer.removed, response.removed);
    QCOMPARE(answer.controlPlane, std::string("varka"));

    QCOMPARE(roundTrip(Csr{4, "default", "-----BEGIN\n", 60}).pem, std::string("-----BEGIN\n"));
    QCOMPARE(roundTrip(CertificateIssued{4, "default", "chain", "roots", 1'700'000'000'123, 9}).notAfterMs, std::int64_t(1'700'000'000'123));
    QCOMPARE(roundTrip(CertificateError{4, "no", 250}).retryMs, std::int64_t(250));
    QCOMPARE(roundTrip(Rotate{"default"}).name, std::string("default"));
    QCOMPARE(roundTrip(Ping{9}).number, std::int64_t(9));
    QCOMPARE(roundTrip(GoAway{"why"}).reason, std::string("why"));
    QCOMPARE(roundTrip(Hello{}).protocol, std::string("xds-json/1"));
  }

  void brokenLinesAreRefusedWithAReason() {
    const auto error = [](std::string_view line) {
      const auto result = parseStreamLine(line);
      return result ? std::string("accepted") : result.error().message;
    };
    QVERIFY(error("{").starts_with("not JSON"));
    QCOMPARE(error("[]"), std::string("a line must be an object with one message"));
    QCOMPARE(error(R"({"hello":{},"ping":1})"), std::string("a line must be an object with one message"));
    QCOMPARE(error(R"({"nope":{}})"), std::string("unknown message \"nope\""));
    QCOMPARE(error(R"({"deltaDiscoveryRequest":{}})"), std::string("deltaDiscoveryRequest: typeUrl: is required"));
    QCOMPARE(error(R"({"deltaDiscoveryRequest":{"typeUrl":"t","resourceNamesSubscribe":[1]}})"),
             std::string("deltaDiscoveryRequest: resourceNamesSubscribe[0]: must be a string"));
    QCOMPARE(error(R"({"csr":[]})"), std::string("csr: must be an object"));
    for (const char* line : {"", "null", "1", "\"x\"", "{}", R"({"ping":{}})", R"({"deltaDiscoveryResponse":{"typeUrl":"t","nonce":"1","resources":[7]}})"})
      QVERIFY(!parseStreamLine(line));
  }

  void linesAreCutWhereverTheBytesAre() {
    const std::string text = "one\ntwo\n\nlonger line\nrest";
    for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
      LineSplitter splitter(16);
      std::vector<std::string> lines;
      for (std::size_t at = 0; at < text.size(); at += chunk) {
        QVERIFY(splitter.feed(std::string_view(text).substr(at, chunk)));
        while (const auto line = splitter.next()) lines.emplace_back(*line);
      }
      QCOMPARE(lines, (std::vector<std::string>{"one", "two", "", "longer line"}));
      QCOMPARE(splitter.buffered(), std::size_t(4));
    }
  }

  void aLineThatIsTooLongBreaksTheStream() {
    LineSplitter splitter(10);
    QVERIFY(splitter.feed("123456789"));
    QVERIFY(!splitter.feed("01"));
    LineSplitter many(10);
    QVERIFY(many.feed("12345\n67890\nabcde\n"));  // long in total, each short
    LineSplitter last(10);
    QVERIFY(!last.feed("1\n2\n01234567890123"));
  }

  void recordsSurviveTheLine() {
    RequestRecord record;
    record.id = "a-b";
    record.startUs = 1'700'000'000'000'001;
    record.durationUs = 1234;
    record.method = "GET";
    record.path = "/\xff\"x";
    record.status = 503;
    record.flags = "UF,URX";
    record.mtls = true;
    record.attempts = 3;
    record.bytesSent = 1ull << 40;
    record.steps = {{"route", false, "#1", "path must be /x", "a.yaml:3"}, {"route", true, "#2", "", ""}};
    record.requestHeaders = {{"user-agent", "curl"}};
    std::string line;
    appendRequestLine(record, 4, line);
    const auto back = parseTelemetryLine(line);
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QCOMPARE(back->sampledOneOf, 4);
    QCOMPARE(back->request.startUs, record.startUs);
    QCOMPARE(back->request.path, std::string("/\xEF\xBF\xBD\"x"));
    QCOMPARE(back->request.bytesSent, record.bytesSent);
    QCOMPARE(back->request.firstByteUs, std::int64_t(-1));
    QVERIFY(back->request.mtls);
    QCOMPARE(back->request.steps.size(), std::size_t(2));
    QVERIFY(!back->request.steps[0].taken && back->request.steps[1].taken);
    QCOMPARE(back->request.steps[0].source, std::string("a.yaml:3"));
    QCOMPARE(back->request.requestHeaders, record.requestHeaders);
    const auto alone = requestFromJson(toJson(record));
    QVERIFY(alone && alone->flags == "UF,URX");
  }

  void countersSurviveTheLine() {
    TelemetryMessage message;
    message.kind = TelemetryMessage::Kind::Counters;
    EdgeCounters edge;
    edge.side = "outbound", edge.cluster = "c", edge.requests = 7, edge.status2xx = 6, edge.mtls = true;
    edge.latency.assign(std::size(kLatencyBoundsMs) + 1, 0);
    edge.latency[3] = 7;
    message.counters = {edge};
    message.dropped = 2;
    std::string line;
    appendLine(message, line);
    const auto back = parseTelemetryLine(line);
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QCOMPARE(back->counters[0].requests, std::uint64_t(7));
    QCOMPARE(back->counters[0].latency, edge.latency);
    QCOMPARE(back->dropped, std::uint64_t(2));
    QVERIFY(!parseTelemetryLine(R"({"counters":[{"latency":[1]}]})"));
    QVERIFY(!parseTelemetryLine(R"({"request":{"status":"x"}})"));
    QVERIFY(!parseTelemetryLine("{}"));
  }
};

VARKA_TEST(StreamTest)
#include "stream_test.moc"
