#pragma once
// Registry: Kubernetes Services, ServiceEntries, WorkloadEntries, EndpointSlices and pods -> Pilot's
// services, with their addresses. A pure function of its input; the result does not depend on the order of
// anything.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/pilot/model/service.h"
#include "core/pilot/pilot.h"

namespace varka::pilot {

struct Registry {
  /// Oldest first (trap 6).
  std::vector<ServicePtr> services;
  /// A host name may exist in several namespaces.
  std::map<std::string, std::vector<ServicePtr>, std::less<>> byHost;

  /// The service a client of `ns` means: its own namespace's, then Kubernetes', then the oldest visible (trap
  /// 14).
  [[nodiscard]] ServicePtr find(std::string_view host, std::string_view ns) const;
};

[[nodiscard]] Registry buildRegistry(const PilotInput& input);

/// Gives every service that needs one an address of 240.240.0.0/16: the hash of its host, the next free one
/// when taken, hosts in alphabetical order. A service keeps its address while no colliding name comes or
/// goes.
void allocateAddresses(std::vector<std::shared_ptr<Service>>& services);

}  // namespace varka::pilot
