#include "proxy/server/sockets.h"

#include <fcntl.h>

#include <cerrno>

#include "proxy/net/socket.h"

namespace varka::proxy {
namespace {

Result<UniqueFd> duplicate(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) return fail("cannot duplicate a listening socket: " + errnoText(errno));
  return copy;
}

}  // namespace

void ListenSockets::inherit(std::uint16_t port, UniqueFd fd) {
  const std::lock_guard lock(mutex_);
  setNonBlocking(fd.get());
  inherited_[port] = std::move(fd);
}

Result<UniqueFd> ListenSockets::open(const Address& address) {
  const std::lock_guard lock(mutex_);
  if (address.isIp()) {
    const auto inherited = inherited_.find(address.port());
    if (inherited != inherited_.end()) return duplicate(inherited->second.get());
    if (!ownSockets_ && !address.isLoopback()) return UniqueFd();
  }
  UniqueFd& mine = open_[address.text()];
  if (!mine) {
    auto made = listenOn(address);
    if (!made) return tl::unexpected(made.error());
    mine = std::move(*made);
  }
  return duplicate(mine.get());
}

void ListenSockets::close(const Address& address) {
  const std::lock_guard lock(mutex_);
  open_.erase(address.text());
}

}  // namespace varka::proxy
