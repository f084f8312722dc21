#pragma once
// Reading a PROXY protocol header, version 1 or 2 (haproxy's proxy-protocol.txt). Pure.

#include <string_view>

#include "proxy/net/address.h"

namespace varka::proxy {

struct ProxyHeader {
  enum class State { NeedMore, None, Complete, Bad };
  State state = State::NeedMore;
  std::size_t size = 0;         // bytes to take off
  Address source, destination;  // unspecified for LOCAL and UNKNOWN
};
ProxyHeader readProxyHeader(std::string_view bytes);

}  // namespace varka::proxy
