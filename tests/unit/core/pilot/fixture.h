#pragma once
// Small meshes from YAML text for Pilot's tests. Tests only.

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/pilot/generate/generated.h"
#include "core/pilot/pilot.h"
#include "core/resource/yaml.h"

namespace varka::pilot::test {

/// "2020-01-01T00:00:00Z" -> comparable number; 0 when absent, so that names decide.
inline std::int64_t timeOf(const resource::Object& object) {
  std::string digits;
  for (const char c : object.root["metadata"]["creationTimestamp"].text()) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits.empty() ? 0 : std::atoll(digits.c_str());
}

inline std::shared_ptr<const resource::Snapshot> snapshotOf(const std::string& yaml,
                                                            std::string* error = nullptr) {
  auto snapshot = std::make_shared<resource::Snapshot>();
  auto objects = resource::parseObjects(yaml, "mesh.yaml");
  if (!objects) {
    if (error) *error = objects.error().message;
    return snapshot;
  }
  for (resource::Object& object : *objects) {
    object.creationTimestamp = timeOf(object);
    auto shared = std::make_shared<const resource::Object>(std::move(object));
    snapshot->objects[shared->key()] = shared;
  }
  return snapshot;
}

inline Endpoint pod(std::string name, std::string ip, resource::Labels labels, bool ready = true) {
  Endpoint out;
  out.pod = name;
  out.workload = name;
  out.ip = std::move(ip);
  out.labels = std::move(labels);
  out.ready = ready;
  return out;
}

struct Mesh {
  PilotInput input;
  std::string error;

  explicit Mesh(const std::string& yaml, std::vector<Endpoint> endpoints = {}) {
    input.resources = snapshotOf(yaml, &error);
    input.endpoints = std::move(endpoints);
    input.rootsPem = "-----ROOT-----";
    input.mesh = meshConfigFrom(*input.resources);
  }
  [[nodiscard]] MeshModel model() const { return buildMeshModel(input); }
  [[nodiscard]] Generated generate(const ProxyNode& proxy) const { return generateFor(model(), proxy); }
};

inline ProxyNode sidecar(std::string ns = "default", resource::Labels labels = {}) {
  ProxyNode out;
  out.ip = "1.1.1.1";
  out.ns = std::move(ns);
  out.labels = std::move(labels);
  return out;
}

inline ProxyNode gateway() {
  ProxyNode out;
  out.type = ProxyType::Router;
  out.ip = "1.1.1.1";
  out.ns = "istio-system";
  out.labels = {{"istio", "ingressgateway"}};
  return out;
}

template <typename Items>
auto named(const Items& items, const std::string& name) -> const typename Items::value_type* {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

/// The virtual host that a domain belongs to, null when none.
inline const xds::VirtualHost* hostOf(const Generated& made, const std::string& table,
                                      const std::string& domain) {
  const auto* configuration = named(made.routes, table);
  if (!configuration) return nullptr;
  for (const xds::VirtualHost& vhost : configuration->virtualHosts) {
    if (std::find(vhost.domains.begin(), vhost.domains.end(), domain) != vhost.domains.end()) return &vhost;
  }
  return nullptr;
}

/// Clusters of a route in order; weights as "cluster*weight".
inline std::vector<std::string> clustersOf(const xds::Route& route) {
  const auto* action = std::get_if<xds::RouteAction>(&route.action);
  if (!action) return {};
  if (const auto* one = std::get_if<xds::RouteAction::ClusterName>(&action->cluster)) return {one->name};
  std::vector<std::string> out;
  if (const auto* many = std::get_if<xds::WeightedCluster>(&action->cluster)) {
    for (const auto& item : many->clusters) out.push_back(item.name + "*" + std::to_string(item.weight));
  }
  return out;
}

}  // namespace varka::pilot::test
