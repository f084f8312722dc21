#include <algorithm>
#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"
#include "core/resource/yaml.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

/// Path templates: {*} is one segment, {**} any number at most once and not before another {**}; nothing else
/// in braces.
std::string badPathTemplate(const std::string& path) {
  if (path.find("{*}") == std::string::npos && path.find("{**}") == std::string::npos) {
    return path.find('{') != std::string::npos || path.find('}') != std::string::npos
               ? "only {*} and {**} may stand in braces"
               : std::string();
  }
  bool any = false;
  std::string rest = path.starts_with("/") ? path.substr(1) : path;
  while (true) {
    const auto slash = std::min(rest.find('/'), rest.size());
    const std::string segment = rest.substr(0, slash);
    if (segment == "{**}") {
      if (any) return "{**} may stand in a path once";
      any = true;
    } else if (segment == "{*}") {
      if (any) return "{*} cannot follow {**}";
    } else if (segment.find_first_of("{}") != std::string::npos) {
      return "{*} and {**} stand for whole segments";
    } else if (segment.find('*') != std::string::npos) {
      return "* cannot stand beside {*} and {**}";
    }
    if (slash == rest.size()) return {};
    rest.erase(0, slash + 1);
  }
}

bool isClaimKey(const std::string& key) {
  return key.starts_with("request.auth.claims[") && key.ends_with("]") && key.size() > 21;
}

/// A condition's key and the values it takes.
std::string badCondition(const std::string& key, const Value& values) {
  static const std::set<std::string> kPlain = {
      "source.principal",       "source.namespace",       "source.serviceAccount",  "source.trustDomain",
      "request.auth.principal", "request.auth.audiences", "request.auth.presenter", "connection.sni"};
  const auto each = [&](auto bad) {
    for (const auto& value : values.items()) {
      if (std::string text = bad(value.asString()); !text.empty()) return text;
    }
    return std::string();
  };
  if (key == "source.ip" || key == "remote.ip" || key == "destination.ip")
    return each([](const std::string& text) { return badIpOrSubnet(text); });
  if (key == "destination.port")
    return each([](const std::string& text) {
      return isNumber(text) ? badPort(std::stoi(text)) : "\"" + text + "\" is no port";
    });
  if (kPlain.contains(key)) return {};
  if (key.starts_with("request.headers["))
    return key.ends_with("]") && key.size() > 17 ? std::string()
                                                 : "\"" + key + "\" needs a header name in brackets";
  if (key.starts_with("request.auth.claims"))
    return isClaimKey(key) ? std::string() : "\"" + key + "\" needs a claim in brackets";
  if (key.starts_with("experimental.envoy.filters.")) return {};
  return "\"" + key + "\" is no attribute of a request";
}

class PolicyChecker {
 public:
  explicit PolicyChecker(Report& report) : report_(report), spec_(report.object().spec()) {
    action_ = spec_["action"].isNull() ? "ALLOW" : spec_["action"].asString();
  }

  void run() {
    checkTargets(report_);
    const bool rules = spec_["rules"].isList() && spec_["rules"].size() > 0;
    if ((action_ == "CUSTOM" || action_ == "DENY") && !rules)
      report_.error(
          "spec",
          action_ + " without rules never applies; add an empty rule {} if it shall apply to every request");
    if (action_ == "CUSTOM" && rules && spec_["provider"]["name"].text().empty())
      report_.error("spec.provider", "CUSTOM needs a provider with a name");
    if (spec_["provider"].isMap() && action_ != "CUSTOM")
      report_.error("spec.provider", "a provider is only for the action CUSTOM");
    forEach(spec_["rules"], "spec.rules",
            [&](const Value& one, const std::string& path) { rule(one, path); });
    dryRun();
  }

 private:
  void dryRun() {
    const auto& annotations = report_.object().annotations;
    const auto found = annotations.find("istio.io/dry-run");
    if (found == annotations.end()) return;
    static const std::set<std::string> kBools = {"1", "t", "T", "TRUE",  "true",  "True",
                                                 "0", "f", "F", "FALSE", "false", "False"};
    const std::string path = "metadata.annotations['istio.io/dry-run']";
    if (action_ != "ALLOW" && action_ != "DENY")
      report_.error(path, "dry-run works with ALLOW and DENY only");
    else if (!kBools.contains(found->second))
      report_.error(path, "dry-run is \"true\" or \"false\"");
  }

  void emptyValues(const Value& list, const std::string& path) {
    forEach(list, path, [&](const Value& value, const std::string& at) {
      if (value.asString().empty()) report_.error(at, "an empty value matches nothing");
    });
  }

