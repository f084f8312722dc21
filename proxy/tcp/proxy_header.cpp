#include "proxy/tcp/proxy_header.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace varka::proxy {
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kLongestV1 = 107;
constexpr std::size_t kLongestV2 = 16 + 4096;

ProxyHeader bad() {
  ProxyHeader header;
  header.state = ProxyHeader::State::Bad;
  return header;
}

Address addressFrom(std::string_view ip, std::string_view port) {
  Address address;
  if (ip.size() == 4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    std::memcpy(&in.sin_addr, ip.data(), 4);
    std::memcpy(&in.sin_port, port.data(), 2);
    return Address::fromSockaddr(reinterpret_cast<sockaddr*>(&in), sizeof in);
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  std::memcpy(&in.sin6_addr, ip.data(), 16);
  std::memcpy(&in.sin6_port, port.data(), 2);
  return Address::fromSockaddr(reinterpret_cast<sockaddr*>(&in), sizeof in);
}

ProxyHeader readV2(std::string_view bytes) {
  ProxyHeader header;
  if (bytes.size() < 16) return header;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned command = byte(12);
  if (command != 0x20 && command != 0x21) return bad();
  const std::size_t length = static_cast<std::size_t>(byte(14)) << 8 | byte(15);
  header.size = 16 + length;
  if (header.size > kLongestV2) return bad();
  const std::size_t ipSize = byte(13) == 0x11 ? 4 : byte(13) == 0x21 ? 16 : 0;
  if (command == 0x21 && ipSize > 0 && length < 2 * ipSize + 4) return bad();
  if (bytes.size() < header.size) return header;
  header.state = ProxyHeader::State::Complete;
  if (command == 0x20 || ipSize == 0) return header;
  const std::string_view body = bytes.substr(16, length);
  header.source = addressFrom(body.substr(0, ipSize), body.substr(2 * ipSize, 2));
  header.destination = addressFrom(body.substr(ipSize, ipSize), body.substr(2 * ipSize + 2, 2));
  return header;
}

ProxyHeader readV1(std::string_view bytes) {
  ProxyHeader header;
  const auto end = bytes.substr(0, kLongestV1).find("\r\n");
  if (end == std::string_view::npos) return bytes.size() >= kLongestV1 ? bad() : header;
  std::vector<std::string_view> words;
  std::string_view line = bytes.substr(0, end);
  while (words.size() < 7) {
    const auto space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  header.size = end + 2;
  if (words.size() >= 2 && words[1] == "UNKNOWN") {
    header.state = ProxyHeader::State::Complete;
    return header;
  }
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return bad();
  const auto make = [&](std::string_view ip, std::string_view port) {
    const bool v6 = words[1] == "TCP6";
    if (port.empty() || (port.size() > 1 && port[0] == '0')) return Address();
    const auto parsed = Address::parse(v6 ? "[" + std::string(ip) + "]:" + std::string(port)
                                          : std::string(ip) + ":" + std::string(port));
    return parsed && parsed->family() == (v6 ? AF_INET6 : AF_INET) ? *parsed : Address();
  };
  header.source = make(words[2], words[4]);
  header.destination = make(words[3], words[5]);
  if (header.source.isUnspecified() || header.destination.isUnspecified()) return bad();
  header.state = ProxyHeader::State::Complete;
  return header;
}

}  // namespace

ProxyHeader readProxyHeader(std::string_view bytes) {
  ProxyHeader header;
  const std::size_t v2 = std::min(bytes.size(), kSignature.size());
  if (v2 > 0 && bytes.substr(0, v2) == kSignature.substr(0, v2))
    return v2 < kSignature.size() ? header : readV2(bytes);
  constexpr std::string_view kV1 = "PROXY ";
  const std::size_t v1 = std::min(bytes.size(), kV1.size());
  if (bytes.substr(0, v1) == kV1.substr(0, v1)) return v1 < kV1.size() ? header : readV1(bytes);
  header.state = ProxyHeader::State::None;
  return header;
}

}  // namespace varka::proxy
