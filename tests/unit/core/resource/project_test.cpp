#include "core/resource/project.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka::resource;

namespace {
struct Folder {
  QTemporaryDir dir;
  Folder& file(const QString& name, const QByteArray& text) {
    QDir(dir.path()).mkpath(QFileInfo(name).path());
    QFile file(dir.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write %s", qPrintable(name));
    file.write(text);
    return *this;
  }
  LoadResult load(const QString& name = {}) const { return loadProject(dir.filePath(name).toStdString()); }
};

const Object* find(const LoadResult& result, const std::string& kind, const std::string& name) {
  for (const auto& object : result.project.objects) {
    if (object.kind == kind && object.name == name) return &object;
  }
  return nullptr;
}

QString problems(const LoadResult& result) {
  QString text;
  for (const auto& problem : result.problems) {
    text += QString::fromStdString(problem.origin.text() + ": " + problem.message + "\n");
  }
  return text;
}

// No raw string: moc takes the /* of a pattern in one for a comment.
const char* kShop =
    "apiVersion: varka.dev/v1\n"
    "kind: Mesh\n"
    "metadata: { name: shop }\n"
    "services:\n"
    "  catalog:\n"
    "    port: 8080\n"
    "    versions:\n"
    "      v1: { command: [./catalog, --port, 8080], env: { COLOR: red } }\n"
    "      v2: { command: [./catalog], env: { COLOR: blue }, replicas: 2 }\n"
    "    readiness: { http: /healthz, period: 500ms }\n"
    "  cart:\n"
    "    command: node cart.js\n"
    "    port: { port: 3000, name: web, protocol: http }\n"
    "    dependsOn: [catalog]\n"
    "    workingDir: cart\n"
    "    env: { LEVEL: 3, DEBUG: true }\n"
    "include: [istio/*.yaml]\n"
    "images:\n"
    "  \"example/*\": [./stand-in]\n"
    "mesh: { ingress: { http: 8081 } }\n";
}  // namespace

class ProjectTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void expandsTheShortForm() {
    Folder folder;
    folder.file("varka.yaml", kShop)
        .file("istio/vs.yaml",
              "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {}\n")
        .file("other/no.yaml", "not: read\n");
    const auto result = folder.load();
    QCOMPARE(problems(result), QString());
    QCOMPARE(result.project.name, std::string("shop"));
    QCOMPARE(result.project.files.size(), std::size_t{2});
    QCOMPARE(result.project.globs.size(), std::size_t{1});
    QCOMPARE(result.project.images.at(0).command.at(0), std::string("./stand-in"));
    QCOMPARE(result.project.settings.at("ingress.http").asInt(), 8081);
    QVERIFY(find(result, "VirtualService", "a"));
    QVERIFY(find(result, "ServiceAccount", "catalog"));

    const Object* service = find(result, "Service", "catalog");
    QVERIFY(service);
    QCOMPARE(service->spec().at("ports[0].name").asString(), std::string("http"));
    QCOMPARE(service->spec().at("ports[0].targetPort").asInt(), 8080);
    QCOMPARE(service->spec().at("selector.app").asString(), std::string("catalog"));

    const Object* v2 = find(result, "Deployment", "catalog-v2");
    QVERIFY(v2);
    QCOMPARE(v2->spec().at("replicas").asInt(), 2);
    const Value& container = v2->spec().at("template.spec.containers[0]");
    QCOMPARE(container.at("env[0].value").asString(), std::string("blue"));
    QCOMPARE(container.at("readinessProbe.httpGet.path").asString(), std::string("/healthz"));
    QCOMPARE(container.at("readinessProbe.httpGet.port").asInt(), 8080);
    QCOMPARE(container.at("readinessProbe.periodSeconds").asDouble(), 0.5);
    QCOMPARE(v2->spec().at("template.metadata.labels.version").asString(), std::string("v2"));
    QCOMPARE(find(result, "Deployment", "catalog-v1")
                 ->spec()
                 .at("template.spec.containers[0].command[2]")
                 .asString(),
             std::string("8080"));

    const Object* cart = find(result, "Deployment", "cart-v1");
    QVERIFY(cart);
    QCOMPARE(cart->spec().at("template.metadata.annotations['varka.dev/depends-on']").asString(),
             std::string("catalog"));
    QCOMPARE(cart->spec().at("template.metadata.annotations['varka.dev/working-dir']").asString(),
             std::string("cart"));
    QCOMPARE(cart->spec().at("template.spec.containers[0].command[0]").asString(), std::string("/bin/sh"));
    QCOMPARE(cart->spec().at("template.spec.containers[0].env[0].value").asString(), std::string("3"));
    QCOMPARE(find(result, "Service", "cart")->spec().at("ports[0].appProtocol").asString(),
             std::string("http"));
  }

