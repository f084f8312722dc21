#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/config_tables.h"
#include "app/print.h"

namespace varka::app {
namespace {

/// What can be asked for, in the order of `all`.
struct Part {
  const char* name;
  const char* dumpType;
  ConfigTable (*table)(const nlohmann::json& dump);
};

constexpr Part kParts[] = {
    {"listeners", "ListenersConfigDump", listenerTable}, {"routes", "RoutesConfigDump", routeTable},
    {"clusters", "ClustersConfigDump", clusterTable},    {"endpoints", "EndpointsConfigDump", endpointTable},
    {"secret", "SecretsConfigDump", secretTable},
};

/// "listener" and "secrets" mean the same as istioctl's own words.
const Part* findPart(const std::string& word) {
  for (const auto& part : kParts) {
    const std::string name = part.name;
    if (word == name || word + "s" == name || word == name + "s") return &part;
  }
  return nullptr;
}

bool contains(const std::vector<std::string>& row, const std::string& filter) {
  return filter.empty() || std::any_of(row.begin(), row.end(), [&](const auto& cell) { return cell.find(filter) != std::string::npos; });
}

void printPart(const Part& part, const nlohmann::json& dump, const std::string& filter) {
  auto table = part.table(dump);
  std::erase_if(table.rows, [&](const auto& row) { return !contains(row, filter); });
  std::fputs(tableText(table.columns, table.rows).c_str(), stdout);
}

int proxyConfig(const Invocation& invocation) {
  const auto what = invocation.positional(0), pod = invocation.positional(1);
  const Part* part = findPart(what);
  if ((!part && what != "all") || pod.empty()) {
    return complain(kUsage, "proxy-config listeners|routes|clusters|endpoints|secret|all POD");
  }
  const auto answer = ask(invocation, "configDump", {{"pod", pod}, {"namespace", invocation.value("namespace")}});
  if (!answer) return kFailed;
  const auto& dump = (*answer)["dump"];
  if (invocation.value("output") == "json") {
    std::puts((part ? dumpSection(dump, part->dumpType) : dump).dump(2).c_str());
    return kOk;
  }
  const auto filter = invocation.value("fqdn");
  for (const auto& each : kParts) {
    if (part && part != &each) continue;
    printPart(each, dump, filter);
    if (!part) std::puts("");
  }
  return kOk;
}

}  // namespace

Command proxyConfigCommand() {
  return {"proxy-config",
          "listeners|routes|clusters|endpoints|secret|all POD [-o json]",
          "What a proxy was given, in istioctl's tables or as Envoy's config_dump",
          {{"output", 'o', "json", "the config_dump, or its part"},
           {"fqdn", 0, "TEXT", "only rows with this text"},
           {"namespace", 'n', "NS", "any by default"}},
          proxyConfig};
}

}  // namespace varka::app
