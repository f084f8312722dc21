#include "proxy/admin/admin_server.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

struct Source final : AdminSource {
  bool live() const override { return alive; }
  const Stats& stats() const override { return counted; }
  const ConfigBuilder& builder() const override { return config; }
  const xds::Node& node() const override { return self; }
  const Options& options() const override { return chosen; }
  std::int64_t uptimeSeconds() const override { return 7; }
  bool draining() const override { return false; }
  void clusterViews(std::function<void(std::vector<ClusterView>)> done) override {
    ClusterView view;
    view.name = "outbound|80||a";
    HostView host;
    host.address = "10.0.0.1:80";
    host.counters.rqTotal = 3;
    view.hosts.push_back(host);
    done({view});
  }
  void listenerViews(std::function<void(std::vector<std::pair<std::string, std::string>>)> done) override {
    done({{"l", "127.0.0.1:1"}});
  }
  void setHealthy(bool) override {}
  void quit() override { asked = true; }

  bool alive = true, asked = false;
  Stats counted;
  ConfigBuilder config;
  xds::Node self;
  Options chosen;
};

AdminResponse ask(Source& source, const char* method, const char* target) {
  AdminResponse answer;
  serveAdmin(source, parseAdminTarget(method, target),
             [&](AdminResponse response) { answer = std::move(response); });
  return answer;
}

}  // namespace

class AdminTargetTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void targetsAreDecoded() {
    const AdminRequest request = parseAdminTarget("GET", "/stats?filter=a%2Bb+c&usedonly");
    QCOMPARE(request.path, std::string("/stats"));
    QCOMPARE(request.query.at("filter"), std::string("a+b c"));
    QVERIFY(request.query.contains("usedonly"));
  }

  void readinessIsTold() {
    Source source;
    QCOMPARE(ask(source, "GET", "/ready").body, std::string("LIVE\n"));
    source.alive = false;
    QCOMPARE(ask(source, "GET", "/ready").status, 503);
  }

  void nothingChangesOnGet() {
    Source source;
    QCOMPARE(ask(source, "GET", "/quitquitquit").status, 405);
    QVERIFY(!source.asked);
    QCOMPARE(ask(source, "POST", "/quitquitquit").status, 200);
    QVERIFY(source.asked);
    QCOMPARE(ask(source, "POST", "/stats").status, 405);
    QCOMPARE(ask(source, "GET", "/nothing").status, 404);
  }

  void pagesHaveEnvoysForms() {
    Source source;
    QVERIFY(ask(source, "GET", "/clusters").body.find("outbound|80||a::10.0.0.1:80::rq_total::3\n") !=
            std::string::npos);
    QVERIFY(ask(source, "GET", "/clusters?format=json").body.find("\"host_statuses\"") != std::string::npos);
    QVERIFY(ask(source, "GET", "/config_dump").body.find("ListenersConfigDump") != std::string::npos);
    QCOMPARE(ask(source, "GET", "/stats?filter=%5B").status, 400);
    source.counted.set("server.live", 1);
    QCOMPARE(ask(source, "GET", "/stats?filter=live").body, std::string("server.live: 1\n"));
    for (const char* page : {"/", "/server_info", "/listeners", "/certs", "/memory", "/stats/prometheus"})
      QCOMPARE(ask(source, "GET", page).status, 200);
  }
};

VARKA_TEST(AdminTargetTest)
#include "admin_target_test.moc"
