#pragma once
// Making and preparing sockets. Free functions, any thread; all descriptors are non-blocking and
// close-on-exec.

#include <cstdint>
#include <optional>

#include "core/base/result.h"
#include "proxy/net/address.h"
#include "proxy/net/fd.h"

namespace varka::proxy {

Result<UniqueFd> makeSocket(int family);
/// SO_REUSEADDR, bind, listen. A stale unix socket file is replaced; `mode` is its permission.
Result<UniqueFd> listenOn(const Address& address, int backlog = 1024, unsigned mode = 0600);
void setNoDelay(int fd);
void setNonBlocking(int fd);
/// The destination before a netfilter REDIRECT; nullopt when there was none.
std::optional<Address> originalDestination(int fd);
/// Binds to `ip`, any port, chosen at connect (IP_BIND_ADDRESS_NO_PORT).
Result<void> bindSource(int fd, const Address& ip);
/// SO_ERROR, 0 = none.
int socketError(int fd);
/// TCP keep-alive; values of 0 leave the system's.
void setKeepAlive(int fd, int probes, int timeSeconds, int intervalSeconds);

}  // namespace varka::proxy