  void rule(const Value& rule, const std::string& path) {
    bool tcpFrom = false;
    bool tcpTo = false;
    for (const char* field : {"from", "to"}) {
      if (rule[field].isList() && rule[field].size() == 0)
        report_.error(joinPath(path, field), std::string(field) + " must not be empty");
    }
    forEach(rule["from"], path + ".from", [&](const Value& from, const std::string& at) {
      tcpFrom = source(from["source"], at) || tcpFrom;
    });
    forEach(rule["to"], path + ".to",
            [&](const Value& to, const std::string& at) { tcpTo = operation(to["operation"], at) || tcpTo; });
    forEach(rule["when"], path + ".when",
            [&](const Value& when, const std::string& at) { condition(when, at); });
    const bool from = rule["from"].size() > 0;
    const bool to = rule["to"].size() > 0;
    if (action_ == "DENY" && ((from && !to && !tcpFrom) || (to && !tcpTo))) {
      report_.warning(
          path,
          "this DENY rule uses HTTP attributes only and so denies all traffic to TCP ports; name the ports");
    }
  }

  bool source(const Value& source, const std::string& path) {
    if (!source.isMap()) {
      report_.error(path, "from needs a source");
      return false;
    }
    const std::string at = path + ".source";
    bool any = false;
    bool tcp = false;
    for (const auto& [field, mark, list] : source.entries()) {
      any = any || list.size() > 0;
      emptyValues(list, joinPath(at, field));
      const bool token = field == "requestPrincipals" || field == "notRequestPrincipals";
      tcp = tcp || !token;
      if (field.find("pBlocks") != std::string::npos)
        forEach(list, joinPath(at, field), [&](const Value& block, const std::string& blockAt) {
          report_.check(blockAt, badIpOrSubnet(block.asString()));
        });
      if (action_ == "CUSTOM" && field.find("pBlocks") == std::string::npos && list.size() > 0)
        report_.error(joinPath(at, field), field + " does not work with CUSTOM");
    }
    for (const auto& [accounts, others] :
         {std::pair{"serviceAccounts", std::pair{"principals", "namespaces"}},
          std::pair{"notServiceAccounts", std::pair{"notPrincipals", "notNamespaces"}}}) {
      if (source[accounts].size() == 0) continue;
      for (const char* other : {others.first, others.second}) {
        if (source[other].size() > 0)
          report_.error(joinPath(at, accounts),
                        std::string("only one of ") + accounts + " and " + other + " may be set");
      }
      if (source[accounts].size() > 16)
        report_.error(joinPath(at, accounts), "at most 16 service accounts are possible");
      forEach(source[accounts], joinPath(at, accounts),
              [&](const Value& account, const std::string& accountAt) {
                const std::string& text = account.asString();
                const auto slashes = std::count(text.begin(), text.end(), '/');
                if (text.find('*') != std::string::npos)
                  report_.error(accountAt, "wildcards are not possible in service accounts");
                if (slashes > 1 || text.starts_with("/") || text.ends_with("/") || text.size() > 320)
                  report_.error(accountAt, "a service account is written name or namespace/name");
              });
    }
    if (!any) report_.error(at, "an empty source matches nothing; remove it or name someone");
    return tcp;
  }

  bool operation(const Value& operation, const std::string& path) {
    if (!operation.isMap()) {
      report_.error(path, "to needs an operation");
      return false;
    }
    const std::string at = path + ".operation";
    bool any = false;
    for (const auto& [field, mark, list] : operation.entries()) {
      any = any || list.size() > 0;
      emptyValues(list, joinPath(at, field));
      const bool ports = field == "ports" || field == "notPorts";
      const bool paths = field == "paths" || field == "notPaths";
      forEach(list, joinPath(at, field), [&](const Value& value, const std::string& valueAt) {
        const std::string& text = value.asString();
        if (ports && !text.empty())
          report_.check(valueAt, isNumber(text) ? badPort(std::stoi(text)) : "\"" + text + "\" is no port");
        if (paths) report_.check(valueAt, badPathTemplate(text));
      });
    }
    if (!any) report_.error(at, "an empty operation matches nothing; remove it or name something");
    return operation.has("ports") || operation.has("notPorts");
  }

  void condition(const Value& when, const std::string& path) {
    const std::string& key = when["key"].asString();
    if (key.empty()) {
      report_.error(path, "a condition needs a key");
      return;
    }
    if (when["values"].size() == 0 && when["notValues"].size() == 0)
      report_.error(path, "the condition " + key + " needs values or notValues");
    for (const char* field : {"values", "notValues"}) {
      emptyValues(when[field], joinPath(path, field));
      if (when[field].size() > 0) report_.check(joinPath(path, field), badCondition(key, when[field]));
    }
    if (action_ == "CUSTOM" &&
        (key == "source.namespace" || key == "source.principal" || key.starts_with("request.auth.")))
      report_.error(path + ".key", key + " does not work with CUSTOM");
  }

