// CDS: one cluster for each service, port and subset; the fixed ones; the inbound ones.

#include <algorithm>

#include "core/pilot/generate/endpoints.h"
#include "core/pilot/generate/generated.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/targets.h"
#include "core/pilot/generate/tls_contexts.h"
#include "core/pilot/generate/traffic_policy.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

constexpr const char* kInboundSource = "127.0.0.6";

xds::ClusterType typeOf(const Service& service, const ProxyNode& proxy) {
  switch (service.resolution) {
    case Resolution::Dns:
      return xds::ClusterType::StrictDns;
    case Resolution::DnsRoundRobin:
      return xds::ClusterType::LogicalDns;
    // A gateway has no original destination to pass through to.
    case Resolution::Passthrough:
      return proxy.router() ? xds::ClusterType::Eds : xds::ClusterType::OriginalDst;
    default:
      return xds::ClusterType::Eds;
  }
}

void setEndpoints(const Service& service, std::size_t port, const resource::Labels& labels,
                  xds::Cluster& cluster) {
  if (cluster.type == xds::ClusterType::Eds) {
    cluster.edsClusterConfig = {xds::adsSource(), cluster.name};
  } else if (cluster.type == xds::ClusterType::OriginalDst) {
    cluster.lbPolicy = xds::LbPolicy::ClusterProvided;
  } else {
    cluster.dnsLookupFamily = xds::DnsLookupFamily::V4Only;
    cluster.dnsRefreshRate = std::chrono::seconds(60);
    cluster.respectDnsTtl = true;
    cluster.loadAssignment = assignmentOf(service, port, labels, cluster.name);
  }
}

void setMetadata(const Service& service, const Subset* subset, const DestinationRule* rule,
                 xds::Cluster& cluster) {
  if (rule) {
    cluster.metadata = subset ? metadataFor(*subset->owner, subset->mark, "subset " + subset->name)
                              : metadataFor(*rule->object);
  } else {
    cluster.metadata = metadataFor(*service.object);
  }
  xds::Struct& istio = cluster.metadata.filterMetadata["istio"];
  istio["services"] =
      xds::List{xds::Struct{{"host", service.host}, {"name", service.name}, {"namespace", service.ns}}};
  if (subset) istio["subset"] = subset->name;
}

void addCluster(const Generation& context, const Service& service, std::size_t portIndex,
                const Subset* subset, const DestinationRule* rule, Generated& out) {
  static const resource::Labels kAll;
  const ServicePort& port = service.ports[portIndex];
  const std::string subsetName = subset ? subset->name : std::string();
  const resource::Labels& labels = subset ? subset->labels : kAll;
  xds::Cluster cluster;
  cluster.name = outboundCluster(port.port, subsetName, service.host);
  cluster.altStatName = cluster.name + ";";
  cluster.type = typeOf(service, context.proxy);
  setEndpoints(service, portIndex, labels, cluster);
  const bool dns =
      cluster.type == xds::ClusterType::StrictDns || cluster.type == xds::ClusterType::LogicalDns;
  if (dns && cluster.loadAssignment->endpoints.empty()) return;
  const TrafficPolicy policy = rule ? effectivePolicy(*rule, subsetName, port.port) : TrafficPolicy{};
  applyPolicy(policy, port.protocol, context.model.mesh(), cluster);
  applyClusterTls({context.model, service, port.port, subsetName, policy.tls, isHttp2(port.protocol),
                   context.proxy.router()},
                  cluster);
  setMetadata(service, subset, rule, cluster);
  if (cluster.type == xds::ClusterType::Eds)
    out.endpoints.push_back(assignmentOf(service, portIndex, labels, cluster.name));
  out.clusters.push_back(std::move(cluster));
}

void addOutbound(const Generation& context, Generated& out) {
  for (const ServicePtr& service : context.scope.services) {
    if (service->resolution == Resolution::Alias) continue;
    const DestinationRulePtr rule = context.scope.destinationRule(service->host);
    for (std::size_t i = 0; i < service->ports.size(); ++i) {
      if (service->ports[i].protocol == Protocol::Udp) continue;
      addCluster(context, *service, i, nullptr, rule.get(), out);
      if (!rule) continue;
      for (const Subset& subset : rule->subsets) addCluster(context, *service, i, &subset, rule.get(), out);
    }
  }
}

