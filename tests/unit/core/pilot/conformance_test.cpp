// Istio's own simulation cases against our generated configuration. Needs the corpus (VARKA_CORPUS); skipped
// without.

#include <QFile>
#include <set>

#include "core/pilot/model/build_rules.h"
#include "tests/support/test.h"
#include "tests/unit/core/pilot/fixture.h"
#include "tests/unit/core/pilot/simulation.h"

namespace varka::pilot::test {
namespace {

using resource::Value;

// The numbers reached. Raise them; never lower them.
constexpr int kSimulationCalls = 179;
constexpr int kVirtualHostCases = 18;

std::optional<Value> readJson(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
  auto parsed = resource::parseJson(file.readAll().toStdString(), path.toStdString());
  if (!parsed) return std::nullopt;
  return *parsed;
}

QString corpus(const char* name) {
  const QString root = qEnvironmentVariable("VARKA_CORPUS", QStringLiteral(VARKA_CORPUS));
  return root + QStringLiteral("/simulation/") + QLatin1String(name);
}

// The cases are parsed with an empty DNS domain; ours is always set.
std::string withoutDomain(std::string text) {
  const std::string suffix = ".svc.cluster.local";
  for (std::size_t at = text.find(suffix); at != std::string::npos; at = text.find(suffix))
    text.erase(at, suffix.size());
  return text;
}

ProxyNode proxyOf(const Value& description) {
  ProxyNode out = description["type"].asString() == "router" ? gateway() : sidecar();
  out.ns = description["namespace"].asString().empty() ? "default" : description["namespace"].asString();
  out.labels = resource::labelsOf(description["labels"]);
  return out;
}

Call callOf(const Value& value) {
  Call call;
  call.port = static_cast<int>(value["port"].asInt());
  call.protocol = value["protocol"].asString();
  if (value.has("address")) call.address = value["address"].asString();
  if (value.has("tls")) call.tls = value["tls"].asString();
  if (value.has("path")) call.path = value["path"].asString();
  if (value.has("callMode")) call.mode = value["callMode"].asString();
  call.host = value["hostHeader"].asString();
  call.sni = value["sni"].asString();
  call.alpn = value["alpn"].asString();
  return call;
}

// Empty = as expected; else the first difference.
std::string differs(const Value& expect, const Outcome& got) {
  const bool strict = expect["strictMatch"].asBool();
  if (expect["error"].asString() != got.error) return "error \"" + got.error + "\"";
  const std::pair<const char*, const std::string*> fields[] = {{"listenerMatched", &got.listener},
                                                               {"filterChainMatched", &got.chain},
                                                               {"routeConfigMatched", &got.routeConfig},
                                                               {"virtualHostMatched", &got.virtualHost},
                                                               {"routeMatched", &got.route},
                                                               {"clusterMatched", &got.cluster}};
  for (const auto& [name, value] : fields) {
    const std::string& wanted = expect[name].asString();
    if (wanted.empty() && !strict) continue;
    if (withoutDomain(wanted) != withoutDomain(*value))
      return std::string(name) + " \"" + *value + "\" instead of \"" + wanted + "\"";
  }
  return {};
}

std::vector<std::string> allClusters(const xds::VirtualHost& vhost) {
  std::vector<std::string> out;
  for (const xds::Route& route : vhost.routes) {
    for (const std::string& cluster : clustersOf(route)) out.push_back(cluster);
  }
  return out;
}

std::string checkVirtualHosts(const Value& item, const Generated& made) {
  const std::string table = item["routeName"].asString();
  if (!named(made.routes, table)) {
    return item["expectRouteConfigMayBeAbsent"].asBool() ? "" : "no route configuration " + table;
  }
  for (const auto& entry : item["expectVirtualHosts"].entries()) {
    const xds::VirtualHost* vhost = hostOf(made, table, entry.key);
    if (entry.value.isNull() != (vhost == nullptr)) return entry.key + (vhost ? " exists" : " is missing");
    if (vhost && allClusters(*vhost) != texts(entry.value)) {
      return entry.key + " goes to " +
             (allClusters(*vhost).empty() ? "nothing" : allClusters(*vhost).front());
    }
  }
  return {};
}

}  // namespace

class ConformanceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void simulationCallsDecideAsIstioDoes() {
    const auto cases = readJson(corpus("cases.json"));
    if (!cases) QSKIP("no corpus");
    int passed = 0, failed = 0, excluded = 0;
    for (const Value& item : cases->items()) {
      if (!item["exclude"].isNull()) {
        ++excluded;
        continue;
      }
      Mesh mesh(item["config"].asString() + "\n---\n" + item["kubeConfig"].asString());
      mesh.input.mesh = meshConfigFrom(item["meshConfig"]);
      const Generated made = mesh.generate(proxyOf(item["proxy"]));
      const Simulation simulation(made);
      for (const Value& call : item["calls"].items()) {
        const std::string problem = differs(call["expect"], simulation.run(callOf(call["call"])));
        ++(problem.empty() ? passed : failed);
        if (!problem.empty()) {
          qInfo("%s / %s: %s %s", item["id"].asString().c_str(), call["name"].asString().c_str(),
                problem.c_str(), mesh.error.c_str());
        }
      }
    }
    qInfo("simulation: %d passed, %d failed, %d cases excluded", passed, failed, excluded);
    QVERIFY2(passed >= kSimulationCalls, "fewer calls pass than before");
  }

  void virtualHostsAreThoseOfIstio() {
    const auto cases = readJson(corpus("virtualhosts.json"));
    if (!cases) QSKIP("no corpus");
    int passed = 0, failed = 0, excluded = 0;
    for (const Value& item : cases->items()) {
      if (!item["exclude"].isNull()) {
        ++excluded;
        continue;
      }
      Mesh mesh(item["config"].asString() + "\n---\n" + item["kubeConfig"].asString());
      const std::string problem = checkVirtualHosts(item, mesh.generate(proxyOf(item["proxy"])));
      ++(problem.empty() ? passed : failed);
      if (!problem.empty())
        qInfo("%s: %s %s", item["id"].asString().c_str(), problem.c_str(), mesh.error.c_str());
    }
    qInfo("virtual hosts: %d passed, %d failed, %d excluded", passed, failed, excluded);
    QVERIFY2(passed >= kVirtualHostCases, "fewer cases pass than before");
  }
};

VARKA_TEST(ConformanceTest)

}  // namespace varka::pilot::test

#include "conformance_test.moc"
