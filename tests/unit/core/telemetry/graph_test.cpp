// Golden graphs as text: reports in, one line per node and edge out.
#include "core/telemetry/graph_builder.h"

#include <random>
#include <sstream>

#include "tests/support/test.h"
#include "tests/unit/core/telemetry/fixtures.h"

using namespace varka;
using namespace varka::telemetry;
using namespace varka::telemetry::test;

namespace {

constexpr std::int64_t kNow = 1'800'000'000'500;
const PodRef kGateway{"istio-system", "istio-ingressgateway-0"}, kProductpage{"default", "productpage-v1-0"},
    kReviews1{"default", "reviews-v1-0"}, kReviews2{"default", "reviews-v2-0"},
    kRatings{"default", "ratings-v1-0"};

struct Mesh {
  TopologyIndex index{bookinfo()};
  FlowTable flows;
  HealthMemory health;
  std::int64_t now = kNow;

  void report(const PodRef& reporter, const xds::EdgeCounters& counters) {
    flows.count(
        now,
        attribute(index, reporter, {counters.side, counters.cluster, counters.peerWorkload, counters.mtls}),
        counters);
  }
  TrafficGraph tick() { return buildGraph({index, flows, health, now}); }
};

const char* text(Health health) {
  constexpr const char* names[] = {"unknown", "healthy", "degraded", "failing",
                                   "crashed", "stopped", "starting"};
  return names[static_cast<int>(health)];
}

const char* text(GraphEdge::Mtls mtls) {
  constexpr const char* names[] = {"?", "all", "mixed", "none"};
  return names[static_cast<int>(mtls)];
}

std::string golden(const TrafficGraph& graph) {
  std::ostringstream out;
  for (const auto& node : graph.nodes) {
    out << node.kind << ' ' << node.id.substr(node.id.find(':') + 1) << " '" << node.title << "' "
        << text(node.health) << ' ' << node.errorShare * 100 << "%";
    for (const auto& badge : node.badges) out << ' ' << badge;
    out << '\n';
  }
  for (const auto& edge : graph.edges) {
    out << edge.from.substr(edge.from.find('/') + 1) << " > " << edge.to.substr(edge.to.find('/') + 1) << ' '
        << edge.protocol << " n=" << edge.requests << " err=" << edge.errors << edge.errorOrigin
        << " mtls=" << text(edge.mtls) << ' ' << text(edge.health);
    if (edge.weightPercent >= 0) out << " w=" << edge.weightPercent;
    out << '\n';
  }
  out << "total " << graph.totalRequests << '\n';
  return out.str();
}

const GraphEdge* edgeTo(const TrafficGraph& graph, const std::string& to) {
  for (const auto& edge : graph.edges)
    if (edge.to == to) return &edge;
  return nullptr;
}

}  // namespace

class GraphTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyWorkloadIsANodeWithoutTraffic();
  void bothSidesOfAHopCountOnce();
  void callsFromOutsideAndWithoutSidecarCountAtTheServer();
  void callsThatReachedNoPodGoToTheService();
  void passthroughAndUnknownHostsAreExternal();
  void deniedByTheServerIsAnErrorWithP();
  void originComesFromTheMajorityOfVotes();
  void votesBeforeTheCountersAreKept();
  void mtlsIsMixedWhenBothWereSeen();
  void healthNeedsTwoTicksButFailingIsImmediate();
  void tcpEdgesHaveBytes();
  void edgesGoAfterFiveMinutes();
  void tableIsBounded();
  void totalsAreTheSumOfTheCounters();
};

void GraphTest::everyWorkloadIsANodeWithoutTraffic() {
  Mesh mesh;
  QCOMPARE(golden(mesh.tick()),
           std::string("workload default/details-v1 'details v1' stopped 0%\n"
                       "workload default/legacy-v1 'legacy v1' unknown 0%\n"
                       "workload default/productpage-v1 'productpage v1' unknown 0%\n"
                       "workload default/ratings-v1 'ratings v1' unknown 0%\n"
                       "workload default/reviews-v1 'reviews v1' unknown 0% VS DR\n"
                       "workload default/reviews-v2 'reviews v2' unknown 0%\n"
                       "gateway istio-system/istio-ingressgateway 'istio-ingressgateway' unknown 0%\n"
                       "total 0\n"));
}

