#include <algorithm>
#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

bool isPrime(std::int64_t x) {
  if (x > 0 && x < 4) return true;
  if (x % 2 == 0) return false;
  for (std::int64_t factor = 3; factor * factor <= x; factor += 2) {
    if (x % factor == 0) return false;
  }
  return true;
}

/// Localities "region/zone/subzone", each possibly "*": "" when none overlaps another.
std::string badLocalities(const std::vector<std::string>& localities) {
  std::set<std::string> seen;
  for (const auto& locality : localities) {
    const auto stars = std::count(locality.begin(), locality.end(), '*');
    if (stars > 1 || (stars == 1 && !locality.ends_with("*")))
      return "the locality " + locality + " may have one * at its end";
    if (locality.empty() || locality.starts_with("/") || locality.ends_with("/") ||
        locality.find("//") != std::string::npos)
      return "the locality \"" + locality + "\" has an empty part";
    for (const auto& other : seen) {
      const bool inside = other == "*" || locality == other || locality.starts_with(other + "/") ||
                          (other.ends_with("/*") && locality.starts_with(other.substr(0, other.size() - 1)));
      const bool outside = locality == "*" ? false
                                           : other.starts_with(locality + "/") ||
                                                 (locality.ends_with("/*") &&
                                                  other.starts_with(locality.substr(0, locality.size() - 1)));
      if (inside || outside) return "the localities " + other + " and " + locality + " overlap";
    }
    seen.insert(locality);
  }
  return {};
}

class DestinationRuleChecker {
 public:
  explicit DestinationRuleChecker(Report& report) : report_(report) {}

  void policy(const Value& policy, const std::string& path, bool port) {
    if (!policy.isMap()) return;
    const auto has = [&](const char* field) { return !policy[field].isNull(); };
    const bool common = has("outlierDetection") || has("connectionPool") || has("loadBalancer") || has("tls");
    const bool any =
        common ||
        (!port && (has("portLevelSettings") || has("tunnel") || has("proxyProtocol") || has("retryBudget")));
    if (!any) report_.error(path, "a traffic policy needs at least one field");
    if (!port && has("tunnel") && has("proxyProtocol"))
      report_.error(path, "tunnel and proxyProtocol cannot be set together");
    outlier(policy["outlierDetection"], path + ".outlierDetection");
    checkConnectionPool(report_, policy["connectionPool"], path + ".connectionPool");
    loadBalancer(policy["loadBalancer"], policy["outlierDetection"], path + ".loadBalancer");
    checkClientTls(report_, policy["tls"], path + ".tls");
    if (port) {
      if (!policy["port"].isMap())
        report_.error(path, "a port policy needs a port");
      else if (!policy["port"]["number"].isNull())
        report_.check(path + ".port.number", badPort(policy["port"]["number"].asInt()));
      return;
    }
    tunnel(policy["tunnel"], path + ".tunnel");
    forEach(policy["portLevelSettings"], path + ".portLevelSettings",
            [&](const Value& one, const std::string& at) { this->policy(one, at, true); });
  }

 private:
  void outlier(const Value& outlier, const std::string& path) {
    if (!outlier.isMap()) return;
    checkDuration(report_, outlier["baseEjectionTime"], path + ".baseEjectionTime");
    checkDuration(report_, outlier["interval"], path + ".interval");
    if (outlier["consecutiveErrors"].asInt() != 0)
      report_.warning(
          path + ".consecutiveErrors",
          "consecutiveErrors is deprecated; use consecutiveGatewayErrors or consecutive5xxErrors");
    if (!outlier["splitExternalLocalOriginErrors"].asBool() &&
        outlier["consecutiveLocalOriginFailures"].asInt() > 0) {
      report_.error(path + ".consecutiveLocalOriginFailures",
                    "consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true");
    }
    for (const char* field : {"maxEjectionPercent", "minHealthPercent"}) {
      const auto value = outlier[field].asInt();
      if (value < 0 || value > 100)
        report_.error(joinPath(path, field), std::string(field) + " is from 0 to 100");
    }
  }

  void loadBalancer(const Value& balancer, const Value& outlier, const std::string& path) {
    if (!balancer.isMap()) return;
    consistentHash(balancer["consistentHash"], path + ".consistentHash");
    locality(balancer["localityLbSetting"], outlier, path + ".localityLbSetting");
    checkDuration(report_, balancer["warmupDurationSecs"], path + ".warmupDurationSecs");
    const Value& warmup = balancer["warmup"];
    if (!warmup.isMap()) return;
    checkDuration(report_, warmup["duration"], path + ".warmup.duration");
    if (!balancer["warmupDurationSecs"].isNull())
      report_.error(path, "only one of warmup and warmupDurationSecs may be set");
    const double least = warmup["minimumPercent"].asDouble(0);
    if (least < 0 || least > 100)
      report_.error(path + ".warmup.minimumPercent", "minimumPercent is from 0 to 100");
    if (!warmup["aggression"].isNull() && warmup["aggression"].asDouble() < 1)
      report_.error(path + ".warmup.aggression", "aggression is at least 1");
    const std::string& simple = balancer["simple"].asString();
    if (simple == "RANDOM" || simple == "PASSTHROUGH")
      report_.error(path + ".warmup", "warmup works with ROUND_ROBIN and LEAST_REQUEST only");
  }

