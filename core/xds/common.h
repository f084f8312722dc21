#pragma once
// The small messages that every area of the Envoy v3 subset uses. Plain values; names are Envoy's in lowerCamelCase.
// A member's initial value is Envoy's documented default, and the codec leaves out what equals it. std::optional
// appears only where "not said" differs from every value.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/value.h"

namespace varka::xds {

using Duration = std::chrono::nanoseconds;

// --- addresses -----------------------------------------------------------------------------------
enum class SocketProtocol { Tcp, Udp };

struct SocketAddress {
  SocketProtocol protocol = SocketProtocol::Tcp;
  std::string address;  // IPv4, IPv6, or a DNS name where the cluster type allows it
  std::uint32_t portValue = 0;
  bool operator==(const SocketAddress&) const = default;
};

struct Pipe {
  std::string path;
  std::uint32_t mode = 0;
  bool operator==(const Pipe&) const = default;
};

struct Address {
  std::variant<SocketAddress, Pipe> address;
  bool operator==(const Address&) const = default;
  [[nodiscard]] const SocketAddress* socket() const { return std::get_if<SocketAddress>(&address); }
  [[nodiscard]] const Pipe* pipe() const { return std::get_if<Pipe>(&address); }
  /// "10.0.0.1:80", "[::1]:80", or the pipe's path.
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] Address tcpAddress(std::string ip, std::uint32_t port);

struct CidrRange {
  std::string addressPrefix;
  std::uint32_t prefixLen = 0;
  bool operator==(const CidrRange&) const = default;
};

// --- fractions -----------------------------------------------------------------------------------
struct Percent {
  double value = 0;
  bool operator==(const Percent&) const = default;
};

enum class Denominator { Hundred, TenThousand, Million };

struct FractionalPercent {
  std::uint32_t numerator = 0;
  Denominator denominator = Denominator::Hundred;
  bool operator==(const FractionalPercent&) const = default;
  /// Whether a uniformly random number falls inside; `random` is any 64-bit number.
  [[nodiscard]] bool hits(std::uint64_t random) const;
  [[nodiscard]] double percent() const;
};
/// 12.5 → 125000 of a million; whole numbers stay of a hundred.
[[nodiscard]] FractionalPercent fractionalPercent(double percent);

struct RuntimeFractionalPercent {
  FractionalPercent defaultValue;
  std::string runtimeKey;
  bool operator==(const RuntimeFractionalPercent&) const = default;
};

// --- headers -------------------------------------------------------------------------------------
struct HeaderValue {
  std::string key;
  std::string value;  // may hold %OPERATORS%
  bool operator==(const HeaderValue&) const = default;
};

enum class HeaderAppendAction { AppendIfExistsOrAdd, AddIfAbsent, OverwriteIfExistsOrAdd, OverwriteIfExists };

struct HeaderValueOption {
  HeaderValue header;
  HeaderAppendAction appendAction = HeaderAppendAction::AppendIfExistsOrAdd;
  bool keepEmptyValue = false;
  bool operator==(const HeaderValueOption&) const = default;
};

// --- sources -------------------------------------------------------------------------------------
struct DataSource {
  struct Filename { std::string path; bool operator==(const Filename&) const = default; };
  struct InlineBytes { std::string bytes; bool operator==(const InlineBytes&) const = default; };
  struct InlineString { std::string text; bool operator==(const InlineString&) const = default; };
  std::variant<std::monostate, Filename, InlineBytes, InlineString> specifier;
  bool operator==(const DataSource&) const = default;
  [[nodiscard]] bool empty() const { return specifier.index() == 0; }
  /// The inline content; null for a file name or nothing.
  [[nodiscard]] const std::string* inlined() const;
  [[nodiscard]] const std::string* filename() const;
};
[[nodiscard]] DataSource inlineString(std::string text);
[[nodiscard]] DataSource inlineBytes(std::string bytes);

enum class ApiVersion { Auto, V2, V3 };

/// Where a resource comes from. Pilot says `ads`; `self` and files are read, other forms refused.
struct ConfigSource {
  struct Ads { bool operator==(const Ads&) const = default; };
  struct Self { ApiVersion transportApiVersion = ApiVersion::Auto; bool operator==(const Self&) const = default; };
  struct Path { std::string path; bool operator==(const Path&) const = default; };
  std::variant<std::monostate, Ads, Self, Path> specifier;
  std::optional<Duration> initialFetchTimeout;  // absent = 15 s, 0 = wait for ever
  ApiVersion resourceApiVersion = ApiVersion::Auto;
  bool operator==(const ConfigSource&) const = default;
};
/// `ads`, V3, wait for ever: what Pilot writes.
[[nodiscard]] ConfigSource adsSource();

struct HttpUri {
  std::string uri;
  std::string cluster;
  std::optional<Duration> timeout;
  bool operator==(const HttpUri&) const = default;
};

struct TokenBucket {
  std::uint32_t maxTokens = 0;
  std::uint32_t tokensPerFill = 1;
  Duration fillInterval{};
  bool operator==(const TokenBucket&) const = default;
};

}  // namespace varka::xds
