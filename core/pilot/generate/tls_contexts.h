#pragma once
// TLS of clusters and listeners: auto-mTLS (trap 29), DestinationRule `tls`, the inbound sides, gateway
// credentials.

#include <string>
#include <vector>

#include "core/pilot/model/mesh_model.h"
#include "core/xds/cluster.h"
#include "core/xds/listener.h"

namespace varka::pilot {

inline constexpr const char* kTlsSocket = "envoy.transport_sockets.tls";
inline constexpr const char* kRawBufferSocket = "envoy.transport_sockets.raw_buffer";

struct ClusterTlsInput {
  const MeshModel& model;
  const Service& service;
  int port = 0;
  std::string subset;
  resource::Value tls;  // of the effective traffic policy; null = nothing said
  bool http2 = false;
  bool router = false;  // the client is a gateway: credentialName works
};
/// Sets transport_socket or transport_socket_matches.
void applyClusterTls(const ClusterTlsInput& input, xds::Cluster& cluster);

/// Terminates mesh mTLS with secrets `default` and `ROOTCA`.
[[nodiscard]] xds::TransportSocket inboundMtls(bool http);
/// ServerTLSSettings of a Gateway server or a Sidecar ingress listener.
[[nodiscard]] xds::TransportSocket serverTls(const resource::Value& tls, bool http);
/// SDS names a server's `tls` needs: "kubernetes://NAME", "kubernetes://NAME-cacert".
[[nodiscard]] std::vector<std::string> serverSecrets(const resource::Value& tls);

/// SPIFFE identities of the service's instances, ordered.
[[nodiscard]] std::vector<std::string> identitiesOf(const Service& service, const std::string& trustDomain);

}  // namespace varka::pilot
