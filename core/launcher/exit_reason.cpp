#include "core/launcher/exit_reason.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "core/base/result.h"

namespace varka::launcher {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// The inode of the listening socket on `port`, 0 = none. Lines of /proc/net/tcp: "sl local remote st …
// inode".
unsigned long listenerInode(const char* table, int port) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, skip, inode;
    words >> slot >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) words >> skip;
    words >> inode;
    const auto colon = local.rfind(':');
    if (state != "0A" || colon == std::string::npos) continue;
    if (std::strtol(local.c_str() + colon + 1, nullptr, 16) == port)
      return std::strtoul(inode.c_str(), nullptr, 10);
  }
  return 0;
}

bool holdsSocket(const std::string& pid, const std::string& target) {
  const std::string folder = "/proc/" + pid + "/fd";
  const Directory descriptors(opendir(folder.c_str()));
  if (!descriptors) return false;
  while (const dirent* entry = readdir(descriptors.get())) {
    char link[128];
    const ssize_t length = readlink((folder + "/" + entry->d_name).c_str(), link, sizeof link);
    if (length > 0 && target == std::string_view(link, static_cast<std::size_t>(length))) return true;
  }
  return false;
}

}  // namespace

std::string signalName(int number) {
  const char* name = sigabbrev_np(number);
  return name ? std::string("SIG") + name : "signal " + std::to_string(number);
}

std::string exitText(int status) {
  if (WIFSIGNALED(status))
    return "exit " + std::to_string(128 + WTERMSIG(status)) + " (" + signalName(WTERMSIG(status)) + ")";
  const int code = WEXITSTATUS(status);
  // A shell reports its child's signal this way.
  if (code > 128 && sigabbrev_np(code - 128))
    return "exit " + std::to_string(code) + " (" + signalName(code - 128) + ")";
  return "exit " + std::to_string(code);
}

std::string startFailureText(int error, std::string_view what, const std::string& program,
                             const std::string& directory, const std::string& path) {
  if (what != program) return "cannot " + std::string(what) + ": " + errnoText(error);
  const bool isPath = program.find('/') != std::string::npos;
  if (error == ENOENT && !isPath) return "command not found: '" + program + "' (PATH=" + path + ")";
  const std::string absolute = program.front() == '/' ? program : directory + "/" + program;
  if (error == ENOENT && access(absolute.c_str(), F_OK) == 0)
    return "'" + program + "' exists but its interpreter does not (look at its #! line)";
  if (error == ENOENT) return "no such file: '" + program + "' (in " + directory + ")";
  if (error == EACCES) return "not executable: '" + program + "' (chmod +x?)";
  if (error == ENOEXEC) return "not a program: '" + program + "' (a script needs a #! line)";
  return "cannot start '" + program + "': " + errnoText(error);
}

bool findPortHolder(int port, PortHolder& holder) {
  unsigned long inode = listenerInode("/proc/net/tcp", port);
  if (inode == 0) inode = listenerInode("/proc/net/tcp6", port);
  if (inode == 0) return false;
  holder = {};
  const std::string target = "socket:[" + std::to_string(inode) + "]";
  const Directory processes(opendir("/proc"));
  while (const dirent* entry = processes ? readdir(processes.get()) : nullptr) {
    const std::int64_t pid = std::atoll(entry->d_name);
    if (pid <= 0 || !holdsSocket(entry->d_name, target)) continue;
    holder.pid = pid;
    std::ifstream comm("/proc/" + std::string(entry->d_name) + "/comm");
    std::getline(comm, holder.name);
    break;
  }
  return true;
}

std::string portHolderText(int port) {
  PortHolder holder;
  if (!findPortHolder(port, holder)) return {};
  const std::string text = "port " + std::to_string(port) + " is held by ";
  if (holder.pid == 0) return text + "a process of another user";
  return text + "pid " + std::to_string(holder.pid) + " (" + holder.name + ")";
}

}  // namespace varka::launcher
