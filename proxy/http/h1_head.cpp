#include "proxy/http/h1_head.h"

#include <array>
#include <charconv>
#include <cstring>

namespace varka::proxy {
namespace {

constexpr H1Problem kBad{400, "http1.codec_error"};

constexpr std::array<bool, 256> makeTokenTable() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    table[static_cast<std::size_t>(c)] = true;
  return table;
}
constexpr auto kToken = makeTokenTable();

constexpr std::array<char, 256> makeLowerTable() {
  std::array<char, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<std::size_t>(c)] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return table;
}
constexpr auto kLower = makeLowerTable();

bool isTokenChar(char c) {
  return kToken[static_cast<unsigned char>(c)];
}

// HTAB, visible ASCII, SP and obs-text.
bool isValueChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 ? byte != 0x7f : byte == '\t';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Cuts the first line, without its CRLF, off `block`. A CR or LF that is not part of a CRLF is refused.
bool takeLine(std::string_view& block, std::string_view& line) {
  const auto* end = static_cast<const char*>(std::memchr(block.data(), '\n', block.size()));
  if (!end || end == block.data() || end[-1] != '\r') return false;
  line = {block.data(), static_cast<std::size_t>(end - 1 - block.data())};
  block.remove_prefix(line.size() + 2);
  return true;
}

/// What the framing and connection fields said, gathered while reading.
struct Framing {
  std::int64_t contentLength = -1;
  int contentLengths = 0, transferEncodings = 0, hosts = 0;
  bool chunked = false;
  std::string_view connection, host, upgrade;
  bool manyConnections = false;
};

bool parseLength(std::string_view text, std::int64_t& out) {
  if (text.empty() || text.size() > 18) return false;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  out = value;
  return true;
}

H1Problem noteField(std::string_view name, std::string_view value, Framing& framing) {
  switch (name.size()) {
    case 4:
      if (name == "host") {
        ++framing.hosts;
        framing.host = value;
      }
      break;
    case 7:
      if (name == "upgrade") framing.upgrade = value;
      break;
    case 10:
      if (name == "connection") {
        framing.manyConnections = !framing.connection.empty();
        framing.connection = value;
      }
      break;
    case 14:
      if (name == "content-length") {
        if (++framing.contentLengths > 1 || !parseLength(value, framing.contentLength))
          return {400, "http1.content_length_invalid"};
      }
      break;
    case 17:
      if (name == "transfer-encoding") {
        if (++framing.transferEncodings > 1) return {400, "http1.invalid_transfer_encoding"};
        if (!equalsIgnoreCase(value, "chunked")) return {501, "http1.invalid_transfer_encoding"};
        framing.chunked = true;
      }
      break;
    default:
      break;
  }
  return {};
}

H1Problem parseField(std::string_view line, Headers& headers, Framing& framing) {
  std::size_t colon = 0;
  char* const text = const_cast<char*>(line.data());  // in our own arena
  while (colon < line.size() && isTokenChar(text[colon])) {
    text[colon] = kLower[static_cast<unsigned char>(text[colon])];
    ++colon;
  }
  if (colon == 0 || colon == line.size() || line[colon] != ':') return kBad;  // also obs-fold
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  for (const char c : value)
    if (!isValueChar(c)) return {400, "http1.invalid_characters"};
  headers.addStored(name, value);
  return noteField(name, value, framing);
}

H1Problem parseFields(std::string_view block, const H1Limits& limits, Headers& headers, Framing& framing) {
  std::string_view line;
  while (takeLine(block, line)) {
    if (line.empty()) return block.empty() ? H1Problem{} : kBad;
    if (headers.size() >= limits.fields) return {431, "http1.too_many_headers"};
    if (const auto problem = parseField(line, headers, framing)) return problem;
  }
  return kBad;
}

bool isHopByHop(std::string_view name) {
  switch (name.size()) {
    case 2:
      return name == "te";
    case 7:
      return name == "upgrade";
    case 10:
      return name == "connection" || name == "keep-alive";
    case 14:
      return name == "http2-settings";
    case 16:
      return name == "proxy-connection";
    case 17:
      return name == "transfer-encoding";
    default:
      return false;
  }
}

