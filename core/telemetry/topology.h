#pragma once
// Topology: what the mesh tells telemetry about itself, so that reports of proxies become nodes and edges
// with names. A value; the mesh gives a new one after every change.

#include <map>
#include <string>
#include <vector>

#include "core/telemetry/traffic_graph.h"

namespace varka::telemetry {

struct PodInfo {
  std::string pod, ns, app, version, workload;  // workload: the Deployment's name, "" = the pod's own
  std::string ip;
  std::string kind = "workload";  // workload gateway tcp
  bool sidecar = true;            // has a proxy that reports
  Health state =
      Health::Unknown;  // Crashed Stopped Starting show on the node until another pod of it is fine
};

/// A workload that is a node even with no pod and no traffic.
struct WorkloadInfo {
  std::string ns, workload, app, version;
  std::string kind = "workload";
  std::vector<std::string> badges;  // VS DR CB FI AZ MI SC
  Health state = Health::Unknown;   // Stopped when scaled to nothing
};

struct ServiceInfo {
  std::string host, ns, name;  // "reviews.default.svc.cluster.local"
  std::vector<std::string>
      workloads;  // "default/reviews-v1"; a call that reached no pod goes to the only one
};

struct Topology {
  std::vector<WorkloadInfo> workloads;
  std::vector<PodInfo> pods;
  std::vector<ServiceInfo> services;
  std::map<std::string, double>
      clusterWeights;  // Envoy cluster name → percent, for clusters of weighted routes
};

}  // namespace varka::telemetry
