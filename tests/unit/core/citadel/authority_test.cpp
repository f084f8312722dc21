#include "core/citadel/authority.h"

#include <sys/stat.h>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/pki/certificate.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::citadel;

namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;  // a whole second, as certificates have
const Workload kReviews{"reviews-v1-1", "default", "bookinfo-reviews"};

struct Fixture {
  QTemporaryDir dir;
  std::string folder = dir.path().toStdString() + "/state/ca";
  std::int64_t now = kNow;
  double jitter = 0;
  std::vector<JournalEntry> journal;

  AuthorityOptions options() {
    AuthorityOptions out;
    out.directory = folder;
    out.nowMs = [this] { return now; };
    out.jitter = [this] { return jitter; };
    return out;
  }
  std::unique_ptr<Authority> open() {
    auto opened = Authority::open(options());
    if (!opened) qWarning("%s", opened.error().message.c_str());
    if (opened) (*opened)->onJournal([this](const JournalEntry& entry) { journal.push_back(entry); });
    return opened ? std::move(*opened) : nullptr;
  }
  std::string refusal() {
    const auto opened = Authority::open(options());
    return opened ? std::string() : opened.error().message;
  }
  std::string kinds() const {
    std::string out;
    for (const auto& entry : journal) out += entry.kind + " ";
    return out;
  }
};

std::string csr(const std::string& serviceAccount = "anyone") {
  const auto key = pki::PrivateKey::generate().value();
  return pki::CertificateRequest::create(key, {"cluster.local", "default", serviceAccount})->pem();
}

mode_t modeOf(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

std::string slurp(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool trusts(const std::string& rootsPem, const std::string& chainPem, std::int64_t atMs) {
  const auto roots = pki::Certificate::bundleFromPem(rootsPem).value();
  const auto leaf = pki::Certificate::fromPem(chainPem).value();
  return pki::verifyChain(leaf, {}, roots, pki::TimePoint(std::chrono::milliseconds(atMs))).has_value();
}

}  // namespace

class AuthorityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void firstStartMakesAPrivateRoot();
  void secondStartKeepsTheRoot();
  void identityComesFromTheCallerNotFromTheRequest();
  void certificateFollowsTheSpiffeRulesAndVerifies();
  void lifetimeIsClampedAndEndsWithTheRoot();
  void renewalIsHalfLifeWithJitter();
  void brokenRequestIsRefused();
  void namesThatAreNoIdentityAreRefused();
  void serialsAreUnique();
  void journalTellsIssuedRotatedExpired();
  void forgottenPodIsNoLongerListed();
  void openFolderIsRefused();
  void readableKeyIsRefused();
  void mismatchingKeyIsRefused();
  void halfARootIsRefused();
  void expiredRootIsRefused();
  void rootRotationTrustsBothThenSwitchesThenPrunes();
  void rootRotationSurvivesARestartInEveryPhase();
  void rootRotationRefusesTheWrongOrder();
  void crashWhileSwitchingIsHealed();
};

