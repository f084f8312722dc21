#include "core/api/control_server.h"

#include <QFile>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/api/control_client.h"
#include "core/api/method.h"
#include "core/mesh/mesh.h"
#include "tests/support/test.h"

using namespace varka;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A mesh that was not started (no processes) behind its control socket; the client blocks, so it calls from a thread.
struct Fixture {
  QTemporaryDir folder;
  std::string path = folder.filePath("control.sock").toStdString();
  mesh::Mesh mesh{mesh::MeshOptions{}};
  api::ControlServer server{mesh};

  Fixture() {
    if (const auto listening = server.listen(path); !listening) qFatal("%s", listening.error().message.c_str());
  }

  Result<json> call(const std::string& method, const json& params, const std::function<bool(const json&)>& onItem = {}) {
    std::atomic<bool> done = false;
    Result<json> answer;
    std::thread caller([&] {
      if (auto client = api::ControlClient::connect(path)) {
        answer = client->call(method, params, onItem);
      } else {
        answer = fail(client.error());
      }
      done = true;
    });
    test::eventually(5000ms, [&] { return done.load(); });
    caller.join();
    return answer;
  }
};

}  // namespace

class ControlServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theSocketIsPrivate() {
    Fixture f;
    QCOMPARE(QFile::permissions(QString::fromStdString(f.path)) & 0x0077, QFile::Permissions());
  }

  void statusHasTheFieldsScriptsRelyOn() {
    Fixture f;
    const auto status = f.call("status", json::object());
    QVERIFY(status.has_value());
    for (const char* field : {"mesh", "state", "revision", "ingress", "pods", "proxies"}) QVERIFY2(status->contains(field), field);
  }

  void anUnknownMethodIsAnError() {
    Fixture f;
    const auto answer = f.call("no-such-method", json::object());
    QVERIFY(!answer);
    QVERIFY(answer.error().message.find("no-such-method") != std::string::npos);
  }

  void waitAnswersWithWhatIsMissingAfterItsTime() {
    Fixture f;
    const auto answer = f.call("wait", {{"for", "ready"}, {"timeoutMs", 30}});
    QVERIFY(answer.has_value());
    QCOMPARE((*answer)["met"].get<bool>(), false);
    QVERIFY(!(*answer)["missing"].get<std::string>().empty());
  }

  void aStreamEndsWhenTheCallerHasEnough() {
    Fixture f;
    int seen = 0;
    std::atomic<bool> done = false;
    std::thread caller([&] {
      if (auto client = api::ControlClient::connect(f.path)) {
        const auto answer = client->call("events", {{"follow", true}}, [&](const json&) { return ++seen < 2; });
      }
      done = true;
    });
    QVERIFY(test::eventually(5000ms, [&] {
      Q_EMIT f.mesh.event({1, "process", "info", "Pod default/x", "hello", {}});
      return done.load();
    }));
    caller.join();
    QCOMPARE(seen, 2);
  }

  void downAnswersWhenTheMeshHasStopped() {
    Fixture f;
    QVERIFY(f.call("down", json::object()).has_value());
    QCOMPARE(f.mesh.view()->state, std::string("stopped"));
  }

  void rubbishGetsAnErrorAndTheConnectionLivesOn() {
    Fixture f;
    QLocalSocket socket;
    socket.connectToServer(QString::fromStdString(f.path));
    socket.write("rubbish\n{\"id\":5,\"method\":\"status\"}\n");
    QByteArray received;
    QVERIFY(test::eventually(2000ms, [&] {
      received += socket.readAll();
      return received.count('\n') == 2;
    }));
    const auto lines = received.split('\n');
    QVERIFY(json::parse(lines[0].toStdString()).contains("error"));
    QCOMPARE(json::parse(lines[1].toStdString())["id"].get<int>(), 5);
  }

  void methodsHaveOneNameEach() {
    std::set<std::string> names;
    for (const auto& method : api::methods()) QVERIFY2(names.insert(method.name).second, method.name);
  }
};

VARKA_TEST(ControlServerTest)
#include "control_server_test.moc"
