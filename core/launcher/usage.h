#pragma once
// CPU and memory of one process out of /proc. Keeps the last reading; any one thread.

#include <cstdint>

namespace varka::launcher {

class ProcessUsage {
 public:
  /// `seconds` since the last call. A new pid starts at 0 %; no process gives zeros.
  void read(std::int64_t pid, double seconds, double& cpuPercent, std::int64_t& rssKiB);

 private:
  std::int64_t pid_ = 0;
  std::uint64_t ticks_ = 0;
};

}  // namespace varka::launcher
