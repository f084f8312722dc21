#pragma once
// What every mesh has without being asked: namespaces, and the ingress gateway once a Gateway wants it. Pure functions from
// the resources to the objects that the mesh adds as a controller.

#include <set>
#include <string>
#include <vector>

#include "core/resource/object.h"
#include "core/resource/store.h"

namespace varka::mesh {

inline constexpr const char* kIngressName = "istio-ingressgateway";
inline constexpr const char* kIngressNamespace = "istio-system";

/// default, istio-system, and every namespace that an object of the snapshot is in.
std::vector<resource::Object> builtinNamespaces(const resource::Snapshot& snapshot);
/// ServiceAccount, Deployment and Service of the ingress gateway with the ports of all Gateways that select it; empty when
/// none does, or when the user brings a Deployment of the same name.
std::vector<resource::Object> ingressGateway(const resource::Snapshot& snapshot);
/// Ports that Gateways (Istio's and the Gateway API's) ask of the ingress gateway.
std::set<int> ingressPorts(const resource::Snapshot& snapshot);

}  // namespace varka::mesh
