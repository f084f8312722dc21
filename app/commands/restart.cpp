#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"

namespace varka::app {
namespace {

int restart(const Invocation& invocation) {
  if (invocation.positional().empty()) return complain(kUsage, "restart what? a pod, deploy/NAME or an app");
  for (const auto& name : invocation.positional()) {
    const auto answer = ask(invocation, "restart", {{"pod", name}, {"namespace", invocation.value("namespace")}});
    if (!answer) return kFailed;
    for (const auto& pod : (*answer)["pods"]) std::printf("pod/%s restarted\n", pod.get<std::string>().c_str());
  }
  return kOk;
}

}  // namespace

Command restartCommand() {
  return {"restart", "POD|deploy/NAME|APP…", "Restarts the service processes of pods", {{"namespace", 'n', "NS", "any by default"}}, restart};
}

}  // namespace varka::app
