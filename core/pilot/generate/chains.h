#pragma once
// One filter chain of an outbound listener before it is Envoy's: what it matches and what it does. Two chains
// that match the same thing cannot live in one listener; the first stays.

#include <string>
#include <vector>

#include "core/xds/listener.h"

namespace varka::pilot {

struct OutboundChain {
  std::vector<std::string> sniHosts;
  std::vector<std::string> cidrs;  // "10.0.0.0/8" or an address
  std::vector<std::string> alpns;
  std::string transport;
  std::vector<xds::NetworkFilter> filters;
  xds::Metadata metadata;

  [[nodiscard]] bool matchesAll() const;
  [[nodiscard]] bool conflictsWith(const OutboundChain& other) const;
  [[nodiscard]] xds::FilterChainMatch match() const;
};

/// "1.2.3.4/8" -> {"1.0.0.0", 8}; an address gets its full length. False when it is neither.
bool parseCidr(const std::string& text, xds::CidrRange& out);

}  // namespace varka::pilot