/// RFC 9110 §7.6.1: the connection's own fields and those that Connection names go no further.
void removeHopByHop(Headers& headers, const Framing& framing) {
  std::string all;  // only for the odd message with several Connection fields
  std::string_view named = framing.connection;
  if (framing.manyConnections) {
    all = headers.joined("connection").value_or("");
    named = all;
  }
  const bool plain = named.empty() || equalsIgnoreCase(named, "keep-alive") ||
                     equalsIgnoreCase(named, "close") || equalsIgnoreCase(named, "upgrade");
  headers.removeIf([&](const Headers::Field& field) {
    if (isHopByHop(field.name)) return true;
    return !plain && field.name != "content-length" && listContains(named, field.name);
  });
}

bool keepsAlive(Protocol protocol, const Headers& headers, const Framing& framing) {
  const auto says = [&](std::string_view token) {
    if (framing.connection.empty()) return false;
    return framing.manyConnections ? listContains(*headers.joined("connection"), token)
                                   : listContains(framing.connection, token);
  };
  return protocol == Protocol::Http11 ? !says("close") : says("keep-alive") && !says("close");
}

H1Problem parseVersion(std::string_view text, Protocol& out) {
  if (text == "HTTP/1.1") {
    out = Protocol::Http11;
    return {};
  }
  if (text == "HTTP/1.0") {
    out = Protocol::Http10;
    return {};
  }
  const bool looksRight = text.size() == 8 && text.starts_with("HTTP/") && text[6] == '.';
  return {looksRight ? 505 : 400, "http1.invalid_version"};
}

bool isTargetText(std::string_view target) {
  for (const char c : target)
    if (c <= 0x20 || c >= 0x7f || c == '#') return false;  // char is signed: bytes above 0x7f are negative
  return !target.empty();
}

H1Problem readTarget(std::string_view target, RequestHead& head) {
  if (!isTargetText(target)) return {400, "http1.invalid_url"};
  if (head.method == "CONNECT") {
    const auto colon = target.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == target.size() || !isValidAuthority(target))
      return {400, "http1.invalid_url"};
    head.authority = target;
    return {};
  }
  if (target[0] == '/') {
    head.path = target;
    return {};
  }
  if (target == "*") {
    if (head.method != "OPTIONS") return {400, "http1.invalid_url"};
    head.path = target;
    return {};
  }
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos) return {400, "http1.invalid_url"};
  const auto name = target.substr(0, scheme);
  if (!equalsIgnoreCase(name, "http") && !equalsIgnoreCase(name, "https"))
    return {400, "http1.invalid_scheme"};
  const auto rest = target.substr(scheme + 3);
  const auto pathAt = rest.find_first_of("/?");
  head.authority = rest.substr(0, pathAt);
  if (!isValidAuthority(head.authority)) return {400, "http1.invalid_url"};
  if (pathAt == std::string_view::npos)
    head.path = "/";
  else
    head.path = rest[pathAt] == '/' ? rest.substr(pathAt) : head.arena().concat("/", rest.substr(pathAt));
  return {};
}

H1Problem parseRequestLine(std::string_view line, const H1Limits& limits, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return kBad;
  head.method = line.substr(0, first);
  if (!isToken(head.method)) return {400, "http1.invalid_method"};
  if (const auto problem = parseVersion(line.substr(last + 1), head.protocol)) return problem;
  const auto target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.targetBytes) return {414, "http1.url_too_long"};
  return readTarget(target, head);
}

H1Problem applyHost(RequestHead& head, const Framing& framing) {
  if (framing.hosts > 1) return {400, "http1.multiple_host_headers"};
  if (framing.hosts == 0) {
    if (head.protocol == Protocol::Http10) return {};
    return {400, "missing_host_header"};
  }
  if (!isValidAuthority(framing.host)) return {400, "http1.invalid_authority"};
  // An absolute or authority form names the host; Host then counts for nothing (RFC 9112 §3.2.2).
  if (head.authority.empty()) head.authority = framing.host;
  head.remove("host");
  return {};
}

H1Problem applyFraming(RequestHead& head, const Framing& framing) {
  if (framing.chunked) {
    if (framing.contentLengths > 0) return {400, "http1.content_length_and_chunked_not_allowed"};
    if (head.protocol == Protocol::Http10) return {400, "http1.transfer_encoding_not_allowed"};
  }
  head.chunked = framing.chunked;
  head.contentLength = framing.contentLength;
  head.keepAlive = keepsAlive(head.protocol, head, framing);
  if (const auto expect = head.get("expect"); !expect.empty()) {
    if (!equalsIgnoreCase(expect, "100-continue")) return {417, "http1.expectation_failed"};
    head.expectContinue = head.protocol == Protocol::Http11;
    head.remove("expect");
  }
  const bool namesUpgrade =
      !framing.connection.empty() && listContains(head.joined("connection").value_or(""), "upgrade");
  if (namesUpgrade && head.protocol == Protocol::Http11) head.upgrade = framing.upgrade;
  removeHopByHop(head, framing);
  return {};
}

