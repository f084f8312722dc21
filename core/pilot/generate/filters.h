#pragma once
// What listeners are assembled from: connection managers with Istio's filter order, TCP proxies, access logs,
// listener filters. Policies of issue 4 (authorization, JWT) go where `inboundPolicyFilters` is called.

#include <string>
#include <vector>

#include "core/pilot/generate/generated.h"

namespace varka::pilot {

[[nodiscard]] std::vector<xds::AccessLog> accessLogs(const MeshConfig& mesh);
/// Only connections that found no filter chain or listener.
[[nodiscard]] std::vector<xds::AccessLog> listenerAccessLogs(const MeshConfig& mesh);

enum class ManagerRole { SidecarOutbound, SidecarInbound, Gateway };

/// Routes (RDS name or inline) are the caller's to set.
[[nodiscard]] xds::HttpConnectionManager connectionManager(const Generation& context, ManagerRole role,
                                                           std::string statPrefix);
[[nodiscard]] xds::Rds rdsOf(std::string name);
[[nodiscard]] xds::NetworkFilter httpFilter(xds::HttpConnectionManager manager);

/// To one cluster.
[[nodiscard]] xds::NetworkFilter tcpFilter(const Generation& context, const std::string& cluster);
/// To the destinations of a tcp[] or tls[] rule, by weight.
[[nodiscard]] xds::NetworkFilter tcpFilter(const Generation& context, const resource::Value& destinations,
                                           const std::string& ruleNs, int port);

[[nodiscard]] xds::ListenerFilter originalDst();
[[nodiscard]] xds::ListenerFilter tlsInspector();
[[nodiscard]] xds::ListenerFilter httpInspector();

/// What plaintext HTTP looks like to http_inspector.
[[nodiscard]] const std::vector<std::string>& plaintextHttpAlpns();

}  // namespace varka::pilot
