// kill -9 while writing: what was acknowledged by flush() is there afterwards and the file opens. The writer
// is this program itself, started again with VARKA_STORE_WRITER=PATH; hence the own main.
#include <QProcess>
#include <QTemporaryDir>
#include <cstdio>
#include <cstdlib>

#include <signal.h>

#include "core/store/history.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::store;

namespace varka::test {
int runAll(int argc, char** argv);
}

namespace {

// Writes rows for ever and says each number once it is committed.
int writeForever(const char* path) {
  HistoryOptions options;
  options.path = path;
  options.batchMs = 0;
  History history(options);
  for (std::int64_t i = 1;; ++i) {
    for (int copy = 0; copy < 5; ++copy)
      history.add(Event{i, "process", "info", "o", std::string(200, 'e'), "", 0, 0});
    if (!history.flush()) return 3;
    std::printf("%lld\n", static_cast<long long>(i));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const QCoreApplication app(argc, argv);
  if (const char* path = std::getenv("VARKA_STORE_WRITER")) return writeForever(path);
  return varka::test::runAll(argc, argv);
}

class KillTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void killNineLosesNothingThatWasCommitted();
};

void KillTest::killNineLosesNothingThatWasCommitted() {
  QTemporaryDir dir;
  const auto path = dir.path() + QStringLiteral("/history.db");
  std::int64_t expected = 0;
  std::vector<std::string> warnings;
  for (int round = 0; round < 6; ++round) {
    QProcess writer;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("VARKA_STORE_WRITER"), path);
    writer.setProcessEnvironment(environment);
    writer.start(QCoreApplication::applicationFilePath(), QStringList());
    QVERIFY(writer.waitForStarted());
    QByteArray said;
    QVERIFY(test::eventually(std::chrono::seconds(20), [&] {
      said += writer.readAllStandardOutput();
      return said.count('\n') >= 20 + round * 7;
    }));
    QCOMPARE(::kill(static_cast<pid_t>(writer.processId()), SIGKILL), 0);
    QVERIFY(writer.waitForFinished());
    said += writer.readAllStandardOutput();
    expected += said.left(said.lastIndexOf('\n') + 1).count('\n') * 5;

    HistoryOptions options;
    options.path = path.toStdString();
    options.onWarning = [&](const std::string& message) { warnings.push_back(message); };
    History history(options);
    const auto events = history.events(1000000);
    QVERIFY2(events.has_value(), events ? "" : events.error().message.c_str());
    const auto found = static_cast<std::int64_t>(events->size());
    QVERIFY2(found >= expected, (std::to_string(found) + " < " + std::to_string(expected)).c_str());
    QVERIFY2(found <= expected + 5, "a transaction is whole or absent");
    QCOMPARE(found % 5, 0);
    expected = found;
  }
  QVERIFY2(warnings.empty(), warnings.empty() ? "" : warnings[0].c_str());
}

VARKA_TEST(KillTest)
#include "kill_test.moc"
