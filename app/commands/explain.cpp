#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/requests.h"

namespace varka::app {
namespace {

int explainRecorded(const Invocation& invocation) {
  const auto id = invocation.value("request");
  const auto answer = ask(invocation, "explain", {{"id", id}});
  if (!answer) return kFailed;
  const auto& rows = (*answer)["rows"];
  if (invocation.value("output") == "json") {
    std::puts(rows.dump(2).c_str());
  } else {
    for (const auto& row : rows) std::puts(explanation(row).c_str());
  }
  if (!rows.empty()) return kOk;
  return complain(kFailed, "no request with x-request-id or trace id '" + id + "' is recorded; `varka tap -o json` shows ids as they come");
}

int explain(const Invocation& invocation) {
  if (invocation.has("request")) return explainRecorded(invocation);
  if (!invocation.has("from")) return complain(kUsage, "explain --request ID");
  return complain(kFailed,
                  "explain --from is not there yet; send the request and explain it by its x-request-id:\n"
                  "  varka exec POD -- curl -s -H 'x-request-id: my-1' URL;  varka explain --request my-1");
}

}  // namespace

Command explainCommand() {
  return {"explain",
          "--request ID [-o json]",
          "What decided a request, step by step, with file and line",
          {{"request", 0, "ID", "x-request-id or trace id of a request that happened"},
           {"from", 0, "WORKLOAD", "not there yet: what would happen to a request"},
           {"output", 'o', "json", "the records with all their fields"}},
          explain};
}

}  // namespace varka::app