void GraphTest::bothSidesOfAHopCountOnce() {
  Mesh mesh;
  mesh.report(kGateway, counters("gateway", cluster("productpage"), "productpage-v1-0", 50));
  mesh.report(kProductpage, counters("inbound", "inbound|9080||", "istio-ingressgateway-0", 50));
  mesh.report(kProductpage, counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 40));
  mesh.report(kReviews1, counters("inbound", "inbound|9080||", "productpage-v1-0", 40));
  mesh.report(kProductpage, counters("outbound", cluster("reviews", "v2"), "reviews-v2-0", 5, 5));
  mesh.report(kReviews2, counters("inbound", "inbound|9080||", "", 5, 5));  // mTLS, client unknown
  mesh.tick();
  QCOMPARE(golden(mesh.tick()),
           std::string("outside  'outside' healthy 0%\n"
                       "workload default/details-v1 'details v1' stopped 0%\n"
                       "workload default/legacy-v1 'legacy v1' unknown 0%\n"
                       "workload default/productpage-v1 'productpage v1' healthy 0%\n"
                       "workload default/ratings-v1 'ratings v1' unknown 0%\n"
                       "workload default/reviews-v1 'reviews v1' healthy 0% VS DR\n"
                       "workload default/reviews-v2 'reviews v2' failing 50%\n"
                       "gateway istio-system/istio-ingressgateway 'istio-ingressgateway' healthy 0%\n"
                       "outside: > istio-ingressgateway http n=50 err=0 mtls=? healthy\n"
                       "productpage-v1 > reviews-v1 http n=40 err=0 mtls=all healthy w=80\n"
                       "productpage-v1 > reviews-v2 http n=10 err=5A mtls=all failing\n"
                       "istio-ingressgateway > productpage-v1 http n=50 err=0 mtls=all healthy\n"
                       "total 100\n"));
}

void GraphTest::callsFromOutsideAndWithoutSidecarCountAtTheServer() {
  Mesh mesh;
  mesh.report(kReviews1, counters("inbound", "inbound|9080||", "", 3, 0, false));  // the host's forwarder
  mesh.report(kReviews1,
              counters("inbound", "inbound|9080||", "legacy-v1-0", 4, 0, false));  // a pod without a proxy
  mesh.report(kReviews1,
              counters("inbound", "inbound|9080||", "10.0.0.9", 2, 0, false));  // the same by address
  const auto graph = mesh.tick();
  QCOMPARE(graph.edges.size(), 2u);
  QCOMPARE(graph.edges[0].from, std::string("outside:"));
  QCOMPARE(graph.edges[0].requests, std::uint64_t{3});
  QVERIFY(graph.edges[0].mtls == GraphEdge::Mtls::Unknown);
  QCOMPARE(graph.edges[1].from, std::string("workload:default/legacy-v1"));
  QCOMPARE(graph.edges[1].requests, std::uint64_t{6});
  QVERIFY(graph.edges[1].mtls == GraphEdge::Mtls::None);
  QCOMPARE(graph.totalRequests, std::uint64_t{9});
}

void GraphTest::callsThatReachedNoPodGoToTheService() {
  Mesh mesh;
  mesh.report(kProductpage, counters("outbound", cluster("reviews", "v3"), "", 0, 3));
  mesh.report(kReviews1, counters("outbound", cluster("ratings"), "", 0, 2));
  const auto graph = mesh.tick();
  const auto* service = edgeTo(graph, "service:default/reviews");
  QVERIFY(service && service->requests == 3);
  const auto* only = edgeTo(graph, "workload:default/ratings-v1");
  QVERIFY(only && only->requests == 2);
  for (const auto& node : graph.nodes)
    if (node.id == "service:default/reviews") QCOMPARE(node.kind, std::string("service"));
}

