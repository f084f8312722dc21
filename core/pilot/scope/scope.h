#pragma once
// Scope: what one proxy sees of the mesh: exportTo and Sidecar resources applied. A value that borrows from
// the MeshModel.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pilot/model/mesh_model.h"

namespace varka::pilot {

/// One egress listener of a Sidecar, or the only, implicit one.
struct EgressScope {
  std::optional<ServicePort> port;  // absent = the catch-all
  std::string bind;
  bool captureNone = false;
  std::vector<ServicePtr> services;  // oldest first
  std::vector<VirtualServicePtr> virtualServices;
  /// service host -> the VirtualService that binds it: by exact name, else by the most specific wildcard
  /// (trap 4).
  std::map<std::string, const VirtualService*, std::less<>> bindings;
};

struct Scope {
  std::string ns;
  bool allowAny = true;
  resource::ObjectPtr sidecar;  // null = no Sidecar resource applies
  std::vector<EgressScope> egress;
  std::vector<ServicePtr> services;  // of all egress listeners: what gets clusters
  std::map<std::string, ServicePtr, std::less<>> byHost;
  std::map<std::string, DestinationRulePtr, std::less<>> destinationRules;  // by service host

  [[nodiscard]] ServicePtr find(std::string_view host) const;
  [[nodiscard]] DestinationRulePtr destinationRule(std::string_view host) const;
  /// The egress listener that serves RDS of this port.
  [[nodiscard]] const EgressScope* egressFor(int port) const;
  [[nodiscard]] bool hasIngress() const { return sidecar && sidecar->spec()["ingress"].size() > 0; }
};

[[nodiscard]] Scope buildScope(const MeshModel& model, const ProxyNode& proxy);
/// The Sidecar resource that applies: by workload, the namespace's, the root namespace's.
[[nodiscard]] resource::ObjectPtr sidecarFor(const Rules& rules, const ProxyNode& proxy);

}  // namespace varka::pilot
