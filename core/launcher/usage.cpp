#include "core/launcher/usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace varka::launcher {
namespace {

// utime + stime of /proc/PID/stat, fields 14 and 15; the name in field 2 may hold anything but ends at the
// last ')'.
std::uint64_t cpuTicks(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(')');
  if (end == std::string::npos) return 0;
  std::istringstream words(text.substr(end + 2));
  std::string skip;
  for (int field = 3; field < 14; ++field) words >> skip;
  std::uint64_t user = 0, system = 0;
  words >> user >> system;
  return user + system;
}

std::int64_t residentKiB(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

}  // namespace

void ProcessUsage::read(std::int64_t pid, double seconds, double& cpuPercent, std::int64_t& rssKiB) {
  cpuPercent = 0;
  rssKiB = 0;
  if (pid <= 0) {
    pid_ = 0;
    return;
  }
  const std::uint64_t ticks = cpuTicks(pid);
  if (pid == pid_ && ticks >= ticks_ && seconds > 0)
    cpuPercent =
        100.0 * static_cast<double>(ticks - ticks_) / static_cast<double>(sysconf(_SC_CLK_TCK)) / seconds;
  pid_ = pid;
  ticks_ = ticks;
  rssKiB = residentKiB(pid);
}

}  // namespace varka::launcher
