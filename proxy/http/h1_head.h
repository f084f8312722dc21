#pragma once
// Reading the head of an HTTP/1 message (RFC 9112 §2-6) from one complete block, strictly: whatever two
// recipients could understand differently is an error. Pure functions.

#include <string_view>

#include "proxy/http/headers.h"

namespace varka::proxy {

struct H1Limits {
  std::size_t headBytes = 60 * 1024;
  std::size_t fields = 100;
  std::size_t targetBytes = 8 * 1024;
  std::size_t chunkExtensionBytes = 4 * 1024;  // of one message
  std::size_t trailerBytes = 16 * 1024;
};

/// status 0 = fine. Otherwise what to answer a client, and Envoy's name for the reason.
struct H1Problem {
  int status = 0;
  std::string_view detail;
  explicit operator bool() const { return status != 0; }
};

/// `block` is the start line and the fields with their CRLFs, including the empty line. It is copied once,
/// into `head`.
H1Problem parseRequestHead(std::string_view block, const H1Limits& limits, RequestHead& head);
/// `requestMethod` decides whether a body follows (HEAD, CONNECT).
H1Problem parseResponseHead(std::string_view block, const H1Limits& limits, std::string_view requestMethod,
                            ResponseHead& head);
/// Checks trailer fields and drops them. `block` ends with the empty line.
H1Problem checkTrailers(std::string_view block, const H1Limits& limits);

/// uri-host [":" port] of RFC 9110 §7.2, not empty.
bool isValidAuthority(std::string_view authority);
bool isToken(std::string_view text);

}  // namespace varka::proxy
