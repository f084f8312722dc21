#pragma once
// Why a process ended or did not start, in words. Pure but for reading /proc.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace varka::launcher {

/// `status` as waitpid gives it: "exit 0", "exit 7", "exit 139 (SIGSEGV)".
[[nodiscard]] std::string exitText(int status);
[[nodiscard]] std::string signalName(int number);  // "SIGSEGV", "signal 40"

/// What exec said: "command not found: 'foo' (PATH=/bin)", "no such file: './run.sh' (in /project)", "not
/// executable: …".
[[nodiscard]] std::string startFailureText(int error, std::string_view what, const std::string& program,
                                           const std::string& directory, const std::string& path);

struct PortHolder {
  std::int64_t pid = 0;  // 0 = held, but by a process we cannot see
  std::string name;
};
/// Who listens on a TCP port of the host; false when nobody does.
[[nodiscard]] bool findPortHolder(int port, PortHolder& holder);
/// "port 9080 is held by pid 311 (java)"; "" when the port is free.
[[nodiscard]] std::string portHolderText(int port);

}  // namespace varka::launcher
