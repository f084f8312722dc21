#include "proxy/cluster/connector.h"
#include "proxy/tcp/client_hello.h"
#include "proxy/tcp/http_sniffer.h"
#include "proxy/tcp/proxy_header.h"
#include "tests/support/test.h"

using namespace varka::proxy;

namespace {

std::string vector(int lengthBytes, const std::string& data) {
  std::string out;
  for (int shift = (lengthBytes - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>((data.size() >> shift) & 0xff);
  return out + data;
}

std::string hello(const std::string& name, const std::vector<std::string>& protocols) {
  std::string alpn;
  for (const auto& protocol : protocols) alpn += vector(1, protocol);
  const std::string extensions = std::string("\0\0", 2) +
                                 vector(2, vector(2, std::string(1, '\0') + vector(2, name))) +
                                 std::string("\0\x10", 2) + vector(2, vector(2, alpn));
  const std::string body = std::string("\x03\x03") + std::string(32, 'r') + vector(1, "") +
                           vector(2, "\x13\x01") + vector(1, std::string(1, '\0')) + vector(2, extensions);
  const std::string message = std::string("\x01") + vector(3, body);
  return std::string("\x16\x03\x01") + vector(2, message);
}

}  // namespace

class InspectorsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void helloIsReadWhereverItIsCut() {
    const std::string bytes = hello("Reviews.Default", {"istio", "h2"});
    for (std::size_t size = 0; size < bytes.size(); ++size)
      QCOMPARE(readClientHello(bytes.substr(0, size)).state, ClientHello::State::NeedMore);
    const ClientHello read = readClientHello(bytes);
    QCOMPARE(read.state, ClientHello::State::Complete);
    QCOMPARE(read.serverName, std::string("reviews.default"));
    QCOMPARE(read.alpn, (std::vector<std::string>{"istio", "h2"}));
  }

  void damagedHellosAreHarmless() {
    const std::string good = hello("a", {"b"});
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const char value : {'\0', '\x7f', '\xff'}) {
        std::string bad = good;
        bad[i] = value;
        const ClientHello read = readClientHello(bad);
        QVERIFY(read.serverName.size() < 300);
      }
    QCOMPARE(readClientHello("GET / HTTP/1.1\r\n").state, ClientHello::State::NotTls);
  }

  void httpIsRecognised() {
    QCOMPARE(sniffHttp("GET / HTTP/1.1\r\n"), Sniffed::Http11);
    QCOMPARE(sniffHttp("GET / HTTP/1.0\r\n"), Sniffed::Http10);
    QCOMPARE(sniffHttp("GET / HT"), Sniffed::NeedMore);
    QCOMPARE(sniffHttp("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Sniffed::Http2);
    QCOMPARE(sniffHttp("PRI * HTTP/2.0\r\n"), Sniffed::NeedMore);
    QCOMPARE(sniffHttp("SSH-2.0-OpenSSH\r\n"), Sniffed::NotHttp);
    QCOMPARE(sniffHttp(std::string_view("\x00\x01", 2)), Sniffed::NotHttp);
    QCOMPARE(sniffHttp(std::string(100, 'A')), Sniffed::NotHttp);
  }

  void proxyHeaderRoundTrip() {
    const std::string wire =
        proxyHeaderV2(*Address::parse("10.0.0.1:1234"), *Address::parse("10.0.0.2:9080"));
    for (std::size_t size = 0; size < wire.size(); ++size)
      QCOMPARE(readProxyHeader(wire.substr(0, size)).state, ProxyHeader::State::NeedMore);
    const ProxyHeader read = readProxyHeader(wire + "GET /");
    QCOMPARE(read.state, ProxyHeader::State::Complete);
    QCOMPARE(read.size, wire.size());
    QCOMPARE(read.source.text(), std::string("10.0.0.1:1234"));
    QCOMPARE(read.destination.text(), std::string("10.0.0.2:9080"));
    QCOMPARE(readProxyHeader("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n").destination.text(),
             std::string("5.6.7.8:2"));
    QCOMPARE(readProxyHeader("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n").state, ProxyHeader::State::Bad);
    QCOMPARE(readProxyHeader("PROXY " + std::string(200, 'x')).state, ProxyHeader::State::Bad);
    QCOMPARE(readProxyHeader("GET / HTTP/1.1").state, ProxyHeader::State::None);
  }
};

VARKA_TEST(InspectorsTest)
#include "inspectors_test.moc"
