#include "core/resource/patch.h"

#include <algorithm>
#include <map>

namespace varka::resource {
namespace {

/// patchMergeKey of the Kubernetes API, per field.
std::string_view mergeKey(std::string_view field) {
  static const std::map<std::string_view, std::string_view> kKeys = {{"containers", "name"},
                                                                     {"initContainers", "name"},
                                                                     {"env", "name"},
                                                                     {"volumes", "name"},
                                                                     {"volumeMounts", "mountPath"},
                                                                     {"imagePullSecrets", "name"},
                                                                     {"ownerReferences", "uid"},
                                                                     {"conditions", "type"},
                                                                     {"tolerations", "key"},
                                                                     {"hostAliases", "ip"},
                                                                     {"secrets", "name"}};
  const auto found = kKeys.find(field);
  return found == kKeys.end() ? std::string_view() : found->second;
}

/// "ports" are keyed by containerPort in a container and by port in a Service.
std::string_view keyOf(std::string_view field, const Value& items) {
  if (field != "ports") return mergeKey(field);
  return items.size() > 0 && items[std::size_t{0}].has("containerPort") ? "containerPort" : "port";
}

Value merge(const Value& target, const Value& patch, bool strategic);

Value mergeList(const Value& target, const Value& patch, std::string_view key) {
  Value::List items = target.items();
  for (const auto& item : patch.items()) {
    const auto same =
        std::find_if(items.begin(), items.end(), [&](const Value& one) { return one[key] == item[key]; });
    if (item["$patch"].asString() == "delete") {
      if (same != items.end()) items.erase(same);
    } else if (same == items.end()) {
      items.push_back(item);
    } else {
      *same = merge(*same, item, true);
    }
  }
  return items;
}

Value merge(const Value& target, const Value& patch, bool strategic) {
  if (!patch.isMap()) return patch;
  Value result = target.isMap() ? target : Value::map();
  for (const auto& entry : patch.entries()) {
    if (entry.value.isNull()) {
      result.erase(entry.key);
      continue;
    }
    if (strategic && entry.key == "$patch") continue;
    const Value& old = result[entry.key];
    const auto key = strategic && entry.value.isList() ? keyOf(entry.key, entry.value) : std::string_view();
    Value merged =
        key.empty() || !old.isList() ? merge(old, entry.value, strategic) : mergeList(old, entry.value, key);
    result.set(entry.key, std::move(merged));
  }
  return result;
}

}  // namespace

Value mergePatch(const Value& target, const Value& patch) {
  return merge(target, patch, false);
}

Value strategicMergePatch(const Value& target, const Value& patch) {
  return merge(target, patch, true);
}

}  // namespace varka::resource