  void consistentHash(const Value& hash, const std::string& path) {
    if (!hash.isMap()) return;
    const Value& cookie = hash["httpCookie"];
    if (cookie.isMap() && cookie["name"].text().empty())
      report_.error(path + ".httpCookie.name", "the cookie needs a name");
    const bool deprecated = hash["minimumRingSize"].asInt() != 0;
    if (deprecated) report_.warning(path + ".minimumRingSize", "minimumRingSize is deprecated; use ringHash");
    if (deprecated && (hash["ringHash"].isMap() || hash["maglev"].isMap()))
      report_.error(path, "minimumRingSize cannot stand beside ringHash or maglev");
    const Value& maglev = hash["maglev"];
    if (!maglev.isMap()) return;
    const auto size = maglev["tableSize"].asInt();
    if (size == 0)
      report_.error(path + ".maglev.tableSize", "maglev needs a tableSize");
    else if (size >= 5'000'011)
      report_.error(path + ".maglev.tableSize", "tableSize must be less than 5000011");
    else if (!isPrime(size))
      report_.error(path + ".maglev.tableSize", "tableSize must be a prime number");
  }

  void locality(const Value& setting, const Value& outlier, const std::string& path) {
    if (!setting.isMap()) return;
    const Value& distribute = setting["distribute"];
    const Value& failover = setting["failover"];
    const Value& priority = setting["failoverPriority"];
    if (distribute.size() > 0 && failover.size() > 0) {
      report_.error(path, "distribute and failover cannot be set together");
      return;
    }
    if (failover.size() > 0) {
      forEach(priority, path + ".failoverPriority", [&](const Value& label, const std::string& at) {
        static const std::set<std::string> kTopology = {
            "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"};
        if (kTopology.contains(label.asString()))
          report_.error(at, "with failover the label " + label.asString() + " cannot be a priority");
      });
    }
    std::vector<std::string> from;
    forEach(distribute, path + ".distribute", [&](const Value& one, const std::string& at) {
      from.push_back(one["from"].asString());
      std::int64_t total = 0;
      std::vector<std::string> to;
      for (const auto& [name, mark, weight] : one["to"].entries()) {
        to.push_back(name);
        total += weight.asInt();
        if (weight.asInt() < 1 || weight.asInt() > 100)
          report_.error(joinPath(at + ".to", name), "a locality's weight is from 1 to 100");
      }
      if (total != 100)
        report_.error(at + ".to", "the weights sum to " + std::to_string(total) + ", not to 100");
      report_.check(at + ".to", badLocalities(to));
    });
    report_.check(path + ".distribute", badLocalities(from));
    if ((failover.size() > 0 || priority.size() > 0) && !outlier.isMap())
      report_.warning(path, "failover does nothing without outlierDetection");
    forEach(failover, path + ".failover", [&](const Value& one, const std::string& at) {
      const std::string& a = one["from"].asString();
      const std::string& b = one["to"].asString();
      if (a == b) report_.error(at, "a failover needs two regions");
      if ((a + b).find('/') != std::string::npos) report_.error(at, "a failover names regions only");
      if ((a + b).find('*') != std::string::npos) report_.error(at, "a failover's regions have no wildcards");
    });
  }

  void tunnel(const Value& tunnel, const std::string& path) {
    if (!tunnel.isMap()) return;
    const std::string& protocol = tunnel["protocol"].asString();
    if (!protocol.empty() && protocol != "CONNECT" && protocol != "POST")
      report_.error(path + ".protocol", "a tunnel's protocol is CONNECT or POST");
    const std::string& host = tunnel["targetHost"].asString();
    if (!isIpAddress(host)) report_.check(path + ".targetHost", badFqdn(host));
    report_.check(path + ".targetPort", badPort(tunnel["targetPort"].asInt()));
  }

  Report& report_;
};

}  // namespace

void checkDestinationRule(Report& report) {
  const Value& spec = report.object().spec();
  report.check("spec.host", badWildcardDomain(spec["host"].asString()));
  DestinationRuleChecker checker(report);
  checker.policy(spec["trafficPolicy"], "spec.trafficPolicy", false);
  std::set<std::string> names;
  forEach(spec["subsets"], "spec.subsets", [&](const Value& subset, const std::string& path) {
    const std::string& name = subset["name"].asString();
    if (!names.insert(name).second) report.error(path + ".name", "the subset " + name + " is defined twice");
    if (!isDnsLabel(name)) report.error(path + ".name", "the subset name \"" + name + "\" is invalid");
    report.check(path + ".labels", badLabels(subset["labels"]));
    checker.policy(subset["trafficPolicy"], path + ".trafficPolicy", false);
  });
  checkExportTo(report, false, spec["workloadSelector"].isMap());
  checkSelector(report, spec["workloadSelector"], "matchLabels", "spec.workloadSelector");
}

}  // namespace varka::galley
