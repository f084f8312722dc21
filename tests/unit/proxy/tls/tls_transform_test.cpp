#include "proxy/tls/tls_transform.h"

#include "core/pki/certificate.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

struct Authority {
  pki::PrivateKey key = *pki::PrivateKey::generate();
  pki::Certificate root = *pki::Certificate::selfSignedRoot(key, "root", "test", validity());
  static pki::Validity validity() {
    const auto now = std::chrono::system_clock::now();
    return {now - std::chrono::hours(1), now + std::chrono::hours(24)};
  }
  /// The TLS of a workload; `allowed` are the peer's names it accepts, empty = any.
  TlsPtr tls(const std::string& account, std::vector<std::string> allowed = {},
             bool withCertificate = true) const {
    auto made = std::make_shared<ResolvedTls>();
    if (withCertificate) {
      const auto own = *pki::PrivateKey::generate();
      const pki::SpiffeId id{"cluster.local", "default", account};
      const auto leaf = *pki::Certificate::signWorkload(*pki::CertificateRequest::create(own, id), id,
                                                        validity(), root, key);
      auto secret = std::make_shared<ResolvedSecret>();
      secret->name = account;
      secret->version = leaf.info().serial;
      secret->chainPem = leaf.pem();
      secret->keyPem = own.pem();
      made->certificates.push_back(secret);
    }
    auto roots = std::make_shared<ResolvedSecret>();
    roots->name = "ROOTCA";
    roots->version = root.info().serial;
    roots->rootsPem = root.pem();
    made->roots = roots;
    for (const auto& name : allowed) made->matchSans.push_back(xds::exactMatch(name));
    return made;
  }
};

struct Collect : PlainSink {
  void plain(std::string_view bytes) override { text += bytes; }
  std::string text;
};

struct Ends {
  std::unique_ptr<TlsTransform> client, server;
  Collect atClient, atServer;
  bool ok = true;

  Ends(TlsContexts& contexts, const TlsPtr& clientTls, const TlsPtr& serverTls,
       const std::string& destination = "") {
    TlsOptions forClient;
    forClient.config = clientTls;
    forClient.alpn = {"istio-http/1.1", "istio"};
    forClient.sni = "outbound_.80_._.b";
    forClient.destination = destination;
    client = *TlsTransform::make(*contexts.get(TlsContext::Side::Client, clientTls), forClient);
    TlsOptions forServer;
    forServer.config = serverTls;
    forServer.alpn = {"istio"};
    forServer.requireClientCertificate = true;
    server = *TlsTransform::make(*contexts.get(TlsContext::Side::Server, serverTls), forServer);
    std::string toServer, toClient;
    ok = client->start(toServer);
    pump(toServer, toClient);
  }
  /// Carries bytes until nobody has anything to say.
  void pump(std::string toServer, std::string toClient) {
    while (!toServer.empty() || !toClient.empty()) {
      std::string fromServer, fromClient;
      if (!toServer.empty()) ok = server->receive(toServer, atServer, fromServer) && ok;
      if (!toClient.empty()) ok = client->receive(toClient, atClient, fromClient) && ok;
      toServer = std::move(fromClient);
      toClient = std::move(fromServer);
    }
  }
};

}  // namespace

class TlsTransformTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bothSidesKnowEachOther() {
    const Authority authority;
    TlsContexts contexts;
    Ends ends(contexts, authority.tls("a", {"spiffe://cluster.local/ns/default/sa/b"}), authority.tls("b"));
    QVERIFY(ends.ok && ends.client->established() && ends.server->established());
    QCOMPARE(ends.client->info().version, std::string("TLSv1.3"));
    QCOMPARE(ends.client->info().alpn, std::string("istio"));
    QCOMPARE(ends.server->info().sni, std::string("outbound_.80_._.b"));
    QCOMPARE(std::string(ends.server->info().peer.identity()),
             std::string("spiffe://cluster.local/ns/default/sa/a"));
    QCOMPARE(std::string(ends.client->info().peer.identity()),
             std::string("spiffe://cluster.local/ns/default/sa/b"));
    std::string wire;
    const std::string big(100000, 'z');
    QVERIFY(ends.client->send(big, wire));
    ends.pump(wire, {});
    QCOMPARE(ends.atServer.text.size(), big.size());
    wire.clear();
    ends.client->end(wire);
    ends.pump(wire, {});
    QVERIFY(ends.server->peerEnded());
  }

  void aWrongIdentityIsRefusedByTheClient() {
    const Authority authority;
    TlsContexts contexts;
    const Ends ends(contexts, authority.tls("a", {"spiffe://cluster.local/ns/default/sa/other"}),
                    authority.tls("b"));
    QVERIFY(!ends.ok);
    QVERIFY(!ends.client->established());
    QVERIFY2(ends.client->error().find("subject alternative name") != std::string_view::npos,
             ends.client->error().data());
  }

  void aStrangersCertificateIsRefused() {
    const Authority authority, stranger;
    TlsContexts contexts;
    const Ends ends(contexts, stranger.tls("a"), authority.tls("b"));
    QVERIFY(!ends.ok);
    QVERIFY(!ends.server->established());
  }

  void aClientWithoutCertificateIsRefused() {
    const Authority authority;
    TlsContexts contexts;
    const Ends ends(contexts, authority.tls("a", {}, false), authority.tls("b"));
    QVERIFY(!ends.ok);
    QVERIFY(!ends.server->established());
  }

  void sessionsAreResumedButNotAcrossCertificates() {
    const Authority authority;
    TlsContexts contexts;
    const TlsPtr client = authority.tls("a"), server = authority.tls("b");
    QVERIFY(!Ends(contexts, client, server, "b:80").client->info().resumed);
    const Ends again(contexts, client, server, "b:80");
    QVERIFY(again.client->info().resumed);
    QCOMPARE(std::string(again.server->info().peer.identity()),
             std::string("spiffe://cluster.local/ns/default/sa/a"));
    QVERIFY(
        !Ends(contexts, client, authority.tls("b"), "b:80").client->info().resumed);  // a rotated certificate
  }

  void equalCredentialsShareAContext() {
    const Authority authority;
    TlsContexts contexts;
    const TlsPtr one = authority.tls("a");
    auto other = std::make_shared<ResolvedTls>(*one);
    other->sni = "elsewhere";
    QCOMPARE(contexts.get(TlsContext::Side::Client, one)->get(),
             contexts.get(TlsContext::Side::Client, other)->get());
    auto incomplete = std::make_shared<ResolvedTls>(*one);
    incomplete->complete = false;
    QVERIFY(!contexts.get(TlsContext::Side::Client, incomplete));
  }

  void garbageFailsTheHandshake() {
    const Authority authority;
    TlsContexts contexts;
    TlsOptions options;
    options.config = authority.tls("b");
    auto server = *TlsTransform::make(*contexts.get(TlsContext::Side::Server, options.config), options);
    Collect sink;
    std::string out;
    QVERIFY(!server->receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", sink, out));
    QVERIFY(!server->error().empty());
  }
};

VARKA_TEST(TlsTransformTest)
#include "tls_transform_test.moc"
