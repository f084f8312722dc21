#include "core/resource/splice.h"

#include <QDirIterator>
#include <QFile>
#include <random>

#include "core/resource/path.h"
#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka::resource;
using varka::fail;
using varka::Result;

namespace {

const std::string kReviews =
    "# top of the file\n"
    "apiVersion: networking.istio.io/v1  # newest\n"
    "kind: VirtualService\n"
    "metadata:\n"
    "  name: reviews   # the host\n"
    "spec:\n"
    "  hosts:\n"
    "  - reviews # short name\n"
    "  http:\n"
    "  # jason first\n"
    "  - match:\n"
    "    - headers:\n"
    "        end-user:\n"
    "          exact: \"jason\"   # him\n"
    "    route:\n"
    "    - destination: { host: reviews, subset: v2 } # flow\n"
    "\n"
    "  # the rest\n"
    "  - name: 'rest'\n"
    "    route:\n"
    "    - destination:\n"
    "        host: reviews\n"
    "        subset: v1\n"
    "      weight: 90 # most\n"
    "    # canary\n"
    "    - destination:\n"
    "        host: reviews\n"
    "        subset: v3\n"
    "      weight: 10\n"
    "    timeout: 5s\n"
    "# end\n"
    "---\n"
    "kind: Other\n";

Value parse(const std::string& text, std::size_t index = 0) {
  auto documents = parseYaml(text, "t");
  if (!documents) qFatal("%s\n%s", documents.error().message.c_str(), text.c_str());
  return documents->at(index);
}

std::string edit(const std::string& text, const Result<Splice>& splice) {
  if (!splice) return "ERROR " + splice.error().message;
  return applySplices(text, {*splice});
}

/// The lines that differ, as "-old" and "+new", by common prefix and suffix.
QString difference(const std::string& before, const std::string& after) {
  auto a = QString::fromStdString(before).split('\n');
  auto b = QString::fromStdString(after).split('\n');
  while (!a.isEmpty() && !b.isEmpty() && a.first() == b.first()) a.removeFirst(), b.removeFirst();
  while (!a.isEmpty() && !b.isEmpty() && a.last() == b.last()) a.removeLast(), b.removeLast();
  QString out;
  for (const auto& line : a) out += "-" + line + "\n";
  for (const auto& line : b) out += "+" + line + "\n";
  return out;
}

struct Node {
  std::string path;
  Value value;
  std::string parent;
};
void collect(const Value& value, const std::string& path, const std::string& parent, std::vector<Node>& out) {
  if (!path.empty()) out.push_back({path, value, parent});
  for (const auto& entry : value.entries()) collect(entry.value, joinPath(path, entry.key), path, out);
  for (std::size_t i = 0; i < value.size() && value.isList(); ++i)
    collect(value[i], joinPath(path, i), path, out);
}

int comments(const std::string& text) {
  int count = 0;
  for (const auto& line : QString::fromStdString(text).split('\n'))
    count += line.trimmed().startsWith('#') || line.contains(" #") ? 1 : 0;
  return count;
}

}  // namespace

class SpliceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void setsScalars_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* path, const char* value, const char* expected) {
      QTest::newRow(path) << path << value << expected;
    };
    row("spec.http[1].route[0].weight", "75", "-      weight: 90 # most\n+      weight: 75 # most\n");
    row("spec.http[0].match[0].headers.end-user.exact", "bob",
        "-          exact: \"jason\"   # him\n+          exact: \"bob\"   # him\n");
    row("spec.http[1].name", "a b", "-  - name: 'rest'\n+  - name: 'a b'\n");
    row("spec.http[0].route[0].destination.subset", "'v1,x'",
        "-    - destination: { host: reviews, subset: v2 } # flow\n+    - destination: { host: reviews, "
        "subset: \"v1,x\" } # flow\n");
    row("spec.http[1].timeout", "'10'", "-    timeout: 5s\n+    timeout: \"10\"\n");
    row("spec.http[1].retries.attempts", "3", "+    retries:\n+      attempts: 3\n");
    row("spec.http[0].route[0].weight", "5", "+      weight: 5\n");
    row("spec.http[0].route[0].destination.port.number", "80",
        "-    - destination: { host: reviews, subset: v2 } # flow\n+    - destination: { host: reviews, "
        "subset: v2, port: {number: 80} } # flow\n");
  }
  void setsScalars() {
    QFETCH(QString, path);
    QFETCH(QString, value);
    QFETCH(QString, expected);
    const auto after =
        edit(kReviews, setScalar(kReviews, 0, path.toStdString(), parse("v: " + value.toStdString())["v"]));
    QCOMPARE(difference(kReviews, after), expected);
  }

  void insertsAndRemoves() {
    const Value route = parse("destination: {host: reviews, subset: v2}\nweight: 1\n");
    const auto diff = [&](const Result<Splice>& splice) {
      return difference(kReviews, edit(kReviews, splice));
    };
    QCOMPARE(diff(insertItem(kReviews, 0, "spec.http[1].route", 1, route)),
             "+    - destination:\n+        host: reviews\n+        subset: v2\n+      weight: 1\n");
    const auto before = edit(kReviews, insertItem(kReviews, 0, "spec.http[1].route", 1, route));
    QVERIFY(before.find("      weight: 1\n    # canary\n    - destination:\n") != std::string::npos);
    QCOMPARE(diff(insertItem(kReviews, 0, "spec.hosts", -1, "x")), "+  - x\n");
    QCOMPARE(diff(removeNode(kReviews, 0, "spec.http[1].timeout")), "-    timeout: 5s\n");
    QCOMPARE(diff(removeNode(kReviews, 0, "spec.http[1].name")),
             "-  - name: 'rest'\n-    route:\n+  - route:\n");
    QCOMPARE(diff(removeNode(kReviews, 0, "spec.hosts[0]")),
             "-  hosts:\n-  - reviews # short name\n+  hosts: [] # short name\n");
    QCOMPARE(diff(removeNode(kReviews, 0, "spec.http[0].route[0].destination.subset")),
             "-    - destination: { host: reviews, subset: v2 } # flow\n+    - destination: { host: reviews "
             "} # flow\n");
    QCOMPARE(diff(replaceNode(kReviews, 0, "spec.http[0].match", parse("- uri: {prefix: /x}\n"))),
             "-    - headers:\n-        end-user:\n-          exact: \"jason\"   # him\n+    - uri:\n+       "
             " prefix: /x   # him\n");
  }

  void refusesWhatIsNotSafe() {
    const std::string anchored = "a: &x {b: 1}\nc: *x\nd: &y 3\n";
    QVERIFY(!setScalar(anchored, 0, "a.b", 2));  // would change c too
    QVERIFY(!setScalar(anchored, 0, "c.b", 2));
    QVERIFY(!setScalar(anchored, 0, "d", 2));
    QVERIFY(!setScalar("a: [1\n", 0, "a", 2));
    QVERIFY(!setScalar("a: 1\n", 3, "a", 2));
    QVERIFY(!removeNode("a: 1\n", 0, "b"));
    QVERIFY(!setScalar("a: 1\n", 0, "b[0]", 2));
  }

  void keepsWindowsLineEnds() {
    const std::string text = "a:\r\n  b: 1 # c\r\n";
    QCOMPARE(edit(text, setScalar(text, 0, "a.c", 2)), std::string("a:\r\n  b: 1 # c\r\n  c: 2\r\n"));
  }

  void fillsEmptyPlaces() {
    QCOMPARE(edit("a:\nb: 1\n", setScalar("a:\nb: 1\n", 0, "a", 2)), std::string("a: 2\nb: 1\n"));
    QCOMPARE(edit("a:\nb: 1\n", setScalar("a:\nb: 1\n", 0, "a.c", 2)), std::string("a:\n  c: 2\nb: 1\n"));
    QCOMPARE(edit("a: {}\n", setScalar("a: {}\n", 0, "a.c", 2)), std::string("a: {c: 2}\n"));
    QCOMPARE(edit("a: []", insertItem("a: []", 0, "a", 0, "x")), std::string("a: [x]"));
    QCOMPARE(edit("a: 1", insertItem("a: 1", 0, "b", 0, "x")), std::string("a: 1\nb:\n- x"));
  }

  /// Random edits one after the other; each must read as meant, touch one place, and keep every comment
  /// outside it.
  void manyEditsKeepTheRest() {
    std::mt19937 random(20260101);
    int refused = 0, done = 0;
    std::string text = kReviews;
    for (int round = 0; round < 3000; ++round) {
      if (round % 25 == 0 || parse(text).size() == 0) text = kReviews;
      const Value before = parse(text);
      std::vector<Node> nodes;
      collect(before, "", "", nodes);
      const Node node = nodes[random() % nodes.size()];
      const bool scalar = !node.value.isMap() && !node.value.isList();
      const int kind = static_cast<int>(random() % 4);
      static const std::vector<Value> kScalars = {Value("x"),    Value("a: b"), Value(7),  Value(true),
                                                  Value("true"), Value("a,b"),  Value(""), Value("it's")};
      static const std::vector<Value> kTrees = {parse("m: {k: 1, l: [x, y]}"), parse("- 1\n- a: b\n  c: d\n"),
                                                parse("{}"), parse("[]")};
      Result<Splice> splice = fail("");
      const Value fresh = kScalars[random() % kScalars.size()];
      if (kind == 0 && scalar) {
        splice = setScalar(text, 0, node.path, fresh);
      } else if (kind == 1 && node.value.isList()) {
        splice = insertItem(text, 0, node.path, static_cast<int>(random() % (node.value.size() + 1)),
                            kTrees[random() % 2]);
      } else if (kind == 2) {
        splice = removeNode(text, 0, node.path);
      } else if (kind == 3) {
        splice = replaceNode(text, 0, node.path, random() % 2 ? kTrees[random() % kTrees.size()] : fresh);
      } else {
        continue;
      }
      if (!splice) {
        ++refused;
        continue;
      }
      ++done;
      const std::string after = edit(text, splice);
      const Value tree = parse(after);
      if (kind == 0) {
        QVERIFY2(tree.at(node.path) == fresh, after.c_str());
        QVERIFY(comments(after) == comments(text));
        QVERIFY(difference(text, after).count('\n') <= 2);
      }
      if (kind == 1)
        QVERIFY(tree.at(node.path).size() == node.value.size() + 1 && comments(after) == comments(text));
      if (kind == 2) QVERIFY(tree.at(node.parent).size() + 1 == before.at(node.parent).size());
      QVERIFY(parse(after, 1) == parse(kReviews, 1));
      text = after;
    }
    QVERIFY2(done > 1500, qPrintable(QString::number(done)));
    QVERIFY2(refused * 50 < done, qPrintable(QString("%1 refused, %2 done").arg(refused).arg(done)));
  }

  void editsIstiosSamples() {
    const QString folder = QString(qEnvironmentVariable("VARKA_CORPUS", VARKA_CORPUS)) + "/samples/files";
    if (!QFile::exists(folder)) QSKIP("no corpus (VARKA_CORPUS)");
    int edits = 0, refused = 0;
    QStringList reasons;
    for (QDirIterator files(folder, {"*.yaml"}, QDir::Files, QDirIterator::Subdirectories);
         files.hasNext();) {
      QFile file(files.next());
      if (!file.open(QIODevice::ReadOnly) || file.size() > 20'000) continue;
      const std::string text = file.readAll().toStdString();
      const auto documents = parseYaml(text, "x");
      if (!documents || documents->empty()) continue;
      std::vector<Node> nodes;
      collect(documents->front(), "", "", nodes);
      for (std::size_t i = 0; i < nodes.size(); i += 1 + nodes.size() / 40) {
        const auto& node = nodes[i];
        const bool scalar = !node.value.isMap() && !node.value.isList();
        for (const auto& splice :
             {scalar ? setScalar(text, 0, node.path, "edited") : insertItem(text, 0, node.path, 0, "edited"),
              removeNode(text, 0, node.path)}) {
          if (node.value.isMap() && !splice) continue;
          ++edits;
          if (splice) continue;
          ++refused;
          reasons << file.fileName().section('/', -2) + " " + QString::fromStdString(splice.error().message);
        }
      }
    }
    qInfo("%d edits, %d refused", edits, refused);
    QVERIFY2(refused * 100 < edits, qPrintable(reasons.mid(0, 20).join('\n')));
  }
};

VARKA_TEST(SpliceTest)
#include "splice_test.moc"