void GraphTest::passthroughAndUnknownHostsAreExternal() {
  Mesh mesh;
  mesh.report(kProductpage, counters("outbound", "PassthroughCluster", "", 1));
  mesh.report(kProductpage, counters("outbound", "BlackHoleCluster", "", 0, 1));
  mesh.report(kProductpage, counters("outbound", "outbound|443||www.example.com", "", 1));
  mesh.report(kProductpage, counters("outbound", "", "", 0, 1));
  const auto graph = mesh.tick();
  for (const char* id :
       {"external:passthrough", "external:blocked", "external:www.example.com", "external:proxy-reply"}) {
    const auto* edge = edgeTo(graph, id);
    QVERIFY2(edge, id);
    QVERIFY(edge->mtls == GraphEdge::Mtls::Unknown);
  }
  // A gateway that answers itself has only the outside leg.
  mesh.report(kGateway, counters("gateway", "", "", 0, 1));
  const auto with = mesh.tick();
  QCOMPARE(with.edges.size(), 5u);
  QVERIFY(edgeTo(with, "workload:istio-system/istio-ingressgateway"));
}

void GraphTest::deniedByTheServerIsAnErrorWithP() {
  Mesh mesh;
  auto client = counters("outbound", cluster("reviews", "v1"), "reviews-v1-0", 6);
  client.requests += 4;
  client.errors4xx = 4;
  mesh.report(kProductpage, client);
  auto before = mesh.tick();
  QCOMPARE(before.edges[0].errors, std::uint64_t{0});  // the app's own 403 would be no error of the mesh
  auto server = counters("inbound", "inbound|9080||", "productpage-v1-0", 6);
  server.errors4xx = server.denied = 4;
  mesh.report(kReviews1, server);
  const auto graph = mesh.tick();
  QCOMPARE(graph.edges[0].requests, std::uint64_t{10});
  QCOMPARE(graph.edges[0].errors, std::uint64_t{4});
  QCOMPARE(graph.edges[0].errorOrigin, std::string("P"));
  QVERIFY(graph.edges[0].health == Health::Failing);
}

void GraphTest::originComesFromTheMajorityOfVotes() {
  Mesh mesh;
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 1, 9));
  const auto flows =
      attribute(mesh.index, kProductpage, {"outbound", cluster("ratings"), "ratings-v1-0", true});
  mesh.flows.vote(kNow, flows, originIndex("tls"), 2);
  mesh.flows.vote(kNow, flows, originIndex("fault"), 7);
  QCOMPARE(mesh.tick().edges[0].errorOrigin, std::string("F"));
  mesh.now += 10'000;
  QCOMPARE(mesh.tick().edges[0].errorOrigin, std::string());  // out of the window
}

void GraphTest::votesBeforeTheCountersAreKept() {
  Mesh mesh;
  const auto flows =
      attribute(mesh.index, kProductpage, {"outbound", cluster("ratings"), "ratings-v1-0", true});
  mesh.flows.vote(kNow, flows, originIndex("fault"), 1);
  QVERIFY(mesh.tick().edges.empty());  // a vote alone is no traffic
  mesh.now += 900;
  mesh.flows.prune(mesh.now);
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 0, 1));
  QCOMPARE(mesh.tick().edges[0].errorOrigin, std::string("F"));
}

void GraphTest::mtlsIsMixedWhenBothWereSeen() {
  Mesh mesh;
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 1, 0, true));
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 1, 0, false));
  QVERIFY(mesh.tick().edges[0].mtls == GraphEdge::Mtls::Mixed);
  mesh.now += 11'000;
  QVERIFY(mesh.tick().edges[0].mtls == GraphEdge::Mtls::Mixed);  // at rest the last word stays
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 1, 0, false));
  QVERIFY(mesh.tick().edges[0].mtls == GraphEdge::Mtls::None);
}

void GraphTest::healthNeedsTwoTicksButFailingIsImmediate() {
  Mesh mesh;
  const auto health = [&] { return mesh.tick().edges[0].health; };
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 1000));
  QVERIFY(health() == Health::Unknown);
  QVERIFY(health() == Health::Healthy);
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 0, 2));  // 0.2 %
  QVERIFY(health() == Health::Healthy);
  QVERIFY(health() == Health::Degraded);
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 0, 200));
  QVERIFY(health() == Health::Failing);
  mesh.now += 11'000;
  mesh.report(kProductpage, counters("outbound", cluster("ratings"), "ratings-v1-0", 1000));
  QVERIFY(health() == Health::Failing);
  QVERIFY(health() == Health::Healthy);
}

