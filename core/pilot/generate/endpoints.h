#pragma once
// EDS: the ready instances of a service as a ClusterLoadAssignment, grouped by locality.

#include <string>

#include "core/pilot/model/service.h"
#include "core/xds/endpoint.h"

namespace varka::pilot {

/// `labels`: those of a subset; empty = all. Unready instances are left out unless the service publishes
/// them.
[[nodiscard]] xds::ClusterLoadAssignment assignmentOf(const Service& service, std::size_t portIndex,
                                                      const resource::Labels& labels,
                                                      std::string clusterName);
[[nodiscard]] bool hasLabels(const ServiceEndpoint& endpoint, const resource::Labels& wanted);

}  // namespace varka::pilot
