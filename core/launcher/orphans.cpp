#include "core/launcher/orphans.h"

#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace varka::launcher {
namespace {

bool isZombie(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(')');
  return end != std::string::npos && end + 2 < text.size() && text[end + 2] == 'Z';
}

std::set<std::int64_t> deadChildren() {
  std::set<std::int64_t> out;
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::ifstream children(thread.path() / "children");
    for (std::int64_t pid = 0; children >> pid;)
      if (isZombie(pid)) out.insert(pid);
  }
  return out;
}

}  // namespace

int OrphanReaper::reap(const std::set<std::int64_t>& ours) {
  int reaped = 0;
  std::set<std::int64_t> waiting;
  for (const auto pid : deadChildren()) {
    if (ours.count(pid) != 0) continue;
    if (seen_.count(pid) != 0 && waitpid(static_cast<pid_t>(pid), nullptr, WNOHANG) > 0) {
      ++reaped;
    } else {
      waiting.insert(pid);
    }
  }
  seen_ = std::move(waiting);
  return reaped;
}

}  // namespace varka::launcher
