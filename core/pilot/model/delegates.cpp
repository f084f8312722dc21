// Delegation: a root rule names a VirtualService without hosts, whose rules replace it (trap 11).

#include <algorithm>
#include <optional>

#include "core/pilot/model/build_rules.h"

namespace varka::pilot {

using resource::Value;

namespace {

// May a request that satisfies `child` come through `root`? Only decidable pairs are refused.
bool stringCompatible(const Value& root, const Value& child) {
  if (root.isNull() || child.isNull()) return true;
  if (root.has("regex") || child.has("regex"))
    return root.has("regex") == child.has("regex") ? root == child : false;
  if (root.has("exact")) return child.has("exact") && root["exact"] == child["exact"];
  const std::string& prefix = root["prefix"].asString();
  const std::string& below = child.has("exact") ? child["exact"].asString() : child["prefix"].asString();
  return below.starts_with(prefix);
}

bool mapCompatible(const Value& root, const Value& child) {
  return std::all_of(root.entries().begin(), root.entries().end(), [&](const auto& entry) {
    return !child.has(entry.key) || stringCompatible(entry.value, child[entry.key]);
  });
}

bool compatible(const Value& root, const Value& child) {
  for (const char* key : {"uri", "scheme", "method", "authority"}) {
    if (!stringCompatible(root[key], child[key])) return false;
  }
  for (const char* key : {"headers", "withoutHeaders", "queryParams"}) {
    if (!mapCompatible(root[key], child[key])) return false;
  }
  for (const char* key : {"port", "sourceNamespace"}) {
    if (!root[key].isNull() && !child[key].isNull() && !(root[key] == child[key])) return false;
  }
  if (root["ignoreUriCase"].asBool() != child["ignoreUriCase"].asBool() && root.has("uri") &&
      child.has("uri"))
    return false;
  const auto& allowed = root["gateways"].items();
  for (const Value& gateway : child["gateways"].items()) {
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), gateway) == allowed.end()) return false;
  }
  for (const auto& entry : root["sourceLabels"].entries()) {
    const Value& other = child["sourceLabels"][entry.key];
    if (!other.isNull() && !(other == entry.value)) return false;
  }
  return true;
}

// The delegate's own keys win; a map is united, a missing key comes from the root.
Value united(const Value& root, const Value& child) {
  Value out = child;
  for (const auto& entry : root.entries()) {
    if (!out.has(entry.key)) out.set(entry.key, entry.value);
  }
  return out;
}

Value mergedMatch(const Value& root, const Value& child) {
  Value out = united(root, child);
  for (const char* key : {"headers", "withoutHeaders", "queryParams", "sourceLabels"}) {
    if (root.has(key) && child.has(key)) out.set(key, united(root[key], child[key]));
  }
  if (root.has("name") && child.has("name")) {
    out.set("name", Value(root["name"].asString() + "-" + child["name"].asString()));
  }
  return out;
}

// Nothing when one of the delegate's matches fits no match of the root: the whole rule is then left out.
std::optional<Value> mergedMatches(const Value::List& roots, const Value::List& children) {
  static const Value::List kEverything{Value::map()};
  Value out = Value::list();
  for (const Value& child : children.empty() ? kEverything : children) {
    const std::size_t before = out.size();
    for (const Value& root : roots) {
      if (compatible(root, child)) out.append(mergedMatch(root, child));
    }
    if (out.size() == before) return std::nullopt;
  }
  return out;
}

}  // namespace

std::vector<HttpRule> mergeDelegate(const HttpRule& root, const resource::Object& child) {
  std::vector<HttpRule> out;
  int index = 0;
  for (const Value& rule : child.spec()["http"].items()) {
    HttpRule merged{rule, root.owner, root.ns, index++};
    for (const auto& entry : root.value.entries()) {
      if (entry.key != "match" && entry.key != "delegate" && !rule.has(entry.key))
        merged.value.set(entry.key, entry.value);
    }
    const std::string& rootName = root.value["name"].asString();
    if (!rootName.empty() && rule.has("name"))
      merged.value.set("name", Value(rootName + "-" + rule["name"].asString()));
    const auto& rootMatches = root.value["match"].items();
    if (!rootMatches.empty()) {
      const std::optional<Value> matches = mergedMatches(rootMatches, rule["match"].items());
      if (!matches) continue;
      merged.value.set("match", *matches);
    }
    out.push_back(std::move(merged));
  }
  return out;
}

}  // namespace varka::pilot
