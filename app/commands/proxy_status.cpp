#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

int proxyStatus(const Invocation& invocation) {
  const auto status = ask(invocation, "status", nlohmann::json::object());
  if (!status) return kFailed;
  const auto& proxies = (*status)["proxies"];
  if (invocation.value("output") == "json") {
    std::puts(proxies.dump(2).c_str());
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& proxy : proxies) {
    const bool refused = !proxy.value("lastError", "").empty();
    const char* word = !proxy.value("connected", false) ? "NOT CONNECTED" : refused ? "STALE (NACKED)" : proxy.value("synced", false) ? "SYNCED" : "STALE";
    rows.push_back({proxy.value("pod", "") + "." + proxy.value("namespace", ""), "Kubernetes", word,
                    std::to_string(proxy.value("acked", std::uint64_t{0})), proxy.value("lastError", "")});
  }
  std::fputs(tableText({"NAME", "CLUSTER", "STATUS", "REVISION", "ERROR"}, rows).c_str(), stdout);
  return kOk;
}

}  // namespace

Command proxyStatusCommand() {
  return {"proxy-status", "[-o json]", "Which proxies have the newest configuration, and what they refused",
          {{"output", 'o', "json", "for scripts"}}, proxyStatus};
}

}  // namespace varka::app
