// Real pods with the real varka-pod; fake_proxy.py stands in for the proxy and says what it caught.
#include "core/launcher/launcher.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDirIterator>
#include <QProcess>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <csignal>

#include "core/launcher/relay.h"
#include "core/resource/yaml.h"
#include "tests/support/test.h"
#include "tests/unit/core/launcher/fixtures.h"

using namespace varka;
using namespace varka::launcher;
using std::chrono::seconds;
using test::eventually;

namespace {

const std::string kPodProgram = std::string(VARKA_BIN_DIR) + "/varka-pod";

Desired desiredOf(const std::string& yaml) {
  resource::Snapshot snapshot;
  const auto objects = resource::parseObjects(yaml, "test.yaml");
  if (!objects) qFatal("%s", objects.error().message.c_str());
  for (const auto& object : *objects)
    snapshot.objects[object.key()] = std::make_shared<resource::Object>(object);
  return desiredFrom(snapshot);
}

std::string deployment(const std::string& name, const std::string& command, const std::string& more = "",
                       const std::string& podMeta = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: " + name +
         " }\nspec:\n  template:\n    metadata: { labels: { app: " + name + " }" + podMeta +
         " }\n    spec:\n      terminationGracePeriodSeconds: 2\n      containers:\n      - name: " + name +
         "\n        command: " + command + "\n" + more + "---\n";
}

std::string service(const std::string& name) {
  return "apiVersion: v1\nkind: Service\nmetadata: { name: " + name + " }\nspec: { selector: { app: " + name +
         " }, ports: [{ name: http, port: 9080 }] }\n---\n";
}

const char* const kPort9080 = "        ports: [{ containerPort: 9080 }]\n";
const char* const kNoSidecar = ", annotations: { sidecar.istio.io/inject: 'false' }";

bool alive(std::int64_t pid) {
  QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
  if (pid <= 0 || !file.open(QIODevice::ReadOnly)) return false;
  const QByteArray text = file.readAll();
  return text.mid(text.lastIndexOf(')') + 2, 1) != "Z";
}

ino_t networkOf(std::int64_t pid) {
  struct stat info {};
  return stat(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), &info) == 0 ? info.st_ino : 0;
}

int inhabitants(ino_t network) {
  int count = 0;
  for (const auto& name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs))
    if (name.toInt() > 0 && networkOf(name.toInt()) == network) ++count;
  return count;
}

QByteArray httpGet(const std::string& address, const QByteArray& path = "/") {
  const auto colon = address.rfind(':');
  QTcpSocket socket;
  socket.connectToHost(QString::fromStdString(address.substr(0, colon)),
                       static_cast<quint16>(std::stoi(address.substr(colon + 1))));
  QByteArray answer;
  bool over = false;
  QObject::connect(&socket, &QTcpSocket::connected, &socket,
                   [&] { socket.write("GET " + path + " HTTP/1.0\r\n\r\n"); });
  QObject::connect(&socket, &QTcpSocket::disconnected, &socket, [&] { over = true; });
  QObject::connect(&socket, &QTcpSocket::errorOccurred, &socket, [&] { over = true; });
  eventually(seconds(5), [&] {
    answer += socket.readAll();
    return over;
  });
  return answer + socket.readAll();
}

}  // namespace

class LauncherTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> directory_;
  std::unique_ptr<Launcher> launcher_;
  std::vector<LauncherEvent> events_;

  LauncherOptions options(const std::string& mode) {
    LauncherOptions out;
    out.runDirectory = directory_->path().toStdString();
    out.projectDirectory = "/";
    out.podProgram = kPodProgram;
    out.proxyProgram = VARKA_SOURCE_DIR "/tests/unit/core/launcher/fake_proxy.py";
    out.captureMode = mode;
    out.gatewayHostPorts = {};
    return out;
  }

  void start(const std::string& yaml, const std::string& mode = "namespace") {
    launcher_ = std::make_unique<Launcher>();
    connect(launcher_.get(), &Launcher::event, this,
            [this](const LauncherEvent& event) { events_.push_back(event); });
    const auto started = launcher_->start(options(mode));
    QVERIFY2(started, started ? "" : started.error().message.c_str());
    launcher_->reconcile(desiredOf(yaml));
  }

  PodStatusPtr podOf(const std::string& workload) {
    for (const auto& pod : launcher_->pods())
      if (pod->workload == workload && pod->state != PodState::Terminating) return pod;
    return nullptr;
  }
  bool ready(const std::string& workload) {
    const auto pod = podOf(workload);
    return pod && pod->ready;
  }
  bool allReady() {
    const auto pods = launcher_->pods();
    return !pods.empty() && std::all_of(pods.begin(), pods.end(), [](const auto& pod) { return pod->ready; });
  }
  QString states() {
    QString out;
    for (const auto& pod : launcher_->pods())
      out += QString::fromStdString(pod->name + ": " + std::string(stateName(pod->state)) + " " +
                                    pod->reason + "\n");
    for (const auto& event : events_) out += QString::fromStdString("event " + event.message + "\n");
    return out;
  }
  bool happened(const std::string& text) {
    return std::any_of(events_.begin(), events_.end(),
                       [&](const auto& event) { return event.message.find(text) != std::string::npos; });
  }
  // Runs a command in the pod as `varka exec` does.
  QByteArray exec(const std::string& workload, const std::vector<std::string>& command, int* code = nullptr) {
    const auto line = launcher_->execCommand(podOf(workload)->name, command);
    if (!line) return QByteArray::fromStdString(line.error().message);
    QProcess process;
    QStringList arguments;
    for (std::size_t i = 1; i < line->size(); ++i) arguments << QString::fromStdString((*line)[i]);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QString::fromStdString(line->front()), arguments);
    eventually(seconds(10), [&] { return process.state() == QProcess::NotRunning; });
    if (code) *code = process.exitCode();
    return process.readAll();
  }
  std::string addressOf(const std::string& name) {
    for (const auto& address : launcher_->hostAddresses())
      if (address.service == name) return address.address;
    return {};
  }
  void stop() {
    QSignalSpy stopped(launcher_.get(), &Launcher::allStopped);
    launcher_->stopAll();
    QVERIFY2(eventually(seconds(10), [&] { return !stopped.isEmpty(); }), qPrintable(states()));
  }

 private Q_SLOTS:
  void init() {
    const auto report = doctor(kPodProgram);
    if (!report.namespaces)
      QSKIP(("no namespaces here: " + report.step + ": " + report.error + ". " + report.advice).c_str());
    directory_ = std::make_unique<QTemporaryDir>();
    events_.clear();
  }
  void cleanup() {
    launcher_.reset();
    directory_.reset();
  }

  void podsShareAPortAndAreCaptured() {
    start(deployment("alpha", kServer, kPort9080) + deployment("beta", kServer, kPort9080));
    QVERIFY2(eventually(seconds(15), [&] { return launcher_->pods().size() == 2 && allReady(); }),
             qPrintable(states()));
    const auto alpha = podOf("alpha");
    QCOMPARE(alpha->captureMode, std::string("namespace"));
    // TCP to anywhere arrives at the sidecar with its destination; the pod's own loopback does not.
    QVERIFY(exec("alpha", {"/usr/bin/curl", "-s", "--http0.9", "http://203.0.113.7:5432/"})
                .contains(("caught 203.0.113.7:5432 by " + alpha->ip).c_str()));
    QVERIFY(exec("alpha", {"/usr/bin/curl", "-s", "http://127.0.0.1:9080/"})
                .startsWith((alpha->name + " at 127.0.0.1").c_str()));
    // Names are resolved by the sidecar, through libc and to any server.
    QVERIFY(exec("beta", {"/usr/bin/getent", "hosts", "reviews"}).startsWith("240.240.0.9"));
    QVERIFY(exec("beta", {"/bin/cat", "/etc/resolv.conf"}).contains("search default.svc.cluster.local"));
    QVERIFY(exec("beta", {"/usr/bin/curl", "-s", "--http0.9", "http://reviews:9080/"})
                .contains("caught 240.240.0.9:9080"));
    // Other UDP says no instead of getting lost.
    QVERIFY(
        exec("beta",
             {"/usr/bin/python3", "-c",
              "import "
              "socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.sendto(b'x',('203.0.113.7',9))"})
            .contains("Operation not permitted"));
    QCOMPARE(launcher_->podOfProcess(alpha->proxyPid)->name, alpha->name);
    stop();
  }

  void execKeepsExitCodesAndEnvironment() {
    start(deployment("alpha", "[/bin/sleep, infinity]", "        env: [{ name: COLOR, value: blue }]\n"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    int code = 0;
    QCOMPARE(exec("alpha", {"/bin/sh", "-c", "echo $COLOR $HOSTNAME; exit 7"}, &code).trimmed(),
             QByteArray::fromStdString("blue " + podOf("alpha")->name));
    QCOMPARE(code, 7);
    exec("alpha", {"no-such-command"}, &code);
    QCOMPARE(code, 127);
    exec("alpha", {"/etc/passwd"}, &code);
    QCOMPARE(code, 126);
  }

  void hostReachesServicesThroughTheHop() {
    start(service("alpha") + service("bare") + deployment("alpha", kServer, kPort9080) +
          deployment("bare", kServer, kPort9080, kNoSidecar));
    QVERIFY2(eventually(seconds(15), [&] { return launcher_->pods().size() == 2 && allReady(); }),
             qPrintable(states()));
    const QByteArray viaProxy = httpGet(addressOf("alpha"));
    QVERIFY2(
        viaProxy.contains((podOf("alpha")->name + " at " + podOf("alpha")->ip + " from 127.0.0.6").c_str()),
        viaProxy);
    const QByteArray direct = httpGet(addressOf("bare"));
    QVERIFY2(direct.contains((podOf("bare")->name + " at " + podOf("bare")->ip).c_str()), direct);
    QCOMPARE(podOf("bare")->proxyPid, 0);
  }

  void podsWithoutSidecarTalkPlainly() {
    start(service("alpha") + service("bare") + service("client") + deployment("alpha", kServer, kPort9080) +
          deployment("bare", kServer, kPort9080, kNoSidecar) +
          deployment("client", "[/bin/sleep, infinity]", "", kNoSidecar));
    QVERIFY2(eventually(seconds(15), [&] { return launcher_->pods().size() == 3 && allReady(); }),
             qPrintable(states()));
    const auto curl = [&](const std::string& url) {
      return exec("client", {"/usr/bin/curl", "-sS", "-m", "5", url});
    };
    const auto answer = [&](const std::string& name) {
      return QByteArray::fromStdString(podOf(name)->name + " at " + podOf(name)->ip);
    };
    QVERIFY(curl("http://bare:9080/").startsWith(answer("bare")));
    QVERIFY(curl("http://alpha.default.svc.cluster.local:9080/")
                .startsWith(answer("alpha")));  // over its proxy's inbound side
    QVERIFY(curl("http://" + podOf("bare")->ip + ":9080/").startsWith(answer("bare")));
    QVERIFY(curl("http://nobody:9080/").contains("Could not resolve host"));
    QVERIFY(curl("http://bare:1234/").contains("curl: ("));  // refused, not hanging
    const auto hostServer = listenOnHost("127.0.0.1", 0);
    QVERIFY(hostServer);
    QVERIFY(curl("http://host.mesh.internal:" + std::to_string(localPort(hostServer->get())))
                .contains("timed out"));  // connected, silent
    // A proxy reaches it at its hop socket as any other pod.
    QVERIFY(QFile::exists(directory_->path() + QStringLiteral("/pods/") +
                          QString::fromStdString(podOf("bare")->ip) + QStringLiteral(".sock")));
    stop();
  }

  void killedServiceComesBackAndItsChildrenDoNot() {
    start(deployment("alpha", "[/bin/sh, -c, 'setsid sleep 1234 & exec sleep 1235']"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto before = podOf("alpha");
    const auto network = networkOf(before->pid);
    QVERIFY(eventually(seconds(5), [&] { return inhabitants(network) == 3; }));  // agent, two sleeps
    QVERIFY(launcher_->signal(before->name, SIGKILL));
    QVERIFY(eventually(seconds(5), [&] { return podOf("alpha")->state == PodState::Crashed; }));
    QVERIFY2(podOf("alpha")->reason.find("exit 137 (SIGKILL), again in 1 s") == 0,
             podOf("alpha")->reason.c_str());
    QVERIFY(eventually(seconds(5), [&] { return inhabitants(network) == 1; }));
    QVERIFY(eventually(seconds(5), [&] { return allReady() && podOf("alpha")->pid != before->pid; }));
    QCOMPARE(podOf("alpha")->restarts, 1);
    QCOMPARE(podOf("alpha")->name, before->name);
    QCOMPARE(networkOf(podOf("alpha")->pid), network);
  }

  void killedProxyComesBackWithTheSameListeners() {
    start(deployment("alpha", "[/bin/sleep, infinity]"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto before = podOf("alpha");
    ::kill(static_cast<pid_t>(before->proxyPid), SIGKILL);
    QElapsedTimer clock;
    clock.start();
    // The agent keeps the listener: this connection waits and is served by the next proxy.
    QVERIFY(exec("alpha", {"/usr/bin/curl", "-s", "--http0.9", "http://203.0.113.7:80/"})
                .contains("caught 203.0.113.7:80"));
    QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
    QVERIFY(eventually(seconds(5), [&] { return allReady() && podOf("alpha")->proxyRestarts == 1; }));
    QCOMPARE(podOf("alpha")->pid, before->pid);
    QVERIFY(happened("proxy: exit 137 (SIGKILL)"));
  }

  void killedAgentMakesThePodAnew() {
    start(deployment("alpha", "[/bin/sleep, infinity]"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto before = podOf("alpha");
    const auto network = networkOf(before->pid);
    ::kill(static_cast<pid_t>(before->agentPid), SIGKILL);
    QVERIFY2(
        eventually(seconds(10), [&] { return allReady() && podOf("alpha")->agentPid != before->agentPid; }),
        qPrintable(states()));
    QCOMPARE(inhabitants(network), 0);
    QVERIFY(!alive(before->pid));
    QVERIFY(!alive(before->proxyPid));
    QCOMPARE(podOf("alpha")->ip, before->ip);
    QCOMPARE(podOf("alpha")->name, before->name);
    QVERIFY(happened("agent was killed"));
  }

  void reasonsAreInWords() {
    start(deployment("missing", "[no-such-program]") + deployment("segv", "[/bin/sh, -c, 'kill -SEGV $$']") +
          deployment("image", "", "        image: 'redis:7'\n"));
    QVERIFY2(eventually(seconds(10),
                        [&] {
                          return podOf("missing")->state == PodState::Crashed &&
                                 podOf("segv")->state == PodState::Crashed &&
                                 podOf("image")->state == PodState::Crashed;
                        }),
             qPrintable(states()));
    QVERIFY2(podOf("missing")->reason.find("command not found: 'no-such-program' (PATH=") == 0,
             podOf("missing")->reason.c_str());
    QVERIFY2(podOf("segv")->reason.find("exit 139 (SIGSEGV)") == 0, podOf("segv")->reason.c_str());
    QVERIFY2(podOf("image")->reason.find("no program for image redis:7") == 0,
             podOf("image")->reason.c_str());
  }

  void probesDecideReadiness() {
    const std::string probe =
        kPort9080 +
        std::string("        readinessProbe: { httpGet: { path: /PATH, port: 9080 }, periodSeconds: 1 }\n");
    auto good = probe, bad = probe;
    good.replace(good.find("/PATH"), 5, "/good");
    bad.replace(bad.find("/PATH"), 5, "/bad");
    start(deployment("good", kServer, good) + deployment("bad", kServer, bad) +
          deployment("file", "[/bin/sleep, infinity]",
                     "        readinessProbe: { exec: { command: [/bin/sh, -c, 'test $COLOR = blue'] } }\n"
                     "        env: [{ name: COLOR, value: blue }]\n"));
    QVERIFY2(eventually(seconds(15), [&] { return ready("good") && ready("file"); }), qPrintable(states()));
    QVERIFY2(eventually(seconds(5), [&] { return podOf("bad")->reason == "readiness: GET :9080/bad → 503"; }),
             qPrintable(states()));
    QVERIFY(!ready("bad"));
  }

  void livenessRestarts() {
    start(deployment("alpha", "[/bin/sleep, infinity]",
                     "        livenessProbe: { exec: { command: [/bin/false] }, periodSeconds: 1, "
                     "failureThreshold: 1 }\n"));
    QVERIFY2(eventually(seconds(15), [&] { return podOf("alpha") && podOf("alpha")->restarts >= 1; }),
             qPrintable(states()));
    QVERIFY(happened("liveness: exec /bin/false → exit 1: restarting"));
  }

  void startupHoldsLivenessBack() {
    const std::string marker = directory_->path().toStdString() + "/up";
    start(deployment("alpha", "[/bin/sleep, infinity]",
                     "        startupProbe: { exec: { command: [/usr/bin/test, -e, " + marker +
                         "] }, periodSeconds: 60 }\n"
                         "        livenessProbe: { exec: { command: [/bin/false] }, periodSeconds: 1, "
                         "failureThreshold: 1 }\n"));
    QVERIFY2(eventually(seconds(15), [&] { return allReady(); }), qPrintable(states()));
    QVERIFY(!eventually(std::chrono::milliseconds(1500), [&] { return podOf("alpha")->restarts > 0; }));
    QFile(QString::fromStdString(marker)).open(QIODevice::WriteOnly);
    QVERIFY(eventually(seconds(10), [&] { return podOf("alpha")->restarts > 0; }));
  }

  void missingSecretIsWaitedFor() {
    const auto pod =
        deployment("alpha", "[/bin/sleep, infinity]",
                   "        env: [{ name: T, valueFrom: { secretKeyRef: { name: late, key: t } } }]\n");
    start(pod);
    QVERIFY2(eventually(seconds(10), [&] { return podOf("alpha")->state == PodState::Crashed; }),
             qPrintable(states()));
    QVERIFY2(podOf("alpha")->reason.find("Secret default/late not found") == 0,
             podOf("alpha")->reason.c_str());
    launcher_->reconcile(desiredOf(
        "apiVersion: v1\nkind: Secret\nmetadata: { name: late }\nstringData: { t: x }\n---\n" + pod));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
  }

  void dependenciesComeFirst() {
    start(service("db") + deployment("db", kServer, kPort9080) +
          "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, annotations: { "
          "varka.dev/depends-on: db } }\nspec: { template: { "
          "metadata: { labels: { app: web } }, spec: { containers: [{ name: web, command: [/bin/sleep, "
          "infinity] }] } } }\n");
    QCOMPARE(podOf("web")->state, PodState::Waiting);
    QCOMPARE(podOf("web")->reason, std::string("waits for db"));
    int changes = 0;  // a waiting pod must not keep telling that it waits
    connect(launcher_.get(), &Launcher::podChanged, this,
            [&](const PodStatusPtr& pod) { changes += pod->workload == "web"; });
    QVERIFY2(eventually(seconds(15), [&] { return ready("web"); }), qPrintable(states()));
    QVERIFY2(changes < 20, qPrintable(QString::number(changes)));
    QVERIFY(podOf("web")->startedMs >= podOf("db")->startedMs);
  }

  void changedTemplateReplacesWhenTheNewOneIsReady() {
    start(deployment("alpha", "[/bin/sleep, infinity]"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto before = podOf("alpha");
    bool gap = false;
    connect(launcher_.get(), &Launcher::podChanged, this, [&] {
      const auto pods = launcher_->pods();
      gap = gap || std::none_of(pods.begin(), pods.end(), [](const auto& pod) { return pod->ready; });
    });
    launcher_->reconcile(desiredOf(deployment("alpha", "[/bin/sleep, '100000']")));
    QVERIFY(eventually(seconds(10), [&] {
      return launcher_->pods().size() == 1 && allReady() && podOf("alpha")->name != before->name;
    }));
    QVERIFY(!gap);
    QVERIFY(!alive(before->pid));
    QVERIFY(!alive(before->agentPid));
  }

  void stubbornServiceIsKilledAfterItsGrace() {
    start(deployment("alpha", "[/bin/sh, -c, 'trap : TERM; echo armed; while :; do sleep 1; done']"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    QVERIFY(eventually(seconds(5), [&] {
      const auto lines = launcher_->logs(podOf("alpha")->name, 10);
      return std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.text == "armed"; });
    }));
    const auto before = podOf("alpha");
    QElapsedTimer clock;
    clock.start();
    stop();
    QVERIFY(clock.elapsed() >= 1900);  // a coarse timer may be 5 % early
    QVERIFY(happened("did not stop in 2 s"));
    QVERIFY(!alive(before->pid));
  }

  void stopLeavesNothing() {
    const int descriptors =
        static_cast<int>(QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::Files | QDir::System).size());
    start(service("alpha") + deployment("alpha", kServer, kPort9080));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto pod = podOf("alpha");
    const auto network = networkOf(pod->pid);
    stop();
    QVERIFY(launcher_->pods().empty());
    for (const auto pid : {pod->pid, pod->proxyPid, pod->agentPid}) QVERIFY(!alive(pid));
    QCOMPARE(inhabitants(network), 0);
    launcher_.reset();
    QCOMPARE(
        QDir(directory_->path() + QStringLiteral("/etc")).entryList(QDir::NoDotAndDotDot | QDir::AllEntries),
        QStringList());
    QVERIFY(static_cast<int>(
                QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::Files | QDir::System).size()) <=
            descriptors);
  }

  void logsAreKeptByLine() {
    start(deployment("alpha", "[/bin/sh, -c, 'echo one; echo two >&2; printf three; exec sleep 1000']"));
    QVERIFY(eventually(seconds(10), [&] {
      const auto pod = podOf("alpha");
      const auto lines = launcher_->logs(pod->name, 10);
      const auto has = [&](const char* stream, const char* text) {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const auto& line) { return line.stream == stream && line.text == text; });
      };
      return has("stdout", "one") && has("stderr", "two");
    }));
  }

  void secretsAreFilesBelowEtc() {
    start("apiVersion: v1\nkind: Secret\nmetadata: { name: tls }\nstringData: { ca.crt: hello }\n---\n" +
          deployment("alpha", "[/bin/sleep, infinity]",
                     "        volumeMounts: [{ name: v, mountPath: /etc/alpha/tls }]\n      volumes: [{ "
                     "name: v, secret: { secretName: tls } }]\n"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    QCOMPARE(exec("alpha", {"/bin/cat", "/etc/alpha/tls/ca.crt"}), QByteArray("hello"));
    QVERIFY(!QFile::exists(QStringLiteral("/etc/alpha")));
  }

  void gatewayInheritsHostSockets() {
    start(
        "apiVersion: v1\nkind: Service\nmetadata: { name: gate }\nspec: { selector: { istio: gate }, ports: "
        "[{ name: http2, port: 80, targetPort: 8080 }] }\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: gate }\nspec: { template: { metadata: { "
        "labels: { istio: gate }, annotations: { "
        "inject.istio.io/templates: gateway } }, spec: { containers: [{ name: istio-proxy, image: auto }] } "
        "} }\n");
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto pod = podOf("gate");
    QVERIFY(pod->nodeId.rfind("router~", 0) == 0);
    QCOMPARE(pod->hostPorts.size(), std::size_t{1});
    QCOMPARE(httpGet(addressOf("gate")), QByteArray("gateway 8080\n"));
    ::kill(static_cast<pid_t>(pod->proxyPid), SIGKILL);
    QVERIFY(eventually(seconds(5), [&] { return !alive(pod->proxyPid); }));
    QCOMPARE(httpGet(addressOf("gate")),
             QByteArray("gateway 8080\n"));  // waits in the backlog of the inherited socket
  }

  void envModeRunsOnPortsAndSaysWhatIsLimited() {
    start(service("alpha") + deployment("alpha", kServer, kPort9080, kNoSidecar) +
              deployment("beta", kServer, kPort9080, kNoSidecar),
          "env");
    QVERIFY2(eventually(seconds(15), [&] { return launcher_->pods().size() == 2 && allReady(); }),
             qPrintable(states()));
    QCOMPARE(podOf("alpha")->captureMode, std::string("env"));
    QVERIFY(httpGet(addressOf("alpha")).contains("200"));
    QCOMPARE(std::count_if(events_.begin(), events_.end(),
                           [](const auto& event) { return event.kind == "capture"; }),
             1);
    const auto& env = podOf("beta")->env;
    QVERIFY(std::any_of(env.begin(), env.end(), [&](const auto& v) {
      return v.first == "ALPHA_SERVICE_PORT" && "127.0.0.1:" + v.second == addressOf("alpha");
    }));
    QVERIFY(httpGet(podOf("beta")->ip + ":9080").contains("200"));  // the pod's address works too
    stop();
  }

  void killOfTheEngineLeavesNothing() {
    QProcess engine;
    engine.setEnvironment(QProcess::systemEnvironment() << QStringLiteral("VARKA_TEST_ENGINE=1"));
    engine.start(QCoreApplication::applicationFilePath(), {QStringLiteral("engineForAnotherTest")});
    QByteArray text;
    QVERIFY(eventually(seconds(20), [&] {
      text += engine.readAllStandardOutput();
      return text.contains("PIDS ") && text.mid(text.indexOf("PIDS ")).contains('\n');
    }));
    const auto words = text.mid(text.indexOf("PIDS ") + 5).split('\n').front().split(' ');
    std::vector<std::int64_t> pids;
    for (const auto& word : words) pids.push_back(word.toLongLong());
    QCOMPARE(pids.size(), std::size_t{3});
    const auto network = networkOf(pids[0]);
    QVERIFY(eventually(seconds(5),
                       [&] { return inhabitants(network) == 3; }));  // agent, service and its runaway child
    engine.kill();
    QVERIFY(eventually(seconds(5), [&] { return inhabitants(network) == 0; }));
    QVERIFY(eventually(seconds(5), [&] { return std::none_of(pids.begin(), pids.end(), alive); }));
  }

  // Not a test by itself: the engine that killOfTheEngineLeavesNothing kills.
  void engineForAnotherTest() {
    if (!qEnvironmentVariableIsSet("VARKA_TEST_ENGINE")) return;
    start(deployment("alpha", "[/bin/sh, -c, 'setsid sleep 1234 & exec sleep 1235']"));
    QVERIFY2(eventually(seconds(10), [&] { return allReady(); }), qPrintable(states()));
    const auto pod = podOf("alpha");
    printf("PIDS %lld %lld %lld\n", static_cast<long long>(pod->pid), static_cast<long long>(pod->proxyPid),
           static_cast<long long>(pod->agentPid));
    fflush(stdout);
    eventually(seconds(60), [] { return false; });
  }

  void worksAsOrdinaryUser() {
    if (geteuid() != 0) QSKIP("not root: all tests already run as an ordinary user");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(
        QStringLiteral("setpriv"),
        {QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"), QStringLiteral("--clear-groups"),
         QCoreApplication::applicationFilePath(), QStringLiteral("podsShareAPortAndAreCaptured"),
         QStringLiteral("execKeepsExitCodesAndEnvironment"), QStringLiteral("killedAgentMakesThePodAnew"),
         QStringLiteral("killedServiceComesBackAndItsChildrenDoNot"),
         QStringLiteral("killOfTheEngineLeavesNothing"), QStringLiteral("secretsAreFilesBelowEtc")});
    QByteArray text;
    QVERIFY(eventually(seconds(90), [&] {
      text += process.readAll();
      return process.state() == QProcess::NotRunning;
    }));
    text += process.readAll();
    if (process.error() == QProcess::FailedToStart || text.contains("Permission denied"))
      QSKIP("nobody may not run the test from here");
    if (text.contains("SKIP   : LauncherTest")) QSKIP("no namespaces for ordinary users here");
    QVERIFY2(text.contains("Totals: 8 passed, 0 failed"), text);
  }
};

VARKA_TEST(LauncherTest)
#include "launcher_test.moc"
