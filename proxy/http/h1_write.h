#pragma once
// HTTP/1 messages as text, appended to a buffer. Pure functions.

#include <string>
#include <string_view>

#include "proxy/http/headers.h"

namespace varka::proxy {

/// "200" → "OK"; "" when unknown.
std::string_view reasonPhrase(int status);
/// The request line, Host and the fields; framing by `head.chunked` and its content-length field.
void appendRequestHead(const RequestHead& head, std::string& out);
/// `close` adds "connection: close"; `toHttp10` with keep-alive says so.
void appendResponseHead(const ResponseHead& head, bool close, Protocol toProtocol, std::string& out);
void appendChunk(std::string_view data, std::string& out);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace varka::proxy
