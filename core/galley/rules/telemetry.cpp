#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"

namespace varka::galley {

using resource::joinPath;
using resource::Value;

namespace {

void checkProviders(Report& report, const Value& list, const std::string& path) {
  forEach(list, path, [&](const Value& provider, const std::string& at) {
    if (provider["name"].text().empty()) report.error(at, "a provider needs a name");
  });
}

void checkTracing(Report& report, const Value& tracing, const std::string& path) {
  if (tracing["providers"].size() > 1) report.warning(path + ".providers", "only one provider is supported");
  checkProviders(report, tracing["providers"], path + ".providers");
  const double sampling = tracing["randomSamplingPercentage"].asDouble();
  if (sampling < 0 || sampling > 100)
    report.error(path + ".randomSamplingPercentage", "a percentage is from 0 to 100");
  for (const auto& [name, mark, tag] : tracing["customTags"].entries()) {
    const std::string at = joinPath(path + ".customTags", name);
    if (name.empty()) report.error(at, "a tag needs a name");
    if (tag["literal"].isMap() && tag["literal"]["value"].text().empty())
      report.error(at + ".literal", "a literal tag needs a value");
    for (const char* source : {"header", "environment"}) {
      if (tag[source].isMap() && tag[source]["name"].text().empty())
        report.error(joinPath(at, source), "the tag needs a name");
    }
  }
}

void checkMetrics(Report& report, const Value& metrics, const std::string& path) {
  checkProviders(report, metrics["providers"], path + ".providers");
  forEach(metrics["overrides"], path + ".overrides", [&](const Value& change, const std::string& at) {
    for (const auto& [name, mark, tag] : change["tagOverrides"].entries()) {
      const std::string tagAt = joinPath(at + ".tagOverrides", name);
      const bool remove = tag["operation"].asString() == "REMOVE";
      if (name.empty()) report.warning(tagAt, "a tag should have a name");
      if (remove == !tag["value"].text().empty())
        report.error(tagAt, remove ? "REMOVE has no value" : "UPSERT needs a value");
    }
    const Value& custom = change["match"]["customMetric"];
    if (custom.isString() && custom.asString().empty())
      report.error(at + ".match.customMetric", "customMetric cannot be empty");
  });
}

}  // namespace

void checkTelemetry(Report& report) {
  checkTargets(report);
  const Value& spec = report.object().spec();
  if (spec["tracing"].size() > 1) report.warning("spec.tracing", "only one tracing section is supported");
  forEach(spec["tracing"], "spec.tracing",
          [&](const Value& one, const std::string& path) { checkTracing(report, one, path); });
  forEach(spec["metrics"], "spec.metrics",
          [&](const Value& one, const std::string& path) { checkMetrics(report, one, path); });
  forEach(spec["accessLogging"], "spec.accessLogging", [&](const Value& one, const std::string& path) {
    checkProviders(report, one["providers"], path + ".providers");
    const Value& expression = one["filter"]["expression"];
    if (expression.isString() && expression.asString().empty())
      report.error(path + ".filter.expression", "the expression is empty");
  });
}

void checkProxyConfig(Report& report) {
  const Value& spec = report.object().spec();
  checkSelector(report, spec["selector"], "matchLabels", "spec.selector");
  if (spec["concurrency"].asInt() < 0) report.error("spec.concurrency", "concurrency cannot be negative");
}

void checkWasmPlugin(Report& report) {
  checkTargets(report);
  const Value& spec = report.object().spec();
  const std::string& url = spec["url"].asString();
  if (url.empty()) report.error("spec.url", "a plugin needs a url");
  if (const auto end = url.find("://"); end != std::string::npos) {
    static const std::set<std::string> kSchemes = {"http", "https", "file", "oci"};
    if (!kSchemes.contains(url.substr(0, end)))
      report.error("spec.url", "the url's scheme must be http, https, file or oci");
  }
  const std::string& sum = spec["sha256"].asString();
  if (!sum.empty() && (sum.size() != 64 || sum.find_first_not_of("0123456789abcdef") != std::string::npos))
    report.error("spec.sha256", "sha256 has 64 digits 0-9 and a-f");
  if (spec["imagePullSecret"].asString().size() > 253)
    report.error("spec.imagePullSecret", "the name is longer than 253 characters");
  if (spec["pluginName"].asString().size() > 256)
    report.error("spec.pluginName", "the name is longer than 256 characters");
  std::set<std::string> names;
  forEach(spec["vmConfig"]["env"], "spec.vmConfig.env", [&](const Value& env, const std::string& path) {
    const std::string& name = env["name"].asString();
    if (name.empty() || name.size() > 256)
      report.error(path + ".name", "a variable's name has 1 to 256 characters");
    if (!names.insert(name).second) report.error(path + ".name", "the variable " + name + " is set twice");
    if (env["valueFrom"].asString() == "HOST" && !env["value"].text().empty())
      report.error(path + ".value", "with valueFrom: HOST there is no value");
    if (env["value"].asString().size() > 2048)
      report.error(path + ".value", "the value is longer than 2048 characters");
  });
  forEach(spec["match"], "spec.match", [&](const Value& match, const std::string& path) {
    forEach(match["ports"], path + ".ports", [&](const Value& port, const std::string& at) {
      report.check(at, badPort(port["number"].asInt()));
    });
  });
}

}  // namespace varka::galley
