// The model: host algebra, names, protocols, addresses, precedence of rules.

#include "core/pilot/generate/virtual_hosts.h"
#include "core/pilot/model/base64.h"
#include "core/pilot/model/duration.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"
#include "tests/support/test.h"
#include "tests/unit/core/pilot/fixture.h"

namespace varka::pilot::test {

class RulesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void wildcardsMatchBelowThemOnly() {
    QVERIFY(hostsMatch("*.foo.com", "a.foo.com"));
    QVERIFY(!hostsMatch("*.foo.com", "foo.com"));
    QVERIFY(hostsMatch("a.foo.com", "*.com"));
    QVERIFY(hostsMatch("*.com", "*.foo.com"));
    QVERIFY(subsetOf("*.foo.com", "*.com"));
    QVERIFY(!subsetOf("*.com", "*.foo.com"));
    QVERIFY(!subsetOf("*.foo.com", "a.foo.com"));
    QVERIFY(moreSpecific("a.com", "*.a.com"));
    QVERIFY(moreSpecific("*.b.a.com", "*.a.com"));
  }

  void intersectionKeepsTheNarrowerHost() {
    QCOMPARE(intersection({"*.example.com"}, {"a.example.com", "b.other.com"}),
             (std::vector<std::string>{"a.example.com"}));
    QCOMPARE(intersection({"a.example.com"}, {"*"}), (std::vector<std::string>{"a.example.com"}));
    QVERIFY(intersection({"a.com"}, {"b.com"}).empty());
  }

  void onlyNamesWithoutDotsAreExpanded() {
    QCOMPARE(resolveHost("reviews", "prod", "cluster.local"), std::string("reviews.prod.svc.cluster.local"));
    QCOMPARE(resolveHost("reviews.prod", "other", "cluster.local"), std::string("reviews.prod"));
    QCOMPARE(resolveHost("*", "prod", "cluster.local"), std::string("*"));
    QCOMPARE(resolveHost("10.0.0.1", "prod", "cluster.local"), std::string("10.0.0.1"));
    QCOMPARE(resolveGateway("gw", "ns"), std::string("ns/gw"));
    QCOMPARE(resolveGateway("./gw", "ns"), std::string("ns/gw"));
    QCOMPARE(resolveGateway("mesh", "ns"), std::string("mesh"));
    QCOMPARE(resolveGateway("gw.other.svc.cluster.local", "ns"), std::string("other/gw"));
  }

  void protocolIsAppProtocolThenPortName() {
    QCOMPARE(selectProtocol(80, "http-web", "", "TCP"), Protocol::Http);
    QCOMPARE(selectProtocol(80, "http-web", "grpc", "TCP"), Protocol::Grpc);
    QCOMPARE(selectProtocol(80, "grpc-web", "", "TCP"), Protocol::GrpcWeb);
    QCOMPARE(selectProtocol(9080, "web", "", "TCP"), Protocol::Auto);
    QCOMPARE(selectProtocol(3306, "db", "", "TCP"), Protocol::Tcp);
    QCOMPARE(selectProtocol(53, "dns", "", "UDP"), Protocol::Udp);
    QCOMPARE(selectProtocol(80, "", "kubernetes.io/h2c", "TCP"), Protocol::Http2);
    QCOMPARE(wireOf(Protocol::Redis), Wire::Tcp);
    QVERIFY(isTls(Protocol::Https));
  }

  void durationsReadAllUnits() {
    using namespace std::chrono_literals;
    QVERIFY(durationOf(resource::Value("0.5s")) == std::optional<std::chrono::nanoseconds>(500ms));
    QVERIFY(durationOf(resource::Value("1h30m")) == std::optional<std::chrono::nanoseconds>(90min));
    QVERIFY(durationOf(resource::Value("100ms")) == std::optional<std::chrono::nanoseconds>(100ms));
    QVERIFY(!durationOf(resource::Value("soon")));
    QCOMPARE(base64Decoded("aGVsbG8="), std::string("hello"));
  }

  void addressesFollowTheNameAndNeverMeet() {
    std::string yaml;
    for (int i = 0; i < 400; ++i) {
      yaml += "---\napiVersion: v1\nkind: Service\nmetadata: {name: s" + std::to_string(i) +
              "}\nspec: {ports: [{port: 80}]}\n";
    }
    const MeshModel model = Mesh(yaml).model();
    std::set<std::string> seen;
    std::string ofS7;
    for (const ServicePtr& service : model.registry.services) {
      QVERIFY2(seen.insert(service->address()).second, service->host.c_str());
      QVERIFY(service->address().starts_with("240.240."));
      if (service->name == "s7") ofS7 = service->address();
    }
    const MeshModel alone =
        Mesh("apiVersion: v1\nkind: Service\nmetadata: {name: s7}\nspec: {ports: [{port: 80}]}\n").model();
    QCOMPARE(alone.registry.services.front()->address(), ofS7);
  }

