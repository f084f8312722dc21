#include "core/pilot/generate/endpoints.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace varka::pilot {

namespace {

std::string labelOr(const resource::Labels& labels, std::initializer_list<const char*> keys,
                    std::string otherwise) {
  for (const char* key : keys) {
    const auto found = labels.find(key);
    if (found != labels.end()) return found->second;
  }
  return otherwise;
}

// "workload;namespace;canonical name;canonical revision;cluster": what Istio's telemetry reads.
std::string workloadText(const ServiceEndpoint& endpoint) {
  const std::string name =
      labelOr(endpoint.labels, {"service.istio.io/canonical-name", "app.kubernetes.io/name", "app"},
              endpoint.workload);
  const std::string revision =
      labelOr(endpoint.labels,
              {"service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"}, "latest");
  return endpoint.workload + ";" + endpoint.ns + ";" + name + ";" + revision + ";Kubernetes";
}

xds::LbEndpoint endpointOf(const ServiceEndpoint& endpoint, int port) {
  xds::LbEndpoint out;
  if (endpoint.address.starts_with("unix://")) {
    out.address.address = xds::Pipe{endpoint.address.substr(7), 0};
  } else {
    out.address = xds::tcpAddress(endpoint.address, static_cast<std::uint32_t>(port));
  }
  out.healthStatus = xds::HealthStatus::Healthy;
  if (endpoint.weight > 0) out.loadBalancingWeight = static_cast<std::uint32_t>(endpoint.weight);
  if (endpoint.mtls) out.metadata.filterMetadata["envoy.transport_socket_match"]["tlsMode"] = "istio";
  if (!endpoint.workload.empty()) out.metadata.filterMetadata["istio"]["workload"] = workloadText(endpoint);
  if (!endpoint.pod.empty()) out.metadata.filterMetadata["varka"]["pod"] = endpoint.pod;
  return out;
}

}  // namespace

bool hasLabels(const ServiceEndpoint& endpoint, const resource::Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& item) {
    const auto found = endpoint.labels.find(item.first);
    return found != endpoint.labels.end() && found->second == item.second;
  });
}

xds::ClusterLoadAssignment assignmentOf(const Service& service, std::size_t portIndex,
                                        const resource::Labels& labels, std::string clusterName) {
  std::map<std::tuple<std::string, std::string, std::string>, xds::LocalityLbEndpoints> groups;
  for (const ServiceEndpoint& endpoint : service.endpoints) {
    if (!endpoint.ready && !service.publishNotReady) continue;
    const int port = portIndex < endpoint.ports.size() ? endpoint.ports[portIndex] : 0;
    if (port == 0 || !hasLabels(endpoint, labels)) continue;
    xds::LocalityLbEndpoints& group = groups[{endpoint.region, endpoint.zone, endpoint.subZone}];
    group.locality = {endpoint.region, endpoint.zone, endpoint.subZone};
    group.lbEndpoints.push_back(endpointOf(endpoint, port));
    group.loadBalancingWeight =
        group.loadBalancingWeight.value_or(0) + group.lbEndpoints.back().loadBalancingWeight;
  }
  xds::ClusterLoadAssignment out;
  out.clusterName = std::move(clusterName);
  for (auto& [key, group] : groups) {
    std::sort(group.lbEndpoints.begin(), group.lbEndpoints.end(),
              [](const auto& a, const auto& b) { return a.address.text() < b.address.text(); });
    out.endpoints.push_back(std::move(group));
  }
  return out;
}

}  // namespace varka::pilot
