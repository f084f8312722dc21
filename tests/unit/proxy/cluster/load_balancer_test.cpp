#include "proxy/cluster/load_balancer.h"

#include <map>

#include "proxy/cluster/pool.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

HostPtr host(const std::string& address, std::uint32_t priority = 0, std::uint32_t weight = 1) {
  xds::LbEndpoint endpoint;
  endpoint.loadBalancingWeight = weight;
  return std::make_shared<Host>(*Address::parse(address), endpoint, xds::Locality{}, priority);
}

struct Balance {
  xds::Cluster cluster;
  xds::ClusterLoadAssignment assignment;
  std::vector<HostPtr> hosts;
  LoadBalancer balancer;
  TimePoint now = Clock::now();

  void rebuild() { balancer.rebuild(cluster, assignment, hosts, now); }
  std::map<std::string, int> picks(int count) {
    std::map<std::string, int> result;
    for (int i = 0; i < count; ++i) {
      PickContext context;
      context.random = static_cast<std::uint64_t>(i) * 7919 + 13;
      const HostPtr chosen = balancer.pick(context);
      ++result[chosen ? chosen->text : "none"];
    }
    return result;
  }
};

}  // namespace

class LoadBalancerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void roundRobinIsEven() {
    Balance balance;
    balance.hosts = {host("10.0.0.1:1"), host("10.0.0.2:1"), host("10.0.0.3:1")};
    balance.rebuild();
    for (const auto& [name, count] : balance.picks(300)) QCOMPARE(count, 100);
  }

  void roundRobinFollowsWeights() {
    Balance balance;
    balance.hosts = {host("10.0.0.1:1", 0, 3), host("10.0.0.2:1", 0, 1)};
    balance.rebuild();
    auto picks = balance.picks(400);
    QCOMPARE(picks["10.0.0.1:1"], 300);
    QCOMPARE(picks["10.0.0.2:1"], 100);
  }

  void leastRequestAvoidsTheBusy() {
    Balance balance;
    balance.cluster.lbPolicy = xds::LbPolicy::LeastRequest;
    balance.hosts = {host("10.0.0.1:1"), host("10.0.0.2:1")};
    balance.hosts[0]->counters.rqActive = 50;
    balance.rebuild();
    auto picks = balance.picks(1000);
    QVERIFY2(picks["10.0.0.2:1"] > 650, qPrintable(QString::number(picks["10.0.0.2:1"])));
  }

  void ejectedAndUnhealthyHostsGetNothing() {
    Balance balance;
    balance.cluster.commonLbConfig.healthyPanicThreshold.value = 0;
    balance.hosts = {host("10.0.0.1:1"), host("10.0.0.2:1"), host("10.0.0.3:1")};
    balance.hosts[0]->outlier.ejectedUntil = balance.now + std::chrono::seconds(10);
    balance.hosts[1]->health = xds::HealthStatus::Unhealthy;
    balance.rebuild();
    QCOMPARE(balance.picks(50)["10.0.0.3:1"], 50);
    balance.hosts[2]->health = xds::HealthStatus::Unhealthy;
    balance.rebuild();
    QCOMPARE(balance.picks(5)["none"], 5);
  }

  void panicUsesEverybody() {
    Balance balance;  // threshold 50 % by default
    balance.hosts = {host("10.0.0.1:1"), host("10.0.0.2:1"), host("10.0.0.3:1")};
    for (int i : {0, 1}) balance.hosts[static_cast<std::size_t>(i)]->health = xds::HealthStatus::Unhealthy;
    balance.rebuild();
    QCOMPARE(balance.picks(30).size(), std::size_t{3});
  }

  void lowerPriorityServesOnlyWhenNeeded() {
    Balance balance;
    balance.hosts = {host("10.0.0.1:1", 0), host("10.0.0.2:1", 1)};
    balance.rebuild();
    QCOMPARE(balance.picks(50)["10.0.0.1:1"], 50);
    balance.cluster.commonLbConfig.healthyPanicThreshold.value = 0;
    balance.hosts[0]->outlier.ejectedUntil = balance.now + std::chrono::seconds(1);
    balance.rebuild();
    QCOMPARE(balance.picks(50)["10.0.0.2:1"], 50);
  }

  void hashingIsStickyAndMovesLittle() {
    for (const auto policy : {xds::LbPolicy::RingHash, xds::LbPolicy::Maglev}) {
      Balance balance;
      balance.cluster.lbPolicy = policy;
      for (int i = 1; i <= 4; ++i) balance.hosts.push_back(host("10.0.0." + std::to_string(i) + ":1"));
      balance.rebuild();
      std::vector<std::string> before;
      for (std::uint64_t key = 0; key < 400; ++key) {
        PickContext context;
        context.hash = key;
        before.push_back(balance.balancer.pick(context)->text);
        context.random = 99;
        QCOMPARE(balance.balancer.pick(context)->text, before.back());
      }
      balance.hosts.pop_back();
      balance.rebuild();
      int moved = 0;
      for (std::uint64_t key = 0; key < 400; ++key) {
        PickContext context;
        context.hash = key;
        if (balance.balancer.pick(context)->text != before[key]) ++moved;
      }
      QVERIFY2(moved < 200, qPrintable(QString::number(moved)));  // about a quarter had to
    }
  }

  void retriesAvoidPreviousHosts() {
    Balance balance;
    balance.cluster.lbPolicy = xds::LbPolicy::Random;
    balance.hosts = {host("10.0.0.1:1"), host("10.0.0.2:1")};
    balance.rebuild();
    const std::vector<const Host*> avoid = {balance.hosts[0].get()};
    for (std::uint64_t i = 0; i < 50; ++i) {
      PickContext context;
      context.random = i;
      context.avoid = &avoid;
      context.maxAttempts = 30;
      QCOMPARE(balance.balancer.pick(context)->text, std::string("10.0.0.2:1"));
    }
  }
};

VARKA_TEST(LoadBalancerTest)
#include "load_balancer_test.moc"
