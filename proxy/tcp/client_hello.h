#pragma once
// Reading a TLS ClientHello (RFC 8446 §4.1.2) as far as filter chains need it: server name and ALPN. Pure;
// bytes may come in pieces, the caller keeps them. Never trusts a length.

#include <string>
#include <string_view>
#include <vector>

namespace varka::proxy {

struct ClientHello {
  enum class State { NeedMore, NotTls, Complete };
  State state = State::NeedMore;
  std::string serverName;  // lower case, "" when absent
  std::vector<std::string> alpn;
};

/// `bytes` = everything received so far.
ClientHello readClientHello(std::string_view bytes);

}  // namespace varka::proxy
