#pragma once
// The user's traffic rules with their names resolved, ready to be looked up. `Value` nodes keep their marks,
// so whatever is made from them can say file and line. Immutable after buildRules.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pilot/model/service.h"

namespace varka::pilot {

/// One entry of a VirtualService's http[], delegates already merged in.
struct HttpRule {
  resource::Value value;      // an HTTPRoute
  resource::ObjectPtr owner;  // where the rule is written (the delegate for delegated rules)
  std::string ns;             // whose short names its hosts are
  int index = 0;              // in the owner's list
};

struct VirtualService {
  resource::ObjectPtr object;
  std::string ns, name;
  std::vector<std::string> hosts;     // resolved
  std::vector<std::string> gateways;  // "mesh" or "ns/name"
  Visibility visibility;
  std::vector<HttpRule> http;

  [[nodiscard]] bool onGateway(std::string_view gateway) const;
  [[nodiscard]] const resource::Value& tcp() const { return object->spec()["tcp"]; }
  [[nodiscard]] const resource::Value& tls() const { return object->spec()["tls"]; }
};
using VirtualServicePtr = std::shared_ptr<const VirtualService>;

struct Subset {
  std::string name;
  resource::Labels labels;
  resource::Value trafficPolicy;
  resource::ObjectPtr owner;
  std::string path;  // "spec.subsets[1]"
  Mark mark;
};

/// DestinationRules of one host in one namespace with the same audience, merged (trap 26).
struct DestinationRule {
  std::string host;
  std::string ns;
  resource::ObjectPtr object;  // the oldest: its trafficPolicy counts
  resource::Value trafficPolicy;
  std::vector<Subset> subsets;
  Visibility visibility;
  std::optional<resource::Labels> selector;

  [[nodiscard]] const Subset* findSubset(std::string_view subset) const;
};
using DestinationRulePtr = std::shared_ptr<const DestinationRule>;

struct GatewayServer {
  resource::Value value;
  std::string gateway;  // "ns/name"
  resource::ObjectPtr owner;
  int port = 0;
  std::string portName;
  Protocol protocol = Protocol::Auto;
  std::vector<std::string> hosts;  // "host" or "ns/host", "." and "*" namespaces resolved
  std::string tlsMode;             // "" = no tls block or mode not said (PASSTHROUGH is 0)
  bool tls = false;
  bool httpsRedirect = false;
};

struct Gateway {
  resource::ObjectPtr object;
  std::string key;  // "ns/name"
  resource::Labels selector;
  std::vector<GatewayServer> servers;
};

enum class MtlsMode { Unset, Disable, Permissive, Strict };

struct PeerAuthentication {
  resource::ObjectPtr object;
  std::optional<resource::Labels> selector;
  MtlsMode mode = MtlsMode::Unset;
  std::map<int, MtlsMode> ports;
};

/// What a workload demands of its callers (trap 39).
struct EffectiveMtls {
  MtlsMode mode = MtlsMode::Permissive;
  std::map<int, MtlsMode> ports;
  resource::ObjectPtr decidedBy;  // null = the default
  [[nodiscard]] MtlsMode forPort(int port) const;
};

struct Rules {
  std::vector<VirtualServicePtr> virtualServices;  // oldest first
  std::map<std::string, std::map<std::string, std::vector<DestinationRulePtr>>>
      destinationRules;                                                        // ns -> host
  std::vector<Gateway> gateways;                                               // oldest first
  std::map<std::string, std::vector<resource::ObjectPtr>> sidecars;            // ns -> oldest first
  std::map<std::string, std::vector<PeerAuthentication>> peerAuthentications;  // ns -> oldest first
  std::string rootNamespace;

  /// Rules on `gateway` that namespace `ns` sees: private ones, then those exported by name, then public
  /// (trap 7).
  [[nodiscard]] std::vector<VirtualServicePtr> virtualServicesFor(std::string_view ns,
                                                                  std::string_view gateway) const;
  /// The DestinationRule a client in `ns` with these labels uses for the service (trap 25).
  [[nodiscard]] DestinationRulePtr destinationRuleFor(const Service& service, std::string_view ns,
                                                      const resource::Labels& labels) const;
  [[nodiscard]] EffectiveMtls mtlsFor(std::string_view ns, const resource::Labels& labels) const;
  /// The guess of auto-mTLS: namespace and mesh policies only (trap 29).
  [[nodiscard]] MtlsMode namespaceMtls(std::string_view ns) const;
};

}  // namespace varka::pilot