  void expandedPiecesKnowTheirPlace() {
    Folder folder;
    folder.file("varka.yaml", kShop);
    const auto result = folder.load();
    const Object* v2 = find(result, "Deployment", "catalog-v2");
    QVERIFY(v2);
    QCOMPARE(v2->origin.text(), std::string("varka.yaml:9:7"));
    QCOMPARE(v2->at(v2->spec().at("template.spec.containers[0].env[0].value")).text(),
             std::string("varka.yaml:9:49"));
    QCOMPARE(v2->at(v2->spec().at("template.spec.containers[0].readinessProbe.httpGet.path")).text(),
             std::string("varka.yaml:10:24"));
  }

  void rendersManifestsThatReadBack() {
    Folder folder;
    folder.file("varka.yaml", kShop);
    const auto result = folder.load();
    const auto again = parseObjects(renderProject(result.project), "render");
    QVERIFY2(again.has_value(), again ? "" : again.error().message.c_str());
    QCOMPARE(again->size(), result.project.objects.size());
    for (std::size_t i = 0; i < again->size(); ++i)
      QVERIFY(again->at(i).root == result.project.objects.at(i).root);
  }

  void refusesWhatItDoesNotKnow_data() {
    QTest::addColumn<QString>("services");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* yaml, const char* expected) {
      QTest::newRow(name) << QString(yaml) << QString(expected);
    };
    row("key", "  a: { comand: [x], command: [x] }\n",
        "varka.yaml:4:8: unknown key \"comand\" in services.a; did you mean \"command\"?");
    row("version key", "  a: { versions: { v1: { command: [x], replica: 2 } } }\n",
        "did you mean \"replicas\"?");
    row("port", "  a: { command: [x], port: 99999 }\n",
        "varka.yaml:4:28: services.a.port must be a port number");
    row("no command", "  a: { port: 80 }\n", "varka.yaml:4:3: services.a needs a command");
    row("probe", "  a: { command: [x], port: 1, readiness: {} }\n",
        "services.a.readiness needs http, tcp or exec");
    row("time", "  a: { command: [x], port: 1, readiness: { tcp: true, period: soon } }\n",
        "must be a time such as 2s");
    row("dependency", "  cart: { command: [x], dependsOn: [crat] }\n",
        "varka.yaml:4:37: dependsOn: there is no service crat; did you mean");
    row("type", "  a: [1]\n", "varka.yaml:4:6: services.a must be a mapping");
  }
  void refusesWhatItDoesNotKnow() {
    QFETCH(QString, services);
    QFETCH(QString, expected);
    Folder folder;
    folder.file("varka.yaml", "apiVersion: varka.dev/v1\nkind: Mesh\nservices:\n" + services.toUtf8());
    const auto text = problems(folder.load());
    QVERIFY2(text.contains(expected), qPrintable(text));
  }

  void readsAFolderOfManifests() {
    Folder folder;
    folder.file("b/x.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
        .file("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: y}\n")
        .file(".git/z.yaml", "broken: [\n")
        .file("readme.txt", "no\n");
    const auto result = folder.load();
    QCOMPARE(problems(result), QString());
    QCOMPARE(result.project.objects.size(), std::size_t{2});
    QCOMPARE(result.project.objects[0].name, std::string("y"));
  }

  void reportsAllBrokenFiles() {
    Folder folder;
    folder.file("a.yaml", "a: [\n")
        .file("b.yaml", "apiVersion: v1\nkind: Service\n")
        .file("c.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
        .file("d.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n");
    const auto text = problems(folder.load());
    QVERIFY2(text.contains("a.yaml:1:4: the [ opened here"), qPrintable(text));
    QVERIFY2(text.contains("b.yaml:1:1: metadata is missing"), qPrintable(text));
    QVERIFY2(text.contains("d.yaml:1:1: Service default/x is already defined in c.yaml:1:1"),
             qPrintable(text));
  }

  void saysWhenThereIsNothing() {
    Folder folder;
    QVERIFY(problems(folder.load()).contains("no varka.yaml and no *.yaml"));
    QVERIFY(problems(folder.load("none")).contains("no such file or folder"));
    folder.file("varka.yaml", "apiVersion: varka.dev/v1\nkind: Mesh\ninclude: [x.yaml]\n");
    QVERIFY(problems(folder.load()).contains("varka.yaml:3:11: include: no file x.yaml"));
  }
};

VARKA_TEST(ProjectTest)
#include "project_test.moc"
