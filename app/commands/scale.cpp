#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"

namespace varka::app {
namespace {

int scale(const Invocation& invocation) {
  // kubectl: scale deploy/NAME --replicas=N, or scale deployment NAME --replicas=N
  auto name = invocation.positional().empty() ? "" : invocation.positional().back();
  if (const auto slash = name.find('/'); slash != std::string::npos) name.erase(0, slash + 1);
  const auto text = invocation.value("replicas");
  int replicas = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), replicas);
  if (name.empty() || error != std::errc() || *end != '\0') return complain(kUsage, "scale deploy/NAME --replicas=N");
  const auto answer = ask(invocation, "scale", {{"deployment", name}, {"namespace", invocation.value("namespace", "default")}, {"replicas", replicas}});
  if (!answer) return kFailed;
  std::printf("deployment.apps/%s scaled\n", name.c_str());
  return kOk;
}

}  // namespace

Command scaleCommand() {
  return {"scale", "deploy/NAME --replicas=N", "Sets how many pods a deployment has",
          {{"replicas", 0, "N", "0 stops it"}, {"namespace", 'n', "NS", "default: default"}}, scale};
}

}  // namespace varka::app
