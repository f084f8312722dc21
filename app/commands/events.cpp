#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

bool print(const nlohmann::json& event, bool asJson) {
  if (asJson) {
    std::puts(event.dump().c_str());
  } else {
    const auto object = event.value("object", "");
    std::printf("%s  %-8s %-12s %s%s\n", timeText(event.value("timeMs", std::int64_t{0})).c_str(), event.value("severity", "").c_str(),
                event.value("kind", "").c_str(), object.empty() ? "" : (object + ": ").c_str(), event.value("message", "").c_str());
  }
  return std::fflush(stdout) == 0;
}

int events(const Invocation& invocation) {
  const bool asJson = invocation.value("output") == "json";
  const auto answer = ask(invocation, "events", {{"max", 200}, {"follow", invocation.has("follow")}},
                          [&](const nlohmann::json& event) { return print(event, asJson); });
  return answer ? kOk : kFailed;
}

}  // namespace

Command eventsCommand() {
  return {"events", "[-f] [-o json]", "What happened: processes, configuration, certificates",
          {{"follow", 'f', nullptr, "go on with new ones"}, {"output", 'o', "json", "one JSON object a line"}}, events};
}

}  // namespace varka::app
