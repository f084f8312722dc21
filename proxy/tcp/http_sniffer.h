#pragma once
// What http_inspector decides: do these first bytes begin an HTTP request, and of which version? Pure.

#include <string_view>

namespace varka::proxy {

enum class Sniffed { NeedMore, NotHttp, Http10, Http11, Http2 };
Sniffed sniffHttp(std::string_view bytes);

}  // namespace varka::proxy
