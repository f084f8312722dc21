#pragma once
// Small functions on text. ASCII only: names of hosts, headers and fields.

#include <algorithm>
#include <string>
#include <string_view>

namespace varka {

[[nodiscard]] constexpr char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lowered(c); });
  return result;
}

}  // namespace varka
