#pragma once
// Pilot: the pure function (resources, endpoints, mesh configuration, proxy) -> Envoy v3 resources. A
// PushContext is built once per revision, is immutable and may be read from any thread; `generate` is called
// once for each connected proxy. Pilot opens no socket, reads no file and no clock.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.h"
#include "core/pilot/mesh_config.h"
#include "core/resource/object.h"
#include "core/resource/store.h"

namespace varka::xds {
struct Snapshot;
}

namespace varka::pilot {

enum class ProxyType { Sidecar, Router };
enum class Interception { Redirect, None };

/// What Pilot must know of the proxy that asks: the node of its stream, completed from the pod.
struct ProxyNode {
  ProxyType type = ProxyType::Sidecar;
  std::string id;  // "POD.NS", the third part of the node id
  std::string ip;
  std::string ns = "default";
  resource::Labels labels;  // of the pod; gateways are selected by them
  std::string serviceAccount = "default";
  std::string workload;
  Interception interception = Interception::Redirect;

  [[nodiscard]] bool router() const { return type == ProxyType::Router; }
};

/// One pod (or external workload) that may stand behind services. Which services: Pilot decides by selector
/// and namespace.
struct Endpoint {
  std::string ip;
  std::string pod;  // pod name
  std::string ns = "default";
  resource::Labels labels;
  std::string serviceAccount = "default";
  std::string workload;                   // the Deployment's name
  std::map<std::string, int> namedPorts;  // containerPorts: name -> number, for targetPort by name
  bool ready = true;                      // only ready ones receive traffic (publishNotReadyAddresses aside)
  bool mtls = true;                       // has a sidecar that terminates mesh TLS (tlsMode "istio")
  std::string region, zone, subZone;
};

struct PilotInput {
  std::shared_ptr<const resource::Snapshot> resources;
  std::vector<Endpoint> endpoints;
  std::string rootsPem;  // trust bundle, becomes secret ROOTCA
  std::string trustDomain = "cluster.local";
  std::string clusterDomain = "cluster.local";
  MeshConfig mesh;  // see meshConfigFrom(snapshot)
};

// ---- what the window asks ----

/// A piece of configuration with its place: `object` "VirtualService default/reviews", `path` inside the
/// object.
struct Source {
  std::string object;
  resource::Key key;
  std::string path;  // "spec.http[1].route[0].weight"; empty for the object
  Origin origin;
};

struct RouteDestination {
  std::string host;  // resolved, "reviews.default.svc.cluster.local"
  std::string subset;
  int port = 0;    // 0 = decided by the listener
  int weight = 0;  // effective share of 100 when single
  bool weightWritten = false;
  bool subsetKnown = true;
  bool hostKnown = true;
  int endpoints = 0;    // ready ones
  std::string cluster;  // "outbound|9080|v2|reviews.default.svc.cluster.local"; empty when the port is open
  Source source;        // of the destination entry
  Source weightSource;  // of the weight scalar, or where it would be
};

/// One rule of http[] (or tcp[], tls[]), in the order in which requests try them.
struct RouteRule {
  std::string kind;   // "http" "tcp" "tls" "default"
  int index = 0;      // in its list
  std::string name;   // as written, may be empty
  std::string label;  // "#1 name"
  std::vector<std::string>
      matches;  // one readable line per match entry: "uri prefix /a · header end-user = jason"
  std::vector<std::string>
      actions;  // "fault delay 7s 100%", "timeout 3s", "retry 2×", "mirror …", "redirect …"
  std::vector<RouteDestination> destinations;
  bool reachable = true;  // false behind a catch-all
  Source source;
};

struct SubsetInfo {
  std::string name;
  resource::Labels labels;
  int endpoints = 0;
  bool used = false;  // named by a rule
  Source source;
};

/// Everything about one host as a client in namespace `ns` sees it.
struct HostRoutes {
  std::string host;
  std::string ns;
  bool isService = false;
  std::vector<int> ports;
  std::vector<std::string> gateways;  // "mesh", "default/bookinfo-gateway"
  Source virtualService;              // key empty = none, default routing
  Source destinationRule;             // the first of a merge
  std::vector<SubsetInfo> subsets;
  std::vector<RouteRule> rules;
  std::string mtlsMode;  // what servers of this host demand: "STRICT" "PERMISSIVE" "DISABLE"
};

struct ServiceAddress {
  std::string host, ns, name, vip;  // vip empty: headless
  bool external = false;            // from a ServiceEntry
  std::vector<int> ports;
};

struct GatewayPort {
  int server = 0;  // as in the Gateway: 80
  int listen = 0;  // what the listener says: 0.0.0.0:listen
  bool tls = false;
};

class PushContext {
 public:
  /// `previous` lets unchanged parts be shared; the result does not depend on it.
  static std::shared_ptr<const PushContext> build(PilotInput input,
                                                  std::shared_ptr<const PushContext> previous = {});
  ~PushContext();
  PushContext(const PushContext&) = delete;
  PushContext& operator=(const PushContext&) = delete;

  /// All resources of this proxy: LDS, RDS, CDS, EDS, SDS (ROOTCA and gateway certificates) and the name
  /// table. Equal input gives equal bytes; every resource carries its content version.
  [[nodiscard]] xds::Snapshot generate(const ProxyNode& proxy) const;

  [[nodiscard]] std::uint64_t revision() const;
  /// Services with their (allocated) addresses, ordered by host: DNS, forwarders, the window.
  [[nodiscard]] std::vector<ServiceAddress> services() const;
  /// Hosts that have routing: services and hosts of VirtualServices, ordered.
  [[nodiscard]] std::vector<std::string> hosts() const;
  [[nodiscard]] HostRoutes routesFor(std::string_view host, std::string_view clientNamespace) const;
  /// Ports this gateway proxy must listen on, ordered: what its Gateway servers say, translated to target
  /// ports where a Service in front of the gateway does so.
  [[nodiscard]] std::vector<GatewayPort> gatewayPorts(const ProxyNode& proxy) const;

  struct State;
  [[nodiscard]] const State& state() const { return *state_; }  // for Pilot's own files and tests

 private:
  explicit PushContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace varka::pilot
