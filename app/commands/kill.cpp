#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "app/client.h"
#include "app/commands/commands.h"

namespace varka::app {
namespace {

/// "KILL", "SIGKILL", "kill" or "9"; 0 = not a signal.
int signalNumber(std::string text) {
  int number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) return number > 0 && number < 65 ? number : 0;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (text.starts_with("SIG")) text.erase(0, 3);
  for (int candidate = 1; candidate < 32; ++candidate) {
    const char* name = sigabbrev_np(candidate);
    if (name && text == name) return candidate;
  }
  return 0;
}

int kill(const Invocation& invocation) {
  const int number = signalNumber(invocation.value("signal", "TERM"));
  if (invocation.positional().empty() || number == 0) return complain(kUsage, "kill POD [--signal KILL|STOP|CONT|…]");
  const auto answer = ask(invocation, "signal", {{"pod", invocation.positional(0)}, {"namespace", invocation.value("namespace")}, {"signal", number}});
  return answer ? kOk : kFailed;
}

}  // namespace

Command killCommand() {
  return {"kill", "POD|APP [--signal SIGNAL]", "Sends a signal to a pod's service process",
          {{"signal", 's', "SIGNAL", "by name or number; default: TERM"}, {"namespace", 'n', "NS", "any by default"}}, kill};
}

}  // namespace varka::app
