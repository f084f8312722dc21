#pragma once
// Durations as Istio's YAML writes them: "5s", "0.5s", "1h30m", "100ms".

#include <chrono>
#include <optional>

#include "core/resource/value.h"

namespace varka::pilot {

[[nodiscard]] std::optional<std::chrono::nanoseconds> durationOf(const resource::Value& value);

template <typename Duration>
Duration durationOr(const resource::Value& value, Duration otherwise) {
  const auto read = durationOf(value);
  return read ? std::chrono::duration_cast<Duration>(*read) : otherwise;
}

}  // namespace varka::pilot
