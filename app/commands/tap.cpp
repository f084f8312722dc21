#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/requests.h"

namespace varka::app {
namespace {

using nlohmann::json;

/// A word that must occur in the request's line, or errors only.
bool wanted(const json& row, const std::string& line, const Invocation& invocation) {
  if (invocation.has("errors") && row["record"].value("status", 0) < 400 && row["record"].value("status", 0) > 0) return false;
  const auto filter = invocation.value("filter");
  return filter.empty() || line.find(filter) != std::string::npos;
}

int tap(const Invocation& invocation) {
  int count = 0;
  const auto limit = invocation.value("count", "0");
  int most = 0;
  std::from_chars(limit.data(), limit.data() + limit.size(), most);
  const bool asJson = invocation.value("output") == "json";
  const auto answer = ask(invocation, "traffic", {{"follow", true}}, [&](const json& row) {
    const auto line = requestLine(row);
    if (!wanted(row, line, invocation)) return true;
    std::puts(asJson ? row.dump().c_str() : line.c_str());
    std::fflush(stdout);
    return most == 0 || ++count < most;
  });
  return answer ? kOk : kFailed;
}

}  // namespace

Command tapCommand() {
  return {"tap", "[--filter TEXT] [--errors] [--count N]", "Live requests, one line each",
          {{"filter", 0, "TEXT", "only lines with this text"},
           {"errors", 0, nullptr, "only answers of 400 and above, or none"},
           {"count", 0, "N", "end after N requests"},
           {"output", 'o', "json", "one JSON object a line"}},
          tap};
}

}  // namespace varka::app
