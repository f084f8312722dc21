#include "core/mesh/project_source.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>

#include "core/mesh/problems.h"
#include "tests/support/test.h"

using namespace varka;
using namespace std::chrono_literals;

namespace {

constexpr const char* kRule =
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: reviews }\nspec: { host: reviews }\n";

void write(const QString& path, const QByteArray& text) {
  QFile file(path);
  if (file.open(QIODevice::WriteOnly | QIODevice::Truncate)) file.write(text);
}

/// As editors save: a new file is renamed over the old one.
void replace(const QString& path, const QByteArray& text) {
  write(path + "~new", text);
  QFile::remove(path);
  QFile::rename(path + "~new", path);
}

}  // namespace

class ProjectSourceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aRenameOverTheFileIsOneReload() {
    QTemporaryDir folder;
    write(folder.filePath("rule.yaml"), kRule);
    mesh::ProjectSource source(folder.path().toStdString());
    QVERIFY(!mesh::anyError(source.load().problems));
    QSignalSpy changed(&source, &mesh::ProjectSource::changed);
    for (int round = 1; round <= 3; ++round) {  // the watch must survive the rename
      replace(folder.filePath("rule.yaml"), QByteArray(kRule) + "# " + QByteArray::number(round) + "\n");
      QVERIFY(test::eventually(2000ms, [&] { return changed.count() == round; }));
      source.load();
    }
  }

  void aNewFileIsNoticed() {
    QTemporaryDir folder;
    write(folder.filePath("rule.yaml"), kRule);
    mesh::ProjectSource source(folder.path().toStdString());
    source.load();
    QSignalSpy changed(&source, &mesh::ProjectSource::changed);
    write(folder.filePath("more.yaml"), QByteArray(kRule).replace("reviews", "details"));
    QVERIFY(test::eventually(2000ms, [&] { return changed.count() == 1; }));
    QCOMPARE(source.load().project.objects.size(), std::size_t{2});
  }

  void aBrokenTextKeepsWhatIsApplied() {
    QTemporaryDir folder;
    write(folder.filePath("rule.yaml"), kRule);
    mesh::ProjectSource source(folder.path().toStdString());
    source.load();
    source.markApplied();
    write(folder.filePath("rule.yaml"), "apiVersion: [\n");
    const auto loaded = source.load();
    QVERIFY(mesh::anyError(loaded.problems));
    QVERIFY(loaded.problems.front().origin.mark.line > 0);
    QCOMPARE(source.files().size(), std::size_t{1});
    QCOMPARE(source.files()[0].applied, std::string(kRule));
    QCOMPARE(source.files()[0].text, std::string("apiVersion: [\n"));
  }

  void anUnknownFieldIsAnErrorWithItsLine() {
    QTemporaryDir folder;
    write(folder.filePath("rule.yaml"), QByteArray(kRule).replace("host: reviews", "host: reviews, hots: x"));
    mesh::ProjectSource source(folder.path().toStdString());
    const auto loaded = source.load();
    QVERIFY(mesh::anyError(loaded.problems));
    QCOMPARE(loaded.problems.front().origin.mark.line, 4);
    QVERIFY(loaded.problems.front().message.find("hots") != std::string::npos);
  }
};

VARKA_TEST(ProjectSourceTest)
#include "project_source_test.moc"
