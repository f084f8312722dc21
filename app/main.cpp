// varka: one binary. Dispatches to the subcommands of commands/; without one it opens the window.
#include <string>
#include <vector>

#include "app/command.h"

#include <cstdio>

namespace {

using namespace varka::app;

int run(const Command& command, const std::vector<std::string>& words) {
  std::vector<Option> options = command.options;
  options.insert(options.end(), commonOptions().begin(), commonOptions().end());
  const auto invocation = parse(options, words);
  if (!invocation) return complain(kUsage, invocation.error().message + "; see `varka help " + command.name + "`");
  if (invocation->has("help")) {
    std::fputs(helpText(command).c_str(), stdout);
    return kOk;
  }
  return command.run(*invocation);
}

/// The command's name is the first word that is no option; `-p DIR` may stand before it. Returns its index.
std::size_t commandIndex(const std::vector<std::string>& words) {
  std::size_t i = 0;
  while (i < words.size() && words[i].starts_with("-")) {
    const bool takesNext = words[i] == "-p" || words[i] == "--project";
    i += takesNext ? 2 : 1;
  }
  return i;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) words = {"help"};
  if (words.size() == 1 && words[0] == "--version") words = {"version"};
  const auto index = commandIndex(words);
  const Command* command = findCommand(index < words.size() ? words[index] : "open");
  if (!command) {
    return complain(kUsage, "unknown command '" + words[index] + "'; `varka help` lists them");
  }
  if (index < words.size()) words.erase(words.begin() + static_cast<std::ptrdiff_t>(index));
  return run(*command, words);
}
