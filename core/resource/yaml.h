#pragma once
// YAML (and JSON, which is YAML) in and out, by our own reader (see README.md for why). Input is hostile:
// aliases, depth, size and document count are bounded, and every error has file:line:column. Plain functions,
// any thread.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/resource/object.h"

namespace varka::resource {

struct YamlLimits {
  std::size_t bytes = 8u << 20;
  int depth = 64;
  std::size_t nodes = 500'000;  // after expanding aliases
};

/// What is wrong with a text and where. `text()` is "file:line:column: message", what the Result forms below
/// carry.
struct YamlError {
  Origin origin;
  std::string message;
  [[nodiscard]] std::string text() const { return origin.text() + ": " + message; }
};
tl::expected<std::vector<Value>, YamlError> readYaml(std::string_view text, const std::string& file,
                                                     const YamlLimits& limits = {});
tl::expected<std::vector<Object>, YamlError> readObjects(std::string_view text, const std::string& file,
                                                         const std::string& defaultNamespace = "default");
tl::expected<Object, YamlError> readObject(Value document, Origin origin,
                                           const std::string& defaultNamespace = "default");

/// All documents of a stream; empty documents are left out. Duplicate keys are errors.
Result<std::vector<Value>> parseYaml(std::string_view text, const std::string& file,
                                     const YamlLimits& limits = {});

/// Documents → Objects: `List` kinds are unfolded, a missing namespace becomes `defaultNamespace` for
/// namespaced kinds. Needs apiVersion, kind and metadata.name; the error says which is missing and where.
Result<std::vector<Object>> parseObjects(std::string_view text, const std::string& file,
                                         const std::string& defaultNamespace = "default");
Result<Object> objectFromValue(Value document, Origin origin,
                               const std::string& defaultNamespace = "default");

/// Block style, two spaces, keys in their order, strings quoted only where YAML needs it (kubectl's look).
std::string toYaml(const Value& value);
std::string toJson(const Value& value, int indent = -1);
Result<Value> parseJson(std::string_view text, const std::string& file = "json");

/// Whether objects of a kind live in namespaces (everything but Namespace, Node, ClusterRole, GatewayClass,
/// …).
bool isNamespaced(std::string_view kind);

/// The object as the API shows it: metadata completed with uid, resourceVersion, generation,
/// creationTimestamp.
Value toValue(const Object& object);

}  // namespace varka::resource
