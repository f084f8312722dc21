// One feature a function: small YAML in, the decisive part of the Envoy configuration out.

#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/route_policy.h"
#include "tests/support/test.h"
#include "tests/unit/core/pilot/fixture.h"

namespace varka::pilot::test {
namespace {

const char* const kReviews = R"(
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  selector: {app: reviews}
  ports: [{name: http, port: 9080, targetPort: 9080}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
)";

std::vector<Endpoint> reviewsPods() {
  return {pod("reviews-v1", "10.0.0.1", {{"app", "reviews"}, {"version", "v1"}}),
          pod("reviews-v2", "10.0.0.2", {{"app", "reviews"}, {"version", "v2"}}),
          pod("reviews-v3", "10.0.0.3", {{"app", "reviews"}, {"version", "v3"}}, false)};
}

Generated withRule(const std::string& http, const ProxyNode& proxy = sidecar()) {
  return Mesh(std::string(kReviews) +
                  "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: "
                  "reviews}\nspec:\n"
                  "  hosts: [reviews]\n  http:\n" +
                  http,
              reviewsPods())
      .generate(proxy);
}

const std::vector<xds::Route>& routesOf(const Generated& made) {
  static const std::vector<xds::Route> kNone;
  const auto* vhost = hostOf(made, "9080", "reviews");
  return vhost ? vhost->routes : kNone;
}

const xds::RouteAction& actionOf(const xds::Route& route) {
  return std::get<xds::RouteAction>(route.action);
}

std::string cluster(const std::string& subset) {
  return "outbound|9080|" + subset + "|reviews.default.svc.cluster.local";
}

std::vector<std::string> addressesOf(const Generated& made, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& assignment : made.endpoints) {
    if (assignment.clusterName != name) continue;
    for (const auto& group : assignment.endpoints) {
      for (const auto& endpoint : group.lbEndpoints) out.push_back(endpoint.address.text());
    }
  }
  return out;
}

}  // namespace

class GenerateTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void weightsBecomeClustersAndZeroesGo() {
    const Generated made = withRule(R"(  - route:
    - {destination: {host: reviews, subset: v1}, weight: 80}
    - {destination: {host: reviews, subset: v2}, weight: 20}
    - {destination: {host: reviews, subset: v3}, weight: 0}
)");
    QCOMPARE(routesOf(made).size(), std::size_t(1));
    QCOMPARE(clustersOf(routesOf(made).front()),
             (std::vector<std::string>{cluster("v1") + "*80", cluster("v2") + "*20"}));
  }

  void aSingleDestinationIgnoresItsWeight() {
    const Generated made = withRule("  - route: [{destination: {host: reviews, subset: v1}, weight: 0}]\n");
    QCOMPARE(clustersOf(routesOf(made).front()), (std::vector<std::string>{cluster("v1")}));
  }

  void rulesAreTriedInOrderAndEndAtTheCatchAll() {
    const Generated made = withRule(R"(  - name: jason
    match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - route: [{destination: {host: reviews, subset: v1}}]
  - route: [{destination: {host: reviews, subset: v2}}]
)");
    const auto& routes = routesOf(made);
    QCOMPARE(routes.size(), std::size_t(2));
    QCOMPARE(routes[0].name, std::string("jason"));
    QCOMPARE(routes[0].match.headers.front().name, std::string("end-user"));
    QCOMPARE(clustersOf(routes[1]), (std::vector<std::string>{cluster("v1")}));
  }

  void routesSayFileLineAndRule() {
    const Generated made =
        withRule("  - name: all\n    route: [{destination: {host: reviews, subset: v1}}]\n");
    const xds::Metadata& metadata = routesOf(made).front().metadata;
    QCOMPARE(metadata.object(), std::string_view("VirtualService default/reviews"));
    QVERIFY2(metadata.source().starts_with("mesh.yaml:"), std::string(metadata.source()).c_str());
    QVERIFY(metadata.source() != "mesh.yaml:" && metadata.source() != "mesh.yaml:1");
    QCOMPARE(metadata.text("varka", "rule"), std::string_view("#1 all"));
    QCOMPARE(metadata.text("istio", "config"),
             std::string_view("/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews"));
  }

  void defaultRoutesNameNoRule() {
    const Generated made = Mesh(kReviews, reviewsPods()).generate(sidecar());
    const xds::Metadata& metadata = routesOf(made).front().metadata;
    QCOMPARE(metadata.object(), std::string_view("Service default/reviews"));
    QVERIFY(metadata.text("istio", "config").empty());
  }

  void matchesTranslate() {
    const Generated made = withRule(R"(  - match:
    - uri: {prefix: /a}
      ignoreUriCase: true
      method: {exact: GET}
      headers: {x: {regex: "*"}, y: {}}
      withoutHeaders: {z: {exact: "1"}, q: {}}
      queryParams: {v: {prefix: "2"}}
    - uri: {regex: "/b.*"}
    route: [{destination: {host: reviews}}]
)");
    const auto& routes = routesOf(made);
    QCOMPARE(routes.size(), std::size_t(2));
    const xds::RouteMatch& match = routes[0].match;
    QCOMPARE(std::get<xds::RouteMatch::Prefix>(match.path).value, std::string("/a"));
    QVERIFY(!match.caseSensitive);
    QCOMPARE(match.headers.size(), std::size_t(5));
    const auto* z = named(match.headers, "z");
    QVERIFY(z && z->invertMatch && z->treatMissingHeaderAsEmpty);
    const auto* q = named(match.headers, "q");
    QVERIFY(q && q->invertMatch && !q->treatMissingHeaderAsEmpty && std::get<bool>(q->match));
    QVERIFY(std::get<bool>(named(match.headers, "x")->match));
    QVERIFY(named(match.headers, ":method"));
    QCOMPARE(match.queryParameters.front().name, std::string("v"));
    QCOMPARE(std::get<xds::RegexMatcher>(routes[1].match.path).regex, std::string("/b.*"));
  }

  void sourceLabelsAreDecidedAtGeneration() {
    const std::string rule = R"(  - match: [{sourceLabels: {app: web}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - match: [{sourceNamespace: other}]
    route: [{destination: {host: reviews, subset: v3}}]
  - route: [{destination: {host: reviews, subset: v1}}]
)";
    QCOMPARE(clustersOf(routesOf(withRule(rule, sidecar("default", {{"app", "web"}}))).front()),
             (std::vector<std::string>{cluster("v2")}));
    QCOMPARE(clustersOf(routesOf(withRule(rule)).front()), (std::vector<std::string>{cluster("v1")}));
  }

  void timeoutsAndRetriesHaveIstiosDefaults() {
    using namespace std::chrono_literals;
    const Generated made = withRule(R"(  - match: [{uri: {exact: /own}}]
    timeout: 0.5s
    retries: {attempts: 3, perTryTimeout: 2s, retryOn: "gateway-error,503"}
    route: [{destination: {host: reviews}}]
  - match: [{uri: {exact: /none}}]
    retries: {attempts: 0}
    route: [{destination: {host: reviews}}]
  - route: [{destination: {host: reviews}}]
)");
    const auto& routes = routesOf(made);
    const xds::RouteAction& own = actionOf(routes[0]);
    QVERIFY(own.timeout == std::optional<xds::Duration>(500ms));
    QCOMPARE(own.retryPolicy->numRetries, 3u);
    QCOMPARE(own.retryPolicy->retryOn, std::string("gateway-error,retriable-status-codes"));
    QCOMPARE(own.retryPolicy->retriableStatusCodes, (std::vector<std::uint32_t>{503}));
    QVERIFY(!actionOf(routes[1]).retryPolicy);
    const xds::RouteAction& plain = actionOf(routes[2]);
    QVERIFY(plain.timeout == std::optional<xds::Duration>(0ns));
    QCOMPARE(plain.retryPolicy->numRetries, 2u);
    QVERIFY(plain.retryPolicy->previousHosts);
  }

  void faultsNeedAPercentage() {
    const Generated made = withRule(R"(  - match: [{uri: {exact: /delay}}]
    fault: {delay: {fixedDelay: 7s, percentage: {value: 100}}}
    route: [{destination: {host: reviews}}]
  - fault: {abort: {httpStatus: 500}}
    route: [{destination: {host: reviews}}]
)");
    const auto fault = [&](std::size_t i) {
      return std::get<xds::HttpFault>(routesOf(made)[i].typedPerFilterConfig.at(kFaultFilter));
    };
    QCOMPARE(fault(0).delay->percentage.percent(), 100.0);
    QVERIFY(fault(0).delay->fixedDelay == std::chrono::seconds(7));
    QCOMPARE(fault(1).abort->httpStatus, 500u);
    QCOMPARE(fault(1).abort->percentage.percent(), 0.0);
  }

  void redirectsAndRewrites() {
    const Generated made = withRule(R"(  - match: [{uri: {prefix: /r}}]
    redirect: {uri: /new, authority: other.com, redirectCode: 302, port: 80}
  - match: [{uri: {prefix: /w}}]
    rewrite: {uri: /, authority: in.side}
    headers: {request: {set: {x: "1", Host: ignored}, remove: [y]}, response: {add: {z: "2"}}}
    route: [{destination: {host: reviews}}]
  - directResponse: {status: 418, body: {string: teapot}}
)");
    const auto& routes = routesOf(made);
    const auto& redirect = std::get<xds::RedirectAction>(routes[0].action);
    QCOMPARE(redirect.hostRedirect, std::string("other.com"));
    QCOMPARE(redirect.portRedirect, 0u);
    QCOMPARE(redirect.responseCode, xds::RedirectResponseCode::Found);
    const xds::RouteAction& rewritten = actionOf(routes[1]);
    QCOMPARE(rewritten.prefixRewrite, std::string("/"));
    QCOMPARE(std::get<xds::RouteAction::HostRewriteLiteral>(rewritten.hostRewrite).value,
             std::string("in.side"));
    QCOMPARE(routes[1].requestHeadersToAdd.size(), std::size_t(1));
    QCOMPARE(routes[1].requestHeadersToRemove, (std::vector<std::string>{"y"}));
    QCOMPARE(routes[1].responseHeadersToAdd.front().appendAction,
             xds::HeaderAppendAction::AppendIfExistsOrAdd);
    QCOMPARE(std::get<xds::DirectResponseAction>(routes[2].action).status, 418u);
  }

  void mirrorsOfZeroPercentAreNone() {
    const Generated made = withRule(R"(  - match: [{uri: {exact: /a}}]
    mirror: {host: reviews, subset: v2}
    route: [{destination: {host: reviews}}]
  - mirror: {host: reviews, subset: v2}
    mirrorPercentage: {value: 0}
    route: [{destination: {host: reviews}}]
)");
    QCOMPARE(actionOf(routesOf(made)[0]).requestMirrorPolicies.front().cluster, cluster("v2"));
    QVERIFY(actionOf(routesOf(made)[1]).requestMirrorPolicies.empty());
  }

  void endpointsAreReadyPodsOfTheSubset() {
    const Generated made = Mesh(kReviews, reviewsPods()).generate(sidecar());
    QCOMPARE(addressesOf(made, cluster("")), (std::vector<std::string>{"10.0.0.1:9080", "10.0.0.2:9080"}));
    QCOMPARE(addressesOf(made, cluster("v2")), (std::vector<std::string>{"10.0.0.2:9080"}));
    QVERIFY(named(made.clusters, cluster("v1")));
    QVERIFY(!named(made.clusters, cluster("v3")));
  }

  void namedTargetPortsAreThePods() {
    std::string yaml = kReviews;
    yaml.replace(yaml.find("targetPort: 9080"), 16, "targetPort: web");
    Endpoint one = pod("reviews-v1", "10.0.0.1", {{"app", "reviews"}});
    one.namedPorts["web"] = 8123;
    const Generated made = Mesh(yaml, {one}).generate(sidecar());
    QCOMPARE(addressesOf(made, cluster("")), (std::vector<std::string>{"10.0.0.1:8123"}));
  }

  void autoMtlsFollowsTheEndpoints() {
    const Generated made = Mesh(kReviews, reviewsPods()).generate(sidecar());
    const xds::Cluster& made1 = *named(made.clusters, cluster("v1"));
    QVERIFY(!made1.transportSocket);
    QCOMPARE(made1.transportSocketMatches.size(), std::size_t(2));
    const auto& context =
        std::get<xds::UpstreamTlsContext>(made1.transportSocketMatches.front().transportSocket.typedConfig);
    QCOMPARE(context.sni, std::string("outbound_.9080_.v1_.reviews.default.svc.cluster.local"));
    const auto& validation = std::get<xds::CombinedValidationContext>(context.commonTlsContext.validation);
    QVERIFY(validation.defaultValidationContext.matchSubjectAltNames.front() ==
            xds::exactMatch("spiffe://cluster.local/ns/default/sa/default"));
    QCOMPARE(context.commonTlsContext.alpnProtocols,
             (std::vector<std::string>{"istio-peer-exchange", "istio"}));
  }

  void anyTlsInTheDestinationRuleTurnsAutoMtlsOff() {
    std::string yaml = kReviews;
    yaml += "  trafficPolicy: {tls: {mode: DISABLE}}\n";
    const Generated made = Mesh(yaml, reviewsPods()).generate(sidecar());
    const xds::Cluster& plain = *named(made.clusters, cluster(""));
    QVERIFY(!plain.transportSocket && plain.transportSocketMatches.empty());
  }

  void portLevelPoliciesReplaceAllOthers() {
    std::string yaml = kReviews;
    yaml += R"(  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 7}}
    loadBalancer: {simple: RANDOM}
    portLevelSettings: [{port: {number: 9080}, connectionPool: {http: {http1MaxPendingRequests: 3}}}]
)";
    const Generated made = Mesh(yaml, reviewsPods()).generate(sidecar());
    const auto limits = named(made.clusters, cluster(""))->circuitBreakers->effective();
    QCOMPARE(limits.maxConnections, xds::kUnlimited);
    QCOMPARE(limits.maxPendingRequests, 3u);
    QCOMPARE(named(made.clusters, cluster(""))->lbPolicy, xds::LbPolicy::LeastRequest);
  }

  void outlierDetectionTurnsThePanicOff() {
    std::string yaml = kReviews;
    yaml +=
        "  trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 3m, "
        "maxEjectionPercent: 100}}\n";
    const Generated made = Mesh(yaml, reviewsPods()).generate(sidecar());
    const xds::Cluster& all = *named(made.clusters, cluster(""));
    QCOMPARE(all.outlierDetection->consecutive5xx, 1u);
    QCOMPARE(all.outlierDetection->maxEjectionPercent, 100u);
    QCOMPARE(all.commonLbConfig.healthyPanicThreshold.value, 0.0);
  }

  void listenersHavePilotsNames() {
    const Generated made = Mesh(std::string(kReviews) + R"(---
apiVersion: v1
kind: Service
metadata: {name: echo}
spec: {clusterIP: 10.96.0.9, selector: {app: echo}, ports: [{name: tcp, port: 9000}, {name: web, port: 9001}]}
)",
                                reviewsPods())
                               .generate(sidecar());
    for (const char* name :
         {"virtualOutbound", "virtualInbound", "0.0.0.0_9080", "10.96.0.9_9000", "10.96.0.9_9001"}) {
      QVERIFY2(named(made.listeners, name), name);
    }
    QVERIFY(!named(made.listeners, "0.0.0.0_9080")->bindToPort);
    QVERIFY(named(made.listeners, "virtualOutbound")->bindToPort);
    QCOMPARE(xds::routeNames(*named(made.listeners, "0.0.0.0_9080")), (std::vector<std::string>{"9080"}));
    QCOMPARE(xds::routeNames(*named(made.listeners, "10.96.0.9_9001")),
             (std::vector<std::string>{"echo.default.svc.cluster.local:9001"}));
    QCOMPARE(named(made.listeners, "0.0.0.0_9080")->defaultFilterChain->name,
             std::string("PassthroughFilterChain"));
  }

  void strictInboundHasNoPlaintextChain() {
    const auto chainsOf = [](const char* mode) {
      const Generated made = Mesh(std::string(kReviews) +
                                      "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
                                      "metadata: {name: default, namespace: default}\nspec: {mtls: {mode: " +
                                      mode + "}}\n",
                                  reviewsPods())
                                 .generate([] {
                                   ProxyNode node = sidecar("default", {{"app", "reviews"}});
                                   node.ip = "10.0.0.1";
                                   return node;
                                 }());
      std::vector<std::string> out;
      for (const xds::FilterChain& chain : named(made.listeners, "virtualInbound")->filterChains) {
        if (chain.name == "0.0.0.0_9080") out.push_back(chain.filterChainMatch.transportProtocol);
      }
      return out;
    };
    QCOMPARE(chainsOf("STRICT"), (std::vector<std::string>{"tls"}));
    QCOMPARE(chainsOf("PERMISSIVE"), (std::vector<std::string>{"tls", "raw_buffer"}));
    QCOMPARE(chainsOf("DISABLE"), (std::vector<std::string>{"raw_buffer"}));
  }

  void inboundGoesToThePodOrToLoopback() {
    ProxyNode node = sidecar("default", {{"app", "reviews"}});
    node.ip = "10.0.0.1";
    Generated made = Mesh(kReviews, reviewsPods()).generate(node);
    const xds::Cluster* inbound = named(made.clusters, "inbound|9080||");
    QVERIFY(inbound && inbound->type == xds::ClusterType::OriginalDst);
    QCOMPARE(inbound->upstreamBindConfig->sourceAddress->address, std::string("127.0.0.6"));
    made = Mesh(std::string(kReviews) + R"(---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: s}
spec: {ingress: [{port: {number: 9080, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:8080"}]}
)",
                reviewsPods())
               .generate(node);
    QCOMPARE(named(made.clusters, "inbound|9080||")
                 ->loadAssignment->endpoints.front()
                 .lbEndpoints.front()
                 .address.text(),
             std::string("127.0.0.1:8080"));
  }

  void registryOnlyBlocksTheRest() {
    Mesh mesh(kReviews, reviewsPods());
    mesh.input.mesh.allowAny = false;
    const Generated made = mesh.generate(sidecar());
    const auto& last = named(made.routes, "9080")->virtualHosts.back();
    QCOMPARE(last.name, std::string("block_all"));
    QCOMPARE(std::get<xds::DirectResponseAction>(last.routes.front().action).status, 502u);
    QCOMPARE(std::get<std::string>(
                 xds::tcpProxy(named(made.listeners, "virtualOutbound")->filterChains.back())->cluster),
             std::string("BlackHoleCluster"));
  }

  void meshConfigComesFromTheConfigMap() {
    const Mesh mesh(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: "
        "|-\n"
        "    outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n    accessLogFile: /tmp/log\n    connectTimeout: "
        "3s\n");
    QVERIFY(!mesh.input.mesh.allowAny);
    QCOMPARE(mesh.input.mesh.accessLogFile, std::string("/tmp/log"));
    QVERIFY(mesh.input.mesh.connectTimeout == std::chrono::seconds(3));
  }

  void exportToHidesServices() {
    const std::string yaml =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: prod, annotations: "
        "{networking.istio.io/exportTo: \".\"}}\n"
        "spec: {ports: [{name: http, port: 80}]}\n";
    QVERIFY(named(Mesh(yaml).generate(sidecar("prod")).clusters, "outbound|80||a.prod.svc.cluster.local"));
    QVERIFY(!named(Mesh(yaml).generate(sidecar("test")).clusters, "outbound|80||a.prod.svc.cluster.local"));
  }

  void headlessTcpListensOnEachInstance() {
    const Generated made =
        Mesh(
            "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None, selector: {app: "
            "db}, ports: [{name: tcp, port: 5432}]}\n",
            {pod("db-0", "10.0.0.7", {{"app", "db"}}), pod("db-1", "10.0.0.8", {{"app", "db"}})})
            .generate(sidecar());
    QVERIFY(named(made.listeners, "10.0.0.7_5432") && named(made.listeners, "10.0.0.8_5432"));
    QCOMPARE(made.names.table.at("db.default.svc.cluster.local").ips.size(), std::size_t(2));
    QVERIFY(made.names.table.count("db-0.db.default.svc.cluster.local") == 1);
  }

  void gatewaysServeHostsTheyShareWithRules() {
    const Generated made = Mesh(std::string(kReviews) + R"(---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}
  - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, credentialName: cert}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: ["*"]
  gateways: [gw]
  http:
  - match: [{uri: {exact: /productpage}}]
    route: [{destination: {host: reviews, port: {number: 9080}}}]
---
apiVersion: v1
kind: Secret
metadata: {name: cert, namespace: istio-system}
data: {tls.crt: Q0VSVA==, tls.key: S0VZ}
)",
                                reviewsPods())
                               .generate(gateway());
    QVERIFY(named(made.listeners, "0.0.0.0_80"));
    QCOMPARE(named(made.routes, "http.80")->virtualHosts.front().name, std::string("*:80"));
    QVERIFY(named(made.routes, "https.443.https.gw.default"));
    QCOMPARE(named(made.listeners, "0.0.0.0_443")->filterChains.front().filterChainMatch.serverNames,
             (std::vector<std::string>{"a.com"}));
    const xds::Secret* secret = named(made.secrets, "kubernetes://cert");
    QVERIFY(secret);
    QCOMPARE(*std::get<xds::TlsCertificate>(secret->type).privateKey.inlined(), std::string("KEY"));
    QVERIFY(!named(made.listeners, "virtualOutbound"));
  }

  void sidecarEgressLimitsWhatIsSeen() {
    const Generated made = Mesh(std::string(kReviews) + R"(---
apiVersion: v1
kind: Service
metadata: {name: hidden}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default}
spec: {egress: [{hosts: ["./reviews.default.svc.cluster.local"]}]}
)",
                                reviewsPods())
                               .generate(sidecar());
    QVERIFY(named(made.clusters, cluster("")));
    QVERIFY(!named(made.clusters, "outbound|80||hidden.default.svc.cluster.local"));
  }

  void serviceEntriesByDnsResolveTheirHost() {
    const Generated made = Mesh(R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ext}
spec:
  hosts: [www.example.com]
  ports: [{number: 443, name: tls, protocol: TLS}, {number: 80, name: http, protocol: HTTP}]
  resolution: DNS
)")
                               .generate(sidecar());
    const xds::Cluster* cluster443 = named(made.clusters, "outbound|443||www.example.com");
    QVERIFY(cluster443 && cluster443->type == xds::ClusterType::StrictDns);
    QVERIFY(cluster443->transportSocketMatches.empty());
    const std::string vip = made.names.table.at("www.example.com").ips.front();
    QVERIFY(named(made.listeners, vip + "_443"));
    QVERIFY(hostOf(made, "80", "www.example.com"));
  }

  void tcpRulesSplitByWeight() {
    const Generated made = Mesh(R"(
apiVersion: v1
kind: Service
metadata: {name: echo}
spec: {clusterIP: 10.96.0.9, ports: [{name: tcp, port: 9000}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: echo}
spec:
  hosts: [echo]
  tcp:
  - match: [{port: 9000}]
    route:
    - {destination: {host: echo, port: {number: 9000}, subset: v1}, weight: 80}
    - {destination: {host: echo, port: {number: 9000}, subset: v2}, weight: 20}
)")
                               .generate(sidecar());
    const auto& chain = named(made.listeners, "10.96.0.9_9000")->filterChains.front();
    const auto& weighted = std::get<xds::TcpProxy::Weighted>(xds::tcpProxy(chain)->cluster);
    QCOMPARE(weighted.clusters.size(), std::size_t(2));
    QCOMPARE(weighted.clusters[1].name, std::string("outbound|9000|v2|echo.default.svc.cluster.local"));
    QCOMPARE(weighted.clusters[1].weight, 20u);
    QCOMPARE(chain.metadata.object(), std::string_view("VirtualService default/echo"));
  }
};

VARKA_TEST(GenerateTest)

}  // namespace varka::pilot::test

#include "generate_test.moc"
