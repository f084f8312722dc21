#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"

namespace varka::app {
namespace {

int exec(const Invocation& invocation) {
  auto command = invocation.rest();
  if (command.empty() && invocation.positional().size() > 1) {  // kubectl's old form without "--"
    command.assign(invocation.positional().begin() + 1, invocation.positional().end());
  }
  if (invocation.positional().empty() || command.empty()) return complain(kUsage, "exec POD -- COMMAND [ARG…]");
  std::vector<std::string> argv;
  {
    const auto answer = ask(invocation, "exec", {{"pod", invocation.positional(0)}, {"namespace", invocation.value("namespace")}, {"command", command}});
    if (!answer) return kFailed;
    argv = (*answer)["argv"].get<std::vector<std::string>>();
  }
  // We become the command: its terminal, signals and exit code are ours.
  std::vector<char*> words;
  for (auto& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  return complain(kFailed, "run " + argv[0] + ": " + errnoText(errno));
}

}  // namespace

Command execCommand() {
  return {"exec",
          "POD|APP -- COMMAND [ARG…]",
          "Runs a command with the pod's network, directory and environment; its exit code is ours",
          {{"namespace", 'n', "NS", "any by default"},
           {"container", 'c', "NAME", "accepted as kubectl does; there is one"},
           {"stdin", 'i', nullptr, "accepted; the terminal is always passed on"},
           {"tty", 't', nullptr, "accepted; the terminal is always passed on"}},
          exec};
}

}  // namespace varka::app
