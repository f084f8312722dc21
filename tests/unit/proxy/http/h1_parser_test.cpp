#include "proxy/http/h1_parser.h"

#include "proxy/http/h1_write.h"
#include "tests/support/test.h"

using namespace varka::proxy;

namespace {

/// What a parser said about some bytes, as text to compare.
struct Reading : H1Events {
  explicit Reading(std::string_view bytes, std::size_t piece = std::string_view::npos) {
    parser.beginRequest(request);
    feed(bytes, piece);
  }
  Reading(std::string_view bytes, std::string_view method, std::size_t piece = std::string_view::npos)
      : isResponse(true) {
    parser.beginResponse(response, method);
    feed(bytes, piece);
  }
  void feed(std::string_view bytes, std::size_t piece) {
    while (!bytes.empty() && !ended && !parser.problem()) {
      const std::string_view part = bytes.substr(0, piece);
      const std::size_t taken = parser.feed(part, *this);
      bytes.remove_prefix(taken);
      if (taken < part.size()) break;
    }
    rest = bytes;
  }
  void onHead() override { head = true; }
  void onBody(std::string_view data) override { body += data; }
  void onMessageEnd() override { ended = true; }

  bool isResponse = false;
  H1Parser parser;
  RequestHead request;
  ResponseHead response;
  bool head = false, ended = false;
  std::string body, rest;
};

const char* const kHost = "Host: a.test\r\n";

}  // namespace

