#pragma once
// Envoy's config_dump as istioctl's tables. Pure functions of the JSON.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace varka::app {

struct ConfigTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// The part of the dump with this "@type" ending ("ClustersConfigDump"); null JSON when absent.
nlohmann::json dumpSection(const nlohmann::json& dump, const std::string& type);

ConfigTable listenerTable(const nlohmann::json& dump);
ConfigTable routeTable(const nlohmann::json& dump);
ConfigTable clusterTable(const nlohmann::json& dump);
ConfigTable endpointTable(const nlohmann::json& dump);
ConfigTable secretTable(const nlohmann::json& dump);

}  // namespace varka::app
