#pragma once
// The short form of varka.yaml: one `kind: Mesh` document becomes Services, Deployments and ServiceAccounts.
// Pure functions; every expanded node keeps the mark of the piece it came from. Private to core/resource.

#include <string>
#include <vector>

#include "core/resource/project.h"

namespace varka::resource {

struct ShortForm {
  std::string name;
  std::string ns = "default";
  std::vector<Object> objects;
  std::vector<ImageEntry> images;
  Value settings;
  std::vector<std::pair<Mark, std::string>> include;       // glob patterns as written
  std::vector<std::pair<Mark, std::string>> dependencies;  // names in dependsOn, checked when all is loaded
  std::vector<LoadProblem> problems;
};

[[nodiscard]] bool isShortForm(const Value& document);
[[nodiscard]] ShortForm expandShortForm(const Value& document,
                                        const std::shared_ptr<const std::string>& file);

}  // namespace varka::resource
