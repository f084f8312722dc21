#pragma once
// The node of the command line: as xDS sends it and as telemetry names it.

#include "core/base/result.h"
#include "core/xds/bootstrap.h"
#include "proxy/server/worker_context.h"

namespace varka::proxy {

Result<xds::Node> makeNode(const std::string& id, const std::string& metadataJson);
NodeIdentity identityOf(const xds::Node& node);

}  // namespace varka::proxy
