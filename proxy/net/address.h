#pragma once
// Address: an IP endpoint or a unix socket path. Plain value, any thread.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace varka::proxy {

class Address {
 public:
  Address() = default;
  /// "10.0.0.1", "::1" (no brackets, no names) and a port in host order.
  static Result<Address> fromIp(std::string_view ip, std::uint16_t port);
  /// "10.0.0.1:80", "[::1]:80", or an absolute path (a unix socket).
  static Result<Address> parse(std::string_view text);
  static Address unixSocket(std::string path);
  static Address fromSockaddr(const sockaddr* address, socklen_t length);
  static Address localOf(int fd);
  static Address peerOf(int fd);

  [[nodiscard]] bool isUnspecified() const { return family_ == 0; }
  [[nodiscard]] bool isUnix() const { return family_ == AF_UNIX; }
  [[nodiscard]] bool isIp() const { return family_ == AF_INET || family_ == AF_INET6; }
  [[nodiscard]] bool isAnyIp() const;  // 0.0.0.0 or ::
  [[nodiscard]] bool isLoopback() const;
  [[nodiscard]] int family() const { return family_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::array<std::uint8_t, 16>& ipBytes() const { return ip_; }  // first 4 for IPv4
  [[nodiscard]] std::string ip() const;    // "10.0.0.1", "::1"; "" for unix
  [[nodiscard]] std::string text() const;  // "10.0.0.1:80", "[::1]:80", "/path", "" when unspecified
  void setPort(std::uint16_t port) { port_ = port; }

  /// Fills `out`, returns its length (0 when unspecified or a path that is too long).
  socklen_t toSockaddr(sockaddr_storage& out) const;

  bool operator==(const Address&) const = default;
  [[nodiscard]] std::size_t hash() const;

 private:
  std::uint16_t family_ = 0;
  std::uint16_t port_ = 0;
  std::array<std::uint8_t, 16> ip_{};
  std::string path_;
};

struct AddressHash {
  std::size_t operator()(const Address& address) const { return address.hash(); }
};

}  // namespace varka::proxy
