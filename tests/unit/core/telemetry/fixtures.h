#pragma once
// A little bookinfo for the tests of telemetry: gateway → productpage → reviews v1, v2 → ratings.

#include "core/telemetry/topology.h"
#include "core/xds/telemetry.h"

namespace varka::telemetry::test {

inline PodInfo pod(const std::string& app, const std::string& version, const std::string& ip) {
  PodInfo out;
  out.workload = app + "-" + version;
  out.pod = out.workload + "-0";
  out.ns = "default";
  out.app = app;
  out.version = version;
  out.ip = ip;
  return out;
}

inline Topology bookinfo() {
  Topology out;
  PodInfo gateway = pod("istio-ingressgateway", "", "10.0.0.1");
  gateway.ns = "istio-system";
  gateway.workload = "istio-ingressgateway";
  gateway.pod = "istio-ingressgateway-0";
  gateway.kind = "gateway";
  out.pods = {gateway, pod("productpage", "v1", "10.0.0.2"), pod("reviews", "v1", "10.0.0.3"),
              pod("reviews", "v2", "10.0.0.4"), pod("ratings", "v1", "10.0.0.5")};
  PodInfo bare = pod("legacy", "v1", "10.0.0.9");
  bare.sidecar = false;
  out.pods.push_back(bare);
  const auto service = [](const std::string& name, std::vector<std::string> workloads) {
    return ServiceInfo{name + ".default.svc.cluster.local", "default", name, std::move(workloads)};
  };
  out.services = {service("productpage", {"default/productpage-v1"}),
                  service("reviews", {"default/reviews-v1", "default/reviews-v2"}),
                  service("ratings", {"default/ratings-v1"})};
  WorkloadInfo reviews;
  reviews.ns = "default";
  reviews.workload = "reviews-v1";
  reviews.app = "reviews";
  reviews.version = "v1";
  reviews.badges = {"VS", "DR"};
  WorkloadInfo asleep = reviews;
  asleep.workload = "details-v1";
  asleep.app = "details";
  asleep.badges = {};
  asleep.state = Health::Stopped;
  out.workloads = {reviews, asleep};
  out.clusterWeights = {{"outbound|9080|v1|reviews.default.svc.cluster.local", 80}};
  return out;
}

inline xds::EdgeCounters counters(const std::string& side, const std::string& cluster,
                                  const std::string& peer, std::uint64_t ok, std::uint64_t failed = 0,
                                  bool mtls = true) {
  xds::EdgeCounters out;
  out.side = side;
  out.cluster = cluster;
  out.peerWorkload = peer;
  out.protocol = "HTTP/1.1";
  out.mtls = mtls;
  out.requests = ok + failed;
  out.status2xx = ok;
  out.errors5xx = failed;
  out.latency.resize(std::size(xds::kLatencyBoundsMs) + 1);
  out.latency[3] = out.requests;  // 2…5 ms
  return out;
}

inline std::string cluster(const std::string& service, const std::string& subset = {}) {
  return "outbound|9080|" + subset + "|" + service + ".default.svc.cluster.local";
}

}  // namespace varka::telemetry::test
