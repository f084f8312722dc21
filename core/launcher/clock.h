#pragma once
// The two clocks of the launcher: one for durations, one for what people read.

#include <chrono>
#include <cstdint>

namespace varka::launcher {

[[nodiscard]] inline std::int64_t steadyMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// Since the epoch.
[[nodiscard]] inline std::int64_t wallMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace varka::launcher
