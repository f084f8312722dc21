#include "core/resource/value.h"

#include "core/resource/object.h"
#include "tests/support/test.h"

using namespace varka::resource;

class ValueTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void walksPaths() {
    Value root;
    root.mutableAt("spec").set("http",
                               Value(Value::List{Value::map().set("route", Value(Value::List{Value(7)}))}));
    root.mutableAt("labels").set("a.b/c", "x");
    QCOMPARE(root.at("spec.http[0].route[0]").asInt(), 7);
    QCOMPARE(root.at("labels['a.b/c']").asString(), std::string("x"));
    QVERIFY(root.at("spec.http[9].route").isNull());
    QVERIFY(root.at("spec.http[x]").isNull());
    QVERIFY(root["no"]["such"].isNull());
  }

  void copiesDetachOnWrite() {
    Value original = Value::map().set("a", Value::map().set("b", 1));
    Value copy = original;
    copy.mutableAt("a").set("b", 2);
    QCOMPARE(original["a"]["b"].asInt(), 1);
    QCOMPARE(copy["a"]["b"].asInt(), 2);
    copy.erase("a");
    QVERIFY(original.has("a"));
  }

  void comparesContentOnly() {
    Value left = Value::map().set("a", 1).set("b", "x");
    Value right = Value::map().set("b", "x").set("a", 1.0);
    right.setMark({3, 4, 5, 6});
    QVERIFY(left == right);
    QVERIFY(!(left == Value::map().set("a", 1)));
    QVERIFY(!(Value("1") == Value(1)));
  }

  void readsOtherTypes() {
    QCOMPARE(Value("15").asInt(), 15);
    QCOMPARE(Value(15.0).asInt(), 15);
    QCOMPARE(Value("x").asInt(-1), -1);
    QCOMPARE(Value(true).text(), std::string("true"));
    QCOMPARE(Value(1.5).text(), std::string("1.5"));
    QCOMPARE(Value().asString(), std::string());
  }

  void selects() {
    const Labels labels{{"app", "a"}, {"tier", "web"}};
    const auto requirement = [](const char* key, const char* op, std::initializer_list<const char*> values) {
      Value list = Value::list();
      for (const char* value : values) list.append(value);
      return Value::map().set("key", key).set("operator", op).set("values", list);
    };
    const auto matches = [&](Value one) {
      return selectorMatches(Value::map().set("matchExpressions", Value::list().append(std::move(one))),
                             labels);
    };
    QVERIFY(selectorMatches(Value(), labels));
    QVERIFY(selectorMatches(Value::map().set("matchLabels", Value::map().set("app", "a")), labels));
    QVERIFY(!selectorMatches(Value::map().set("matchLabels", Value::map().set("app", "b")), labels));
    QVERIFY(matches(requirement("app", "In", {"x", "a"})));
    QVERIFY(!matches(requirement("app", "NotIn", {"a"})));
    QVERIFY(matches(requirement("none", "NotIn", {"a"})));
    QVERIFY(matches(requirement("tier", "Exists", {})));
    QVERIFY(matches(requirement("none", "DoesNotExist", {})));
    QVERIFY(!matches(requirement("app", "Near", {"a"})));
  }
};

VARKA_TEST(ValueTest)
#include "value_test.moc"
