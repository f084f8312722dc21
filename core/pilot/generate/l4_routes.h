#pragma once
// tcp[] and tls[] rules of VirtualServices -> filter chains, on sidecars.

#include <string>
#include <vector>

#include "core/pilot/generate/chains.h"
#include "core/pilot/generate/generated.h"

namespace varka::pilot {

struct L4Request {
  const Generation& context;
  const EgressScope& egress;
  const Service& service;
  const ServicePort& port;  // of the listener
  const std::string& bind;
  const std::string& address;      // the service's, or the instance's
  std::vector<std::string> cidrs;  // when the listener is 0.0.0.0 because the address is a range
};

/// Chains in order; the last matches everything the service gets unless a rule did already.
[[nodiscard]] std::vector<OutboundChain> l4Chains(const L4Request& request);

}  // namespace varka::pilot
