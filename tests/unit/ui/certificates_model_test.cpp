// Certificates as a table: order, life, and that a rotation keeps the rows.

#include "tests/support/test.h"
#include "ui/security/certificates_model.h"

using namespace varka;
using namespace varka::ui;

namespace {

mesh::CertificateView certificate(const char* owner, std::int64_t from, std::int64_t until, bool root = false) {
  mesh::CertificateView view;
  view.owner = owner;
  view.ns = "default";
  view.notBeforeMs = from;
  view.notAfterMs = until;
  view.renewAtMs = (from + until) / 2;
  view.root = root;
  return view;
}

}  // namespace

class CertificatesModelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theRootIsFirst() {
    CertificatesModel model;
    model.setCertificates({certificate("b", 0, 10), certificate("a", 0, 10), certificate("root", 0, 10, true)});
    QVERIFY(model.at(0)->root);
    QCOMPARE(model.rowOf("a"), 1);
    QCOMPARE(model.rowOf("b"), 2);
    QCOMPARE(model.rowOf("c"), -1);
  }

  void lifeIsAShareAndTheEndIsSaid() {
    CertificatesModel model;
    model.setCertificates({certificate("a", 1000, 101'000)});
    model.tick(26'000);
    QCOMPARE(model.index(0, 0).data(CertificatesModel::ShareRole).toDouble(), 0.25);
    QCOMPARE(model.index(0, 0).data(CertificatesModel::RenewShareRole).toDouble(), 0.5);
    model.tick(101'001);
    QCOMPARE(model.index(0, CertificatesModel::Expires).data().toString(), QString("expired"));
  }

  void aRotationChangesTheRowInPlace() {
    CertificatesModel model;
    model.setCertificates({certificate("a", 0, 10), certificate("b", 0, 10)});
    int resets = 0;
    connect(&model, &QAbstractItemModel::modelReset, &model, [&] { ++resets; });
    model.setCertificates({certificate("a", 5, 15), certificate("b", 0, 10)});
    QCOMPARE(resets, 0);
    QCOMPARE(model.at(0)->notAfterMs, std::int64_t{15});
  }
};

VARKA_TEST(CertificatesModelTest)
#include "certificates_model_test.moc"