  Report& report_;
  const Value& spec_;
  std::string action_;
};

/// http://host[:port]/… or https://…
std::string badUrl(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return "\"" + url + "\" is no URL";
  const std::string name = url.substr(0, scheme);
  if (name != "http" && name != "https") return "the URL's scheme must be http or https, not " + name;
  std::string host = url.substr(scheme + 3);
  host = host.substr(0, std::min(host.find('/'), host.size()));
  const auto colon = host.rfind(':');
  if (colon != std::string::npos && host.back() != ']') {
    const std::string port = host.substr(colon + 1);
    if (!isNumber(port) || !badPort(std::stoi(port)).empty()) return "\"" + port + "\" is no port";
    host = host.substr(0, colon);
  }
  return host.empty() ? "the URL has no host" : std::string();
}

bool isJwks(const std::string& text) {
  const auto parsed = resource::parseJson(text, "jwks");
  if (!parsed || !parsed->isMap()) return false;
  const auto isKey = [](const Value& key) { return key["kty"].isString() && !key["kty"].asString().empty(); };
  if (!parsed->has("keys")) return isKey(*parsed);
  const auto& keys = (*parsed)["keys"];
  return keys.isList() && std::all_of(keys.items().begin(), keys.items().end(), isKey);
}

void checkJwtRule(Report& report, const Value& rule, const std::string& path) {
  if (rule["issuer"].text().empty()) report.error(path + ".issuer", "a rule needs an issuer");
  const auto filled = [&](const char* field, const char* what) {
    forEach(rule[field], joinPath(path, field), [&](const Value& value, const std::string& at) {
      if (value.asString().empty()) report.error(at, std::string(what) + " cannot be empty");
    });
  };
  filled("audiences", "an audience");
  filled("fromParams", "a parameter");
  filled("fromCookies", "a cookie name");
  filled("spaceDelimitedClaims", "a claim");
  for (const char* field : {"jwksUri", "jwks_uri"}) {
    if (!rule[field].text().empty()) report.check(joinPath(path, field), badUrl(rule[field].asString()));
  }
  const bool uri = !rule["jwksUri"].text().empty() || !rule["jwks_uri"].text().empty();
  if (!rule["jwks"].text().empty()) {
    if (!isJwks(rule["jwks"].asString())) report.error(path + ".jwks", "this is no JSON web key set");
    if (uri) report.error(path + ".jwks", "only one of jwks and jwksUri may be set");
  }
  forEach(rule["fromHeaders"], path + ".fromHeaders", [&](const Value& header, const std::string& at) {
    if (header["name"].text().empty()) report.error(at, "the header needs a name");
  });
  forEach(rule["outputClaimToHeaders"], path + ".outputClaimToHeaders",
          [&](const Value& one, const std::string& at) {
            if (one["header"].text().empty() || one["claim"].text().empty())
              report.error(at, "header and claim are both needed");
            else
              report.check(at + ".header", badHeaderName(one["header"].asString()));
          });
  checkDuration(report, rule["timeout"], path + ".timeout");
}

}  // namespace

void checkPeerAuthentication(Report& report) {
  const Value& spec = report.object().spec();
  const Value& ports = spec["portLevelMtls"];
  checkSelector(report, spec["selector"], "matchLabels", "spec.selector");
  if (spec["selector"]["matchLabels"].size() == 0 && ports.size() > 0)
    report.error("spec.portLevelMtls", "portLevelMtls needs a selector: ports belong to workloads");
  if (ports.isMap() && ports.size() == 0)
    report.error("spec.portLevelMtls", "portLevelMtls must name at least one port");
  for (const auto& [port, mark, value] : ports.entries()) {
    const bool good = isNumber(port) && badPort(std::stoi(port)).empty();
    if (!good)
      report.error(joinPath("spec.portLevelMtls", port), "\"" + port + "\" is no port from 1 to 65535");
  }
}

void checkAuthorizationPolicy(Report& report) {
  PolicyChecker(report).run();
}

void checkRequestAuthentication(Report& report) {
  checkTargets(report);
  forEach(report.object().spec()["jwtRules"], "spec.jwtRules",
          [&](const Value& rule, const std::string& path) { checkJwtRule(report, rule, path); });
}

}  // namespace varka::galley
