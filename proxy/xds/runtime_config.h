#pragma once
// RuntimeConfig: the whole configuration of the proxy at one moment, immutable. The main loop builds it from xDS
// resources (or a bootstrap) and hands it to the workers as shared_ptr<const RuntimeConfig>; a request keeps the one it
// started with. A part that did not change keeps its shared_ptr from one RuntimeConfig to the next, so a worker sees by
// comparing pointers what is new, changed or gone.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/xds/cluster.h"
#include "core/xds/listener.h"
#include "core/xds/name_table.h"
#include "core/xds/tls.h"

namespace varka::proxy {

class CompiledRoutes;  // proxy/route/compiled_routes.h

/// Certificate and key, or trusted roots, ready for an SSL_CTX. `version` changes with the content.
struct ResolvedSecret {
  std::string name;
  std::string version;
  std::string chainPem, keyPem;  // a certificate …
  std::string rootsPem;          // … or a validation context
  xds::CertificateValidationContext validation;
};
using SecretPtr = std::shared_ptr<const ResolvedSecret>;
using Secrets = std::map<std::string, SecretPtr, std::less<>>;

/// A TLS context with its secrets filled in. Null pointer members: not configured, or not (yet) there.
struct ResolvedTls {
  xds::CommonTlsContext common;
  std::string sni;                          // upstream
  bool requireClientCertificate = false;    // downstream
  std::vector<SecretPtr> certificates;      // first wins
  SecretPtr roots;                          // null = the peer is not verified
  std::vector<xds::StringMatcher> matchSans;  // any of; empty = any peer that verifies
  bool complete = true;                     // false: a named secret is missing, handshakes must fail
};
using TlsPtr = std::shared_ptr<const ResolvedTls>;

struct RuntimeChain {
  std::string name;
  std::shared_ptr<const xds::FilterChain> config;
  TlsPtr tls;                                   // null = plain
  const xds::HttpConnectionManager* http = nullptr;  // into *config; null = TCP chain
  const xds::TcpProxy* tcp = nullptr;
  std::string routeName;                        // RDS name, "" = inline
  std::shared_ptr<const CompiledRoutes> inlineRoutes;  // when route_config is inline
};
using ChainPtr = std::shared_ptr<const RuntimeChain>;

struct RuntimeListener {
  std::string name;
  std::string version;
  std::shared_ptr<const xds::Listener> config;
  std::vector<ChainPtr> chains;  // in the order of config->filterChains; equal ones keep their pointer
  ChainPtr defaultChain;         // may be null
};
using ListenerPtr = std::shared_ptr<const RuntimeListener>;

/// TLS choice for an endpoint: the first match whose criteria its metadata satisfies.
struct RuntimeTransportMatch {
  std::string name;
  xds::Struct match;  // empty = all
  TlsPtr tls;         // null = plain
};

struct RuntimeCluster {
  std::string name;
  std::string version;  // of the Cluster resource
  std::shared_ptr<const xds::Cluster> config;
  std::shared_ptr<const xds::ClusterLoadAssignment> assignment;  // never null; empty when unknown
  std::string assignmentVersion;
  TlsPtr tls;                                  // cluster-wide transport socket; null = plain
  std::vector<RuntimeTransportMatch> matches;  // transport_socket_matches, in order
};
using ClusterPtr = std::shared_ptr<const RuntimeCluster>;

struct RuntimeConfig {
  std::uint64_t generation = 0;
  std::map<std::string, ListenerPtr, std::less<>> listeners;
  std::map<std::string, std::shared_ptr<const CompiledRoutes>, std::less<>> routes;  // RDS name → routes
  std::map<std::string, ClusterPtr, std::less<>> clusters;
  Secrets secrets;
  std::shared_ptr<const xds::NameTable> names;  // null until one came

  [[nodiscard]] const RuntimeCluster* cluster(std::string_view name) const;
  [[nodiscard]] const RuntimeListener* listener(std::string_view name) const;
  /// The routes of a chain: inline, or by RDS name; null = not known (answer 404, flag NR).
  [[nodiscard]] std::shared_ptr<const CompiledRoutes> routesOf(const RuntimeChain& chain) const;
};
using RuntimeConfigPtr = std::shared_ptr<const RuntimeConfig>;

}  // namespace varka::proxy
