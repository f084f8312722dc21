// Keys, requests, certificates, chains, and files that hold secrets.
#include <sys/stat.h>

#include <QTemporaryDir>

#include "core/pki/certificate.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::pki;
using namespace std::chrono_literals;

namespace {

const TimePoint kNow = std::chrono::system_clock::from_time_t(1'800'000'000);
const SpiffeId kReviews{"cluster.local", "default", "bookinfo-reviews"};

struct Authority {
  PrivateKey key = *PrivateKey::generate();
  Certificate root = *Certificate::selfSignedRoot(key, "Root", "Varka", {kNow - 1h, kNow + 24h * 3650});

  Certificate issue(const PrivateKey& leafKey, Validity validity = {kNow - 1min, kNow + 24h}) const {
    const auto request = CertificateRequest::create(leafKey, kReviews);
    return *Certificate::signWorkload(*request, kReviews, validity, root, key);
  }
};

}  // namespace

class PkiTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void spiffeIdsAreStrict() {
    const auto id = SpiffeId::parse("spiffe://cluster.local/ns/default/sa/reviews");
    QVERIFY(id);
    QCOMPARE(id->principal(), std::string("cluster.local/ns/default/sa/reviews"));
    QVERIFY(*SpiffeId::parse(id->uri()) == *id);
    for (const char* bad : {"", "spiffe://", "http://a/ns/b/sa/c", "spiffe://A/ns/b/sa/c", "spiffe://a/ns/b/sa", "spiffe://a/ns/b/sa/c/d",
                            "spiffe://a/ns//sa/c", "spiffe://a/ns/../sa/c", "spiffe://a/ns/b/sa/c?x", "spiffe://a:1/ns/b/sa/c",
                            "spiffe://a/NS/b/sa/c", "spiffe://a/ns/b/sa/c#f", "spiffe://a/ns/b%20/sa/c"})
      QVERIFY2(!SpiffeId::parse(bad), bad);
  }

  void keysSurvivePem() {
    const auto key = PrivateKey::generate();
    QVERIFY(key);
    QVERIFY(key->pem().starts_with("-----BEGIN PRIVATE KEY-----"));
    const auto back = PrivateKey::fromPem(key->pem());
    QVERIFY(back);
    QCOMPARE(back->pem(), key->pem());
    QVERIFY(!PrivateKey::fromPem("nonsense"));
    QVERIFY(PrivateKey::generate()->pem() != key->pem());
  }

  void workloadCertificatesAreSvids() {
    const Authority authority;
    const auto key = PrivateKey::generate();
    const Certificate certificate = authority.issue(*key);
    const CertificateInfo& info = certificate.info();
    QCOMPARE(info.uris, (std::vector<std::string>{kReviews.uri()}));
    QVERIFY(info.sanCritical);
    QVERIFY(info.subject.empty());
    QVERIFY(!info.isAuthority);
    QCOMPARE(info.issuer, authority.root.info().subject);
    QCOMPARE(info.keyAlgorithm, std::string("EC P-256"));
    QCOMPARE(info.keyUsage, (std::vector<std::string>{"digitalSignature", "keyEncipherment"}));
    QCOMPARE(info.extendedKeyUsage, (std::vector<std::string>{"serverAuth", "clientAuth"}));
    QVERIFY(info.validity.notBefore == kNow - 1min && info.validity.notAfter == kNow + 24h);
    QVERIFY(info.serial.size() == 32 && info.sha256.size() == 64);
    QVERIFY(certificate.belongsTo(*key) && !certificate.belongsTo(authority.key));
    QCOMPARE(Certificate::fromPem(certificate.pem())->info().sha256, info.sha256);
    QVERIFY(authority.issue(*key).info().serial != info.serial);
    QVERIFY(authority.root.info().isAuthority);
    QCOMPARE(authority.root.info().subject, std::string("CN=Root,O=Varka"));
  }

