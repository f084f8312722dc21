#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

int wait(const Invocation& invocation) {
  const auto timeout = parseDuration(invocation.value("timeout", "60s"));
  if (!timeout) return complain(kUsage, "--timeout is a time as 30s, 500ms or 2m");
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  const auto condition = invocation.value("for", "ready");
  const auto answer = client->call("wait", {{"for", condition}, {"timeoutMs", *timeout}});
  if (!answer) return complain(kFailed, answer.error().message);
  if (answer->value("met", false)) return kOk;
  return complain(kNotInTime, "not " + condition + " within " + invocation.value("timeout", "60s") + ": " + answer->value("missing", ""));
}

}  // namespace

Command waitCommand() {
  return {"wait",
          "[--for=ready|synced] [--timeout=60s]",
          "Waits until all pods are ready, or all proxies have the newest configuration",
          {{"for", 0, "CONDITION", "ready (default): every pod ready and synced; synced: every connected proxy acknowledged"},
           {"timeout", 0, "TIME", "30s, 500ms, 2m; then exit code 4"}},
          wait};
}

}  // namespace varka::app
