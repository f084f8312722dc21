#pragma once
// ListenSockets: the listening descriptors of the process by address, shared by its workers. Sources, in this
// order: what was inherited (--listen-fd, the capture channel), the hop's unix socket, else a socket of our
// own. Thread safe.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.h"
#include "proxy/net/address.h"
#include "proxy/net/fd.h"

namespace varka::proxy {

class ListenSockets {
 public:
  void inherit(std::uint16_t port, UniqueFd fd);
  /// With `false`, only inherited sockets, loopback addresses and unix sockets are listened on: the sidecars
  /// of a captured mesh share the host's network.
  void setOwnSockets(bool allowed) { ownSockets_ = allowed; }
  /// A duplicate for a worker. Null descriptor: this process does not listen there, on purpose.
  Result<UniqueFd> open(const Address& address);
  /// Closes our copy; called when the listener is gone from the configuration.
  void close(const Address& address);

 private:
  std::mutex mutex_;
  std::map<std::uint16_t, UniqueFd> inherited_;
  std::map<std::string, UniqueFd> open_;
  bool ownSockets_ = true;
};

}  // namespace varka::proxy
