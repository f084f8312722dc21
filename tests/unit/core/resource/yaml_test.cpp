#include "core/resource/yaml.h"

#include "tests/support/test.h"

using namespace varka::resource;

namespace {
Value one(const std::string& text) {
  auto documents = parseYaml(text, "t.yaml");
  if (!documents) qFatal("%s", documents.error().message.c_str());
  return documents->empty() ? Value() : documents->front();
}
QString json(const std::string& text) {
  return QString::fromStdString(toJson(one(text)));
}
}  // namespace

class YamlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readsStructures_data() {
    QTest::addColumn<QString>("yaml");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* yaml, const char* expected) {
      QTest::newRow(name) << QString(yaml) << QString(expected);
    };
    row("map", "a: 1\nb: x\n", "{\"a\":1,\"b\":\"x\"}");
    row("list at the key's indentation", "a:\n- 1\n- 2\nb: 3\n", "{\"a\":[1,2],\"b\":3}");
    row("indented list", "a:\n  - b: 1\n    c: 2\n  - d\n", "{\"a\":[{\"b\":1,\"c\":2},\"d\"]}");
    row("list in a list", "- - 1\n  - 2\n- 3\n", "[[1,2],3]");
    row("empty values", "a:\nb:\n  c:\nd: ''\n", "{\"a\":null,\"b\":{\"c\":null},\"d\":\"\"}");
    row("flow", "a: [1, {b: c, d}, [], {}]\n", "{\"a\":[1,{\"b\":\"c\",\"d\":null},[],{}]}");
    row("flow over lines", "a: [\n  1, # one\n  2,\n]\n", "{\"a\":[1,2]}");
    row("json", "{\"a\":{\"b\":[true,null,1.5]}}", "{\"a\":{\"b\":[true,null,1.5]}}");
    row("one-pair mapping in a flow list", "[a: 1]", "[{\"a\":1}]");
    row("IPv6 in a flow list (trap 45)", "a: [1.2.3.4, 001:db8::, ::1]",
        "{\"a\":[\"1.2.3.4\",\"001:db8::\",\"::1\"]}");
    row("colons and hashes inside words", "a: http://x/y#z\nb: a#b\n",
        "{\"a\":\"http://x/y#z\",\"b\":\"a#b\"}");
    row("comments", "# c\na: 1 # c\n  # c\n\nb: 2\n# c\n", "{\"a\":1,\"b\":2}");
    row("plain over lines", "a: one\n  two\n\n  three\nb: 1\n", "{\"a\":\"one two\\nthree\",\"b\":1}");
    row("literal", "a: |\n  x\n   y\n\n  z\nb: 1\n", "{\"a\":\"x\\n y\\n\\nz\\n\",\"b\":1}");
    row("literal strip", "a: |-\n  x\n\n", "{\"a\":\"x\"}");
    row("literal keep", "a: |+\n  x\n\nb: 1\n", "{\"a\":\"x\\n\\n\",\"b\":1}");
    row("folded", "a: >\n  x\n  y\n\n  z\n    more\n  end\n", "{\"a\":\"x y\\nz\\n  more\\nend\\n\"}");
    row("indentation indicator", "a: |2\n   x\n", "{\"a\":\" x\\n\"}");
    row("double quotes", "a: \"\\t\\u00e9\\ud83d\\ude00\\x41 b\\\n   c\"", "{\"a\":\"\\té😀A bc\"}");
    row("single quotes", "a: 'it''s\n  here'\n", "{\"a\":\"it's here\"}");
    row("anchors", "a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}");
    row("merge keys", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
        "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"c\":3,\"b\":1}}");
    row("tags", "a: !!str 1\nb: !!int \"2\"\n", "{\"a\":\"1\",\"b\":2}");
    row("marker and directive", "%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}");
    row("windows line ends", "a: 1\r\nb:\r\n- x\r\n", "{\"a\":1,\"b\":[\"x\"]}");
    row("byte order mark",
        "\xef\xbb\xbf"
        "a: 1\n",
        "{\"a\":1}");
    row("quoted keys", "\"a b\": 1\n'c: d': 2\n80: 3\n", "{\"a b\":1,\"c: d\":2,\"80\":3}");
  }
  void readsStructures() {
    QFETCH(QString, yaml);
    QFETCH(QString, expected);
    QCOMPARE(json(yaml.toStdString()), expected);
  }

  void typesLikeKubernetes_data() {
    QTest::addColumn<QString>("scalar");
    QTest::addColumn<QString>("expected");
    for (const auto& [scalar, expected] : std::initializer_list<std::pair<const char*, const char*>>{
             {"true", "true"},     {"Yes", "true"},
             {"off", "false"},     {"y", "\"y\""},
             {"~", "null"},        {"NULL", "null"},
             {"0644", "420"},      {"0x1F", "31"},
             {"0o17", "15"},       {"-7", "-7"},
             {"+7", "7"},          {"1_000", "1000"},
             {"1.0", "1"},         {".5", "0.5"},
             {"1e3", "1000"},      {"1.2.3", "\"1.2.3\""},
             {"5s", "\"5s\""},     {"2001-01-01", "\"2001-01-01\""},
             {"1:30", "\"1:30\""}, {"'1'", "\"1\""},
             {"-", "null"},        {"1e999999", "\"1e999999\""},
             {"0xZZ", "\"0xZZ\""}, {"99999999999999999999", "1e+20"},
             {"09", "9"},          {".", "\".\""},
             {"-x", "\"-x\""}}) {
      if (std::string_view(scalar) != "-") QTest::newRow(scalar) << scalar << expected;
    }
  }
  void typesLikeKubernetes() {
    QFETCH(QString, scalar);
    QFETCH(QString, expected);
    QCOMPARE(json("a: " + scalar.toStdString()), "{\"a\":" + expected + "}");
  }

  void refusesWithAPlace_data() {
    QTest::addColumn<QString>("yaml");
    QTest::addColumn<QString>("start");
    const auto row = [](const char* name, const std::string& yaml, const char* start) {
      QTest::newRow(name) << QString::fromStdString(yaml) << QString(start);
    };
    row("duplicate key", "a: 1\nb: 2\na: 3\n", "t.yaml:3:1: the key a is already set in line 1");
    row("tab", "a:\n\tb: 1\n", "t.yaml:2:1: a tab cannot indent");
    row("unknown anchor", "a: [*x]\n", "t.yaml:1:5: no anchor &x");
    row("cycle", "a: &x\n  b: *x\n", "t.yaml:2:6: the alias *x stands inside");
    row("too deep", std::string(100, '['), "t.yaml:1:64: nested deeper than 64");
    row("indented too deep", "a: 1\n  b: 2\n", "t.yaml:2:4: a mapping cannot start here");
    row("indented between", "a:\n    b: 1\n  c: 2\n", "t.yaml:3:3: this line is indented deeper");
    row("unclosed quote", "a: \"x\nb: 1\n", "t.yaml:1:4: the quote \" opened here");
    row("unclosed brace", "a: {b: 1\n", "t.yaml:1:4: the { opened here");
    row("missing colon", "a: 1\nb\n", "t.yaml:2:1: expected \"key: value\"");
    row("text after a quote", "a: \"x\" y\n", "t.yaml:1:8: unexpected text");
    row("nested on one line", "a: b: c\n", "t.yaml:1:5: a mapping cannot start here");
    row("list beside keys", "a: 1\n- b\n", "t.yaml:2:1: a list item among the keys");
    row("control character", "a: b\x01\n", "t.yaml:1:5: a control character");
    row("complex key", "? a\n: b\n", "t.yaml:1:1: complex keys");
    row("at sign", "a: @b\n", "t.yaml:1:4: a value cannot start with @");
    row("escape", "a: \"\\q\"\n", "t.yaml:1:5: unknown escape");
    row("column in characters", "a: äöü: x\n", "t.yaml:1:7: a mapping cannot start here");
  }
  void refusesWithAPlace() {
    QFETCH(QString, yaml);
    QFETCH(QString, start);
    const auto result = parseYaml(yaml.toStdString(), "t.yaml");
    QVERIFY(!result);
    const QString message = QString::fromStdString(result.error().message);
    QVERIFY2(message.startsWith(start), qPrintable(message));
  }

  void boundsAliases() {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
      bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
      for (int k = 0; k < 9; ++k) bomb += (k ? ",*a" : "*a") + std::to_string(i - 1);
      bomb += "]\n";
    }
    const auto result = parseYaml(bomb, "b.yaml");
    QVERIFY(!result);
    QVERIFY(result.error().message.find("more than 500000 values") != std::string::npos);
  }

  void marksTokens() {
    const std::string text = "a: 'x y' # c\nb:\n  - &n 15\n  - {k: \"v\"}\n";
    const Value root = one(text);
    const auto token = [&](const Value& value) {
      return QString::fromStdString(text.substr(static_cast<std::size_t>(value.mark().offset),
                                                static_cast<std::size_t>(value.mark().length)));
    };
    QCOMPARE(token(root["a"]), "'x y'");
    QCOMPARE(root["a"].mark().line, 1);
    QCOMPARE(root["a"].mark().column, 4);
    QCOMPARE(token(root.at("b[0]")), "&n 15");
    QCOMPARE(token(root.at("b[1].k")), "\"v\"");
    QCOMPARE(root.at("b[1].k").mark().line, 4);
    QCOMPARE(root.at("b[1].k").mark().column, 9);
    QCOMPARE(root["b"].mark().line, 3);
    QCOMPARE(root.entries()[1].keyMark.line, 2);
    QCOMPARE(root.entries()[1].keyMark.length, 1);
  }

  void writesWhatItReads_data() {
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"a: 1\nb:\n- x\n- y: 1\n  z: []\nc: {}\n", "a: \"true\"\nb: \"1\"\nc: \"\"\nd: '*'\n",
          "a: |\n  x\n    y\nb: |-\n  p\n  q\n", "a: \" x\"\nb: \"x: y\"\nc: \"x #y\"\nd: -x\ne: \"- x\"\n",
          "- - 1\n  - 2\n- - 3\n", "a: \"\\u0001\"\n", "a:\n- - b: 1\n    c: |\n      t\n",
          "\"1\": a\n\"yes\": b\n"}) {
      QTest::newRow(text) << text;
    }
  }
  void writesWhatItReads() {
    QFETCH(QString, text);
    const Value value = one(text.toStdString());
    const std::string written = toYaml(value);
    QVERIFY2(one(written) == value, written.c_str());
    QCOMPARE(one(toJson(value, 2)), value);
  }

  void writesWithKubectlsLook() {
    QCOMPARE(QString::fromStdString(toYaml(one("{a: {b: [{c: 1, d: 'no'}]}}"))),
             "a:\n  b:\n  - c: 1\n    d: \"no\"\n");
  }

  void readsObjects() {
    const auto objects = parseObjects(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a, "
        "labels: {x: '1'}}\n"
        "---\n# only a comment\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
        "o.yaml", "shop");
    QVERIFY(objects.has_value());
    QCOMPARE(objects->size(), std::size_t{2});
    QCOMPARE(objects->at(0).key().text(), std::string("Service shop/a"));
    QCOMPARE(objects->at(0).labels.at("x"), std::string("1"));
    QCOMPARE(objects->at(1).key().text(), std::string("Namespace n"));
    QCOMPARE(objects->at(0).origin.text(), std::string("o.yaml:4:3"));
  }

  void saysWhatAnObjectLacks() {
    const auto result = parseObjects("a: 1\n---\nkind: Service\nmetadata: {name: a}\n", "o.yaml");
    QVERIFY(!result);
    QCOMPARE(QString::fromStdString(result.error().message).section(':', 0, 3),
             "o.yaml:1:1: apiVersion is missing");
  }
};

VARKA_TEST(YamlTest)
#include "yaml_test.moc"
