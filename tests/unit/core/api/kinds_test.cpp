#include "core/api/kinds.h"

#include "core/api/pod_object.h"
#include "core/api/tables.h"
#include "tests/support/test.h"

using namespace varka;

class KindsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void namesAreThoseOfKubectl_data() {
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("kind");
    for (const auto& [word, kind] : {std::pair{"vs", "VirtualService"}, {"virtualservices", "VirtualService"}, {"dr", "DestinationRule"},
                                     {"gw", "Gateway"}, {"po", "Pod"}, {"pods", "Pod"}, {"SVC", "Service"}, {"deploy", "Deployment"},
                                     {"DestinationRule", "DestinationRule"}, {"peerauthentications.security.istio.io", "PeerAuthentication"}}) {
      QTest::newRow(word) << word << kind;
    }
  }
  void namesAreThoseOfKubectl() {
    QFETCH(QString, word);
    QFETCH(QString, kind);
    const auto* found = api::findKind(word.toStdString());
    QVERIFY(found);
    QCOMPARE(QString(found->kind), kind);
  }
  void anUnknownNameIsNull() { QVERIFY(!api::findKind("nonsense")); }

  void aPodRowReadsAsKubectl() {
    mesh::PodView pod;
    pod.ns = "default";
    pod.name = "reviews-v1-abc";
    pod.state = "ready";
    pod.startedMs = 1'000'000;
    pod.restarts = 2;
    const auto table = api::podTable({&pod}, false, 1'000'000 + 65'000);
    QCOMPARE(table.rows.at(0), (std::vector<std::string>{"default", "reviews-v1-abc", "2/2", "Running", "2", "65s"}));
    pod.state = "starting";
    QCOMPARE(api::podTable({&pod}, false, 0).rows.at(0).at(2), std::string("0/2"));
  }

  void agesRoundAsKubectl() {
    QCOMPARE(api::age(1000, 1000 + 119'000), std::string("119s"));
    QCOMPARE(api::age(1000, 1000 + 121'000), std::string("2m"));
    QCOMPARE(api::age(1000, 1000 + 3LL * 3'600'000), std::string("3h"));
    QCOMPARE(api::age(1000, 1000 + 72LL * 3'600'000), std::string("3d"));
    QCOMPARE(api::age(0, 5), std::string("<unknown>"));
  }

  void aPodIsAnObjectWithItsConditions() {
    mesh::PodView pod;
    pod.ns = "default";
    pod.name = "p";
    pod.state = "notready";
    pod.reason = "readiness: GET /health → 503";
    const auto object = api::podObject(pod);
    QCOMPARE(object["metadata"]["namespace"].asString(), std::string("default"));
    const auto& condition = object["status"]["conditions"][std::size_t{0}];
    QCOMPARE(condition["status"].asString(), std::string("False"));
    QCOMPARE(condition["message"].asString(), pod.reason);
  }
};

VARKA_TEST(KindsTest)
#include "kinds_test.moc"
