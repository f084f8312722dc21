#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"
#include "app/requests.h"

namespace varka::app {
namespace {

using nlohmann::json;

std::string fixed(const json& edge, const char* field, const char* format) {
  char out[32];
  std::snprintf(out, sizeof out, format, edge.value(field, 0.0));
  return out;
}

int traffic(const Invocation& invocation) {
  const auto graph = ask(invocation, "graph", json::object());
  if (!graph) return kFailed;
  if (invocation.value("output") == "json") {
    std::puts(graph->dump(2).c_str());
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& edge : graph->value("edges", json::array())) {
    rows.push_back({edge.value("from", ""), edge.value("to", ""), fixed(edge, "rps", "%.1f"),
                    std::to_string(edge.value("errors", std::uint64_t{0})) + "/" + std::to_string(edge.value("requests", std::uint64_t{0})),
                    fixed(edge, "p50Ms", "%.1f"), fixed(edge, "p95Ms", "%.1f"), edge.value("mtls", "")});
  }
  std::fputs(tableText({"FROM", "TO", "RPS", "ERRORS", "P50 MS", "P95 MS", "MTLS"}, rows).c_str(), stdout);
  return kOk;
}

}  // namespace

Command trafficCommand() {
  return {"traffic", "[-o json]", "Who calls whom now: rates, errors, latency, mTLS of the last ten seconds",
          {{"output", 'o', "json", "the graph with its nodes"}}, traffic};
}

}  // namespace varka::app
