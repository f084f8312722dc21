#pragma once
// Resource: one xDS resource as it travels: type, name, content version and canonical JSON. The text is shared, so
// that thousands of proxies with the same resource hold it once.

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/xds/cluster.h"
#include "core/xds/listener.h"
#include "core/xds/name_table.h"

namespace varka::xds {

inline constexpr std::string_view kListenerType = "type.googleapis.com/envoy.config.listener.v3.Listener";
inline constexpr std::string_view kRouteType = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
inline constexpr std::string_view kClusterType = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
inline constexpr std::string_view kEndpointType = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
inline constexpr std::string_view kSecretType = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
inline constexpr std::string_view kNameTableType = "type.googleapis.com/istio.networking.nds.v1.NameTable";
inline constexpr std::string_view kNameTableName = "nametable";

struct Resource {
  std::string typeUrl;
  std::string name;
  std::string version;                      // first 16 hex of SHA-256 of *json
  std::shared_ptr<const std::string> json;  // canonical, one line, starts with "@type"; never null
  /// Same content (versions are content hashes).
  bool operator==(const Resource& other) const {
    return typeUrl == other.typeUrl && name == other.name && version == other.version;
  }
};

Resource makeResource(const Listener& listener);
Resource makeResource(const RouteConfiguration& routes);
Resource makeResource(const Cluster& cluster);
Resource makeResource(const ClusterLoadAssignment& assignment);
Resource makeResource(const Secret& secret);
Resource makeResource(const NameTable& table);
/// From text that already has its "@type" (EnvoyFilter results, the stream). Checks only that it is an object with a
/// known type and a name; decodeResource reads it all.
Result<Resource> makeResource(std::string_view json);

using AnyResource = std::variant<Listener, RouteConfiguration, Cluster, ClusterLoadAssignment, Secret, NameTable>;

struct Decoded {
  AnyResource value;
  std::vector<std::string> notices;  // fields accepted without effect: "path.to.field: has no effect here"
};
/// Reads a resource with its "@type". Errors read "NAME: path.to.field: reason".
Result<AnyResource> decodeResource(std::string_view json);
Result<Decoded> decodeResourceWithNotices(std::string_view json);
[[nodiscard]] std::string_view nameOf(const AnyResource& resource);
[[nodiscard]] std::string_view typeUrlOf(const AnyResource& resource);

/// First 16 hex digits of the SHA-256 of `text`.
[[nodiscard]] std::string contentVersion(std::string_view text);

}  // namespace varka::xds
