#include "core/mesh/xds_server.h"

#include <unistd.h>

#include <QLocalSocket>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <csignal>
#include <map>

#include "core/mesh/config_push.h"
#include "core/xds/snapshot.h"
#include "tests/support/test.h"

using namespace varka;
using namespace std::chrono_literals;

namespace {

/// A proxy's end, by hand: what it is told is collected, what it says is what the test says.
class FakeProxy {
 public:
  explicit FakeProxy(const std::string& path) {
    socket_.connectToServer(QString::fromStdString(path));
    QObject::connect(&socket_, &QLocalSocket::readyRead, &socket_, [this] {
      const auto bytes = socket_.readAll();
      if (!lines_.feed({bytes.data(), static_cast<std::size_t>(bytes.size())})) return;
      while (const auto line = lines_.next()) {
        auto message = xds::parseStreamLine(*line);
        if (message) received.push_back(std::move(*message));
      }
    });
    send(xds::Hello{});
  }
  void send(const xds::StreamMessage& message) {
    std::string line;
    xds::appendLine(message, line);
    socket_.write(line.data(), static_cast<qint64>(line.size()));
  }
  void subscribe(std::string_view type) {
    xds::DeltaRequest request;
    if (!std::exchange(introduced_, true)) request.node.emplace();
    request.typeUrl = type;
    send(request);
  }
  void answer(const xds::DeltaResponse& response, const std::string& error = {}) {
    xds::DeltaRequest request;
    request.typeUrl = response.typeUrl;
    request.responseNonce = response.nonce;
    if (!error.empty()) request.error = xds::ErrorDetail{3, error};
    send(request);
  }
  /// Everything of one kind so far.
  template <typename T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> out;
    for (const auto& message : received) {
      if (const auto* found = std::get_if<T>(&message)) out.push_back(*found);
    }
    return out;
  }
  [[nodiscard]] bool connected() const { return socket_.state() == QLocalSocket::ConnectedState; }

  std::vector<xds::StreamMessage> received;

 private:
  QLocalSocket socket_;
  xds::LineSplitter lines_;
  bool introduced_ = false;
};

std::shared_ptr<const xds::Snapshot> snapshotWith(const std::string& clusterName) {
  auto out = std::make_shared<xds::Snapshot>();
  xds::Cluster cluster;
  cluster.name = clusterName;
  out->add(xds::makeResource(cluster));
  xds::Listener listener;
  listener.name = "listener-of-" + clusterName;
  out->add(xds::makeResource(listener));
  return out;
}

struct Fixture {
  QTemporaryDir folder;
  std::string path = folder.filePath("xds.sock").toStdString();
  launcher::PodStatusPtr pod;
  std::vector<std::string> signedFor;
  mesh::XdsServer server;

  explicit Fixture(bool known = true)
      : server([this](std::int64_t pid) { return pid == ::getpid() ? pod : nullptr; },
               [this](const xds::Csr& csr, const launcher::PodStatus& who) -> Result<xds::CertificateIssued> {
                 signedFor.push_back(who.ns + "/" + who.name + "/" + who.serviceAccount);
                 if (csr.pem == "bad") return fail("not a request");
                 return xds::CertificateIssued{csr.id, csr.name, "chain", "roots", 10, 5};
               }) {
    if (known) {
      auto status = std::make_shared<launcher::PodStatus>();
      status->name = "reviews-1";
      status->ns = "default";
      status->serviceAccount = "bookinfo-reviews";
      pod = status;
    }
    const auto listening = server.listen(path);
    if (!listening) qFatal("%s", listening.error().message.c_str());
  }
  void push(const std::string& cluster, std::uint64_t revision) {
    server.push([cluster](const launcher::PodStatus&) { return snapshotWith(cluster); }, revision);
  }
};

}  // namespace

class XdsServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // QtTest dies of SIGPIPE, which Qt ignores in programs: here the peer closes while we write.
  void initTestCase() { std::signal(SIGPIPE, SIG_IGN); }

  void theSocketIsPrivate() {
    Fixture f;
    QCOMPARE(QFile::permissions(QString::fromStdString(f.path)) & 0x0077, QFile::Permissions());
  }

  void aStrangerIsRefused() {
    Fixture f(false);
    QSignalSpy refused(&f.server, &mesh::XdsServer::refused);
    FakeProxy proxy(f.path);
    QVERIFY(test::eventually(2000ms, [&] { return refused.count() == 1 && !proxy.connected(); }));
    QVERIFY(f.server.streams().empty());
  }

  void aProxyGetsItsConfigurationAndIsSyncedWhenItAnswered() {
    Fixture f;
    f.push("one", 7);
    FakeProxy proxy(f.path);
    proxy.subscribe(xds::kClusterType);
    proxy.subscribe(xds::kListenerType);
    QVERIFY(test::eventually(2000ms, [&] { return proxy.all<xds::DeltaResponse>().size() == 2; }));
    QCOMPARE(proxy.all<xds::Hello>().size(), std::size_t{1});
    QCOMPARE(proxy.all<xds::DeltaResponse>()[0].resources.at(0).name, std::string("one"));
    QVERIFY(!f.server.streams().at(0).settled);
    for (const auto& response : proxy.all<xds::DeltaResponse>()) proxy.answer(response);
    QVERIFY(test::eventually(2000ms, [&] { return f.server.streams().at(0).settled; }));
    QCOMPARE(f.server.streams().at(0).ackedRevision, std::uint64_t{7});
  }

  void whatDidNotChangeIsNotSentAgain() {
    Fixture f;
    f.push("one", 1);
    FakeProxy proxy(f.path);
    proxy.subscribe(xds::kListenerType);
    QVERIFY(test::eventually(2000ms, [&] { return proxy.all<xds::DeltaResponse>().size() == 1; }));
    proxy.answer(proxy.all<xds::DeltaResponse>()[0]);
    QVERIFY(test::eventually(2000ms, [&] { return f.server.streams().at(0).settled; }));
    f.push("one", 2);
    QVERIFY(f.server.streams().at(0).settled);  // at once: nothing had to be said
    QCOMPARE(f.server.streams().at(0).ackedRevision, std::uint64_t{2});
    f.push("two", 3);
    QVERIFY(test::eventually(2000ms, [&] { return proxy.all<xds::DeltaResponse>().size() == 2; }));
  }

  void aRefusalIsKeptAsTheLastError() {
    Fixture f;
    f.push("one", 1);
    QSignalSpy nacked(&f.server, &mesh::XdsServer::nacked);
    FakeProxy proxy(f.path);
    proxy.subscribe(xds::kListenerType);
    QVERIFY(test::eventually(2000ms, [&] { return proxy.all<xds::DeltaResponse>().size() == 1; }));
    proxy.answer(proxy.all<xds::DeltaResponse>()[0], "listener-of-one: address: missing");
    QVERIFY(test::eventually(2000ms, [&] { return nacked.count() == 1; }));
    QVERIFY(f.server.streams().at(0).lastError.find("address") != std::string::npos);
    QCOMPARE(f.server.streams().at(0).ackedRevision, std::uint64_t{0});
  }

  void certificatesAreSignedForThePodThatAsks() {
    Fixture f;
    FakeProxy proxy(f.path);
    proxy.send(xds::Csr{3, "default", "csr", 0});
    proxy.send(xds::Csr{4, "default", "bad", 0});
    QVERIFY(test::eventually(2000ms, [&] { return proxy.all<xds::CertificateError>().size() == 1; }));
    QCOMPARE(proxy.all<xds::CertificateIssued>().at(0).id, std::int64_t{3});
    QCOMPARE(f.signedFor.at(0), std::string("default/reviews-1/bookinfo-reviews"));
    QVERIFY(f.server.rotate("default", "reviews-1"));
    QVERIFY(!f.server.rotate("default", "nobody"));
    QVERIFY(test::eventually(2000ms, [&] { return proxy.all<xds::Rotate>().size() == 1; }));
  }

  void rubbishEndsTheStreamWithAReason() {
    Fixture f;
    QSignalSpy refused(&f.server, &mesh::XdsServer::refused);
    QLocalSocket socket;
    socket.connectToServer(QString::fromStdString(f.path));
    socket.write("this is no message\n");
    QVERIFY(test::eventually(2000ms, [&] { return refused.count() == 1 && socket.state() == QLocalSocket::UnconnectedState; }));
    QVERIFY(socket.readAll().contains("goaway"));
    QVERIFY(test::eventually(2000ms, [&] { return f.server.streams().empty(); }));
  }

  void theTimeToTheLastAnswerIsMeasured() {
    Fixture f;
    resource::Store store;
    mesh::ConfigPush push([&] {
      pilot::PilotInput input;
      input.resources = store.snapshot();
      return input;
    }, f.server);
    push.changed();
    QVERIFY(test::eventually(2000ms, [&] { return push.context() != nullptr; }));
    FakeProxy proxy(f.path);
    proxy.subscribe(xds::kListenerType);
    QVERIFY(test::eventually(2000ms, [&] { return !proxy.all<xds::DeltaResponse>().empty(); }));
    QCOMPARE(push.sync().total, 1);
    QCOMPARE(push.sync().acked, 0);
    proxy.answer(proxy.all<xds::DeltaResponse>()[0]);
    QVERIFY(test::eventually(2000ms, [&] { return push.sync().acked == 1 && push.sync().tookMs >= 0; }));
  }

  void aBurstOfChangesIsOnePush() {
    Fixture f;
    resource::Store store;
    int builds = 0;
    mesh::ConfigPush push([&] {
      ++builds;
      pilot::PilotInput input;
      input.resources = store.snapshot();
      return input;
    }, f.server);
    for (int i = 0; i < 50; ++i) push.changed();
    QVERIFY(test::eventually(2000ms, [&] { return builds > 0; }));
    QCOMPARE(builds, 1);
  }
};

VARKA_TEST(XdsServerTest)
#include "xds_server_test.moc"
