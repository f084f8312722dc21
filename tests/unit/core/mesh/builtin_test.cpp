#include "core/mesh/builtin.h"

#include "core/resource/yaml.h"
#include "tests/support/test.h"

using namespace varka;

namespace {

resource::Snapshot snapshotOf(const char* yaml) {
  resource::Snapshot out;
  const auto objects = resource::parseObjects(yaml, "test.yaml");
  if (!objects) qFatal("%s", objects.error().message.c_str());
  for (const auto& object : *objects) out.objects.emplace(object.key(), std::make_shared<const resource::Object>(object));
  return out;
}

constexpr const char* kGateway = R"(
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: g }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: ["*"]
  - port: { number: 31400, name: tcp, protocol: TCP }
    hosts: ["*"]
)";

const resource::Object* findKind(const std::vector<resource::Object>& objects, std::string_view kind) {
  for (const auto& object : objects) {
    if (object.kind == kind) return &object;
  }
  return nullptr;
}

}  // namespace

class BuiltinTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void withoutAGatewayThereIsNoIngress() { QVERIFY(mesh::ingressGateway(resource::Snapshot{}).empty()); }

  void aGatewayBringsTheIngressWithItsPorts() {
    const auto objects = mesh::ingressGateway(snapshotOf(kGateway));
    QVERIFY(findKind(objects, "Deployment"));
    QVERIFY(findKind(objects, "ServiceAccount"));
    const auto* service = findKind(objects, "Service");
    QVERIFY(service);
    QCOMPARE(service->ns, std::string("istio-system"));
    std::map<std::int64_t, std::int64_t> ports;
    for (const auto& port : service->spec()["ports"].items()) ports[port["port"].asInt()] = port["targetPort"].asInt();
    QCOMPARE(ports.at(80), std::int64_t{8080});
    QCOMPARE(ports.at(443), std::int64_t{8443});
    QCOMPARE(ports.at(31400), std::int64_t{31400});
  }

  void aGatewayForOthersBringsNone() {
    std::string other = kGateway;
    other.replace(other.find("istio: ingressgateway"), 21, "istio: mygateway");
    QVERIFY(mesh::ingressGateway(snapshotOf(other.c_str())).empty());
  }

  void anOwnDeploymentIsLeftAlone() {
    const auto snapshot = snapshotOf((std::string(kGateway) + R"(
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: c, image: i }] } } }
)").c_str());
    QVERIFY(mesh::ingressGateway(snapshot).empty());
  }

  void namespacesOfObjectsAreMade() {
    const auto objects = mesh::builtinNamespaces(snapshotOf("apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: a, namespace: shop }\n"));
    std::set<std::string> names;
    for (const auto& object : objects) names.insert(object.name);
    QCOMPARE(names, (std::set<std::string>{"default", "istio-system", "shop"}));
  }
};

VARKA_TEST(BuiltinTest)
#include "builtin_test.moc"
