#include <cstdio>

#include "app/commands/commands.h"

namespace varka::app {
namespace {

constexpr const char* kExitCodes =
    "exit codes:\n"
    "  0  done\n"
    "  1  it failed; stderr says what, where and what to do\n"
    "  2  the command line is wrong, or the command could not run at all\n"
    "  3  no running mesh was found\n"
    "  4  `varka wait`: the condition did not hold in time\n"
    "  `varka exec` gives the code of the command that ran.\n";

int help(const Invocation& invocation) {
  const auto topic = invocation.positional(0);
  if (topic == "exit-codes") {
    std::fputs(kExitCodes, stdout);
  } else if (const auto* command = findCommand(topic)) {
    std::fputs(helpText(*command).c_str(), stdout);
  } else if (topic.empty()) {
    std::fputs(overview().c_str(), stdout);
  } else {
    return complain(kUsage, "no help on '" + topic + "'; `varka help` lists the commands");
  }
  return kOk;
}

}  // namespace

Command helpCommand() {
  return {"help", "[COMMAND|exit-codes]", "What there is", {}, help};
}

}  // namespace varka::app
