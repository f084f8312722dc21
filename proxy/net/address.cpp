#include "proxy/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <functional>

namespace varka::proxy {

Result<Address> Address::fromIp(std::string_view ip, std::uint16_t port) {
  Address result;
  const std::string text(ip);
  if (inet_pton(AF_INET, text.c_str(), result.ip_.data()) == 1)
    result.family_ = AF_INET;
  else if (inet_pton(AF_INET6, text.c_str(), result.ip_.data()) == 1)
    result.family_ = AF_INET6;
  else
    return fail("\"" + text + "\" is not an IP address");
  result.port_ = port;
  return result;
}

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with('/')) return unixSocket(std::string(text));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail("\"" + std::string(text) + "\" is not IP:PORT");
  std::string_view ip = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port > 65535)
    return fail("\"" + std::string(text) + "\" has no valid port");
  if (ip.size() >= 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  if (ip == "localhost") ip = "127.0.0.1";
  return fromIp(ip, static_cast<std::uint16_t>(port));
}

Address Address::unixSocket(std::string path) {
  Address result;
  result.family_ = AF_UNIX;
  result.path_ = std::move(path);
  return result;
}

Address Address::fromSockaddr(const sockaddr* address, socklen_t length) {
  Address result;
  if (length < static_cast<socklen_t>(sizeof(sa_family_t))) return result;
  if (address->sa_family == AF_INET && length >= static_cast<socklen_t>(sizeof(sockaddr_in))) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    result.family_ = AF_INET;
    result.port_ = ntohs(in.sin_port);
    std::memcpy(result.ip_.data(), &in.sin_addr, 4);
  } else if (address->sa_family == AF_INET6 && length >= static_cast<socklen_t>(sizeof(sockaddr_in6))) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    result.port_ = ntohs(in.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
      result.family_ = AF_INET;
      std::memcpy(result.ip_.data(), in.sin6_addr.s6_addr + 12, 4);
    } else {
      result.family_ = AF_INET6;
      std::memcpy(result.ip_.data(), &in.sin6_addr, 16);
    }
  } else if (address->sa_family == AF_UNIX) {
    result.family_ = AF_UNIX;
    const auto* un = reinterpret_cast<const sockaddr_un*>(address);
    const std::size_t room = length - offsetof(sockaddr_un, sun_path);
    result.path_.assign(un->sun_path, strnlen(un->sun_path, room));
  }
  return result;
}

Address Address::localOf(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return fromSockaddr(reinterpret_cast<sockaddr*>(&storage), length);
}

Address Address::peerOf(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return fromSockaddr(reinterpret_cast<sockaddr*>(&storage), length);
}

bool Address::isAnyIp() const {
  return isIp() && std::all_of(ip_.begin(), ip_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool Address::isLoopback() const {
  if (family_ == AF_INET) return ip_[0] == 127;
  if (family_ != AF_INET6) return false;
  return ip_[15] == 1 && std::all_of(ip_.begin(), ip_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

std::string Address::ip() const {
  if (!isIp()) return {};
  char buffer[INET6_ADDRSTRLEN];
  return inet_ntop(family_, ip_.data(), buffer, sizeof buffer) ? buffer : "";
}

std::string Address::text() const {
  if (isUnix()) return path_.empty() ? "unix" : path_;
  if (!isIp()) return {};
  const std::string host = ip();
  return (family_ == AF_INET6 ? "[" + host + "]" : host) + ":" + std::to_string(port_);
}

socklen_t Address::toSockaddr(sockaddr_storage& out) const {
  std::memset(&out, 0, sizeof out);
  if (family_ == AF_INET) {
    auto* in = reinterpret_cast<sockaddr_in*>(&out);
    in->sin_family = AF_INET;
    in->sin_port = htons(port_);
    std::memcpy(&in->sin_addr, ip_.data(), 4);
    return sizeof(sockaddr_in);
  }
  if (family_ == AF_INET6) {
    auto* in = reinterpret_cast<sockaddr_in6*>(&out);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(port_);
    std::memcpy(&in->sin6_addr, ip_.data(), 16);
    return sizeof(sockaddr_in6);
  }
  auto* un = reinterpret_cast<sockaddr_un*>(&out);
  if (family_ != AF_UNIX || path_.size() >= sizeof un->sun_path) return 0;
  un->sun_family = AF_UNIX;
  std::memcpy(un->sun_path, path_.data(), path_.size());
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
}

std::size_t Address::hash() const {
  const std::string_view bytes(reinterpret_cast<const char*>(ip_.data()), ip_.size());
  return std::hash<std::string_view>{}(bytes)*31 + port_ * 7919u + family_ + std::hash<std::string>{}(path_);
}

}  // namespace varka::proxy
