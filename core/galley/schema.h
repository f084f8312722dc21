#pragma once
// What the schema tables know, for completion, hover and documentation. Plain values over static tables, any
// thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varka::galley {

/// How far Varka does what Istio does with a field.
enum class Fidelity { Exact, Approximated, Ignored };
[[nodiscard]] std::string_view fidelityText(Fidelity fidelity);  // "exact" "approximated" "ignored"

struct FieldInfo {
  std::string name;  // as written in YAML: "withoutHeaders"
  std::string type;  // "string", "duration", "list of HTTPRoute", "map of StringMatch", "enum"
  bool list = false, map = false, message = false, required = false;
  std::vector<std::string> values;  // of an enum or a bool
  std::string doc;                  // one sentence
  Fidelity fidelity = Fidelity::Exact;
  std::string note;  // how approximated, why ignored
};

struct KindInfo {
  std::string group, kind;
  std::vector<std::string> versions;  // newest first
  Fidelity fidelity = Fidelity::Exact;
  std::string note;
};

/// Every kind that Varka can read.
[[nodiscard]] std::vector<KindInfo> kinds();
/// The fields allowed at a path of a kind: fields("networking.istio.io", "VirtualService", "spec.http[0]").
/// List indexes and map keys stand for any. Empty when the path has no fields.
[[nodiscard]] std::vector<FieldInfo> fields(std::string_view group, std::string_view kind,
                                            std::string_view path);
/// One field by its full path: "spec.http[0].timeout".
[[nodiscard]] std::optional<FieldInfo> field(std::string_view group, std::string_view kind,
                                             std::string_view path);
/// docs/fidelity.md: one row per field.
[[nodiscard]] std::string fidelityMarkdown();

}  // namespace varka::galley
