#include "core/resource/yaml.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "core/resource/yaml_reader.h"

namespace varka::resource {
namespace {

constexpr std::array<std::string_view, 16> kClusterKinds = {"APIService",
                                                            "CSIDriver",
                                                            "ClusterRole",
                                                            "ClusterRoleBinding",
                                                            "CustomResourceDefinition",
                                                            "GatewayClass",
                                                            "IngressClass",
                                                            "MutatingWebhookConfiguration",
                                                            "Namespace",
                                                            "Node",
                                                            "PersistentVolume",
                                                            "PriorityClass",
                                                            "RuntimeClass",
                                                            "StorageClass",
                                                            "ValidatingWebhookConfiguration",
                                                            "VolumeAttachment"};

std::string isoTime(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// "kind: List" and "ServiceList" with items are a wrapper, not an object.
bool isListKind(const Value& document) {
  const std::string& kind = document["kind"].asString();
  return kind.ends_with("List") && document["items"].isList();
}

template <typename T>
Result<T> plain(tl::expected<T, YamlError> result) {
  if (result) return std::move(*result);
  return fail(result.error().text());
}

}  // namespace

bool isNamespaced(std::string_view kind) {
  return std::find(kClusterKinds.begin(), kClusterKinds.end(), kind) == kClusterKinds.end();
}

tl::expected<std::vector<Value>, YamlError> readYaml(std::string_view text, const std::string& file,
                                                     const YamlLimits& limits) {
  auto documents = YamlReader(text, file, limits, false).read();
  if (!documents) return tl::unexpected(documents.error());
  std::vector<Value> values;
  values.reserve(documents->size());
  for (auto& document : *documents) values.push_back(std::move(document.value));
  return values;
}

tl::expected<Object, YamlError> readObject(Value document, Origin origin,
                                           const std::string& defaultNamespace) {
  const auto refuse = [&](const Value& at, std::string message) {
    const Mark mark = at.mark().line > 0 ? at.mark() : origin.mark;
    return tl::unexpected(YamlError{Origin{origin.file, mark}, std::move(message)});
  };
  if (!document.isMap())
    return refuse(document, "a resource is a mapping with apiVersion, kind and metadata");
  const auto missing = [&](const char* what) {
    return refuse(document,
                  std::string(what) + " is missing: every resource needs apiVersion, kind and metadata.name");
  };
  Object object;
  object.apiVersion = document["apiVersion"].asString();
  object.kind = document["kind"].asString();
  if (object.apiVersion.empty()) return missing("apiVersion");
  if (object.kind.empty()) return missing("kind");
  const Value& metadata = document["metadata"];
  if (!metadata.isMap()) return missing("metadata");
  if (!metadata["name"].isString() && !metadata["name"].isNull()) {
    return refuse(metadata["name"], "metadata.name must be a string; put it in quotes");
  }
  object.name = metadata["name"].asString();
  if (object.name.empty()) return missing("metadata.name");
  if (isNamespaced(object.kind)) {
    object.ns = metadata["namespace"].asString();
    if (object.ns.empty()) object.ns = defaultNamespace;
  }
  object.labels = labelsOf(metadata["labels"]);
  object.annotations = labelsOf(metadata["annotations"]);
  origin.mark = document.mark().line > 0 ? document.mark() : origin.mark;
  object.origin = std::move(origin);
  object.root = std::move(document);
  return object;
}

tl::expected<std::vector<Object>, YamlError> readObjects(std::string_view text, const std::string& file,
                                                         const std::string& defaultNamespace) {
  auto documents = readYaml(text, file);
  if (!documents) return tl::unexpected(documents.error());
  const auto name = std::make_shared<const std::string>(file);
  std::vector<Object> objects;
  const auto add = [&](const Value& value) -> std::optional<YamlError> {
    auto object = readObject(value, Origin{name, value.mark()}, defaultNamespace);
    if (!object) return object.error();
    objects.push_back(std::move(*object));
    return std::nullopt;
  };
  for (const auto& document : *documents) {
    if (document.isNull()) continue;
    if (!isListKind(document)) {
      if (auto error = add(document)) return tl::unexpected(*error);
      continue;
    }
    for (const auto& item : document["items"].items()) {
      if (auto error = add(item)) return tl::unexpected(*error);
    }
  }
  return objects;
}

Result<std::vector<Value>> parseYaml(std::string_view text, const std::string& file,
                                     const YamlLimits& limits) {
  return plain(readYaml(text, file, limits));
}

Result<std::vector<Object>> parseObjects(std::string_view text, const std::string& file,
                                         const std::string& defaultNamespace) {
  return plain(readObjects(text, file, defaultNamespace));
}

Result<Object> objectFromValue(Value document, Origin origin, const std::string& defaultNamespace) {
  return plain(readObject(std::move(document), std::move(origin), defaultNamespace));
}

Result<Value> parseJson(std::string_view text, const std::string& file) {
  auto documents = readYaml(text, file);
  if (!documents) return fail(documents.error().text());
  if (documents->size() != 1) return fail(file + ": expected one JSON value");
  return std::move(documents->front());
}

Value toValue(const Object& object) {
  Value root = object.root;
  Value& metadata = root.mutableAt("metadata");
  metadata.set("name", object.name);
  if (!object.ns.empty()) metadata.set("namespace", object.ns);
  if (!object.uid.empty()) metadata.set("uid", object.uid);
  if (object.resourceVersion > 0) metadata.set("resourceVersion", std::to_string(object.resourceVersion));
  if (object.generation > 0) metadata.set("generation", object.generation);
  if (object.creationTimestamp > 0) metadata.set("creationTimestamp", isoTime(object.creationTimestamp));
  return root;
}

}  // namespace varka::resource
