#include "core/telemetry/topology_index.h"

#include "tests/support/test.h"

using namespace varka::telemetry;

class TopologyIndexTest : public QObject {
  Q_OBJECT
 private:
  static TopologyIndex index() {
    Topology topology;
    topology.pods = {{"reviews-v1-a", "default", "reviews", "v1", "reviews-v1", "10.0.0.1"},
                     {"reviews-v2-b", "default", "reviews", "v2", "reviews-v2", "10.0.0.2"},
                     {"reviews-v1-c", "shop", "reviews", "v1", "reviews-v1", "10.0.0.3"}};
    return TopologyIndex(std::move(topology));
  }

 private Q_SLOTS:
  void aPeerIsFoundByEachOfItsNames_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("near");
    QTest::addColumn<QString>("node");
    QTest::newRow("pod") << "reviews-v2-b" << "default" << "workload:default/reviews-v2";
    QTest::newRow("pod of another namespace") << "reviews-v2-b" << "istio-system" << "workload:default/reviews-v2";
    QTest::newRow("address") << "10.0.0.2:9080" << "default" << "workload:default/reviews-v2";
    QTest::newRow("workload") << "reviews-v2" << "default" << "workload:default/reviews-v2";
    QTest::newRow("workload seen from a gateway") << "reviews-v2" << "istio-system" << "workload:default/reviews-v2";
    QTest::newRow("workload of the same namespace first") << "reviews-v1" << "shop" << "workload:shop/reviews-v1";
  }
  void aPeerIsFoundByEachOfItsNames() {
    QFETCH(QString, name);
    QFETCH(QString, near);
    QFETCH(QString, node);
    const auto all = index();
    const auto* pod = all.peer(name.toStdString(), near.toStdString());
    QVERIFY(pod);
    QCOMPARE(QString::fromStdString(TopologyIndex::nodeId(*pod)), node);
  }
  void aStrangerIsNull() { QVERIFY(!index().peer("nobody", "default")); }
};

VARKA_TEST(TopologyIndexTest)
#include "topology_index_test.moc"