std::string_view ownBlock(std::string_view block, Headers& headers) {
  return headers.arena().copy(block);
}

}  // namespace

bool isToken(std::string_view text) {
  for (const char c : text)
    if (!isTokenChar(c)) return false;
  return !text.empty();
}

bool isValidAuthority(std::string_view authority) {
  if (authority.empty() || authority.size() > 255 + 6) return false;
  std::string_view rest = authority;
  if (rest.front() == '[') {
    const auto end = rest.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    for (const char c : rest.substr(1, end - 1))
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
            c == '.'))
        return false;
    rest.remove_prefix(end + 1);
  } else {
    const auto end = std::min(rest.find(':'), rest.size());
    if (end == 0) return false;
    for (const char c : rest.substr(0, end)) {
      // unreserved, percent and sub-delims, of which those that never occur in names are left out on purpose
      const bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        std::strchr("-._~%!$&'()*+;=", c) != nullptr;
      if (!fine || c == '\0') return false;
    }
    rest.remove_prefix(end);
  }
  if (rest.empty()) return true;
  if (rest.front() != ':' || rest.size() > 6) return false;
  for (const char c : rest.substr(1))
    if (c < '0' || c > '9') return false;
  return true;
}

H1Problem parseRequestHead(std::string_view block, const H1Limits& limits, RequestHead& head) {
  std::string_view rest = ownBlock(block, head);
  std::string_view line;
  if (!takeLine(rest, line)) return kBad;
  if (const auto problem = parseRequestLine(line, limits, head)) return problem;
  Framing framing;
  if (const auto problem = parseFields(rest, limits, head, framing)) return problem;
  if (const auto problem = applyHost(head, framing)) return problem;
  return applyFraming(head, framing);
}

H1Problem parseResponseHead(std::string_view block, const H1Limits& limits, std::string_view requestMethod,
                            ResponseHead& head) {
  std::string_view rest = ownBlock(block, head);
  std::string_view line;
  if (!takeLine(rest, line)) return kBad;
  // status-line = HTTP-version SP status-code SP [reason]; the last SP is forgiven, as everybody does.
  if (line.size() < 12 || line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) return kBad;
  if (const auto problem = parseVersion(line.substr(0, 8), head.protocol)) return problem;
  const auto [end, error] = std::from_chars(line.data() + 9, line.data() + 12, head.status);
  if (error != std::errc{} || end != line.data() + 12 || head.status < 100) return kBad;
  Framing framing;
  if (const auto problem = parseFields(rest, limits, head, framing)) return problem;
  if (framing.chunked && framing.contentLengths > 0)
    return {502, "http1.content_length_and_chunked_not_allowed"};
  head.keepAlive = keepsAlive(head.protocol, head, framing);
  head.contentLength = framing.contentLength;
  head.chunked = framing.chunked;
  head.upgrade = head.status == 101 || (requestMethod == "CONNECT" && head.status / 100 == 2);
  if (head.upgrade && head.status == 101) {
    const std::string protocol(framing.upgrade);
    removeHopByHop(head, framing);
    head.add("upgrade", protocol);
    return {};
  }
  removeHopByHop(head, framing);
  const bool bodiless =
      requestMethod == "HEAD" || head.status == 204 || head.status == 304 || head.status < 200;
  head.untilClose = !bodiless && !head.upgrade && !head.chunked && head.contentLength < 0;
  if (head.untilClose) head.keepAlive = false;
  return {};
}

H1Problem checkTrailers(std::string_view block, const H1Limits& limits) {
  Headers fields;
  Framing framing;
  const std::string_view own = fields.arena().copy(block);
  const auto problem = parseFields(own, limits, fields, framing);
  if (problem) return {400, problem.detail};
  // Framing fields in trailers are attempts to be understood differently by someone (RFC 9110 §6.5.1).
  if (framing.contentLengths + framing.transferEncodings + framing.hosts > 0) return kBad;
  return {};
}

}  // namespace varka::proxy
