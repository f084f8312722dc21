#pragma once
// What generation yields for one proxy, as values; PushContext turns it into named, versioned resources.

#include <map>
#include <string>
#include <vector>

#include "core/pilot/scope/scope.h"
#include "core/xds/cluster.h"
#include "core/xds/listener.h"
#include "core/xds/name_table.h"

namespace varka::pilot {

struct Generated {
  std::vector<xds::Listener> listeners;
  std::vector<xds::RouteConfiguration> routes;
  std::vector<xds::Cluster> clusters;
  std::vector<xds::ClusterLoadAssignment> endpoints;
  std::vector<xds::Secret> secrets;
  xds::NameTable names;
};

/// Everything the generators read.
struct Generation {
  const MeshModel& model;
  const Scope& scope;
  const ProxyNode& proxy;
};

[[nodiscard]] Generated generateFor(const MeshModel& model, const ProxyNode& proxy);

void generateClusters(const Generation& context, Generated& out);       // CDS and EDS
void generateOutbound(const Generation& context, Generated& out);       // sidecar LDS, outbound
void generateInbound(const Generation& context, Generated& out);        // sidecar LDS, inbound
void generateSidecarRoutes(const Generation& context, Generated& out);  // RDS for what LDS names
void generateGateway(const Generation& context, Generated& out);        // gateway LDS and RDS
void generateSecrets(const Generation& context, Generated& out);        // SDS for what LDS and CDS name
void generateNames(const Generation& context, Generated& out);          // NDS

}  // namespace varka::pilot
