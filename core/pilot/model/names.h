#pragma once
// The names Pilot gives to things, exactly as Istio does, and the reading of short names. Pure functions on
// text.

#include <string>
#include <string_view>

namespace varka::pilot {

inline constexpr std::string_view kMeshGateway = "mesh";
inline constexpr std::string_view kPassthroughCluster = "PassthroughCluster";
inline constexpr std::string_view kBlackHoleCluster = "BlackHoleCluster";
inline constexpr std::string_view kInboundPassthroughCluster = "InboundPassthroughCluster";
inline constexpr std::string_view kVirtualOutbound = "virtualOutbound";
inline constexpr std::string_view kVirtualInbound = "virtualInbound";
inline constexpr int kOutboundPort = 15001;
inline constexpr int kInboundPort = 15006;

/// A name without any dot is of the rule's namespace: "reviews" -> "reviews.NS.svc.DOMAIN". Everything else
/// stays.
[[nodiscard]] std::string resolveHost(std::string_view host, std::string_view ns, std::string_view domain);
/// "gw" and "./gw" -> "NS/gw"; "mesh" and "ns/gw" stay; "gw.ns.svc.DOMAIN" -> "ns/gw".
[[nodiscard]] std::string resolveGateway(std::string_view gateway, std::string_view ns);

/// "outbound|9080|v2|reviews.default.svc.cluster.local"
[[nodiscard]] std::string outboundCluster(int port, std::string_view subset, std::string_view host);
/// "inbound|9080||"
[[nodiscard]] std::string inboundCluster(int port);
/// "outbound_.9080_.v2_.reviews.default.svc.cluster.local"
[[nodiscard]] std::string outboundSni(int port, std::string_view subset, std::string_view host);
/// "reviews.default.svc.cluster.local:9080"
[[nodiscard]] std::string hostPort(std::string_view host, int port);
/// "0.0.0.0_9080"
[[nodiscard]] std::string listenerName(std::string_view address, int port);
/// "spiffe://cluster.local/ns/default/sa/reviews"
[[nodiscard]] std::string spiffeId(std::string_view trustDomain, std::string_view ns,
                                   std::string_view serviceAccount);

[[nodiscard]] bool isIpAddress(std::string_view text);

}  // namespace varka::pilot
