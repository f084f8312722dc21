#pragma once
// Pilot's own model of a service: what Kubernetes Services, ServiceEntries and pods become before anything of
// Envoy is thought of. Immutable once the registry is built; shared by pointer.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/pilot/model/protocol.h"
#include "core/resource/object.h"

namespace varka::pilot {

/// How a client finds the instances.
enum class Resolution {
  Static,         // addresses are known: EDS
  Dns,            // STRICT_DNS
  DnsRoundRobin,  // LOGICAL_DNS
  Passthrough,    // headless services and resolution NONE: the address the client asked for
  Alias,          // ExternalName of a service of the mesh
};

struct ServicePort {
  std::string name;
  int port = 0;
  int targetPort = 0;  // 0 = `targetName` decides per pod
  std::string targetName;
  Protocol protocol = Protocol::Auto;
};

struct ServiceEndpoint {
  std::string address;     // IP, or a DNS name for ServiceEntries
  std::vector<int> ports;  // parallel to Service::ports; 0 = this instance lacks the port
  resource::Labels labels;
  std::string ns, pod, workload, serviceAccount;
  bool ready = true;
  bool mtls = false;  // terminates mesh TLS
  int weight = 0;     // 0 = not given
  std::string region, zone, subZone;
};

/// Who may see a thing of the configuration (trap 5). Values "." "*" "~" and namespaces; empty = public.
struct Visibility {
  enum class Kind { Public, Private, Nobody, Named } kind = Kind::Public;
  std::vector<std::string> namespaces;  // for Named
  [[nodiscard]] bool to(std::string_view ns, std::string_view ownNs) const;
};
[[nodiscard]] Visibility visibilityOf(const std::vector<std::string>& exportTo,
                                      const std::vector<std::string>& meshDefault, std::string_view ownNs);

struct Service {
  std::string host;  // "reviews.default.svc.cluster.local"
  std::string ns, name;
  std::vector<ServicePort> ports;
  std::vector<std::string> addresses;  // VIPs and CIDRs; the first decides where TCP listens
  bool allocated = false;              // the VIP is ours, from 240.240.0.0/16
  Resolution resolution = Resolution::Static;
  bool external = false;  // outside the mesh (MESH_EXTERNAL)
  bool kubernetes = false;
  bool headless = false;
  bool publishNotReady = false;
  resource::Labels selector;
  resource::Labels labels;
  Visibility visibility;
  std::string aliasOf;               // Resolution::Alias: the concrete host
  std::vector<std::string> aliases;  // hosts of Alias services that point here
  std::vector<std::string> subjectAltNames;
  std::vector<ServiceEndpoint> endpoints;
  std::int64_t created = 0;
  resource::ObjectPtr object;

  [[nodiscard]] const ServicePort* findPort(int port) const;
  [[nodiscard]] std::size_t portIndex(int port) const;  // ports.size() when absent
  /// The first address, "0.0.0.0" for headless ones and those without.
  [[nodiscard]] std::string address() const;
};
using ServicePtr = std::shared_ptr<const Service>;

/// Oldest first; then name, then namespace (trap 6).
[[nodiscard]] bool olderThan(const resource::Object& a, const resource::Object& b);

}  // namespace varka::pilot
