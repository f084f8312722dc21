#include "core/resource/store.h"

#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka::resource;

namespace {
Object service(const std::string& name, int port = 80, const std::string& comment = {}) {
  auto objects = parseObjects(comment + "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
                                  "}\nspec: {ports: [{port: " + std::to_string(port) + "}]}\n",
                              "s.yaml");
  return objects->front();
}
Key key(const std::string& name) {
  return Key{"", "Service", "default", name};
}
}  // namespace

class StoreTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void oneCallIsOneRevisionAndOneNotification() {
    Store store;
    int calls = 0;
    std::size_t seen = 0;
    store.watch([&](const std::vector<Change>& changes, std::uint64_t revision) {
      ++calls;
      seen = changes.size();
      QCOMPARE(revision, store.revision());
    });
    store.apply({service("a"), service("b")}, Source::Api);
    QCOMPARE(calls, 1);
    QCOMPARE(seen, std::size_t{2});
    QCOMPARE(store.revision(), std::uint64_t{1});
  }

  void unchangedContentIsNoRevisionButMovesMarks() {
    Store store;
    store.apply({service("a")}, Source::File);
    int calls = 0;
    store.watch([&](const auto&, auto) { ++calls; });
    QVERIFY(store.apply({service("a", 80, "# moved\n")}, Source::File).empty());
    QCOMPARE(calls, 0);
    QCOMPARE(store.revision(), std::uint64_t{1});
    QCOMPARE(store.snapshot()->find(key("a"))->origin.mark.line, 2);
    QCOMPARE(store.snapshot()->find(key("a"))->resourceVersion, std::uint64_t{1});
  }

  void keepsIdentityOverChanges() {
    Store store;
    store.apply({service("a"), service("b")}, Source::Api);
    const auto before = store.snapshot()->find(key("a"));
    const auto changes = store.apply({service("a", 81)}, Source::Api);
    QCOMPARE(changes.size(), std::size_t{1});
    QVERIFY(changes[0].kind == ChangeKind::Modified);
    QCOMPARE(changes[0].previous, before);
    QCOMPARE(changes[0].object->uid, before->uid);
    QCOMPARE(changes[0].object->creationTimestamp, before->creationTimestamp);
    QCOMPARE(changes[0].object->generation, std::int64_t{2});
    QVERIFY(before->creationTimestamp != store.snapshot()->find(key("b"))->creationTimestamp);
    QVERIFY(before->uid != store.snapshot()->find(key("b"))->uid);
    QCOMPARE(before->uid.size(), std::size_t{36});
  }

  void filesAreReplacedTheRestStays() {
    Store store;
    store.apply({service("api")}, Source::Api);
    store.replaceFiles({service("a"), service("b")});
    const auto old = store.snapshot();
    const auto changes = store.replaceFiles({service("b"), service("c")});
    QCOMPARE(changes.size(), std::size_t{2});
    QCOMPARE(store.snapshot()->objects.size(), std::size_t{3});
    QVERIFY(!store.snapshot()->find(key("a")));
    QVERIFY(old->find(key("a")));  // a reader keeps the snapshot it started with
    QVERIFY(store.sourceOf(key("api")) == Source::Api);
    QVERIFY(!store.sourceOf(key("a")));
  }

  void removes() {
    Store store;
    store.apply({service("a")}, Source::Api);
    QVERIFY(store.remove(key("a")));
    const auto again = store.remove(key("a"));
    QVERIFY(!again);
    QCOMPARE(again.error().message, std::string("Service default/a not found"));
    QCOMPARE(store.revision(), std::uint64_t{2});
  }

  void listsOneKind() {
    Store store;
    auto other = service("z");
    other.ns = "beta";
    auto config = service("m");
    config.kind = "ConfigMap";
    store.apply({service("b"), service("a"), other, config}, Source::Api);
    const auto all = store.snapshot()->list("", "Service");
    QCOMPARE(all.size(), std::size_t{3});
    QCOMPARE(all[0]->name, std::string("z"));
    QCOMPARE(all[1]->name, std::string("a"));
    QCOMPARE(store.snapshot()->list("", "Service", "default").size(), std::size_t{2});
  }
};

VARKA_TEST(StoreTest)
#include "store_test.moc"