xds::Cluster fixedCluster(std::string_view name, xds::ClusterType type, const MeshConfig& mesh) {
  xds::Cluster cluster;
  cluster.name = name;
  cluster.type = type;
  if (type == xds::ClusterType::OriginalDst) cluster.lbPolicy = xds::LbPolicy::ClusterProvided;
  cluster.connectTimeout = mesh.connectTimeout;
  xds::CircuitBreakers::Thresholds limits;
  limits.maxConnections = limits.maxPendingRequests = limits.maxRequests = limits.maxRetries =
      xds::kUnlimited;
  limits.trackRemaining = true;
  cluster.circuitBreakers = xds::CircuitBreakers{{limits}};
  return cluster;
}

void followClientProtocol(xds::Cluster& cluster) {
  cluster.httpProtocolOptions.emplace().protocol =
      xds::HttpProtocolOptions::UseDownstream{xds::Http1ProtocolOptions{}, xds::Http2ProtocolOptions{}};
}

xds::BindConfig inboundBind() {
  return {xds::SocketAddress{xds::SocketProtocol::Tcp, kInboundSource, 0}};
}

// "127.0.0.1:8080", "0.0.0.0:8080" (the pod's address: pass through), "unix:///path".
void setInboundAddress(const Generation& context, const InboundPort& port, xds::Cluster& cluster) {
  const std::string& endpoint = port.ingress["defaultEndpoint"].asString();
  std::string ip;
  int number = port.port;
  if (endpoint.starts_with("unix://")) {
    xds::LbEndpoint one;
    one.address.address = xds::Pipe{endpoint.substr(7), 0};
    cluster.loadAssignment =
        xds::ClusterLoadAssignment{cluster.name, {xds::LocalityLbEndpoints{{}, {one}, {}, 0}}};
    cluster.type = xds::ClusterType::Static;
    cluster.lbPolicy = xds::LbPolicy::RoundRobin;
    return;
  }
  const std::size_t colon = endpoint.rfind(':');
  if (colon != std::string::npos) {
    ip = endpoint.substr(0, colon);
    number = std::atoi(endpoint.c_str() + colon + 1);
  }
  const bool passes = ip.empty() || ip == "0.0.0.0" || ip == "[::]";
  if (passes && context.proxy.interception != Interception::None && number == port.port) return;
  if (passes) ip = context.proxy.interception == Interception::None ? "127.0.0.1" : context.proxy.ip;
  xds::LbEndpoint one;
  one.address = xds::tcpAddress(ip, static_cast<std::uint32_t>(number));
  cluster.loadAssignment =
      xds::ClusterLoadAssignment{cluster.name, {xds::LocalityLbEndpoints{{}, {one}, {}, 0}}};
  cluster.type = xds::ClusterType::Static;
  cluster.lbPolicy = xds::LbPolicy::RoundRobin;
}

void addInbound(const Generation& context, Generated& out) {
  for (const InboundPort& port : inboundPorts(context)) {
    xds::Cluster cluster =
        fixedCluster(inboundCluster(port.port), xds::ClusterType::OriginalDst, context.model.mesh());
    cluster.altStatName = cluster.name + ";";
    setInboundAddress(context, port, cluster);
    if (context.proxy.interception != Interception::None) cluster.upstreamBindConfig = inboundBind();
    if (isHttp2(port.protocol)) {
      cluster.httpProtocolOptions.emplace().protocol = xds::HttpProtocolOptions::ExplicitHttp2{};
    } else if (port.protocol == Protocol::Auto) {
      followClientProtocol(cluster);
    }
    if (port.service) {
      cluster.metadata = metadataFor(*port.service->object);
      cluster.metadata.filterMetadata["istio"]["services"] = xds::List{xds::Struct{
          {"host", port.service->host}, {"name", port.service->name}, {"namespace", port.service->ns}}};
    } else if (context.scope.sidecar) {
      cluster.metadata = metadataFor(*context.scope.sidecar, port.ingress.mark());
    }
    out.clusters.push_back(std::move(cluster));
  }
}

}  // namespace

void generateClusters(const Generation& context, Generated& out) {
  addOutbound(context, out);
  const MeshConfig& mesh = context.model.mesh();
  out.clusters.push_back(fixedCluster(kBlackHoleCluster, xds::ClusterType::Static, mesh));
  if (context.proxy.router()) return;
  xds::Cluster passthrough = fixedCluster(kPassthroughCluster, xds::ClusterType::OriginalDst, mesh);
  followClientProtocol(passthrough);
  out.clusters.push_back(std::move(passthrough));
  addInbound(context, out);
  if (context.proxy.interception == Interception::None) return;
  xds::Cluster inbound = fixedCluster(kInboundPassthroughCluster, xds::ClusterType::OriginalDst, mesh);
  inbound.upstreamBindConfig = inboundBind();
  followClientProtocol(inbound);
  out.clusters.push_back(std::move(inbound));
}

}  // namespace varka::pilot
