// References between objects, with the codes of Istio's analysis. Names are resolved as Pilot does: a short
// name belongs to the namespace of the rule (docs: trap "names"), "*" and names with dots stay as written.

#include <map>
#include <set>

#include "core/galley/report.h"
#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"
#include "core/galley/validate.h"
#include "core/resource/suggest.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::ObjectPtr;
using resource::Value;

constexpr std::string_view kSuffix = ".svc.cluster.local";

/// "reviews" in namespace default → reviews.default.svc.cluster.local; "reviews.prod" and "reviews.prod.svc"
/// are completed too when such a service exists.
class Registry {
 public:
  explicit Registry(const std::vector<ObjectPtr>& objects) {
    for (const auto& object : objects) {
      if (object->kind == "Service" && object->group().empty()) {
        hosts_.insert(object->name + "." + object->ns + std::string(kSuffix));
        names_.push_back(object->name);
      }
      if (object->kind == "ServiceEntry") {
        for (const auto& host : object->spec()["hosts"].items()) hosts_.insert(host.asString());
      }
    }
  }

  [[nodiscard]] static std::string resolve(const std::string& host, const std::string& ns) {
    return host.find('.') == std::string::npos && host != "*" ? host + "." + ns + std::string(kSuffix) : host;
  }

  [[nodiscard]] bool knows(const std::string& host, const std::string& ns) const {
    const std::string full = resolve(host, ns);
    if (hosts_.contains(full) || hosts_.contains(full + ".svc.cluster.local") ||
        hosts_.contains(full + ".cluster.local"))
      return true;
    for (const auto& known : hosts_) {
      if (hostMatches(known, full)) return true;
    }
    return false;
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::set<std::string> hosts_;
  std::vector<std::string> names_;
};

class Checker {
 public:
  Checker(const std::vector<ObjectPtr>& objects, std::vector<Problem>& out)
      : objects_(objects), registry_(objects), out_(out) {
    for (const auto& object : objects) {
      if (object->group() != "networking.istio.io") continue;
      if (object->kind == "Gateway") gateways_.insert(object->ns + "/" + object->name);
      if (object->kind != "DestinationRule") continue;
      auto& subsets = subsets_[Registry::resolve(object->spec()["host"].asString(), object->ns)];
      for (const auto& subset : object->spec()["subsets"].items()) subsets.insert(subset["name"].asString());
    }
  }

  void run() {
    for (const auto& object : objects_) {
      if (object->group() != "networking.istio.io") continue;
      Report report(*object, out_);
      if (object->kind == "VirtualService") virtualService(report);
      if (object->kind == "DestinationRule") destinationRule(report);
      if (object->kind == "Gateway") gateway(report);
    }
  }

 private:
  void missing(Report& report, const std::string& path, const char* what, const std::string& name,
               const std::string& hint = {}) {
    report.add("IST0101", Severity::Error, path,
               std::string("Referenced ") + what + " not found: \"" + name + "\"" + hint);
  }

  void virtualService(Report& report) {
    const Value& spec = report.object().spec();
    const std::string& ns = report.object().ns;
    forEach(spec["gateways"], "spec.gateways", [&](const Value& item, const std::string& path) {
      const std::string& name = item.asString();
      if (name == "mesh") return;
      std::string full = name.find('/') == std::string::npos ? ns + "/" + name : name;
      if (full.starts_with("./")) full = ns + full.substr(1);
      const auto dot = name.find('.');
      if (name.find('/') == std::string::npos && dot != std::string::npos)
        full = name.substr(dot + 1, name.find('.', dot + 1) - dot - 1) + "/" + name.substr(0, dot);
      if (!gateways_.contains(full)) missing(report, path, "gateway", name);
    });
    for (const char* kind : {"http", "tls", "tcp"}) {
      forEach(spec[kind], joinPath("spec", kind), [&](const Value& route, const std::string& path) {
        forEach(route["route"], path + ".route", [&](const Value& one, const std::string& at) {
          destination(report, one["destination"], at + ".destination");
        });
        if (route["mirror"].isMap()) destination(report, route["mirror"], path + ".mirror");
        forEach(route["mirrors"], path + ".mirrors", [&](const Value& one, const std::string& at) {
          destination(report, one["destination"], at + ".destination");
        });
      });
    }
  }

  void destination(Report& report, const Value& destination, const std::string& path) {
    const std::string& ns = report.object().ns;
    const std::string& host = destination["host"].asString();
    if (host.empty()) return;
    if (!registry_.knows(host, ns)) {
      missing(report, path + ".host", "host", host, resource::didYouMean(host, registry_.names()));
      return;
    }
    const std::string subset = destination["subset"].text();
    if (subset.empty()) return;
    const auto known = subsets_.find(Registry::resolve(host, ns));
    if (known != subsets_.end() && known->second.contains(subset)) return;
    const std::vector<std::string> names =
        known == subsets_.end() ? std::vector<std::string>()
                                : std::vector<std::string>(known->second.begin(), known->second.end());
    missing(report, path + ".subset", "host+subset in destinationrule", host + "+" + subset,
            resource::didYouMean(subset, names));
  }

  void destinationRule(Report& report) {
    const std::string& host = report.object().spec()["host"].asString();
    if (host.empty() || host.find('*') != std::string::npos || registry_.knows(host, report.object().ns))
      return;
    missing(report, "spec.host", "host", host, resource::didYouMean(host, registry_.names()));
  }

  /// A Gateway selects pods; the built-in ingress gateway has istio: ingressgateway.
  void gateway(Report& report) {
    const Value& selector = report.object().spec()["selector"];
    if (selector.size() == 0 || selector["istio"].asString() == "ingressgateway") return;
    for (const auto& object : objects_) {
      const bool workload = object->kind == "Pod" || object->kind == "Deployment";
      const Value& labels = object->kind == "Pod" ? object->root["metadata"]["labels"]
                                                  : object->spec()["template"]["metadata"]["labels"];
      if (workload && resource::mapMatches(selector, resource::labelsOf(labels))) return;
    }
    std::string text;
    for (const auto& entry : selector.entries())
      text += (text.empty() ? "" : ",") + entry.key + "=" + entry.value.text();
    missing(report, "spec.selector", "selector", text);
  }

  const std::vector<ObjectPtr>& objects_;
  Registry registry_;
  std::vector<Problem>& out_;
  std::set<std::string> gateways_;
  std::map<std::string, std::set<std::string>> subsets_;
};

}  // namespace

std::vector<Problem> validateSet(const std::vector<ObjectPtr>& objects) {
  std::vector<Problem> problems;
  Checker(objects, problems).run();
  return problems;
}

}  // namespace varka::galley
