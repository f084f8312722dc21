#include "core/launcher/plan.h"

#include "core/launcher/environment.h"
#include "core/launcher/exit_reason.h"
#include "core/launcher/forwarders.h"
#include "core/resource/yaml.h"
#include "tests/support/test.h"
#include "tests/unit/core/launcher/fixtures.h"

using namespace varka;
using namespace varka::launcher;

namespace {

Desired desiredOf(const char* yaml) {
  resource::Snapshot snapshot;
  const auto objects = resource::parseObjects(yaml, "test.yaml");
  if (!objects) qFatal("%s", objects.error().message.c_str());
  for (const auto& object : *objects)
    snapshot.objects[object.key()] = std::make_shared<resource::Object>(object);
  return desiredFrom(snapshot);
}

const WorkloadSpec& only(const std::vector<WorkloadSpec>& workloads) {
  if (workloads.size() != 1) qFatal("one workload expected");
  return workloads.front();
}

}  // namespace

class PlanTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:

  void imagePatterns_data() {
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("image");
    QTest::addColumn<bool>("matches");
    QTest::newRow("as named") << "istio/reviews-v1*"
                              << "istio/reviews-v1:1.20" << true;
    QTest::newRow("registry") << "istio/reviews-v1*"
                              << "docker.io/istio/reviews-v1:1.20" << true;
    QTest::newRow("mirror with port") << "istio/reviews-v1*"
                                      << "mirror.local:5000/a/istio/reviews-v1:1.20" << true;
    QTest::newRow("no tag is latest") << "istio/reviews-v1:latest"
                                      << "istio/reviews-v1" << true;
    QTest::newRow("no tag, bare pattern") << "istio/reviews-v1"
                                          << "istio/reviews-v1" << true;
    QTest::newRow("other version") << "istio/reviews-v1*"
                                   << "istio/reviews-v2:1.20" << false;
    QTest::newRow("not a suffix of a name") << "curl*"
                                            << "me/mycurl:1" << false;
    QTest::newRow("star inside") << "*/reviews-*:1.2*"
                                 << "istio/reviews-v1:1.20" << true;
    QTest::newRow("empty") << "curl*"
                           << "" << false;
  }
  void imagePatterns() {
    QFETCH(QString, pattern);
    QFETCH(QString, image);
    QTEST(imageMatches(pattern.toStdString(), image.toStdString()), "matches");
  }

  void samplesCatalogueKnowsTheTutorialImages() {
    ImageCatalogue images(std::map<std::string, std::string>{{"VARKA_SAMPLES", "/samples"}});
    const auto read = images.addFile(VARKA_SOURCE_DIR "/samples/images.yaml");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    const auto reviews = images.find("docker.io/istio/examples-bookinfo-reviews-v3:1.20.3");
    QVERIFY(reviews);
    QCOMPARE(reviews->env.at("STAR_COLOR"), std::string("red"));
    QVERIFY(std::any_of(reviews->command.begin(), reviews->command.end(),
                        [](const auto& word) { return word.rfind("/samples/bookinfo/", 0) == 0; }));
    for (const char* image :
         {"docker.io/istio/examples-bookinfo-productpage-v1:1.20.3", "docker.io/mccutchen/go-httpbin:v2.15.0",
          "docker.io/kennethreitz/httpbin", "curlimages/curl", "docker.io/istio/tcp-echo-server:1.3",
          "docker.io/istio/examples-helloworld-v1:1.0"})
      QVERIFY2(images.find(image), image);
    QVERIFY(!images.find("redis:7"));
    QVERIFY(missingImageText("redis:7").find("- image: \"redis*\"") != std::string::npos);
  }

  void deploymentBecomesAPlan() {
    LauncherOptions options;
    options.projectDirectory = "/project";
    const auto plan = planWorkloads(desiredOf(kShop), ImageCatalogue(), options);
    const PodSpec& pod = only(plan).pod;
    QCOMPARE(only(plan).replicas, 2);
    QCOMPARE(pod.error, std::string());
    QCOMPARE(pod.serviceAccount, std::string("cart"));
    QCOMPARE(pod.graceSeconds, 9);
    QCOMPARE(pod.dependsOn, (std::vector<std::string>{"redis", "db"}));
    QVERIFY(pod.sidecar);
    QCOMPARE(pod.containers.front().command, (std::vector<std::string>{"./cart", "--port", "8080"}));
    QCOMPARE(pod.containers.front().workingDir, std::string("/project"));
    QCOMPARE(pod.containers.front().readiness.front().text(), std::string("GET :web/health"));
    QCOMPARE(podName(pod, 0), podName(pod, 0));
    QVERIFY(podName(pod, 0) != podName(pod, 1));
    QVERIFY(QRegularExpression("^cart-v1-[a-z0-9]{9}-[a-z0-9]{5}$")
                .match(QString::fromStdString(podName(pod, 0)))
                .hasMatch());
  }

  void injectionFollowsNamespaceAndPod() {
    const auto sidecarOf = [](const std::string& pod, const std::string& label) {
      const auto desired = desiredOf(
          ("apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {istio-injection: " + label +
           "}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, " + pod +
           "}\nspec: {containers: [{name: a, command: [x]}]}\n")
              .c_str());
      return only(planWorkloads(desired, ImageCatalogue(), {})).pod.sidecar;
    };
    QVERIFY(sidecarOf("labels: {app: a}", "enabled"));
    QVERIFY(!sidecarOf("labels: {app: a}", "disabled"));
    QVERIFY(!sidecarOf("annotations: {sidecar.istio.io/inject: 'false'}", "enabled"));
    QVERIFY(sidecarOf("labels: {sidecar.istio.io/inject: 'true'}", "disabled"));
  }

  void gatewayHasNoContainers() {
    const auto plan = planWorkloads(desiredOf(kGateway), ImageCatalogue(), {});
    QVERIFY(only(plan).pod.gateway);
    QVERIFY(only(plan).pod.containers.empty());
    QCOMPARE(only(plan).pod.error, std::string());
  }

  void imageWithoutEntrySaysWhatToAdd() {
    const auto plan = planWorkloads(
        desiredOf("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "
                  "'redis:7'}]}\n"),
        ImageCatalogue(), {});
    QVERIFY(only(plan).pod.error.find("no program for image redis:7") == 0);
  }

  void manifestCommandWinsOnlyWhenItExistsHere() {
    ImageCatalogue images;
    images.addProject({{"httpbin*", {"stand-in"}, {}, ""}});
    const auto commandOf = [&](const std::string& container) {
      const auto plan = planWorkloads(
          desiredOf(("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, " +
                     container + "}]}\n")
                        .c_str()),
          images, {});
      return only(plan).pod.containers.front().command;
    };
    QCOMPARE(commandOf("image: httpbin, command: [gunicorn, app], args: [more]"),
             (std::vector<std::string>{"stand-in", "more"}));
    QCOMPARE(commandOf("image: httpbin, command: [/bin/sleep, infinity]"),
             (std::vector<std::string>{"/bin/sleep", "infinity"}));
    QCOMPARE(commandOf("image: other, command: [gunicorn]"), (std::vector<std::string>{"gunicorn"}));
  }

  void environmentHasSecretsFieldsAndServices() {
    const auto desired = desiredOf(kShop);
    const auto services = planServices(desired);
    const auto plan = planWorkloads(desired, ImageCatalogue(), {});
    const PodSpec& pod = only(plan).pod;
    const auto address = [](const ServiceSpec& service, const ServicePort& port) {
      return std::pair(service.clusterIp, port.port);
    };
    const auto made = serviceEnvironment(pod, pod.containers.front(), {"cart-1", "10.244.0.7"}, services,
                                         desired.configs, address);
    QVERIFY(made);
    QCOMPARE(made->get("TOKEN"), std::string("secret"));
    QCOMPARE(made->get("NODE"), std::string("v1"));
    QCOMPARE(made->get("URL"), std::string("http://cart-1/$(NOPE)/$x"));
    QCOMPARE(made->get("COLOR"), std::string("blue"));
    QCOMPARE(made->get("RED_CART_SERVICE_HOST"), std::string("240.240.0.7"));
    QCOMPARE(made->get("RED_CART_SERVICE_PORT_HTTP"), std::string("80"));
    QCOMPARE(made->get("POD_IP"), std::string("10.244.0.7"));
    for (const auto& [name, value] : made->masked()) QVERIFY(value != "secret");
    const auto missing = serviceEnvironment(pod, pod.containers.front(), {}, services, {}, address);
    QVERIFY(!missing);
    QVERIFY(missing.error().message.find("ConfigMap default/settings not found") != std::string::npos);
  }

  void namedTargetPort() {
    const auto services = planServices(desiredOf(kShop));
    QCOMPARE(targetPort(services.front().ports.front(), {{"web", 8080, "TCP"}}), 8080);
    QCOMPARE(targetPort(services.front().ports.front(), {}), 0);
  }

  void exitsInWords_data() {
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("text");
    QTest::newRow("good") << 0 << "exit 0";
    QTest::newRow("code") << 0x0700 << "exit 7";
    QTest::newRow("segv") << 11 << "exit 139 (SIGSEGV)";
    QTest::newRow("core bit") << (11 | 0x80) << "exit 139 (SIGSEGV)";
    QTest::newRow("shell's child") << 0x8f00 << "exit 143 (SIGTERM)";
    QTest::newRow("real time") << 40 << "exit 168 (signal 40)";
  }
  void exitsInWords() {
    QFETCH(int, status);
    QTEST(QString::fromStdString(exitText(status)), "text");
  }

  void startFailuresInWords() {
    QCOMPARE(startFailureText(ENOENT, "foo", "foo", "/project", "/bin"),
             std::string("command not found: 'foo' (PATH=/bin)"));
    QCOMPARE(startFailureText(ENOENT, "./foo", "./foo", "/project", "/bin"),
             std::string("no such file: './foo' (in /project)"));
    QVERIFY(startFailureText(EACCES, "./foo", "./foo", "/p", "/bin").find("not executable") == 0);
    QVERIFY(startFailureText(ENOENT, "enter the working directory /x", "foo", "/x", "/bin")
                .find("cannot enter the working directory /x") == 0);
  }

  void portHolderIsNamed() {
    const auto listener = listenOnHost("127.0.0.1", 0);
    QVERIFY(listener);
    const int port = localPort(listener->get());
    QCOMPARE(portHolderText(port), "port " + std::to_string(port) + " is held by pid " +
                                       std::to_string(getpid()) + " (test_core_launc)");
  }

  void proxyHeaderBytes() {
    const auto header = proxyHeader("127.0.0.1", 0, "10.244.0.7", 9080);
    QCOMPARE(QByteArray::fromStdString(header).toHex(),
             QByteArray("0d0a0d0a000d0a515549540a2111000c7f0000010af4000700002378"));
  }
};

VARKA_TEST(PlanTest)
#include "plan_test.moc"