  void theRequestDoesNotDecideTheIdentity() {
    const Authority authority;
    const auto key = PrivateKey::generate();
    const auto request = CertificateRequest::create(*key, {"evil.example", "kube-system", "admin"});
    QVERIFY(request);
    const auto again = CertificateRequest::fromPem(request->pem());
    QVERIFY(again);
    QCOMPARE(again->uris(), (std::vector<std::string>{"spiffe://evil.example/ns/kube-system/sa/admin"}));
    const auto certificate = Certificate::signWorkload(*again, kReviews, {kNow, kNow + 1h}, authority.root, authority.key);
    QVERIFY(certificate);
    QCOMPARE(certificate->info().uris, (std::vector<std::string>{kReviews.uri()}));
  }

  void aRequestMustBeSignedByItsKey() {
    const auto key = PrivateKey::generate();
    std::string pem = CertificateRequest::create(*key, kReviews)->pem();
    const auto end = pem.find("-----END");
    pem[end - 12] = pem[end - 12] == 'A' ? 'B' : 'A';  // inside the signature
    QVERIFY(!CertificateRequest::fromPem(pem));
    QVERIFY(!CertificateRequest::fromPem(""));
  }

  void chainsAreVerified() {
    const Authority authority, stranger;
    const auto key = PrivateKey::generate();
    const Certificate leaf = authority.issue(*key);
    QVERIFY(verifyChain(leaf, {}, {authority.root}, kNow));
    QVERIFY(verifyChain(leaf, {}, {stranger.root, authority.root}, kNow));  // both roots during a rotation
    QVERIFY(!verifyChain(leaf, {}, {stranger.root}, kNow));
    const auto expired = verifyChain(leaf, {}, {authority.root}, kNow + 25h);
    QVERIFY(!expired);
    QVERIFY2(expired.error().message.find("expired") != std::string::npos, expired.error().message.c_str());
    QVERIFY(!verifyChain(leaf, {}, {authority.root}, kNow - 2h));
  }

  void serverCertificatesNameHostsAndAddresses() {
    const Authority authority;
    const auto key = PrivateKey::generate();
    const auto certificate = Certificate::signServer(*key, "httpbin.example.com", {"httpbin.example.com", "127.0.0.1", "::1"},
                                                     {kNow, kNow + 1h}, authority.root, authority.key);
    QVERIFY(certificate);
    QCOMPARE(certificate->info().dnsNames, (std::vector<std::string>{"httpbin.example.com"}));
    QCOMPARE(certificate->info().ipAddresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
    QVERIFY(verifyChain(*certificate, {}, {authority.root}, kNow));
  }

  void bundlesAreReadWhole() {
    const Authority a, b;
    const auto bundle = Certificate::bundleFromPem("text before\n" + a.root.pem() + "\n" + b.root.pem());
    QVERIFY(bundle);
    QCOMPARE(bundle->size(), std::size_t(2));
    QVERIFY(!Certificate::bundleFromPem(""));
    QVERIFY(!Certificate::bundleFromPem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    QVERIFY(!Certificate::bundleFromPem(a.root.pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  }

  void privateFilesStayPrivate() {
    const QTemporaryDir directory;
    const std::filesystem::path path = directory.filePath(QStringLiteral("key.pem")).toStdString();
    QVERIFY(writePrivateFile(path, "old"));
    QVERIFY(writePrivateFile(path, "secret"));
    struct stat status {};
    QCOMPARE(::stat(path.c_str(), &status), 0);
    QCOMPARE(int(status.st_mode & 0777), 0600);
    QCOMPARE(*readPrivateFile(path), std::string("secret"));
    QCOMPARE(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), std::ptrdiff_t(1));  // no temporary left
    ::chmod(path.c_str(), 0644);
    const auto open = readPrivateFile(path);
    QVERIFY(!open);
    QVERIFY(open.error().message.find("chmod 600") != std::string::npos);
    QVERIFY(!writePrivateFile("/nonexistent/x", "y"));
    QVERIFY(!readPrivateFile(directory.filePath(QStringLiteral("none")).toStdString()));
  }
};

VARKA_TEST(PkiTest)
#include "pki_test.moc"
