#include "proxy/tcp/http_sniffer.h"

#include <algorithm>

#include "proxy/http/h1_head.h"

namespace varka::proxy {
namespace {
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kLongestMethod = 32;
constexpr std::size_t kLongestLine = 8 * 1024 + 64;
}  // namespace

Sniffed sniffHttp(std::string_view bytes) {
  const std::size_t common = std::min(bytes.size(), kPreface.size());
  if (common > 0 && bytes.substr(0, common) == kPreface.substr(0, common)) {
    if (common == kPreface.size()) return Sniffed::Http2;
    if (common > 4) return Sniffed::NeedMore;
  }
  const auto lineEnd = bytes.find('\n');
  const std::string_view line = bytes.substr(0, lineEnd);
  const auto space = line.find(' ');
  const std::string_view method = line.substr(0, space);
  if (method.size() > kLongestMethod || (!method.empty() && !isToken(method))) return Sniffed::NotHttp;
  if (lineEnd == std::string_view::npos)
    return bytes.size() > kLongestLine ? Sniffed::NotHttp : Sniffed::NeedMore;
  if (space == std::string_view::npos || method.empty() || !line.ends_with('\r')) return Sniffed::NotHttp;
  const std::string_view text = line.substr(0, line.size() - 1);
  if (text.ends_with(" HTTP/1.1")) return Sniffed::Http11;
  if (text.ends_with(" HTTP/1.0")) return Sniffed::Http10;
  return Sniffed::NotHttp;
}

}  // namespace varka::proxy
