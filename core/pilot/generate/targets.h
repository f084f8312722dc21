#pragma once
// The services a proxy stands behind, and on which ports: what inbound listeners and clusters are made of.

#include <vector>

#include "core/pilot/generate/generated.h"

namespace varka::pilot {

struct ServiceTarget {
  ServicePtr service;
  ServicePort port;
  int targetPort = 0;
};

/// Oldest service first. By the proxy's address, or by selector when its pod is not listed yet.
[[nodiscard]] std::vector<ServiceTarget> serviceTargets(const MeshModel& model, const ProxyNode& proxy);

/// One inbound port of a sidecar, from its services or from Sidecar.ingress.
struct InboundPort {
  int port = 0;  // what the pod listens on
  Protocol protocol = Protocol::Auto;
  std::string bind = "0.0.0.0";
  ServicePtr service;  // null for Sidecar.ingress
  int servicePort = 0;
  resource::Value ingress;  // the Sidecar.ingress item, else null
  bool bindToPort = false;
};

/// Ordered by port; on a shared target port the oldest service decides (trap 36).
[[nodiscard]] std::vector<InboundPort> inboundPorts(const Generation& context);

}  // namespace varka::pilot
