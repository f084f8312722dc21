#include "core/mesh/config_dump.h"

#include <nlohmann/json.hpp>

namespace varka::mesh {
namespace {

using nlohmann::ordered_json;

/// One part of the dump: which type of resource, and where it goes.
struct Section {
  std::string_view typeUrl;
  const char* dumpType;
  const char* list;
  const char* item;
};

constexpr Section kSections[] = {
    {xds::kClusterType, "ClustersConfigDump", "dynamicActiveClusters", "cluster"},
    {xds::kListenerType, "ListenersConfigDump", "dynamicListeners", "listener"},
    {xds::kRouteType, "RoutesConfigDump", "dynamicRouteConfigs", "routeConfig"},
    {xds::kEndpointType, "EndpointsConfigDump", "dynamicEndpointConfigs", "endpointConfig"},
    {xds::kSecretType, "SecretsConfigDump", "dynamicActiveSecrets", "secret"},
};

ordered_json entry(const Section& section, const xds::Resource& resource) {
  ordered_json content = ordered_json::parse(*resource.json, nullptr, false);
  if (section.typeUrl == xds::kSecretType && content.contains("tlsCertificate")) {
    content["tlsCertificate"]["privateKey"] = {{"inlineBytes", "W3JlZGFjdGVkXQ=="}};  // "[redacted]", as Envoy writes it
  }
  ordered_json inner{{"versionInfo", resource.version}, {section.item, std::move(content)}};
  if (section.typeUrl == xds::kListenerType) return {{"name", resource.name}, {"activeState", std::move(inner)}};
  if (section.typeUrl == xds::kSecretType) inner["name"] = resource.name;
  return inner;
}

}  // namespace

std::string configDumpJson(const xds::Snapshot& snapshot, const std::string& node) {
  ordered_json configs = ordered_json::array();
  configs.push_back({{"@type", "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump"},
                     {"bootstrap", {{"node", {{"id", node}}}}}});
  for (const auto& section : kSections) {
    ordered_json list = ordered_json::array();
    for (const auto& [name, resource] : snapshot.of(section.typeUrl)) list.push_back(entry(section, resource));
    configs.push_back({{"@type", std::string("type.googleapis.com/envoy.admin.v3.") + section.dumpType},
                       {section.list, std::move(list)}});
  }
  return ordered_json{{"configs", std::move(configs)}}.dump(1);
}

}  // namespace varka::mesh
