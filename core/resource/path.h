#pragma once
// Paths into a document: "spec.http[0].route[1].weight", "labels['a.b/c']". Pure, any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varka::resource {

struct PathStep {
  std::string name;                  // of a map key, when `index` is not set
  std::optional<std::size_t> index;  // of a list item
};

/// Cuts the first step off; nullopt when the path is malformed.
std::optional<PathStep> takeStep(std::string_view& path);
std::optional<std::vector<PathStep>> splitPath(std::string_view path);

/// `path` and one more step, quoted where the name needs it.
std::string joinPath(std::string_view path, std::string_view name);
std::string joinPath(std::string_view path, std::size_t index);

}  // namespace varka::resource
