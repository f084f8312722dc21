#pragma once
// What this process itself costs, from /proc/self. One thread.

#include <cstdint>

namespace varka::mesh {

class OwnUsage {
 public:
  /// Reads anew; CPU is the share of one core since the last call.
  void sample();
  [[nodiscard]] std::int64_t rssKiB() const { return rssKiB_; }
  [[nodiscard]] double cpuPercent() const { return cpuPercent_; }

 private:
  std::int64_t rssKiB_ = 0;
  double cpuPercent_ = 0;
  double lastCpuSeconds_ = -1, lastWallSeconds_ = 0;
};

}  // namespace varka::mesh
