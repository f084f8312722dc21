#include "proxy/net/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "core/base/log.h"

#ifndef SO_ORIGINAL_DST
#define SO_ORIGINAL_DST 80  // linux/netfilter_ipv4.h, which clashes with netinet/in.h
#endif
#ifndef IP6T_SO_ORIGINAL_DST
#define IP6T_SO_ORIGINAL_DST 80
#endif

namespace varka::proxy {

Result<UniqueFd> makeSocket(int family) {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail("cannot make a socket: " + errnoText(errno));
  if (family != AF_UNIX) setNoDelay(fd.get());
  return fd;
}

Result<UniqueFd> listenOn(const Address& address, int backlog, unsigned mode) {
  auto fd = makeSocket(address.family());
  if (!fd) return tl::unexpected(fd.error());
  sockaddr_storage storage;
  const socklen_t length = address.toSockaddr(storage);
  if (length == 0) return fail("cannot listen on " + address.text() + ": the path is too long for a socket");
  if (address.isUnix()) {
    ::unlink(address.text().c_str());
  } else {
    const int on = 1;
    setsockopt(fd->get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family() == AF_INET6) setsockopt(fd->get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (::bind(fd->get(), reinterpret_cast<sockaddr*>(&storage), length) != 0)
    return fail("cannot listen on " + address.text() + ": " + errnoText(errno));
  if (address.isUnix() && ::chmod(address.text().c_str(), mode) != 0)
    return fail("cannot protect " + address.text() + ": " + errnoText(errno));
  if (::listen(fd->get(), backlog) != 0)
    return fail("cannot listen on " + address.text() + ": " + errnoText(errno));
  return std::move(*fd);
}

void setNoDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails harmlessly on unix sockets
}

void setNonBlocking(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}

std::optional<Address> originalDestination(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getsockopt(fd, SOL_IP, SO_ORIGINAL_DST, &storage, &length) == 0)
    return Address::fromSockaddr(reinterpret_cast<sockaddr*>(&storage), length);
  length = sizeof storage;
  if (getsockopt(fd, SOL_IPV6, IP6T_SO_ORIGINAL_DST, &storage, &length) == 0)
    return Address::fromSockaddr(reinterpret_cast<sockaddr*>(&storage), length);
  return std::nullopt;
}

Result<void> bindSource(int fd, const Address& ip) {
  const int on = 1;
  setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_storage storage;
  Address source = ip;
  source.setPort(0);
  const socklen_t length = source.toSockaddr(storage);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&storage), length) != 0)
    return fail("cannot bind to " + ip.ip() + ": " + errnoText(errno));
  return {};
}

int socketError(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  return error;
}

void setKeepAlive(int fd, int probes, int timeSeconds, int intervalSeconds) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (probes > 0) setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  if (timeSeconds > 0) setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &timeSeconds, sizeof timeSeconds);
  if (intervalSeconds > 0)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &intervalSeconds, sizeof intervalSeconds);
}

}  // namespace varka::proxy
