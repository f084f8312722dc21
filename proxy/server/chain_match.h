#pragma once
// Choosing a filter chain as Envoy does: step by step the most specific, never going back (xds.md,
// FilterChainMatch). Pure: the same function serves connections and `varka explain`.

#include <string>
#include <string_view>
#include <vector>

#include "proxy/net/address.h"
#include "proxy/xds/runtime_config.h"

namespace varka::proxy {

struct ChainQuery {
  Address destination, source;
  std::string serverName;                     // lower case, "" unknown
  std::string_view transport = "raw_buffer";  // or "tls"
  std::vector<std::string> applicationProtocols;
};

/// The default chain, or null, when none fits.
ChainPtr matchChain(const RuntimeListener& listener, const ChainQuery& query);

/// Whether `address` lies in `range`; its prefix length, -1 when not.
int prefixMatch(const Address& address, const xds::CidrRange& range);

}  // namespace varka::proxy