class H1ParserTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void simpleRequestIsRead() {
    const Reading reading("GET /a?b=1 HTTP/1.1\r\nHost: A.test:80\r\nX-One:  two \r\n\r\nGET /next");
    QVERIFY(reading.ended);
    QCOMPARE(std::string(reading.request.method), std::string("GET"));
    QCOMPARE(std::string(reading.request.path), std::string("/a?b=1"));
    QCOMPARE(std::string(reading.request.authority), std::string("A.test:80"));
    QCOMPARE(std::string(reading.request.get("x-one")), std::string("two"));
    QVERIFY(!reading.request.has("host"));
    QCOMPARE(reading.rest, std::string("GET /next"));
  }

  void refusedRequests_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const auto row = [](const char* name, const std::string& bytes, int status = 400) {
      QTest::newRow(name) << QByteArray(bytes.data(), static_cast<int>(bytes.size())) << status;
    };
    const std::string get = std::string("GET / HTTP/1.1\r\n") + kHost,
                      post = std::string("POST / HTTP/1.1\r\n") + kHost;
    row("http 0.9", "GET /\r\n\r\n");
    row("lower case version", std::string("GET / http/1.1\r\n") + kHost + "\r\n");
    row("version 2", std::string("GET / HTTP/2.0\r\n") + kHost + "\r\n", 505);
    row("double space", std::string("GET  / HTTP/1.1\r\n") + kHost + "\r\n");
    row("leading space", std::string(" GET / HTTP/1.1\r\n") + kHost + "\r\n");
    row("bad method", std::string("G@T / HTTP/1.1\r\n") + kHost + "\r\n");
    row("control in target", std::string("GET /a\x01 HTTP/1.1\r\n") + kHost + "\r\n");
    row("raw utf-8 in target", std::string("GET /\xc3\xa9 HTTP/1.1\r\n") + kHost + "\r\n");
    row("fragment", std::string("GET /a#b HTTP/1.1\r\n") + kHost + "\r\n");
    row("authority form", std::string("GET a.test:80 HTTP/1.1\r\n") + kHost + "\r\n");
    row("asterisk for GET", std::string("GET * HTTP/1.1\r\n") + kHost + "\r\n");
    row("CONNECT without port", std::string("CONNECT a.test HTTP/1.1\r\n") + kHost + "\r\n");
    row("target of 9 KiB", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n", 414);
    row("no host", "GET / HTTP/1.1\r\n\r\n");
    row("two hosts", get + kHost + "\r\n");
    row("host with userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n");
    row("host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
    row("host with letters as port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n");
    row("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n");
    row("bare LF between fields", get + "A: b\nC: d\r\n\r\n");
    row("bare CR in a value", get + "A: b\rC: d\r\n\r\n");
    row("NUL in a value", get + std::string("A: b\0c\r\n\r\n", 11));
    row("space before the colon", get + "A : b\r\n\r\n");
    row("no colon", get + "A b\r\n\r\n");
    row("empty name", get + ": b\r\n\r\n");
    row("obs-fold", get + "A: b\r\n c\r\n\r\n");
    row("bracket in a name", get + "A[1]: b\r\n\r\n");
    row(
        "too many fields",
        get +
            [] {
              std::string fields;
              for (int i = 0; i < 101; ++i) fields += "x" + std::to_string(i) + ": 1\r\n";
              return fields;
            }() +
            "\r\n",
        431);
    row("head of 64 KiB", get + "A: " + std::string(65536, 'b') + "\r\n\r\n", 431);
    row("lengths that differ", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!");
    row("list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello");
    row("signed length", post + "Content-Length: +5\r\n\r\nhello");
    row("hexadecimal length", post + "Content-Length: 0x5\r\n\r\nhello");
    row("empty length", post + "Content-Length:\r\n\r\n");
    row("length of 20 digits", post + "Content-Length: 18446744073709551621\r\n\r\nhello");
    row("length and chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    row("chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");
    row("unknown transfer coding", post + "Transfer-Encoding: gzip\r\n\r\n", 501);
    row("chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n", 501);
    row("chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n");
    row("chunked with a vertical tab", post +
                                           "Transfer-Encoding: \x0b"
                                           "chunked\r\n\r\n");
    row("chunked in HTTP/1.0",
        std::string("POST / HTTP/1.0\r\n") + kHost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    row("unknown expectation", get + "Expect: mesh\r\n\r\n", 417);
    const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    row("signed chunk size", chunked + "+5\r\nhello\r\n0\r\n\r\n");
    row("prefixed chunk size", chunked + "0x5\r\nhello\r\n0\r\n\r\n");
    row("chunk size with spaces", chunked + "5 \r\nhello\r\n0\r\n\r\n");
    row("empty chunk size", chunked + "\r\nhello\r\n0\r\n\r\n");
    row("chunk size of 17 digits", chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n");
    row("chunk size ended by LF", chunked + "5\nhello\r\n0\r\n\r\n");
    row("chunk data too long", chunked + "5\r\nhello world\r\n0\r\n\r\n");
    row("chunk data ended by LF", chunked + "5\r\nhello\n0\r\n\r\n");
    row("bare CR in an extension", chunked + "5;a\rb\r\nhello\r\n0\r\n\r\n");
    row("length in a trailer", chunked + "0\r\nContent-Length: 5\r\n\r\n");
    row("trailer without colon", chunked + "0\r\nX 1\r\n\r\n");
    row("TLS instead of HTTP", std::string("\x16\x03\x01\x00\xd4\x01\x00\x00\xd0\x03\x03", 11) + "\r\n\r\n");
  }

  void refusedRequests() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    const std::string_view all(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    const Reading whole(all);
    QVERIFY2(!whole.ended, "it was accepted");
    QCOMPARE(whole.parser.problem().status, status);
    const Reading bytewise(all, std::size_t{1});  // the verdict does not depend on the pieces
    QVERIFY(!bytewise.ended);
    QCOMPARE(bytewise.parser.problem().status, status);
  }

  void acceptedBodies_data() {
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("length") << QByteArray("Content-Length: 5\r\n") << QByteArray("hello")
                            << QByteArray("hello");
    QTest::newRow("leading zeros") << QByteArray("Content-Length: 005\r\n") << QByteArray("hello")
                                   << QByteArray("hello");
    QTest::newRow("chunks") << QByteArray("Transfer-Encoding: chunked\r\n")
                            << QByteArray("5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n")
                            << QByteArray("hello0123456789");
    QTest::newRow("mixed case, extension, trailer")
        << QByteArray("Transfer-Encoding: cHuNkEd\r\n")
        << QByteArray("5;n=v;q=\"x y\"\r\nhello\r\n000\r\nX-T: 1\r\n\r\n") << QByteArray("hello");
  }

  void acceptedBodies() {
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, wire);
    QFETCH(QByteArray, body);
    const std::string bytes =
        std::string("POST / HTTP/1.1\r\n") + kHost + fields.toStdString() + "\r\n" + wire.toStdString();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}, bytes.size()}) {
      const Reading reading(bytes, piece);
      QVERIFY(reading.ended);
      QCOMPARE(reading.body, body.toStdString());
    }
  }

  void hopByHopFieldsAreRemoved() {
    const Reading reading(
        std::string("GET / HTTP/1.1\r\n") + kHost +
        "Connection: X-Secret, close\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nX-Kept: 1\r\n\r\n");
    QVERIFY(reading.ended);
    for (const char* name : {"connection", "x-secret", "keep-alive", "te"})
      QVERIFY2(!reading.request.has(name), name);
    QVERIFY(reading.request.has("x-kept"));
    QVERIFY(!reading.request.keepAlive);
  }

  void absoluteFormNamesTheHost() {
    const Reading reading("GET http://b.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n");
    QVERIFY(reading.ended);
    QCOMPARE(std::string(reading.request.authority), std::string("b.test"));
    QCOMPARE(std::string(reading.request.path), std::string("/x"));
  }

  void responseBodiesFollowTheRequest() {
    QVERIFY(Reading("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", std::string_view("HEAD")).ended);
    QVERIFY(Reading("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", std::string_view("GET")).ended);
    QVERIFY(!Reading("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", std::string_view("GET")).ended);
    Reading untilClose("HTTP/1.1 200 OK\r\n\r\nhello", std::string_view("GET"));
    QVERIFY(!untilClose.ended);
    QVERIFY(untilClose.parser.finish(untilClose));
    QVERIFY(untilClose.ended);
    QCOMPARE(untilClose.body, std::string("hello"));
    QVERIFY(!untilClose.response.keepAlive);
  }

  void ambiguousResponsesAreRefused() {
    const Reading both("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                       std::string_view("GET"));
    QVERIFY(both.parser.problem().status != 0);
    const Reading garbage("SSH-2.0-OpenSSH_9.2\r\n\r\n", std::string_view("GET"));
    QVERIFY(garbage.parser.problem().status != 0);
  }

  void truncatedMessagesAreNotFinished() {
    Reading reading("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", std::string_view("GET"));
    QVERIFY(!reading.parser.finish(reading));
    QVERIFY(!reading.ended);
  }

  void writtenMessagesReadTheSame() {
    RequestHead head;
    head.setMethod("POST");
    head.setPath("/p?q");
    head.setAuthority("a.test");
    head.add("x-a", "1");
    head.chunked = true;
    std::string wire;
    appendRequestHead(head, wire);
    appendChunk("hello", wire);
    appendChunk("", wire);
    wire += kLastChunk;
    const Reading reading(wire, std::size_t{2});
    QVERIFY(reading.ended);
    QCOMPARE(std::string(reading.request.path), std::string("/p?q"));
    QCOMPARE(std::string(reading.request.get("x-a")), std::string("1"));
    QCOMPARE(reading.body, std::string("hello"));
  }

  void anyBytesEndInAVerdictWithoutHanging() {
    std::uint32_t seed = 42;
    for (int round = 0; round < 2000; ++round) {
      std::string bytes =
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
      for (int i = 0; i < 4; ++i) {
        seed = seed * 1664525 + 1013904223;
        bytes[seed % bytes.size()] = static_cast<char>(seed >> 24);
      }
      const Reading reading(bytes, 1 + seed % 9);
      QVERIFY(reading.body.size() <= bytes.size());
    }
  }
};

VARKA_TEST(H1ParserTest)
#include "h1_parser_test.moc"
