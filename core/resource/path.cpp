#include "core/resource/path.h"

#include <algorithm>
#include <charconv>

namespace varka::resource {

std::optional<PathStep> takeStep(std::string_view& path) {
  if (!path.empty() && path.front() == '.') path.remove_prefix(1);
  if (path.empty()) return std::nullopt;
  if (path.front() != '[') {
    const auto end = std::min(path.find_first_of(".["), path.size());
    PathStep step{std::string(path.substr(0, end)), std::nullopt};
    path.remove_prefix(end);
    return step;
  }
  if (path.size() > 1 && (path[1] == '\'' || path[1] == '"')) {
    const auto end = path.find(std::string{path[1], ']'}, 2);
    if (end == std::string_view::npos) return std::nullopt;
    PathStep step{std::string(path.substr(2, end - 2)), std::nullopt};
    path.remove_prefix(end + 2);
    return step;
  }
  const auto end = path.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  std::size_t index = 0;
  const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + end, index);
  if (error != std::errc() || stop != path.data() + end) return std::nullopt;
  path.remove_prefix(end + 1);
  return PathStep{{}, index};
}

std::optional<std::vector<PathStep>> splitPath(std::string_view path) {
  std::vector<PathStep> steps;
  while (!path.empty()) {
    auto step = takeStep(path);
    if (!step) return std::nullopt;
    steps.push_back(std::move(*step));
  }
  return steps;
}

std::string joinPath(std::string_view path, std::string_view name) {
  if (name.empty() || name.find_first_of(".[]'\" ") != std::string_view::npos) {
    return std::string(path) + "['" + std::string(name) + "']";
  }
  return path.empty() ? std::string(name) : std::string(path) + "." + std::string(name);
}

std::string joinPath(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

}  // namespace varka::resource
