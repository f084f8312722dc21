#pragma once
// The -f of apply, delete, validate: files, folders of YAML files, stdin. Reads everything before anything is sent.

#include <string>
#include <vector>

#include "core/base/result.h"

namespace varka::app {

struct Manifest {
  std::string name;  // as messages name it: the path, or "stdin"
  std::string text;
};

Result<std::vector<Manifest>> readManifests(const std::vector<std::string>& paths);

}  // namespace varka::app
