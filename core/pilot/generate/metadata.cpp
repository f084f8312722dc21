#include "core/pilot/generate/metadata.h"

namespace varka::pilot {

namespace {

// "VirtualService" -> "virtual-service"
std::string kebab(std::string_view kind) {
  std::string out;
  for (const char c : kind) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty()) out += '-';
    out += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

std::string istioConfigPath(const resource::Object& object) {
  return "/apis/" + object.apiVersion + "/namespaces/" + object.ns + "/" + kebab(object.kind) + "/" +
         object.name;
}

std::string sourceText(const resource::Object& object, const Mark& mark) {
  if (!object.origin.file || object.origin.file->empty()) return {};
  const int line = mark.line > 0 ? mark.line : object.origin.mark.line;
  return line > 0 ? *object.origin.file + ":" + std::to_string(line) : *object.origin.file;
}

std::string objectText(const resource::Object& object) {
  return object.kind + " " + (object.ns.empty() ? "" : object.ns + "/") + object.name;
}

std::string ruleText(int index, std::string_view name) {
  std::string out = "#" + std::to_string(index + 1);
  if (!name.empty()) out.append(" ").append(name);
  return out;
}

xds::Metadata metadataFor(const resource::Object& object, const Mark& mark, std::string rule) {
  xds::Metadata out;
  // Istio names only rules there; istioctl shows them as the VIRTUAL SERVICE of a route.
  const bool rulesKind = object.kind != "Service" && object.kind != "ServiceEntry";
  if (rulesKind) out.filterMetadata["istio"]["config"] = istioConfigPath(object);
  xds::Struct& ours = out.filterMetadata["varka"];
  ours["object"] = objectText(object);
  if (std::string source = sourceText(object, mark); !source.empty()) ours["source"] = std::move(source);
  if (!rule.empty()) ours["rule"] = std::move(rule);
  return out;
}

}  // namespace varka::pilot