  void privateVirtualServicesComeBeforeOlderPublicOnes() {
    const MeshModel model = Mesh(R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: public, creationTimestamp: "2019-01-01T00:00:00Z"}
spec: {hosts: [a.com], http: [{route: [{destination: {host: x}}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, creationTimestamp: "2021-01-01T00:00:00Z"}
spec: {hosts: [a.com], exportTo: ["."], http: [{route: [{destination: {host: y}}]}]}
)")
                                .model();
    const auto mine = model.rules.virtualServicesFor("default", "mesh");
    QCOMPARE(mine.size(), std::size_t(2));
    QCOMPARE(mine.front()->name, std::string("own"));
    QCOMPARE(model.rules.virtualServicesFor("other", "mesh").size(), std::size_t(1));
  }

  void destinationRulesAreLookedUpClientServiceRoot() {
    const std::string rule = R"(
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: NAME, namespace: NS}
spec: {host: a.prod.svc.cluster.local, subsets: [{name: NAME, labels: {v: NAME}}]}
)";
    const auto with = [&](std::vector<std::pair<std::string, std::string>> rules) {
      std::string yaml =
          "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: prod}\nspec: {ports: [{port: "
          "80}]}\n";
      for (const auto& [name, ns] : rules) {
        std::string text = rule;
        for (std::size_t at; (at = text.find("NAME")) != std::string::npos;) text.replace(at, 4, name);
        text.replace(text.find("NS"), 2, ns);
        yaml += text;
      }
      return Mesh(yaml).model();
    };
    const auto chosen = [](const MeshModel& model, const char* client) {
      const auto found = model.rules.destinationRuleFor(*model.registry.services.front(), client, {});
      return found ? found->object->name : std::string("none");
    };
    const MeshModel all = with({{"mine", "client"}, {"theirs", "prod"}, {"root", "istio-system"}});
    QCOMPARE(chosen(all, "client"), std::string("mine"));
    QCOMPARE(chosen(all, "other"), std::string("theirs"));
    QCOMPARE(chosen(with({{"root", "istio-system"}}), "other"), std::string("root"));
    QCOMPARE(chosen(with({{"mine", "client"}}), "other"), std::string("none"));
  }

  void destinationRulesOfOneHostMerge() {
    const MeshModel model = Mesh(R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: one, creationTimestamp: "2019-01-01T00:00:00Z"}
spec: {host: a, trafficPolicy: {loadBalancer: {simple: RANDOM}}, subsets: [{name: v1, labels: {version: v1}}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: two, creationTimestamp: "2020-01-01T00:00:00Z"}
spec: {host: a, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}, subsets: [{name: v1, labels: {version: other}}, {name: v2, labels: {version: v2}}]}
)")
                                .model();
    const auto& rules = model.rules.destinationRules.at("default").at("a.default.svc.cluster.local");
    QCOMPARE(rules.size(), std::size_t(1));
    QCOMPARE(rules.front()->subsets.size(), std::size_t(2));
    QCOMPARE(rules.front()->subsets.front().labels.at("version"), std::string("v1"));
    QCOMPARE(rules.front()->trafficPolicy["loadBalancer"]["simple"].asString(), std::string("RANDOM"));
  }

  void peerAuthenticationInheritsAndPortsNeedASelector() {
    const MeshModel model = Mesh(R"(
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: mesh, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ns, namespace: prod}
spec: {mtls: {mode: UNSET}, portLevelMtls: {"80": {mode: DISABLE}}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: app, namespace: prod}
spec: {selector: {matchLabels: {app: a}}, portLevelMtls: {"81": {mode: PERMISSIVE}}}
)")
                                .model();
    const EffectiveMtls plain = model.rules.mtlsFor("prod", {{"app", "b"}});
    QCOMPARE(plain.mode, MtlsMode::Strict);
    QCOMPARE(plain.forPort(80), MtlsMode::Strict);
    const EffectiveMtls chosen = model.rules.mtlsFor("prod", {{"app", "a"}});
    QCOMPARE(chosen.forPort(81), MtlsMode::Permissive);
    QCOMPARE(chosen.forPort(82), MtlsMode::Strict);
    QCOMPARE(model.rules.mtlsFor("free", {}).decidedBy->name, std::string("mesh"));
  }

  void delegatesAreMergedIntoTheirRoot() {
    const MeshModel model = Mesh(R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: root}
spec:
  hosts: [a.com]
  http:
  - name: r
    match: [{uri: {prefix: /api}}]
    timeout: 3s
    delegate: {name: child, namespace: team}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: child, namespace: team}
spec:
  http:
  - name: inside
    match: [{uri: {prefix: /api/v1}}]
    route: [{destination: {host: svc}}]
  - match: [{uri: {prefix: /other}}]
    route: [{destination: {host: never}}]
)")
                                .model();
    QCOMPARE(model.rules.virtualServices.size(), std::size_t(1));
    const auto& http = model.rules.virtualServices.front()->http;
    QCOMPARE(http.size(), std::size_t(1));
    QCOMPARE(http.front().value["name"].asString(), std::string("r-inside"));
    QCOMPARE(http.front().value["timeout"].asString(), std::string("3s"));
    QCOMPARE(http.front().ns, std::string("team"));
    QCOMPARE(http.front().value["match"].items().front()["uri"]["prefix"].asString(), std::string("/api/v1"));
  }

  void shortNamesDependOnTheClient() {
    QCOMPARE(shortNames("a.prod.svc.cluster.local", "prod", "cluster.local"),
             (std::vector<std::string>{"a", "a.prod.svc", "a.prod"}));
    QCOMPARE(shortNames("a.prod.svc.cluster.local", "test", "cluster.local"),
             (std::vector<std::string>{"a.prod.svc", "a.prod"}));
    QVERIFY(shortNames("www.example.com", "prod", "cluster.local").empty());
  }
};

VARKA_TEST(RulesTest)

}  // namespace varka::pilot::test

#include "rules_test.moc"
