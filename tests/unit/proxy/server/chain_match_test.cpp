#include "proxy/server/chain_match.h"

#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

struct ListenerBuilder {
  std::shared_ptr<RuntimeListener> listener = std::make_shared<RuntimeListener>();
  ListenerBuilder& chain(const std::string& name, xds::FilterChainMatch match) {
    auto config = std::make_shared<xds::FilterChain>();
    config->name = name;
    config->filterChainMatch = std::move(match);
    auto made = std::make_shared<RuntimeChain>();
    made->name = name;
    made->config = config;
    listener->chains.push_back(made);
    return *this;
  }
  std::string pick(const ChainQuery& query) const {
    const ChainPtr chain = matchChain(*listener, query);
    return chain ? chain->name : "none";
  }
};

xds::FilterChainMatch match(const std::function<void(xds::FilterChainMatch&)>& fill) {
  xds::FilterChainMatch made;
  fill(made);
  return made;
}

ChainQuery query(const std::string& destination, std::string_view transport = "raw_buffer",
                 const std::string& sni = "", std::vector<std::string> alpn = {}) {
  ChainQuery made;
  made.destination = *Address::parse(destination);
  made.source = *Address::parse("10.1.1.1:4000");
  made.transport = transport;
  made.serverName = sni;
  made.applicationProtocols = std::move(alpn);
  return made;
}

}  // namespace

class ChainMatchTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void permissiveInboundChoosesByTlsAndAlpn() {
    ListenerBuilder listener;
    listener
        .chain("mtls", match([](auto& m) {
                 m.destinationPort = 9080;
                 m.transportProtocol = "tls";
                 m.applicationProtocols = {"istio", "istio-http/1.1"};
               }))
        .chain("plain", match([](auto& m) {
                 m.destinationPort = 9080;
                 m.transportProtocol = "raw_buffer";
               }))
        .chain("through", match([](auto&) {}));
    QCOMPARE(listener.pick(query("10.0.0.1:9080", "tls", "x", {"istio-http/1.1", "istio"})),
             std::string("mtls"));
    QCOMPARE(listener.pick(query("10.0.0.1:9080")), std::string("plain"));
    QCOMPARE(listener.pick(query("10.0.0.1:9999")), std::string("through"));
  }

  void thereIsNoWayBack() {
    // The port fits the first chain, so the second is out, though the first then fails on its transport.
    ListenerBuilder listener;
    listener
        .chain("tls only", match([](auto& m) {
                 m.destinationPort = 9080;
                 m.transportProtocol = "tls";
               }))
        .chain("any", match([](auto&) {}));
    QCOMPARE(listener.pick(query("10.0.0.1:9080")), std::string("none"));
  }

  void longestPrefixAndNameWin() {
    ListenerBuilder listener;
    listener.chain("net", match([](auto& m) {
                     m.prefixRanges = {{"10.0.0.0", 8}};
                   }))
        .chain("host", match([](auto& m) {
                 m.prefixRanges = {{"10.0.0.1", 32}};
               }));
    QCOMPARE(listener.pick(query("10.0.0.1:80")), std::string("host"));
    QCOMPARE(listener.pick(query("10.0.0.2:80")), std::string("net"));
    QCOMPARE(listener.pick(query("11.0.0.2:80")), std::string("none"));
    ListenerBuilder names;
    names.chain("wild", match([](auto& m) { m.serverNames = {"*.example.com"}; }))
        .chain("longer", match([](auto& m) { m.serverNames = {"*.a.example.com"}; }))
        .chain("exact", match([](auto& m) { m.serverNames = {"b.a.example.com"}; }))
        .chain("rest", match([](auto&) {}));
    QCOMPARE(names.pick(query("1.1.1.1:443", "tls", "b.a.example.com")), std::string("exact"));
    QCOMPARE(names.pick(query("1.1.1.1:443", "tls", "c.a.example.com")), std::string("longer"));
    QCOMPARE(names.pick(query("1.1.1.1:443", "tls", "c.example.com")), std::string("wild"));
    QCOMPARE(names.pick(query("1.1.1.1:443", "tls", "example.org")), std::string("rest"));
  }

  void withoutAMatchTheDefaultServes() {
    ListenerBuilder listener;
    listener.chain("other", match([](auto& m) { m.destinationPort = 1; }));
    auto fallback = std::make_shared<RuntimeChain>();
    fallback->name = "default";
    listener.listener->defaultChain = fallback;
    QCOMPARE(listener.pick(query("10.0.0.1:80")), std::string("default"));
  }
};

VARKA_TEST(ChainMatchTest)
#include "chain_match_test.moc"
