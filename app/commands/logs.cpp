#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

int logs(const Invocation& invocation) {
  const auto name = invocation.positional(0);
  if (name.empty()) return complain(kUsage, "logs of what? a pod, deploy/NAME or an app");
  int tail = 1000;
  const auto wanted = invocation.value("tail", "-1");
  if (wanted != "-1" && std::from_chars(wanted.data(), wanted.data() + wanted.size(), tail).ec != std::errc()) {
    return complain(kUsage, "--tail is a number of lines");
  }
  const auto container = invocation.value("container");
  const bool prefix = invocation.has("prefix");
  nlohmann::json params{{"pod", name},
                        {"namespace", invocation.value("namespace")},
                        {"follow", invocation.has("follow")},
                        {"tail", tail},
                        {"stream", container == "istio-proxy" ? "proxy" : ""}};
  const auto answer = ask(invocation, "logs", params, [&](const nlohmann::json& line) {
    const std::string head = prefix ? "[pod/" + line.value("pod", "") + "] " : "";
    const std::string time = invocation.has("timestamps") ? timeText(line.value("timeMs", std::int64_t{0})) + " " : "";
    std::printf("%s%s%s\n", head.c_str(), time.c_str(), line.value("text", "").c_str());
    return std::fflush(stdout) == 0;
  });
  return answer ? kOk : kFailed;
}

}  // namespace

Command logsCommand() {
  return {"logs",
          "POD|deploy/NAME|APP [-f] [--tail N] [-c istio-proxy]",
          "What services wrote; of the sidecar with -c istio-proxy",
          {{"follow", 'f', nullptr, "go on with new lines"},
           {"tail", 0, "N", "the last N lines"},
           {"container", 'c', "NAME", "istio-proxy for the sidecar's access log"},
           {"namespace", 'n', "NS", "any by default"},
           {"prefix", 0, nullptr, "name the pod on each line"},
           {"timestamps", 0, nullptr, "time of each line, UTC"}},
          logs};
}

}  // namespace varka::app
