#include "ui/models/query.h"

#include "tests/support/synthetic_mesh.h"
#include "tests/support/test.h"
#include "ui/models/traffic_model.h"

using namespace varka;
using namespace varka::ui;

class QueryTest : public QObject {
  Q_OBJECT
  mesh::TrafficRow row_;

  bool matches(const QString& text) {
    const auto query = Query::parse(text, TrafficModel::queryFields());
    if (!query.isValid()) qWarning() << query.error().message;
    return query.isValid() && query.matches([this](const QString& field) { return trafficField(row_, field); });
  }

 private Q_SLOTS:
  void initTestCase() {
    row_.from = "checkout v1";
    row_.to = "reviews v2";
    row_.record.method = "GET";
    row_.record.path = "/api/pay?x=1";
    row_.record.status = 503;
    row_.record.origin = "policy";
    row_.record.durationUs = 120'000;
    row_.record.mtls = true;
    row_.record.requestHeaders = {{"End-User", "jason"}};
  }
  void matchesFieldsOperatorsAndUnits_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("expected");
    const std::pair<const char*, bool> rows[] = {
        {"", true}, {"status = 503", true}, {"status=503", true}, {"status = 200", false}, {"status >= 500", true}, {"status != 503", false},
        {"status = 503 and to = reviews", true}, {"status = 503 to = reviews", true}, {"to = review", false}, {"to = \"reviews v2\"", true},
        {"status = 200 or to = reviews", true}, {"status = 200 or to = reviews and method = POST", false},
        {"(status = 200 or to = reviews) and method = GET", true}, {"not status = 503", false}, {"not (status = 200 or status = 404)", true},
        {"duration > 100ms", true}, {"duration < 0.1s", false}, {"mtls = yes", true}, {"mtls = no", false}, {"mtls = true", true},
        {"path ~ ^/api/(pay|cart)", true}, {"path !~ ^/api", false}, {"header.end-user = jason", true}, {"header.x-canary = 1", false},
        {"header.x-canary != 1", true}, {"origin = policy", true}, {"pay", true}, {"nothing-such", false}, {"CHECKOUT", true}, {"error = yes", true}};
    for (const auto& [text, expected] : rows) QTest::newRow(*text ? text : "empty") << QString::fromUtf8(text) << expected;
  }
  void matchesFieldsOperatorsAndUnits() {
    QFETCH(QString, text);
    QFETCH(bool, expected);
    QCOMPARE(matches(text), expected);
  }
  void refusesWithThePosition_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("position");
    QTest::newRow("unknown field") << "to = a and colour = red" << 11;
    QTest::newRow("no value") << "status =" << 8;
    QTest::newRow("open bracket") << "(status = 503" << 13;
    QTest::newRow("extra bracket") << "status = 503)" << 12;
    QTest::newRow("dangling and") << "status = 503 and" << 16;
    QTest::newRow("bad pattern") << "path ~ [a" << 7;
  }
  void refusesWithThePosition() {
    QFETCH(QString, text);
    QFETCH(int, position);
    const auto query = Query::parse(text, TrafficModel::queryFields());
    QVERIFY(!query.isValid());
    QVERIFY(!query.error().message.isEmpty());
    QCOMPARE(query.error().position, position);
  }
};

VARKA_TEST(QueryTest)
#include "query_test.moc"
