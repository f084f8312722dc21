#include "core/resource/patch.h"

#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka::resource;

class PatchTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void merges_data() {
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("merged");
    QTest::addColumn<QString>("strategic");
    const auto row = [](const char* name, const char* target, const char* patch, const char* merged,
                        const char* strategic) {
      QTest::newRow(name) << target << patch << merged << strategic;
    };
    // RFC 7386, appendix A
    row("replace", "{a: b}", "{a: c}", "{a: c}", "{a: c}");
    row("add", "{a: b}", "{b: c}", "{a: b, b: c}", "{a: b, b: c}");
    row("remove", "{a: b, b: c}", "{a: null}", "{b: c}", "{b: c}");
    row("nested", "{a: {b: c}}", "{a: {b: d, c: null}}", "{a: {b: d}}", "{a: {b: d}}");
    row("list", "{a: [b]}", "{a: c}", "{a: c}", "{a: c}");
    row("nulls inside", "{}", "{a: {bb: {ccc: null}}}", "{a: {bb: {}}}", "{a: {bb: {}}}");
    row("lists of scalars", "{a: [1, 2]}", "{a: [3]}", "{a: [3]}", "{a: [3]}");
    row("containers", "{containers: [{name: a, image: x}, {name: b}]}", "{containers: [{name: a, image: y}]}",
        "{containers: [{name: a, image: y}]}", "{containers: [{name: a, image: y}, {name: b}]}");
    row("delete an item", "{env: [{name: a}, {name: b}]}", "{env: [{name: a, $patch: delete}]}",
        "{env: [{name: a, $patch: delete}]}", "{env: [{name: b}]}");
    row("ports", "{ports: [{port: 80, name: x}]}", "{ports: [{port: 80, name: y}, {port: 81}]}",
        "{ports: [{port: 80, name: y}, {port: 81}]}", "{ports: [{port: 80, name: y}, {port: 81}]}");
  }
  void merges() {
    QFETCH(QString, target);
    QFETCH(QString, patch);
    QFETCH(QString, merged);
    QFETCH(QString, strategic);
    const auto value = [](const QString& text) { return parseYaml(text.toStdString(), "t")->front(); };
    QCOMPARE(toJson(mergePatch(value(target), value(patch))), toJson(value(merged)));
    QCOMPARE(toJson(strategicMergePatch(value(target), value(patch))), toJson(value(strategic)));
  }
};

VARKA_TEST(PatchTest)
#include "patch_test.moc"
