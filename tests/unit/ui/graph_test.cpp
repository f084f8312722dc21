#include <QElapsedTimer>

#include "tests/support/synthetic_mesh.h"
#include "tests/support/test.h"
#include "ui/graph/graph_canvas.h"
#include "ui/graph/graph_find.h"
#include "ui/graph/labels.h"
#include "ui/widgets/theme.h"

using namespace varka;
using namespace varka::ui;

namespace {

GraphModel modelOf(int services, int tick = 0) {
  GraphModel model;
  const auto view = test::syntheticView(services);
  model.update(view, test::syntheticGraph(view, tick), 1'000'000 + tick * 500);
  return model;
}

}  // namespace

class GraphTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void nodesStandWhenNumbersAndTimesChange() {
    const auto view = test::syntheticView(20);
    GraphModel model;
    Placement placement;
    model.update(view, test::syntheticGraph(view, 0), 1'000'000);
    placement.update(layoutRequest(model));
    const auto before = buildScene(model, placement);
    for (int tick = 1; tick < 10; ++tick) {
      model.update(view, test::syntheticGraph(view, tick), 1'000'000 + tick * 500);
      QVERIFY(!placement.update(layoutRequest(model)));
    }
    const auto after = buildScene(model, placement);
    for (std::size_t i = 0; i < before.nodes.size(); ++i) QCOMPARE(after.nodes[i].box, before.nodes[i].box);
  }

  void newNodesTakeFreePlacesAndMoveNobody() {
    auto view = test::syntheticView(20);
    auto graph = test::syntheticGraph(view);
    GraphModel model;
    Placement placement;
    model.update(view, graph, 1'000'000);
    placement.update(layoutRequest(model));
    const auto before = buildScene(model, placement);
    auto pod = view.pods[3];
    pod.workload = "ads-v2";
    pod.name = "ads-v2-1";
    view.pods.push_back(pod);
    mesh::GraphEdge edge = graph.edges[2];
    edge.to = "workload:shop/ads-v2";
    edge.id = "fresh";
    graph.edges.push_back(edge);
    model.update(view, graph, 1'001'000);
    QVERIFY(placement.update(layoutRequest(model)));
    const auto after = buildScene(model, placement);
    QCOMPARE(after.nodes.size(), before.nodes.size() + 1);
    for (const auto& node : before.nodes) QCOMPARE(after.nodes[static_cast<std::size_t>(after.nodeIndex(node.item.id))].box, node.box);
    for (std::size_t i = 0; i < after.nodes.size(); ++i)
      for (std::size_t j = i + 1; j < after.nodes.size(); ++j) QVERIFY(!after.nodes[i].box.intersects(after.nodes[j].box));
  }

  void draggedNodesStayPinnedThroughRelayout() {
    const auto model = modelOf(4);
    Placement placement;
    placement.update(layoutRequest(model));
    const std::string id = "workload:demo/frontend-v1";
    placement.drag(id, {777, 333});
    placement.relayout(layoutRequest(model));
    QCOMPARE(placement.centre(id), QPointF(777, 333));
    QVERIFY(placement.isPinned(id));
    placement.unpinAll();
    placement.relayout(layoutRequest(model));
    QVERIFY(placement.centre(id) != QPointF(777, 333));
  }

  void startupIsLaidOutAnewOnceTheEdgesCome() {
    const auto view = test::syntheticView(20);
    GraphModel model;
    Placement placement;
    model.update(view, {}, 1'000'000);
    placement.update(layoutRequest(model));
    model.update(view, test::syntheticGraph(view), 1'001'000);
    QVERIFY(placement.update(layoutRequest(model)));
    const auto scene = buildScene(model, placement);
    for (const auto& edge : scene.edges)
      if (edge.link.edge.from == "workload:istio-ingress/ingress") QVERIFY(scene.nodes[edge.from].box.right() < scene.nodes[edge.to].box.left());
  }

  void aNodeWithoutEdgesMovesOnceWhenItsFirstRequestComes() {
    const auto view = test::syntheticView(4);
    auto graph = test::syntheticGraph(view);
    const auto last = graph.edges.back();
    graph.edges.pop_back();
    GraphModel model;
    Placement placement;
    model.update(view, graph, 1'000'000);
    model.update(view, graph, 1'000'100);
    LayoutRequest request = layoutRequest(model);
    std::erase_if(request.edges, [&](const auto& edge) { return edge.to == last.to; });  // as if no sister had been called
    placement.update(request);
    const auto callerBefore = placement.centre(last.from);
    request.edges.push_back({last.from, last.to});
    QVERIFY(placement.update(request));
    QCOMPARE(placement.centre(last.from), callerBefore);
    QVERIFY(placement.centre(last.to).x() > callerBefore.x());
    const auto settled = placement.centre(last.to);
    QVERIFY(!placement.update(request));
    QCOMPARE(placement.centre(last.to), settled);
  }

  void edgesFadeThenAreForgotten() {
    const auto view = test::syntheticView(4);
    GraphModel model;
    model.update(view, test::syntheticGraph(view), 1'000'000);
    QCOMPARE(model.links().size(), std::size_t{3});
    QVERIFY(!model.links().front().idle);
    model.update(view, {}, 1'000'000 + GraphModel::kFadeMs + 1);
    QCOMPARE(model.links().size(), std::size_t{3});
    QVERIFY(model.links().front().idle);
    model.update(view, {}, 1'000'000 + GraphModel::kForgetMs + 1);
    QVERIFY(model.links().empty());
  }

  void widthsAreOrderedByRate() {
    mesh::GraphEdge edge;
    double last = 0;
    for (const double rps : {0.1, 1.0, 10.0, 100.0, 1000.0}) {
      edge.rps = rps;
      QVERIFY(edgeWidth(edge) > last);
      last = edgeWidth(edge);
    }
    edge.rps = 1e9;
    QCOMPARE(edgeWidth(edge), 7.0);
  }

  void labelsTouchNeitherCardsNorTitlesNorEachOther_data() {
    QTest::addColumn<int>("services");
    QTest::newRow("4") << 4;
    QTest::newRow("20") << 20;
  }
  void labelsTouchNeitherCardsNorTitlesNorEachOther() {
    QFETCH(int, services);
    const auto model = modelOf(services);
    Placement placement;
    placement.update(layoutRequest(model));
    const auto scene = buildScene(model, placement);
    Camera camera;
    camera.fit(scene.bounds, QRectF(0, 0, 1200, 700), 1.15);
    const QFontMetricsF metrics(uiFont(11));
    const auto pills = placeLabels(scene, camera, GraphLayers{}, 16, [&](const QString& text) { return metrics.horizontalAdvance(text); });
    QVERIFY(!pills.empty());
    for (std::size_t i = 0; i < pills.size(); ++i) {
      for (const auto& node : scene.nodes) QVERIFY(!pills[i].box.intersects(camera.toScreen(node.box)));
      for (std::size_t j = i + 1; j < pills.size(); ++j) QVERIFY(!pills[i].box.intersects(pills[j].box));
    }
    for (std::size_t i = 0; i < scene.edges.size(); ++i) {
      if (services > 4) break;
      QVERIFY(std::any_of(pills.begin(), pills.end(), [i](const auto& pill) { return pill.edge == i; }));
    }
  }

  void hundredServicesOpenCollapsedAndMergeTheirEdges() {
    auto model = modelOf(100);
    QCOMPARE(model.items().size(), std::size_t{10});  // nine namespaces and one external host
    for (const auto& link : model.links()) QVERIFY(link.edge.from != link.edge.to);
    QCOMPARE(model.item("group:team-8")->members.front(), mesh::Health::Crashed);
    model.toggleCollapsed("team-8");
    const auto view = test::syntheticView(100);
    model.update(view, test::syntheticGraph(view), 1'001'000);
    QVERIFY(model.items().size() > 15);
  }

  void findSpeaksTheQueryLanguage() {
    const auto model = modelOf(20);
    Placement placement;
    placement.update(layoutRequest(model));
    const auto scene = buildScene(model, placement);
    const auto find = [&](const char* text) { return findInGraph(scene, Query::parse(QString::fromLatin1(text), graphQueryFields())); };
    QCOMPARE(find("payment").size(), std::size_t{1});
    for (const auto& id : find("proto = tcp")) QVERIFY(scene.edgeIndex(id) >= 0);
    QVERIFY(!find("err > 5%").empty());
    QVERIFY(!find("mtls = no").empty());
    QCOMPARE(find("health = crashed").size(), std::size_t{1});
  }

  void particlesAreBoundedAndSampledUnderLoad() {
    const auto graph = test::syntheticGraph(test::syntheticView(4));
    const auto batch = test::syntheticTraffic(graph, 3'000);
    Particles particles;
    particles.add(batch, 0, [](const std::string& from, const std::string& to) { return from + "|" + to; }, [](const std::string&) { return 5.0; });
    QCOMPARE(particles.all().size(), 3 * Particles::kPerEdge);
    particles.advance(2'000);
    QVERIFY(particles.all().empty());
    int launched = 0;
    for (int i = 0; i < 100; ++i) {
      particles.add({batch[static_cast<std::size_t>(i)]}, i * 2'000, [](const auto&, const auto&) { return std::string("e"); }, [](const auto&) { return 200.0; });
      launched += static_cast<int>(particles.all().size());
      particles.advance(i * 2'000 + 1'999);
    }
    QCOMPARE(launched, 10);  // one dot is ten requests
  }

  void twentyNodesPaintFastEnoughForPanning() {
    test::SyntheticClient client(20);
    Models models(client);
    Selection selection;
    client.publishAll(0);
    GraphCanvas canvas({client, selection, models}, nullptr);
    canvas.resize(1200, 800);
    canvas.fitAll();
    canvas.renderStatic();
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 20; ++i) canvas.renderStatic();
    const double perFrame = static_cast<double>(timer.nsecsElapsed()) / 20e6;
    qInfo("static layer, 20 nodes, 1200x800: %.2f ms a frame", perFrame);
    QVERIFY2(perFrame < 60, "far from 60 frames a second even on a loaded machine");
  }
};

VARKA_TEST(GraphTest)
#include "graph_test.moc"
