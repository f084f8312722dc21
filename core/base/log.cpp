#include "core/base/log.h"

#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace varka::log {
namespace {

Level initialLevel() {
  const char* name = std::getenv("VARKA_LOG");
  return name ? levelFromName(name, Level::Warn) : Level::Warn;
}

std::atomic<Level>& current() {
  static std::atomic<Level> level{initialLevel()};
  return level;
}

constexpr const char* kNames[] = {"trace", "debug", "info", "warn", "error", "off"};

}  // namespace

void setLevel(Level level) {
  current() = level;
}

bool enabled(Level level) {
  return level >= current();
}

Level levelFromName(std::string_view name, Level otherwise) {
  for (int i = 0; i < 6; ++i)
    if (name == kNames[i]) return static_cast<Level>(i);
  return otherwise;
}

void write(Level level, std::string_view component, std::string_view message) {
  if (!enabled(level)) return;
  timeval now{};
  gettimeofday(&now, nullptr);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char stamp[64];
  std::snprintf(stamp, sizeof stamp, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(now.tv_usec / 1000));
  std::string line = std::string(stamp) + " " + kNames[static_cast<int>(level)] + "\t" + std::string(component) + "\t" +
                     std::string(message) + "\n";
  // One write per line, so that lines of several threads and processes do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace varka::log
