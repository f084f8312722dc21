// Mesh without processes: what start says about a project it cannot take, and that nothing is left of a failed start.
#include "core/mesh/mesh.h"

#include <QFile>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

#include "core/mesh/sample_load.h"
#include "tests/support/test.h"

using namespace varka;
using namespace std::chrono_literals;

namespace {

void write(const QString& path, const QByteArray& text) {
  QFile file(path);
  if (file.open(QIODevice::WriteOnly)) file.write(text);
}

mesh::MeshOptions optionsFor(const QTemporaryDir& folder) {
  mesh::MeshOptions options;
  options.project = folder.path().toStdString();
  options.stateDirectory = folder.filePath("state").toStdString();
  options.runtimeDirectory = folder.filePath("run/x").toStdString();
  return options;
}

}  // namespace

class MeshTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aBrokenProjectIsRefusedWithItsLine() {
    QTemporaryDir folder;
    write(folder.filePath("varka.yaml"),
          "apiVersion: varka.dev/v1\nkind: Mesh\nmetadata: { name: shop }\nservices:\n  hello: { comand: [x] }\n");
    mesh::Mesh mesh(optionsFor(folder));
    const auto started = mesh.start();
    QVERIFY(!started);
    QVERIFY2(started.error().message.find("varka.yaml:5") != std::string::npos, started.error().message.c_str());
    QVERIFY(started.error().message.find("comand") != std::string::npos);
  }

  void anUnknownSampleIsSaid() {
    mesh::MeshOptions options;
    options.project = "sample:no-such-sample";
    mesh::Mesh mesh(options);
    const auto started = mesh.start();
    QVERIFY(!started);
    QVERIFY(started.error().message.find("no-such-sample") != std::string::npos);
  }

  void stoppingWhatNeverRanStops() {
    QTemporaryDir folder;
    mesh::Mesh mesh(optionsFor(folder));
    QSignalSpy stopped(&mesh, &mesh::Mesh::stopped);
    mesh.stop();
    QVERIFY(test::eventually(2000ms, [&] { return stopped.count() == 1; }));
    QCOMPARE(mesh.view()->state, std::string("stopped"));
  }

  void commandsBeforeTheStartSaySo() {
    QTemporaryDir folder;
    mesh::Mesh mesh(optionsFor(folder));
    QVERIFY(!mesh.restartPod("x"));
    QVERIFY(!mesh.rotateCertificate(""));
    QVERIFY(!mesh.configDump("x"));
    QVERIFY(!mesh.saveFile("/etc/passwd", "x").ok());
  }

  void sampleLoadKeepsItsRateWhenAnswersAreSlow() {
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    int accepted = 0;
    QByteArray first;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
      while (auto* socket = server.nextPendingConnection()) {
        ++accepted;
        connect(socket, &QTcpSocket::readyRead, socket, [&, socket] { first = first.isEmpty() ? socket->readAll() : first; });
      }
    });
    mesh::SampleLoad load;
    load.run(100, "http://127.0.0.1:" + std::to_string(server.serverPort()) + "/page");
    QVERIFY(test::eventually(5000ms, [&] { return accepted >= 20; }));  // none was ever answered
    QVERIFY(first.startsWith("GET /page HTTP/1.1\r\n"));
    load.run(0, "");
    QCOMPARE(load.rps(), 0.0);
  }
};

VARKA_TEST(MeshTest)
#include "mesh_test.moc"
