// Routes without a mesh: what is read of a VirtualService, and that a drag touches only the tokens it is about.

#include "core/resource/yaml.h"
#include "tests/support/test.h"
#include "ui/routes/route_table.h"
#include "ui/routes/split_bar.h"
#include "ui/routes/weight_edit.h"

using namespace varka;
using namespace varka::ui;

namespace {

constexpr auto kReviews = R"(# routes of reviews
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews   # the name
spec:
  hosts:
  - reviews
  http:
  - name: tester
    match:
    - headers:
        end-user:
          exact: jason      # the tester
    timeout: 3s
    fault:
      delay: {fixedDelay: 7s, percentage: {value: 100}}
    route:
    - destination: {host: reviews, subset: v2}
  - route:
    - destination:
        host: reviews
        subset: v1
      weight: 80            # no stars
    - destination:
        host: reviews
        subset: v3
      weight: 20            # red stars
  - route:
    - destination: {host: reviews}
)";

RouteTable parsed() {
  const auto objects = resource::parseObjects(kReviews, "reviews.yaml");
  return objects ? routeTable(objects->front()) : RouteTable{};
}

const resource::Key kKey{"networking.istio.io", "VirtualService", "default", "reviews"};

}  // namespace

class RoutesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readsRulesConditionsAndPolicies() {
    const auto table = parsed();
    QCOMPARE(table.rules.size(), std::size_t{3});
    QCOMPARE(table.hosts, QStringList{"reviews"});
    QCOMPARE(table.rules[0].name, QString("tester"));
    QCOMPARE(table.rules[0].conditions, QStringList{"end-user is jason"});
    QVERIFY(table.rules[0].policies.contains("timeout 3s"));
    QVERIFY(table.rules[0].policies.contains("delay 7s for 100 %"));
    QCOMPARE(table.rules[0].line, 10);
    QCOMPARE(table.rules[1].destinations[1].weight, 20);
  }

  void whatComesAfterACatchAllIsDead() {
    const auto table = parsed();
    QVERIFY(table.rules[0].deadBecause.isEmpty());
    QVERIFY(table.rules[1].deadBecause.isEmpty());
    QVERIFY(table.rules[2].deadBecause.contains("2"));
  }

  void sharesAreOfAHundredAndASingleDestinationTakesAll() {
    const auto table = parsed();
    QCOMPARE(shares(table.rules[0]), std::vector<double>{100});
    QCOMPARE(shares(table.rules[1]), (std::vector<double>{80, 20}));
  }

  void aDragTouchesOnlyItsTokens() {
    const QString before = kReviews;
    const auto after = withWeights(before, kKey, parsed().rules[1], {55, 45});
    QVERIFY2(after.has_value(), after ? "" : after.error().message.c_str());
    QString expected = before;
    expected.replace("weight: 80 ", "weight: 55 ").replace("weight: 20 ", "weight: 45 ");
    QCOMPARE(*after, expected);
    QCOMPARE(changedLines(before, *after),
             (QStringList{"- weight: 80            # no stars", "+ weight: 55            # no stars",
                          "- weight: 20            # red stars", "+ weight: 45            # red stars"}));
  }

  void anUnchangedWeightKeepsItsBytes() {
    const auto same = withWeights(kReviews, kKey, parsed().rules[1], {80, 20});
    QVERIFY(same.has_value());
    QCOMPARE(*same, QString(kReviews));
  }

  void anObjectThatLeftTheFileIsAnError() {
    const auto result = withWeights("apiVersion: v1\nkind: Service\nmetadata: {name: x}\n", kKey, parsed().rules[1], {1, 99});
    QVERIFY(!result.has_value());
    QVERIFY(result.error().message.find("reviews") != std::string::npos);
  }

  void aDividerMovesOnlyItsNeighbours() {
    QCOMPARE(moveDivider({50, 30, 20}, 0, 40, 1), (std::vector<int>{40, 40, 20}));
    QCOMPARE(moveDivider({50, 30, 20}, 1, 90, 1), (std::vector<int>{50, 40, 10}));
    QCOMPARE(moveDivider({50, 30, 20}, 0, 200, 1), (std::vector<int>{80, 0, 20}));
    QCOMPARE(moveDivider({50, 30, 20}, 0, -5, 1), (std::vector<int>{0, 80, 20}));
    QCOMPARE(moveDivider({50, 50}, 0, 43, 5), (std::vector<int>{45, 55}));
    QCOMPARE(moveDivider({100}, 0, 10, 1), (std::vector<int>{100}));
  }

  void theBarReportsADragAndLetsEscapeTakeItBack() {
    SplitBar bar(nullptr);
    bar.resize(408, 34);
    bar.setSegments({{"v1", 80}, {"v3", 20}});
    std::vector<int> committed;
    connect(&bar, &SplitBar::committed, &bar, [&](const std::vector<int>& weights) { committed = weights; });
    const auto at = [&](double x) { return QPoint(static_cast<int>(x), 17); };
    QTest::mousePress(&bar, Qt::LeftButton, {}, at(bar.dividerX(0)));
    QTest::mouseMove(&bar, at(204));
    QTest::mouseRelease(&bar, Qt::LeftButton, {}, at(204));
    QCOMPARE(committed, (std::vector<int>{50, 50}));

    committed.clear();
    QTest::mousePress(&bar, Qt::LeftButton, {}, at(204));
    QTest::mouseMove(&bar, at(100));
    QTest::keyClick(&bar, Qt::Key_Escape);
    QVERIFY(committed.empty());
    QCOMPARE(bar.weights(), (std::vector<int>{50, 50}));

    QTest::keyClick(&bar, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(committed, (std::vector<int>{55, 45}));
  }
};

VARKA_TEST(RoutesTest)
#include "routes_test.moc"
