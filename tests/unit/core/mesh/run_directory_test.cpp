#include "core/mesh/run_directory.h"

#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "tests/support/test.h"

using varka::mesh::RunDirectory;

class RunDirectoryTest : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  [[nodiscard]] std::string path() const { return folder_.filePath("base/abc").toStdString(); }

 private Q_SLOTS:
  void claimsPrivatelyAndGivesBack() {
    {
      const auto claimed = RunDirectory::claim(path(), "/project");
      QVERIFY2(claimed.has_value(), claimed ? "" : claimed.error().message.c_str());
      QCOMPARE(QFile::permissions(QString::fromStdString(path())) & 0x0077, QFile::Permissions());
      const auto owner = RunDirectory::owner(path());
      QVERIFY(owner.has_value());
      QCOMPARE(owner->pid, std::int64_t{::getpid()});
      QCOMPARE(owner->project, std::string("/project"));
    }
    QVERIFY(!QFile::exists(QString::fromStdString(path())));
    QVERIFY(!RunDirectory::owner(path()));
  }

  void aSecondClaimNamesTheProcess() {
    const auto first = RunDirectory::claim(path(), "/project");
    QVERIFY(first.has_value());
    const auto second = RunDirectory::claim(path(), "/project");
    QVERIFY(!second);
    QVERIFY(second.error().message.find("pid " + std::to_string(::getpid())) != std::string::npos);
  }

  void leftoversOfAKilledMeshAreRemoved() {
    { const auto made = RunDirectory::claim(path(), "/project"); }
    QVERIFY(QDir().mkpath(QString::fromStdString(path()) + "/pods"));
    for (const char* name : {"/xds.sock", "/pods/10.0.0.1.sock", "/lock"}) {
      QFile file(QString::fromStdString(path()) + name);
      QVERIFY(file.open(QIODevice::WriteOnly));
    }
    const auto claimed = RunDirectory::claim(path(), "/project");
    QVERIFY(claimed.has_value());
    QVERIFY((*claimed)->hadLeftovers());
    QVERIFY(!QFile::exists(QString::fromStdString(path()) + "/xds.sock"));
    QVERIFY(!QFile::exists(QString::fromStdString(path()) + "/pods"));
  }

  void aDirectoryThatIsALinkIsRefused() {
    QVERIFY(QDir().mkpath(folder_.filePath("elsewhere")));
    QVERIFY(QFile::link(folder_.filePath("elsewhere"), folder_.filePath("link")));
    QVERIFY(!RunDirectory::claim(folder_.filePath("link").toStdString(), "/project"));
  }
};

VARKA_TEST(RunDirectoryTest)
#include "run_directory_test.moc"
