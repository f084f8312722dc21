#pragma once
// DNS messages (RFC 1035, EDNS of RFC 6891) as values: bytes in, question out; answer in, bytes out. No I/O,
// any thread. Input is hostile: whatever is not one plain question is refused.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varka::proxy {

using Ipv4 = std::array<std::uint8_t, 4>;

inline constexpr std::uint16_t kDnsTypeA = 1, kDnsTypePtr = 12, kDnsTypeAaaa = 28;
inline constexpr std::uint16_t kDnsClassIn = 1;
inline constexpr std::size_t kDnsMaxMessage = 65535;

enum class Rcode : std::uint8_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5
};

struct DnsQuestion {
  std::uint16_t id = 0;
  bool recursionDesired = false;
  std::string name;  // lower case, without the last dot; "" is the root
  std::string wire;  // the question section as it came: names are echoed in the asker's case
  std::uint16_t type = 0, klass = 0;
  bool edns = false;
  std::size_t maxUdp = 512;  // of the asker's EDNS, bounded
};

struct DnsParse {
  std::optional<DnsQuestion> question;
  Rcode error = Rcode::NoError;  // with no question: what to answer…
  bool answerable = false;       // …if at all: a response or a torn header is not answered
  std::uint16_t id = 0;
};
[[nodiscard]] DnsParse parseDnsQuery(std::string_view packet);

/// `maxSize`: what the transport takes; more addresses than fit set TC and are left out.
[[nodiscard]] std::string dnsAnswer(const DnsQuestion& question, Rcode code,
                                    const std::vector<Ipv4>& addresses, std::uint32_t ttlSeconds,
                                    std::size_t maxSize);
/// For what could not be parsed.
[[nodiscard]] std::string dnsRefusal(std::uint16_t id, Rcode code);

/// Whether `reply` answers `query` (a query that we sent): same id and question, case ignored (RFC
/// 5452, 9.1).
[[nodiscard]] bool dnsReplyMatches(std::string_view query, std::string_view reply);
void setDnsId(std::string& packet, std::uint16_t id);  // of at least two bytes
[[nodiscard]] bool dnsTruncated(std::string_view reply);

}  // namespace varka::proxy
