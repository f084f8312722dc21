#pragma once
// A proxy's resources in the shape of Envoy's /config_dump, which istioctl and our proxy-config read. Pure; private keys of
// gateway certificates are left out.

#include <string>

#include "core/xds/delta_server.h"

namespace varka::mesh {

std::string configDumpJson(const xds::Snapshot& snapshot, const std::string& node);

}  // namespace varka::mesh
