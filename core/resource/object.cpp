#include "core/resource/object.h"

#include <algorithm>

namespace varka::resource {
namespace {

bool requirementHolds(const Value& requirement, const Labels& labels) {
  const auto found = labels.find(requirement["key"].asString());
  const std::string& op = requirement["operator"].asString();
  if (op == "Exists") return found != labels.end();
  if (op == "DoesNotExist") return found == labels.end();
  const auto& values = requirement["values"].items();
  const bool among =
      found != labels.end() && std::any_of(values.begin(), values.end(),
                                           [&](const Value& value) { return value.text() == found->second; });
  if (op == "In") return among;
  if (op == "NotIn") return !among;
  return false;
}

}  // namespace

std::string Key::text() const {
  return ns.empty() ? kind + " " + name : kind + " " + ns + "/" + name;
}

std::string Object::group() const {
  const auto slash = apiVersion.find('/');
  return slash == std::string::npos ? std::string() : apiVersion.substr(0, slash);
}

std::string Object::version() const {
  const auto slash = apiVersion.find('/');
  return slash == std::string::npos ? apiVersion : apiVersion.substr(slash + 1);
}

Key Object::key() const {
  return Key{group(), kind, ns, name};
}

bool mapMatches(const Value& matchLabels, const Labels& labels) {
  return std::all_of(matchLabels.entries().begin(), matchLabels.entries().end(),
                     [&](const Value::Entry& entry) {
                       const auto found = labels.find(entry.key);
                       return found != labels.end() && found->second == entry.value.text();
                     });
}

bool selectorMatches(const Value& selector, const Labels& labels) {
  const auto& requirements = selector["matchExpressions"].items();
  return mapMatches(selector["matchLabels"], labels) &&
         std::all_of(requirements.begin(), requirements.end(),
                     [&](const Value& requirement) { return requirementHolds(requirement, labels); });
}

Labels labelsOf(const Value& map) {
  Labels labels;
  for (const auto& entry : map.entries()) labels[entry.key] = entry.value.text();
  return labels;
}

}  // namespace varka::resource
