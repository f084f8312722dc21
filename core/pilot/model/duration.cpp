#include "core/pilot/model/duration.h"

#include <cstdlib>
#include <string>

namespace varka::pilot {

namespace {
double unitSeconds(std::string_view unit) {
  if (unit == "h") return 3600;
  if (unit == "m") return 60;
  if (unit == "s") return 1;
  if (unit == "ms") return 1e-3;
  if (unit == "us" || unit == "µs") return 1e-6;
  if (unit == "ns") return 1e-9;
  return -1;
}
}  // namespace

std::optional<std::chrono::nanoseconds> durationOf(const resource::Value& value) {
  const std::string& text = value.asString();
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  const char* at = text.c_str();
  while (*at) {
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    if (end == at) return std::nullopt;
    const char* unitStart = end;
    while (*end && (*end < '0' || *end > '9') && *end != '.') ++end;
    const double unit = unitSeconds(std::string_view(unitStart, static_cast<std::size_t>(end - unitStart)));
    if (unit < 0) return std::nullopt;
    seconds += number * unit;
    at = end;
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9 + 0.5));
}

}  // namespace varka::pilot
