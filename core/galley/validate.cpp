#include "core/galley/validate.h"

#include <algorithm>

#include "core/galley/report.h"
#include "core/galley/rules/rules.h"
#include "core/galley/schema_check.h"
#include "core/galley/schema_table.h"
#include "core/resource/suggest.h"
#include "core/resource/yaml.h"

namespace varka::galley {
namespace {

using resource::Object;
using resource::Value;

/// Where Istio's spec would be empty the rules still apply: a Gateway without servers, a policy without a
/// spec.
bool isIstio(const std::string& group) {
  return group.ends_with("istio.io");
}

void checkMetadata(Report& report) {
  const Value& metadata = report.object().root["metadata"];
  for (const char* field : {"labels", "annotations"}) {
    const Value& map = metadata[field];
    if (!map.isNull() && !map.isMap())
      report.error(std::string("metadata.") + field, std::string(field) + " must be a mapping of strings");
    for (const auto& entry : map.entries()) {
      if (entry.value.isString()) continue;
      report.error(resource::joinPath(std::string("metadata.") + field, entry.key),
                   "the value of " + entry.key + " must be a string; put it in quotes");
    }
  }
}

void checkIstioAnnotations(Report& report, const std::string& kind) {
  const auto& annotations = report.object().annotations;
  if (kind != "AuthorizationPolicy" && annotations.contains("istio.io/dry-run")) {
    report.error("metadata.annotations['istio.io/dry-run']", "dry-run only works on AuthorizationPolicies");
  }
}

void checkMeshConfigMap(Report& report) {
  const auto& object = report.object();
  if (object.kind != "ConfigMap" || object.name != "istio" || object.ns != "istio-system") return;
  const Value& text = object.root["data"]["mesh"];
  if (!text.isString()) return;
  const auto parsed = resource::readYaml(text.asString(), "mesh");
  if (!parsed) {
    report.error("data.mesh", "the mesh configuration is no YAML: line " +
                                  std::to_string(parsed.error().origin.mark.line) + ": " +
                                  parsed.error().message);
    return;
  }
  const auto& messages = schemaTable().messages;
  const auto schema = messages.find("MeshConfig");
  if (parsed->empty() || schema == messages.end()) return;
  // Its lines are inside a block of text, so findings carry the place of data.mesh and the path inside it.
  std::vector<Problem> inner;
  Object config = object;
  config.root = parsed->front();
  Report nested(config, inner);
  checkSchema(nested, schema->second, config.root, "");
  noteFidelity(nested, schema->second, config.root, "");
  for (const auto& problem : inner)
    report.add(problem.code, problem.severity, "data.mesh", "mesh config: " + problem.message);
}

void checkKind(Report& report, const KindSchema& kind) {
  const Object& object = report.object();
  const std::string version = object.version();
  if (std::find(kind.versions.begin(), kind.versions.end(), version) == kind.versions.end()) {
    report.error("apiVersion", kind.kind + " has no version " + version + "; use " +
                                   (kind.group.empty() ? "" : kind.group + "/") + kind.versions.front());
  }
  const Value& spec = object.spec();
  const Value empty = Value::map();
  const bool absent = spec.isNull();
  if (isIstio(kind.group)) {
    for (const auto& entry : object.root.entries()) {
      static const std::vector<std::string> kTop = {"apiVersion", "kind", "metadata", "spec", "status"};
      if (std::find(kTop.begin(), kTop.end(), entry.key) == kTop.end())
        report.error(resource::joinPath("", entry.key),
                     "unknown field \"" + entry.key + "\"" + resource::didYouMean(entry.key, kTop));
    }
  }
  bool good = true;
  if (!absent || isIstio(kind.group)) good = checkSchema(report, kind.spec, absent ? empty : spec, "spec");
  const Rule rules = rulesOf(kind.group, kind.kind);
  if (good && rules) rules(report);
  if (kind.fidelity != Fidelity::Exact) {
    const bool notRun = kind.note.starts_with("not run");
    report.add(notRun ? "VARKA0004" : "VARKA0003", Severity::Warning, "",
               kind.kind + " is not emulated: " + kind.note);
  } else if (good) {
    noteFidelity(report, kind.spec, spec, "spec");
  }
}

}  // namespace

std::string_view severityText(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Info:
      return "info";
  }
  return "";
}

bool hasErrors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const auto& problem) { return problem.severity == Severity::Error; });
}

std::vector<Problem> validate(const Object& object) {
  std::vector<Problem> problems;
  Report report(object, problems);
  checkMetadata(report);
  const std::string group = object.group();
  if (const KindSchema* kind = schemaTable().find(group, object.kind)) {
    checkKind(report, *kind);
    if (isIstio(group)) checkIstioAnnotations(report, object.kind);
    checkMeshConfigMap(report);
    return problems;
  }
  std::vector<std::string> known;
  for (const auto& kind : schemaTable().kinds) {
    if (kind.group == group || kind.kind == object.kind) known.push_back(kind.kind);
  }
  const std::string what = object.apiVersion + " " + object.kind;
  if (isIstio(group)) {
    report.error("kind", "there is no " + what + resource::didYouMean(object.kind, known));
  } else {
    report.add("VARKA0005", Severity::Warning, "kind",
               what + " is kept but Varka does nothing with it" + resource::didYouMean(object.kind, known));
  }
  return problems;
}

}  // namespace varka::galley
