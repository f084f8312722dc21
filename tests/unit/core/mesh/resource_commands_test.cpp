#include "core/mesh/resource_commands.h"

#include "core/mesh/builtin.h"
#include "core/mesh/problems.h"
#include "tests/support/test.h"

using namespace varka;

namespace {

const std::string kRule =
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: reviews }\nspec: { host: reviews }\n";
const std::string kOther =
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: details }\nspec: { host: details }\n";

struct Fixture {
  resource::Store store;
  Fixture() { store.apply(mesh::builtinNamespaces(*store.snapshot()), resource::Source::Controller); }
  mesh::Mesh::ApplyResult apply(const std::string& text) { return mesh::applyManifest(store, text, "test.yaml", "default"); }
};

}  // namespace

class ResourceCommandsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void wordsAreThoseOfKubectl() {
    Fixture f;
    QCOMPARE(f.apply(kRule).lines.at(0), std::string("destinationrule.networking.istio.io/reviews created"));
    QCOMPARE(f.apply(kRule).lines.at(0), std::string("destinationrule.networking.istio.io/reviews unchanged"));
    auto changed = kRule;
    changed.replace(changed.find("host: reviews"), 13, "host: other");
    QCOMPARE(f.apply(changed).lines.at(0), std::string("destinationrule.networking.istio.io/reviews configured"));
    const auto removed = mesh::removeObject(f.store, {"networking.istio.io", "DestinationRule", "default", "reviews"});
    QCOMPARE(removed.lines.at(0), std::string("destinationrule.networking.istio.io \"reviews\" deleted"));
    QVERIFY(!mesh::removeObject(f.store, {"networking.istio.io", "DestinationRule", "default", "reviews"}).ok());
  }

  void oneBadDocumentRefusesAll() {
    Fixture f;
    const auto before = f.store.revision();
    const auto result = f.apply(kRule + "---\n" + "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: v }\nspec: { hots: [a] }\n");
    QVERIFY(!result.ok());
    QVERIFY(result.lines.empty());
    QCOMPARE(f.store.revision(), before);
    QCOMPARE(result.problems.front().origin.mark.line, 9);
  }

  void aSyntaxErrorHasItsPlace() {
    Fixture f;
    const auto result = f.apply("kind: [unclosed\n");
    QVERIFY(!result.ok());
    QCOMPARE(*result.problems.front().origin.file, std::string("test.yaml"));
    QVERIFY(result.problems.front().origin.mark.line > 0);
    QVERIFY(result.problems.front().message.find("test.yaml:") == std::string::npos);  // the place is not said twice
  }

  void aMissingNamespaceIsRefusedUnlessTheFileMakesIt() {
    Fixture f;
    auto other = kOther;
    other.replace(other.find("name: details"), 13, "name: details, namespace: shop");
    QVERIFY(!f.apply(other).ok());
    QVERIFY(f.apply("apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n" + other).ok());
  }

  void nothingIsAnError() {
    Fixture f;
    QVERIFY(!f.apply("# only a comment\n").ok());
  }
};

VARKA_TEST(ResourceCommandsTest)
#include "resource_commands_test.moc"
