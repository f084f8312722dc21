#include "core/mesh/own_usage.h"

#include <unistd.h>

#include <ctime>
#include <fstream>

namespace varka::mesh {
namespace {
double secondsOf(clockid_t clock) {
  timespec value{};
  clock_gettime(clock, &value);
  return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_nsec) / 1e9;
}
}  // namespace

void OwnUsage::sample() {
  std::int64_t size = 0, resident = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> size >> resident;
  rssKiB_ = resident * (::sysconf(_SC_PAGESIZE) / 1024);

  const double cpu = secondsOf(CLOCK_PROCESS_CPUTIME_ID), wall = secondsOf(CLOCK_MONOTONIC);
  if (lastCpuSeconds_ >= 0 && wall > lastWallSeconds_) cpuPercent_ = 100 * (cpu - lastCpuSeconds_) / (wall - lastWallSeconds_);
  lastCpuSeconds_ = cpu;
  lastWallSeconds_ = wall;
}

}  // namespace varka::mesh