void AuthorityTest::firstStartMakesAPrivateRoot() {
  Fixture f;
  const auto authority = f.open();
  QVERIFY(authority);
  QCOMPARE(modeOf(f.folder), 0700u);
  for (const auto& entry : std::filesystem::directory_iterator(f.folder))
    QCOMPARE(modeOf(entry.path()), 0600u);
  const auto& root = authority->root();
  QVERIFY(root.root);
  QCOMPARE(root.owner, std::string("root"));
  QVERIFY2(root.algorithm.find("P-256") != std::string::npos, root.algorithm.c_str());
  QVERIFY2(root.issuer.find("O=cluster.local") != std::string::npos, root.issuer.c_str());
  QCOMPARE(root.notAfterMs, kNow + std::int64_t{3650} * 24 * 3600 * 1000);
  QCOMPARE(root.notBeforeMs, kNow - 60'000);
  QVERIFY(root.pem.find("PRIVATE") == std::string::npos);
  QCOMPARE(f.kinds(), std::string("root "));
}

void AuthorityTest::secondStartKeepsTheRoot() {
  Fixture f;
  const auto first = f.open()->root().sha256;
  f.journal.clear();
  QCOMPARE(f.open()->root().sha256, first);
  QCOMPARE(f.kinds(), std::string());
}

void AuthorityTest::identityComesFromTheCallerNotFromTheRequest() {
  Fixture f;
  const auto issued = f.open()->sign(csr("admin"), kReviews);
  QVERIFY2(issued.has_value(), issued ? "" : issued.error().message.c_str());
  const auto leaf = pki::Certificate::fromPem(issued->chainPem).value();
  QCOMPARE(leaf.info().spiffeId(), std::string("spiffe://cluster.local/ns/default/sa/bookinfo-reviews"));
  QCOMPARE(issued->info.spiffeId, leaf.info().spiffeId());
  QCOMPARE(issued->info.owner, std::string("reviews-v1-1"));
}

void AuthorityTest::certificateFollowsTheSpiffeRulesAndVerifies() {
  Fixture f;
  const auto authority = f.open();
  const auto issued = authority->sign(csr(), kReviews).value();
  const auto leaf = pki::Certificate::fromPem(issued.chainPem).value();
  QVERIFY(!leaf.info().isAuthority);
  QVERIFY(leaf.info().sanCritical);
  QCOMPARE(leaf.info().uris.size(), 1u);
  QCOMPARE(issued.info.notBeforeMs, kNow - 60'000);
  QVERIFY(trusts(issued.rootsPem, issued.chainPem, kNow));
  QVERIFY(!trusts(issued.rootsPem, issued.chainPem, issued.notAfterMs + 1000));
  Fixture stranger;
  QVERIFY(!trusts(stranger.open()->rootsPem(), issued.chainPem, kNow));
}

void AuthorityTest::lifetimeIsClampedAndEndsWithTheRoot() {
  Fixture f;
  const auto authority = f.open();
  const auto life = [&](std::chrono::seconds ttl) {
    return (authority->sign(csr(), kReviews, ttl)->notAfterMs - f.now) / 1000;
  };
  QCOMPARE(life({}), 24 * 3600);
  QCOMPARE(life(std::chrono::seconds(1)), 10);
  QCOMPARE(life(std::chrono::seconds(30)), 30);
  QCOMPARE(life(std::chrono::hours(100000)), 365 * 24 * 3600);
  authority->setDefaultTtl(std::chrono::seconds(60));
  QCOMPARE(life({}), 60);
  authority->setDefaultTtl(std::chrono::seconds(0));
  QCOMPARE(authority->defaultTtl(), kMinTtl);
  f.now = authority->root().notAfterMs - 5000;
  QCOMPARE(life(std::chrono::hours(1)), 5);
}

void AuthorityTest::renewalIsHalfLifeWithJitter() {
  Fixture f;
  const auto authority = f.open();
  for (const auto& [jitter, expected] : {std::pair{0.0, 500}, {1.0, 550}, {-1.0, 450}, {7.0, 550}}) {
    f.jitter = jitter;
    QCOMPARE(authority->sign(csr(), kReviews, std::chrono::seconds(1000))->renewAtMs - kNow, expected * 1000);
  }
}

void AuthorityTest::brokenRequestIsRefused() {
  Fixture f;
  const auto authority = f.open();
  QVERIFY(!authority->sign("nonsense", kReviews).has_value());
  // A changed byte inside the signed part: the request no longer proves that its sender has the key.
  auto pem = csr();
  const auto at = pem.find('\n') + 60;
  pem[at] = pem[at] == 'A' ? 'B' : 'A';
  QVERIFY(!authority->sign(pem, kReviews).has_value());
  QCOMPARE(authority->certificates().size(), 1u);
}

void AuthorityTest::namesThatAreNoIdentityAreRefused() {
  Fixture f;
  const auto authority = f.open();
  for (const auto& name : {"", "..", "a/b", "a b", "a?b"}) {
    const auto signedFor = authority->sign(csr(), {"p", "default", name});
    QVERIFY2(!signedFor.has_value(), name);
  }
}

void AuthorityTest::serialsAreUnique() {
  Fixture f;
  const auto authority = f.open();
  const auto request = csr();
  std::set<std::string> serials;
  for (int i = 0; i < 50; ++i) serials.insert(authority->sign(request, kReviews)->info.serial);
  QCOMPARE(serials.size(), 50u);
}

void AuthorityTest::journalTellsIssuedRotatedExpired() {
  Fixture f;
  const auto authority = f.open();
  f.journal.clear();
  const auto first = authority->sign(csr(), kReviews, std::chrono::seconds(100)).value();
  const auto second = authority->sign(csr(), kReviews, std::chrono::seconds(200)).value();
  (void)authority->sign(csr(), {"ratings-1", "default", "ratings"}, std::chrono::seconds(500)).value();
  QCOMPARE(f.kinds(), std::string("issued rotated issued "));
  QCOMPARE(f.journal[0].certificate.serial, first.info.serial);
  QCOMPARE(f.journal[1].certificate.serial, second.info.serial);
  QCOMPARE(authority->expire(), second.notAfterMs);  // the replaced one does not expire, it is gone
  f.now += 200'000;
  QCOMPARE(authority->expire(), kNow + 500'000);
  QCOMPARE(authority->expire(), kNow + 500'000);
  QCOMPARE(f.kinds(), std::string("issued rotated issued expired "));
  QCOMPARE(f.journal[3].certificate.serial, second.info.serial);
  f.now += 300'000;
  QCOMPARE(authority->expire(), std::int64_t{0});
}

void AuthorityTest::forgottenPodIsNoLongerListed() {
  Fixture f;
  const auto authority = f.open();
  (void)authority->sign(csr(), kReviews).value();
  (void)authority->sign(csr(), {"a-1", "other", "a"}).value();
  (void)authority->sign(csr(), {"a-1", "default", "a"}).value();
  const auto names = [&] {
    std::string out;
    for (const auto& info : authority->certificates()) out += info.ns + "/" + info.owner + " ";
    return out;
  };
  QCOMPARE(names(), std::string("/root default/a-1 default/reviews-v1-1 other/a-1 "));
  authority->forget("default", "a-1");
  QCOMPARE(names(), std::string("/root default/reviews-v1-1 other/a-1 "));
}

void AuthorityTest::openFolderIsRefused() {
  Fixture f;
  f.open();
  ::chmod(f.folder.c_str(), 0755);
  const auto message = f.refusal();
  QVERIFY2(message.find("chmod 700") != std::string::npos, message.c_str());
}

void AuthorityTest::readableKeyIsRefused() {
  Fixture f;
  f.open();
  ::chmod((f.folder + "/root.pem").c_str(), 0644);
  const auto message = f.refusal();
  QVERIFY2(message.find("root.pem") != std::string::npos, message.c_str());
  ::chmod((f.folder + "/root.pem").c_str(), 0600);
  QCOMPARE(f.refusal(), std::string());
}

void AuthorityTest::mismatchingKeyIsRefused() {
  Fixture f;
  Fixture other;
  f.open();
  other.open();
  const auto mine = slurp(f.folder + "/root.pem");
  const auto theirs = slurp(other.folder + "/root.pem");
  const std::string begin = "-----BEGIN CERTIFICATE-----";
  std::ofstream(f.folder + "/root.pem")
      << theirs.substr(0, theirs.find(begin)) << mine.substr(mine.find(begin));
  const auto message = f.refusal();
  QVERIFY2(message.find("does not belong to the certificate") != std::string::npos, message.c_str());
  QVERIFY(message.find("BEGIN") == std::string::npos);
}

void AuthorityTest::halfARootIsRefused() {
  Fixture f;
  f.open();
  const auto text = slurp(f.folder + "/root.pem");
  const auto border = text.find("-----BEGIN CERTIFICATE-----");
  std::ofstream(f.folder + "/root.pem") << text.substr(0, border);
  QVERIFY2(f.refusal().find("has no certificate") != std::string::npos, f.refusal().c_str());
  std::ofstream(f.folder + "/root.pem") << text.substr(border);
  QVERIFY2(f.refusal().find("no usable private key") != std::string::npos, f.refusal().c_str());
}

void AuthorityTest::expiredRootIsRefused() {
  Fixture f;
  f.now = f.open()->root().notAfterMs + 1;
  QVERIFY2(f.refusal().find("has expired") != std::string::npos, f.refusal().c_str());
}

void AuthorityTest::rootRotationTrustsBothThenSwitchesThenPrunes() {
  Fixture f;
  const auto authority = f.open();
  const auto oldLeaf = authority->sign(csr(), kReviews)->chainPem;
  const auto oldRoot = authority->root().sha256;
  const auto oldBundle = authority->rootsPem();

  QVERIFY(authority->prepareRoot().has_value());
  QCOMPARE(authority->root().sha256, oldRoot);  // still signs
  const auto both = authority->rootsPem();
  QCOMPARE(pki::Certificate::bundleFromPem(both)->size(), 2u);
  QVERIFY(trusts(oldBundle, authority->sign(csr(), kReviews)->chainPem, kNow));

  QVERIFY(authority->activateRoot().has_value());
  QVERIFY(authority->root().sha256 != oldRoot);
  const auto newLeaf = authority->sign(csr(), kReviews)->chainPem;
  QVERIFY(trusts(both, newLeaf, kNow));  // who only has the bundle of the step before is served
  QVERIFY(trusts(authority->rootsPem(), oldLeaf, kNow));  // and so is who still shows an old certificate
  QVERIFY(!trusts(oldBundle, newLeaf, kNow));

  QVERIFY(authority->pruneRoots().has_value());
  QVERIFY(!trusts(authority->rootsPem(), oldLeaf, kNow));
  QVERIFY(trusts(authority->rootsPem(), newLeaf, kNow));
  QCOMPARE(authority->certificates().size(), 2u);
  QCOMPARE(f.kinds().substr(0, 5), std::string("root "));
}

void AuthorityTest::rootRotationSurvivesARestartInEveryPhase() {
  Fixture f;
  auto authority = f.open();
  const auto first = authority->root().sha256;
  QVERIFY(authority->prepareRoot().has_value());
  auto bundle = authority->rootsPem();
  authority = f.open();
  QCOMPARE(authority->rootsPem(), bundle);
  QCOMPARE(authority->root().sha256, first);
  QVERIFY(authority->activateRoot().has_value());
  bundle = authority->rootsPem();
  const auto second = authority->root().sha256;
  authority = f.open();
  QCOMPARE(authority->rootsPem(), bundle);
  QCOMPARE(authority->root().sha256, second);
  QVERIFY(authority->pruneRoots().has_value());
  authority = f.open();
  QCOMPARE(pki::Certificate::bundleFromPem(authority->rootsPem())->size(), 1u);
  QCOMPARE(authority->root().sha256, second);
}

void AuthorityTest::rootRotationRefusesTheWrongOrder() {
  Fixture f;
  const auto authority = f.open();
  QVERIFY(!authority->activateRoot().has_value());
  QVERIFY(!authority->pruneRoots().has_value());
  QVERIFY(authority->prepareRoot().has_value());
  QVERIFY(!authority->prepareRoot().has_value());
  QVERIFY(!authority->pruneRoots().has_value());
  QVERIFY(authority->activateRoot().has_value());
  QVERIFY(!authority->activateRoot().has_value());
  QVERIFY(!authority->prepareRoot().has_value());
}

void AuthorityTest::crashWhileSwitchingIsHealed() {
  Fixture f;
  auto authority = f.open();
  QVERIFY(authority->prepareRoot().has_value());
  // As after a crash between "root.pem is the new one" and "next.pem is removed".
  const auto next = slurp(f.folder + "/next.pem");
  QVERIFY(authority->activateRoot().has_value());
  const auto bundle = authority->rootsPem();
  {
    std::ofstream file(f.folder + "/next.pem");
    file << next;
  }
  ::chmod((f.folder + "/next.pem").c_str(), 0600);
  authority = f.open();
  QVERIFY(authority);
  QCOMPARE(authority->rootsPem(), bundle);
  QVERIFY(authority->pruneRoots().has_value());
}

VARKA_TEST(AuthorityTest)
#include "authority_test.moc"
