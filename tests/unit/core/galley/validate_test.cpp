#include "core/galley/validate.h"

#include <QFile>

#include "core/galley/schema.h"
#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka;

namespace {

std::vector<resource::ObjectPtr> objectsOf(const std::string& yaml) {
  auto objects = resource::parseObjects(yaml, "f.yaml");
  if (!objects) qFatal("%s", objects.error().message.c_str());
  std::vector<resource::ObjectPtr> all;
  for (auto& object : *objects) all.push_back(std::make_shared<const resource::Object>(std::move(object)));
  return all;
}

QString text(const std::vector<galley::Problem>& problems) {
  QString out;
  for (const auto& problem : problems) {
    out += QString::fromStdString(problem.origin.text() + " " + problem.code + " " + problem.path + ": " +
                                  problem.message + "\n");
  }
  return out;
}

QString validated(const std::string& yaml) {
  QString out;
  for (const auto& object : objectsOf(yaml)) out += text(galley::validate(*object));
  return out;
}

const std::string kHead =
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n  hosts: "
    "[reviews]\n  http:\n";

}  // namespace

class ValidateTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void acceptsAGoodRouteInSilence() {
    QCOMPARE(
        validated(kHead + "  - route:\n    - destination: {host: reviews, subset: v1}\n    timeout: 5s\n"),
        QString());
  }

  void pointsAtWhatIsWrong_data() {
    QTest::addColumn<QString>("route");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* route, const char* expected) {
      QTest::newRow(name) << route << expected;
    };
    row("unknown field", "  - rout: []\n",
        "f.yaml:7:5 IST0106 spec.http[0].rout: unknown field \"rout\" in spec.http[0]; did you mean "
        "\"route\"?");
    row("snake case", "  - direct_response: {status: 200}\n", "did you mean \"directResponse\"?");
    row("number for a string", "  - name: 5\n    redirect: {uri: /}\n",
        "f.yaml:7:11 IST0106 spec.http[0].name: spec.http[0].name must be a string, not the number 5; put it "
        "in quotes");
    row("string for a number", "  - route:\n    - destination: {host: a}\n      weight: '90'\n",
        "f.yaml:9:15 IST0106 spec.http[0].route[0].weight: spec.http[0].route[0].weight must be a whole "
        "number, not \"90\"; leave the quotes out");
    row("duration", "  - redirect: {uri: /}\n    timeout: 5\n",
        "must be a duration such as 5s or 0.5s, not the number 5; the unit is missing");
    row("enum", "  - redirect: {uri: /, derivePort: FROM_REQUEST}\n",
        "must be one of FROM_PROTOCOL_DEFAULT, FROM_REQUEST_PORT, not \"FROM_REQUEST\"");
    row("mapping", "  - redirect: /\n",
        "f.yaml:7:15 IST0106 spec.http[0].redirect: spec.http[0].redirect must be a mapping, not \"/\"");
    row("null", "  - redirect: {uri: /}\n    retries:\n",
        "f.yaml:8:5 IST0106 spec.http[0].retries: spec.http[0].retries has no value");
    row("one of", "  - redirect: {uri: /}\n    match: [{uri: {exact: /a, prefix: /b}}]\n",
        "only one of exact and prefix may be set");
    row("missing", "  - route:\n    - weight: 1\n",
        "f.yaml:8:7 IST0106 spec.http[0].route[0].destination: spec.http[0].route[0] needs destination");
    row("rule", "  - redirect: {uri: /, redirectCode: 200}\n",
        "f.yaml:7:38 IST0106 spec.http[0].redirect.redirectCode: a redirect's code is from 300 to 399");
    row("not emulated", "  - redirect: {prefixRewrite: /b}\n",
        "f.yaml:7:31 VARKA0001 spec.http[0].redirect.prefixRewrite: http[0].redirect.prefixRewrite is not "
        "emulated: ");
    row("never used", "  - redirect: {uri: /a}\n  - redirect: {uri: /b}\n",
        "f.yaml:8:5 IST0133 spec.http[1]: the rule #1 is never used");
  }
  void pointsAtWhatIsWrong() {
    QFETCH(QString, route);
    QFETCH(QString, expected);
    const auto found = validated(kHead + route.toStdString());
    QVERIFY2(found.contains(expected), qPrintable(found));
  }

  void knowsVersionsAndKinds() {
    const auto with = [](const char* version, const char* kind) {
      return validated(std::string("apiVersion: ") + version + "\nkind: " + kind +
                       "\nmetadata: {name: a}\nspec: {}\n");
    };
    QVERIFY(with("networking.istio.io/v2", "Gateway")
                .contains("Gateway has no version v2; use networking.istio.io/v1"));
    QVERIFY(with("networking.istio.io/v1", "VirtualServce").contains("did you mean \"VirtualService\"?"));
    QVERIFY(with("apps/v1", "StatefulSet").contains("VARKA0004"));
    QVERIFY(with("security.istio.io/v1", "RequestAuthentication").contains("VARKA0003"));
    QVERIFY(with("example.com/v1", "Thing").contains("VARKA0005"));
  }

  void keepsKubernetesLax() {
    const std::string deployment =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  strategy: {type: Recreate}\n  "
        "template:\n    spec:\n      containers:\n      - name: a\n";
    QCOMPARE(validated(deployment + "        securityContext: {runAsUser: 0}\n"), QString());
    QVERIFY(validated(deployment + "        command: x\n").contains("f.yaml:10:18 IST0106"));
    QVERIFY(validated("apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {v: 1}}\nspec: {ports: "
                      "[{port: 80}]}\n")
                .contains("must be a string; put it in quotes"));
  }

  void readsTheMeshConfig() {
    const auto config = [](const char* mesh) {
      return validated(std::string("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: "
                                   "istio-system}\ndata:\n  mesh: |\n    ") +
                       mesh + "\n");
    };
    QCOMPARE(config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"), QString());
    QVERIFY(config("outboundTrafficPolicy: {mode: NONE}").contains("f.yaml:5:9 IST0106 data.mesh"));
    QVERIFY(config("a: [").contains("is no YAML: line 1"));
  }

  void findsBrokenReferences() {
    const std::string services =
        "apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{port: 80}]}\n---\n"
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r}\nspec: {host: "
        "reviews, subsets: [{name: v1}]}\n---\n";
    const auto check = [&](const std::string& route) {
      return text(galley::validateSet(objectsOf(services + kHead + route)));
    };
    QCOMPARE(check("  - route: [{destination: {host: reviews, subset: v1}}, {destination: {host: "
                   "reviews.default.svc.cluster.local}}]\n"),
             QString());
    QCOMPARE(check("  - route: [{destination: {host: reviews.default}}]\n"), QString());
    QVERIFY(check("  - route: [{destination: {host: review}}]\n")
                .contains("IST0101 spec.http[0].route[0].destination.host: Referenced host not found: "
                          "\"review\"; did you mean \"reviews\"?"));
    QVERIFY(check("  - route: [{destination: {host: reviews, subset: v2}}]\n")
                .contains("Referenced host+subset in destinationrule not found: \"reviews+v2\""));
    QVERIFY(check("  - redirect: {uri: /}\n  gateways: [nope]\n")
                .contains("Referenced gateway not found: \"nope\""));
    QVERIFY(text(galley::validateSet(objectsOf("apiVersion: networking.istio.io/v1\nkind: "
                                               "DestinationRule\nmetadata: {name: a}\nspec: {host: gone}\n")))
                .contains("spec.host: Referenced host not found"));
  }

  void answersForCompletion() {
    const auto names = [](const char* path) {
      QStringList all;
      for (const auto& field : galley::fields("networking.istio.io", "VirtualService", path))
        all << QString::fromStdString(field.name);
      return all;
    };
    QVERIFY(names("spec").contains("hosts"));
    QVERIFY(names("spec.http[0].route[1].destination").contains("subset"));
    QCOMPARE(names("spec.http[0].match[0].headers['end-user']"), (QStringList{"exact", "prefix", "regex"}));
    QVERIFY(names("spec.nothing").isEmpty());
    const auto timeout = galley::field("networking.istio.io", "VirtualService", "spec.http[0].timeout");
    QVERIFY(timeout && timeout->type == "duration" && !timeout->doc.empty());
    QVERIFY(galley::kinds().size() > 20);
  }

  /// docs/fidelity.md is made from the tables: VARKA_WRITE_DOCS=1 writes it, otherwise it must be current.
  void fidelityPageIsCurrent() {
    QFile page(QString(VARKA_SOURCE_DIR) + "/docs/fidelity.md");
    const QByteArray wanted = QByteArray::fromStdString(galley::fidelityMarkdown());
    if (qEnvironmentVariableIsSet("VARKA_WRITE_DOCS")) {
      QVERIFY(page.open(QIODevice::WriteOnly));
      page.write(wanted);
      return;
    }
    QVERIFY2(page.open(QIODevice::ReadOnly),
             "docs/fidelity.md is missing; run this test with VARKA_WRITE_DOCS=1");
    QVERIFY2(page.readAll() == wanted, "docs/fidelity.md is old; run this test with VARKA_WRITE_DOCS=1");
  }
};

VARKA_TEST(ValidateTest)
#include "validate_test.moc"
