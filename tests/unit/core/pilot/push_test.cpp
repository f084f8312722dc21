// PushContext from outside: every resource decodes, equal input gives equal bytes, the window's queries,
// scale, samples.

#include <QDirIterator>
#include <QFile>
#include <ctime>

#include "core/xds/resource.h"
#include "core/xds/snapshot.h"
#include "tests/support/test.h"
#include "tests/unit/core/pilot/fixture.h"

namespace varka::pilot::test {
namespace {

const char* const kBookinfo = R"(
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - name: jason
    match:
    - headers: {end-user: {exact: jason}}
    fault: {delay: {fixedDelay: 7s, percentage: {value: 100}}}
    route:
    - destination: {host: reviews, subset: v2}
  - route:
    - destination: {host: reviews, subset: v1}
      weight: 75
    - destination: {host: reviews, subset: v9}
      weight: 25
  - route:
    - destination: {host: reviews, subset: v2}
)";

std::vector<Endpoint> pods() {
  return {pod("reviews-v1", "10.0.0.1", {{"app", "reviews"}, {"version", "v1"}}),
          pod("reviews-v2", "10.0.0.2", {{"app", "reviews"}, {"version", "v2"}})};
}

std::shared_ptr<const PushContext> contextOf(const std::string& yaml, std::vector<Endpoint> endpoints = {}) {
  return PushContext::build(Mesh(yaml, std::move(endpoints)).input);
}

// The first resource that does not read back, with the reason.
std::string unreadable(const xds::Snapshot& snapshot) {
  for (const auto& [type, resources] : snapshot.types) {
    for (const auto& [name, resource] : resources) {
      const auto decoded = xds::decodeResource(*resource.json);
      if (!decoded) return decoded.error().message;
    }
  }
  return {};
}

}  // namespace

class PushTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyResourceReadsBack() {
    const auto context = contextOf(kBookinfo, pods());
    ProxyNode node = sidecar("default", {{"app", "reviews"}});
    node.ip = "10.0.0.1";
    for (const ProxyNode& proxy : {node, gateway()}) {
      const xds::Snapshot snapshot = context->generate(proxy);
      const std::string problem = unreadable(snapshot);
      QVERIFY2(problem.empty(), problem.c_str());
      QVERIFY(!snapshot.of(xds::kClusterType).empty());
      QVERIFY(snapshot.of(xds::kSecretType).count("ROOTCA") == 1);
    }
  }

  void equalInputGivesEqualVersions() {
    const xds::Snapshot one = contextOf(kBookinfo, pods())->generate(sidecar());
    auto turned = pods();
    std::reverse(turned.begin(), turned.end());
    const xds::Snapshot two = contextOf(kBookinfo, turned)->generate(sidecar());
    QVERIFY(one == two);
  }

  void onlyTheChangedRouteTableChanges() {
    std::string changed = kBookinfo;
    changed.replace(changed.find("weight: 75"), 10, "weight: 74");
    const xds::Snapshot one = contextOf(kBookinfo, pods())->generate(sidecar());
    const xds::Snapshot two = contextOf(changed, pods())->generate(sidecar());
    QVERIFY(one.of(xds::kClusterType) == two.of(xds::kClusterType));
    QVERIFY(one.of(xds::kListenerType) == two.of(xds::kListenerType));
    QVERIFY(one.of(xds::kEndpointType) == two.of(xds::kEndpointType));
    QVERIFY(!(one.of(xds::kRouteType).at("9080") == two.of(xds::kRouteType).at("9080")));
  }

  void routesForTellsRulesWeightsAndPlaces() {
    const HostRoutes routes = contextOf(kBookinfo, pods())->routesFor("reviews", "default");
    QCOMPARE(routes.host, std::string("reviews.default.svc.cluster.local"));
    QCOMPARE(routes.virtualService.object, std::string("VirtualService default/reviews"));
    QCOMPARE(routes.rules.size(), std::size_t(3));
    QCOMPARE(routes.rules[0].matches, (std::vector<std::string>{"header end-user = jason"}));
    QCOMPARE(routes.rules[0].actions, (std::vector<std::string>{"delay 7s for 100 %"}));
    QCOMPARE(routes.rules[0].destinations.front().weight, 100);
    QVERIFY(routes.rules[1].reachable && !routes.rules[2].reachable);
    const RouteDestination& first = routes.rules[1].destinations[0];
    QCOMPARE(first.weight, 75);
    QCOMPARE(first.weightSource.path, std::string("spec.http[1].route[0].weight"));
    QVERIFY(first.weightSource.origin.mark.line > routes.rules[1].source.origin.mark.line);
    QCOMPARE(first.endpoints, 1);
    QVERIFY(!routes.rules[1].destinations[1].subsetKnown);
    QCOMPARE(routes.subsets.size(), std::size_t(2));
    QVERIFY(routes.subsets[0].used);
    QCOMPARE(routes.mtlsMode, std::string("PERMISSIVE"));
  }

  void aHostWithoutRulesHasTheDefault() {
    const auto context =
        contextOf("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n");
    const HostRoutes routes = context->routesFor("a", "default");
    QCOMPARE(routes.rules.front().kind, std::string("default"));
    QCOMPARE(context->hosts(), (std::vector<std::string>{"a.default.svc.cluster.local"}));
    QVERIFY(context->services().front().vip.starts_with("240.240."));
  }

  void gatewayPortsAreThoseOfItsServers() {
    const auto context = contextOf(R"(
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
---
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec: {selector: {istio: ingressgateway}, ports: [{name: http2, port: 80, targetPort: 8080}]}
)");
    const auto ports = context->gatewayPorts(gateway());
    QCOMPARE(ports.size(), std::size_t(1));
    QCOMPARE(ports.front().server, 80);
    QCOMPARE(ports.front().listen, 8080);
  }

  void aThousandServicesAreQuick() {
    std::string yaml;
    std::vector<Endpoint> endpoints;
    for (int i = 0; i < 1000; ++i) {
      const std::string name = "s" + std::to_string(i);
      yaml += "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name +
              "}\nspec: {selector: {app: " + name + "}, ports: [{name: http, port: 8080}]}\n";
      endpoints.push_back(
          pod(name, "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), {{"app", name}}));
    }
    const Mesh mesh(yaml, std::move(endpoints));
    // Processor time: the machine that tests may be busy with other things.
    const auto sinceMs = [](std::clock_t start) { return (std::clock() - start) * 1000 / CLOCKS_PER_SEC; };
    std::clock_t start = std::clock();
    const auto context = PushContext::build(mesh.input);
    const auto built = sinceMs(start);
    start = std::clock();
    const xds::Snapshot snapshot = context->generate(sidecar());
    const auto generated = sinceMs(start);
    qInfo("1000 services: build %ld ms, generate %ld ms", static_cast<long>(built),
          static_cast<long>(generated));
    QCOMPARE(snapshot.of(xds::kEndpointType).size(), std::size_t(1000));
    QVERIFY2(generated < 2000, "generation must not grow with the square of the services");
  }

  void everySampleOfTheCorpusGenerates() {
    const QString root =
        qEnvironmentVariable("VARKA_CORPUS", QStringLiteral(VARKA_CORPUS)) + QStringLiteral("/samples");
    if (!QFile::exists(root)) QSKIP("no corpus");
    int generated = 0, unparsed = 0;
    QDirIterator files(root, {QStringLiteral("*.yaml")}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
      QFile file(files.next());
      QVERIFY(file.open(QIODevice::ReadOnly));
      const Mesh mesh(file.readAll().toStdString(), pods());
      if (!mesh.error.empty()) {
        ++unparsed;
        qInfo("%s: %s", qPrintable(file.fileName()), mesh.error.c_str());
        continue;
      }
      const auto context = PushContext::build(mesh.input);
      for (const ProxyNode& proxy : {sidecar(), gateway()}) {
        const std::string problem = unreadable(context->generate(proxy));
        QVERIFY2(problem.empty(), (file.fileName().toStdString() + ": " + problem).c_str());
      }
      for (const std::string& host : context->hosts()) (void)context->routesFor(host, "default");
      ++generated;
    }
    qInfo("samples: %d generated, %d not parsed", generated, unparsed);
    QVERIFY(generated > 50);
  }
};

VARKA_TEST(PushTest)

}  // namespace varka::pilot::test

#include "push_test.moc"