void GraphTest::tcpEdgesHaveBytes() {
  Mesh mesh;
  xds::EdgeCounters tcp;
  tcp.side = "outbound";
  tcp.cluster = cluster("ratings");
  tcp.peerWorkload = "ratings-v1-0";
  tcp.protocol = "TCP";
  tcp.mtls = true;
  tcp.tcpOpened = 2;
  tcp.bytesReceived = 600;
  tcp.bytesSent = 400;
  mesh.report(kProductpage, tcp);
  const auto graph = mesh.tick();
  QCOMPARE(graph.edges[0].protocol, std::string("tcp"));
  QCOMPARE(graph.edges[0].requests, std::uint64_t{2});
  QVERIFY(graph.edges[0].bytesPerSecond > 900 && graph.edges[0].bytesPerSecond < 1100);
  QVERIFY(graph.edges[0].mtls == GraphEdge::Mtls::All);
}

void GraphTest::edgesGoAfterFiveMinutes() {
  Mesh mesh;
  mesh.report(kProductpage, counters("outbound", "outbound|443||www.example.com", "", 1));
  QCOMPARE(mesh.flows.nextGoneMs(), kNow + kEdgeLifeMs);
  mesh.now += kEdgeLifeMs - 1;
  QVERIFY(!mesh.flows.prune(mesh.now));
  QCOMPARE(mesh.tick().edges.size(), 1u);
  mesh.now += 1;
  QVERIFY(mesh.flows.prune(mesh.now));
  const auto graph = mesh.tick();
  QVERIFY(graph.edges.empty());
  QCOMPARE(graph.nodes.size(), 7u);  // the external node went with its edge
  QCOMPARE(mesh.flows.nextGoneMs(), std::int64_t{0});
}

void GraphTest::tableIsBounded() {
  Mesh mesh;
  for (std::size_t i = 0; i < kMaxEdges + 100; ++i)
    mesh.report(kProductpage, counters("outbound", "outbound|80||h" + std::to_string(i) + ".example", "", 1));
  QCOMPARE(mesh.flows.edges().size(), kMaxEdges);
  QCOMPARE(mesh.tick().totalRequests, kMaxEdges + 100);  // the total misses none
}

void GraphTest::totalsAreTheSumOfTheCounters() {
  std::mt19937 random(7);
  const auto pick = [&](auto... values) {
    const std::vector<std::common_type_t<decltype(values)...>> all{values...};
    return all[random() % all.size()];
  };
  for (int round = 0; round < 20; ++round) {
    Mesh mesh;
    std::uint64_t requests = 0, errors = 0;
    for (int i = 0; i < 200; ++i) {
      mesh.now = kNow - static_cast<std::int64_t>(random() % 9000);
      const auto side = pick(std::string("outbound"), std::string("gateway"));
      const auto counted = counters(
          side, pick(cluster("reviews", "v1"), cluster("ratings"), std::string("PassthroughCluster")),
          pick(std::string(), std::string("reviews-v1-0"), std::string("ratings-v1-0")), random() % 50,
          random() % 5, random() % 2 == 0);
      mesh.report(side == "gateway" ? kGateway : pick(kProductpage, kReviews1), counted);
      requests += counted.requests;
      errors += counted.errors5xx;
      // What the server's proxies say of the same hops adds nothing.
      mesh.report(kRatings,
                  counters("inbound", "inbound|9080||", "productpage-v1-0", random() % 50, random() % 5));
    }
    mesh.now = kNow;
    const auto graph = mesh.tick();
    QCOMPARE(graph.totalRequests, requests);
    std::uint64_t onEdges = 0, errorsOnEdges = 0, classes = 0;
    for (const auto& edge : graph.edges) {
      if (edge.from == kOutside) continue;  // the same request once more
      onEdges += edge.requests;
      errorsOnEdges += edge.errors;
      classes += edge.status2xx + edge.status3xx + edge.status4xx + edge.status5xx;
    }
    QCOMPARE(onEdges, requests);
    QCOMPARE(errorsOnEdges, errors);
    QCOMPARE(classes, requests);
  }
}

VARKA_TEST(GraphTest)
#include "graph_test.moc"
