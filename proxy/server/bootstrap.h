#pragma once
// Reading the file of `varka-proxy -c`: JSON as it is, YAML turned into JSON first.

#include <string>

#include "core/base/result.h"
#include "core/xds/bootstrap.h"

namespace varka::proxy {

Result<xds::Bootstrap> loadBootstrap(const std::string& path);
/// YAML of the kind bootstraps use, as JSON. Aliases are followed within a limit, so that small files stay
/// small.
Result<std::string> yamlToJson(const std::string& yaml);

}  // namespace varka::proxy
