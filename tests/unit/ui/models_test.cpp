#include "tests/support/synthetic_mesh.h"
#include "tests/support/test.h"
#include "ui/inspector/explain.h"
#include "ui/logs/log_model.h"
#include "ui/models/format.h"
#include "ui/models/models.h"
#include "ui/models/traffic_model.h"
#include "ui/palette/command_palette.h"

using namespace varka;
using namespace varka::ui;
using test::SyntheticClient;

class ModelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void numbersHaveThreeDigitsAndUnits() {
    QCOMPARE(rateText(8.4), QStringLiteral("8.4 rps"));
    QCOMPARE(rateText(0.01), QStringLiteral("idle"));
    QCOMPARE(rateText(1234), QStringLiteral("1\u2009234 rps"));
    QCOMPARE(bytesText(1234), QStringLiteral("1.23 kB"));
    QCOMPARE(durationText(12'400), QStringLiteral("12.4 ms"));
    QCOMPARE(durationText(2'350'000), QStringLiteral("2.35 s"));
    QCOMPARE(percentText(0.027), QStringLiteral("2.7%"));
    QCOMPARE(percentText(0.18), QStringLiteral("18%"));
    QCOMPARE(errorText(1, 3, 0.33), QStringLiteral("1 of 3 err"));
    QCOMPARE(countdownText(664'000), QStringLiteral("00:11:04"));
    QCOMPARE(countdownText(-1), QStringLiteral("expired"));
  }

  void selectionRemembersAndOpensSources() {
    Selection selection;
    QStringList views;
    connect(&selection, &Selection::viewRequested, this, [&views](const QString& view) { views << view; });
    selection.select(Selection::Kind::Pod, QStringLiteral("a"));
    selection.select(Selection::Kind::Pod, QStringLiteral("b"));
    selection.openSource(QStringLiteral("istio/reviews.yaml:12:5"));
    QCOMPARE(views, QStringList{QStringLiteral("config")});
    QCOMPARE(selection.current().file, QStringLiteral("istio/reviews.yaml"));
    QCOMPARE(selection.current().line, 12);
    QCOMPARE(selection.current().column, 5);
    selection.back();
    QCOMPARE(selection.current().id, QStringLiteral("b"));
    selection.back();
    QVERIFY(!selection.canGoBack());
    selection.forward();
    selection.select(Selection::Kind::Pod, QStringLiteral("c"));
    QVERIFY(!selection.canGoForward());
    QCOMPARE(parseLocation(QStringLiteral("a.yaml:7")).line, 7);
    QCOMPARE(parseLocation(QStringLiteral("a.yaml")).line, 0);
  }

  void servicesKeepTheirRowsAndShowStoppedWorkloads() {
    SyntheticClient client(20);
    Models models(client);
    QSignalSpy resets(&models.services, &QAbstractItemModel::modelReset);
    client.publishAll(0);
    const auto payment = models.services.indexOfWorkload(QStringLiteral("workload:shop/payment-v1"));
    QVERIFY(payment.isValid());
    QCOMPARE(models.services.row(payment)->health, mesh::Health::Crashed);
    const auto email = models.services.indexOfWorkload(QStringLiteral("workload:platform/email-v1"));
    QVERIFY(email.isValid());
    QCOMPARE(models.services.row(email)->pod.state, std::string("stopped"));
    QCOMPARE(models.services.podCount(), 20);
    QCOMPARE(models.services.notReadyCount(), 3);
    const QPersistentModelIndex kept(payment);
    client.publishAll(1);
    auto view = test::syntheticView(20);
    view.pods.erase(view.pods.begin() + 1);
    view.objects.clear();
    client.setView(view);
    QVERIFY(kept.isValid());
    QCOMPARE(models.services.row(kept)->pod.workload, std::string("payment-v1"));
    QCOMPARE(resets.count(), 0);
  }

  void trafficRingIsBoundedAndFiltersStayRight() {
    SyntheticClient client(20);
    TrafficStore store(client);
    TrafficModel all(store), errors(store);
    QVERIFY(errors.setQuery(Query::parse(QStringLiteral("status = 503"), TrafficModel::queryFields())));
    QVERIFY(!errors.setQuery(Query::parse(QStringLiteral("colour = red"), TrafficModel::queryFields())));
    const auto graph = test::syntheticGraph(test::syntheticView(20));
    const auto batch = test::syntheticTraffic(graph, 5'000);
    for (int i = 0; i < 41; ++i) store.append(batch);
    QCOMPARE(store.rows().size(), TrafficStore::kLimit);
    QCOMPARE(store.totalSeen(), std::uint64_t{205'000});
    QCOMPARE(store.dropped(), std::uint64_t{5'000});
    QCOMPARE(all.shown(), TrafficStore::kLimit);
    const auto expected = std::count_if(store.rows().begin(), store.rows().end(), [](const auto& row) { return row->record.status == 503; });
    QVERIFY(expected > 0);
    QCOMPARE(errors.shown(), static_cast<std::size_t>(expected));
    QCOMPARE(errors.row(0)->record.status, 503);
    all.setPaused(true);
    store.append(batch);
    QCOMPARE(all.indexOf(nullptr), -1);
    all.setPaused(false);
    QCOMPARE(all.shown(), TrafficStore::kLimit);
  }

  void logsFilterByServiceAndLoseTheirEscapes() {
    SyntheticClient client(4);
    LogStore store(client);
    LogModel model(store);
    client.publishAll(0);
    QCOMPARE(model.rowCount(), 9);
    QCOMPARE(model.index(0).data().toString(), QStringLiteral("INFO listening on 0.0.0.0:9080"));
    model.setApps({"reviews"});
    QCOMPARE(model.rowCount(), 5);
    model.setProxyLines(false);
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(model.setQuery(Query::parse(QStringLiteral("stream = stderr"), LogModel::queryFields())));
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(withoutAnsi("\x1b[1;31mred\x1b[0m\ttab"), QStringLiteral("red    tab"));
  }

  void explainNamesTheStepThatFailed() {
    const auto graph = test::syntheticGraph(test::syntheticView(4));
    const auto batch = test::syntheticTraffic(graph, 12);
    const auto failed = std::find_if(batch.begin(), batch.end(), [](const auto& row) { return row->record.origin == "network"; });
    QVERIFY(failed != batch.end());
    const auto explanation = explain(**failed);
    QVERIFY(explanation.error);
    QCOMPARE(explanation.status, QStringLiteral("503 UF,URX"));
    QVERIFY(explanation.reason.contains(QStringLiteral("connection")));
    int failures = 0;
    for (const auto& line : explanation.lines) {
      if (line.mark != ExplainLine::Mark::Failed) continue;
      ++failures;
      QCOMPARE(line.verb, QStringLiteral("Endpoint"));
    }
    QCOMPARE(failures, 1);
    QCOMPARE(explanation.lines[1].mark, ExplainLine::Mark::Skipped);
    QCOMPARE(explanation.lines[2].source, QStringLiteral("istio/routing.yaml:31"));
  }

  void paletteFindsServicesActionsAndRequests() {
    SyntheticClient client(4);
    Models models(client);
    Selection selection;
    client.publishAll(0);
    const ViewContext context{client, selection, models};
    const auto services = narrowed(paletteEntries(context), QStringLiteral("@rev"));
    QVERIFY(services.size() >= 2);
    QVERIFY(services[0].title.startsWith(QStringLiteral("reviews")) && services[1].title.startsWith(QStringLiteral("reviews")));
    services.front().run();
    QCOMPARE(selection.current().kind, Selection::Kind::Workload);
    const auto actions = narrowed(paletteEntries(context), QStringLiteral("> restart frontend"));
    QVERIFY(!actions.empty());
    actions.front().run();
    QCOMPARE(client.commands.size(), 1);
    QVERIFY(client.commands.front().startsWith(QStringLiteral("restart frontend-v1")));
    QVERIFY(!narrowed(paletteEntries(context), QStringLiteral("#0f3a")).empty());
    QVERIFY(narrowed(paletteEntries(context), QStringLiteral("zzzzz")).empty());
  }
};

VARKA_TEST(ModelsTest)
#include "models_test.moc"
