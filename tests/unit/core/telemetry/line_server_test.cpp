#include "core/telemetry/line_server.h"

#include <sys/stat.h>
#include <unistd.h>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>

#include "tests/support/test.h"

using namespace varka;
using namespace varka::telemetry;

namespace {

struct Fixture {
  QTemporaryDir dir;
  std::string path = (dir.path() + QStringLiteral("/telemetry.sock")).toStdString();
  bool welcome = true;
  std::vector<std::string> lines, warnings;
  std::vector<std::int64_t> pids;
  int closed = 0;
  LineServer server{{[this](const LineServer::Peer& peer) {
                       pids.push_back(peer.pid);
                       return welcome;
                     },
                     [this](const LineServer::Peer&, std::string_view line) {
                       lines.emplace_back(line);
                       return line != "stop";
                     },
                     [this](const LineServer::Peer&) { ++closed; },
                     [this](const std::string& message) { warnings.push_back(message); }}};

  std::unique_ptr<QLocalSocket> connect() {
    auto socket = std::make_unique<QLocalSocket>();
    socket->connectToServer(QString::fromStdString(path));
    return socket->waitForConnected(2000) ? std::move(socket) : nullptr;
  }
};

bool soon(const std::function<bool()>& predicate) {
  return test::eventually(std::chrono::seconds(5), predicate);
}

}  // namespace

class LineServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void socketIsPrivateAndReplacesAStaleOne();
  void linesArriveWholeHoweverTheyAreCut();
  void peerIsNamedByTheKernel();
  void refusedPeerIsClosed();
  void falseFromALineClosesTheConnection();
  void endlessLineIsClosed();
  void lineOfExactlyTheLimitPasses();
  void tooLongAPathIsToldSo();
  void socketFileGoesWithTheServer();
};

void LineServerTest::socketIsPrivateAndReplacesAStaleOne() {
  Fixture f;
  std::ofstream(f.path) << "left behind";
  QVERIFY(f.server.listen(f.path).has_value());
  struct stat info {};
  QCOMPARE(::stat(f.path.c_str(), &info), 0);
  QVERIFY(S_ISSOCK(info.st_mode));
  QCOMPARE(info.st_mode & 0777, 0600u);
}

void LineServerTest::linesArriveWholeHoweverTheyAreCut() {
  Fixture f;
  QVERIFY(f.server.listen(f.path).has_value());
  const auto socket = f.connect();
  QVERIFY(socket);
  for (const char c : std::string("one\ntwo\n\nthree")) {
    socket->write(&c, 1);
    socket->flush();
  }
  QVERIFY(soon([&] { return f.lines.size() == 3; }));
  QCOMPARE(f.lines, (std::vector<std::string>{"one", "two", ""}));
  socket->write(" and more\nfour\n");
  QVERIFY(soon([&] { return f.lines.size() == 5; }));
  QCOMPARE(f.lines[3], std::string("three and more"));
  QCOMPARE(f.lines[4], std::string("four"));
  socket->disconnectFromServer();
  QVERIFY(soon([&] { return f.closed == 1; }));
  QCOMPARE(f.server.connections(), 0u);
}

void LineServerTest::peerIsNamedByTheKernel() {
  Fixture f;
  QVERIFY(f.server.listen(f.path).has_value());
  const auto socket = f.connect();
  QVERIFY(soon([&] { return f.pids.size() == 1; }));
  QCOMPARE(f.pids[0], static_cast<std::int64_t>(::getpid()));
}

void LineServerTest::refusedPeerIsClosed() {
  Fixture f;
  f.welcome = false;
  QVERIFY(f.server.listen(f.path).has_value());
  const auto socket = f.connect();
  QVERIFY(soon([&] { return socket->state() == QLocalSocket::UnconnectedState; }));
  QCOMPARE(f.server.connections(), 0u);
  QCOMPARE(f.warnings.size(), 1u);
  QVERIFY(f.warnings[0].find("no proxy of this mesh") != std::string::npos);
}

void LineServerTest::falseFromALineClosesTheConnection() {
  Fixture f;
  QVERIFY(f.server.listen(f.path).has_value());
  const auto socket = f.connect();
  socket->write("go\nstop\nnever\n");
  QVERIFY(soon([&] { return socket->state() == QLocalSocket::UnconnectedState; }));
  QCOMPARE(f.lines, (std::vector<std::string>{"go", "stop"}));
}

void LineServerTest::endlessLineIsClosed() {
  Fixture f;
  QVERIFY(f.server.listen(f.path).has_value());
  const auto socket = f.connect();
  socket->write(QByteArray(300 * 1024, 'x'));
  QVERIFY(soon([&] { return f.closed == 1; }));
  QVERIFY(f.lines.empty());
  QCOMPARE(f.warnings.size(), 1u);
  QVERIFY(f.warnings[0].find("64 KiB") != std::string::npos);
}

void LineServerTest::lineOfExactlyTheLimitPasses() {
  Fixture f;
  QVERIFY(f.server.listen(f.path).has_value());
  const auto socket = f.connect();
  socket->write(QByteArray(static_cast<qsizetype>(kMaxLine), 'x') + "\nnext\n");
  QVERIFY(soon([&] { return f.lines.size() == 2; }));
  QCOMPARE(f.lines[0].size(), kMaxLine);
}

void LineServerTest::tooLongAPathIsToldSo() {
  Fixture f;
  const auto result = f.server.listen(f.path + std::string(200, 'x'));
  QVERIFY(!result.has_value());
  QVERIFY(result.error().message.find("too long") != std::string::npos);
}

void LineServerTest::socketFileGoesWithTheServer() {
  const QTemporaryDir dir;
  const auto path = (dir.path() + QStringLiteral("/s")).toStdString();
  {
    LineServer server({[](const auto&) { return true; }, [](const auto&, auto) { return true; }, {}, {}});
    QVERIFY(server.listen(path).has_value());
    QVERIFY(std::filesystem::exists(path));
  }
  QVERIFY(!std::filesystem::exists(path));
}

VARKA_TEST(LineServerTest)
#include "line_server_test.moc"
