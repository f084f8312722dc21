#include "core/api/kinds.h"

#include <algorithm>
#include <cctype>

namespace varka::api {
namespace {

constexpr const char* kNetworking = "networking.istio.io";
constexpr const char* kSecurity = "security.istio.io";
constexpr const char* kGatewayApi = "gateway.networking.k8s.io";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

const std::vector<KindInfo>& kinds() {
  // Where two groups share a name (gateways), the first is meant, as with kubectl on a cluster with Istio.
  static const std::vector<KindInfo> table = {
      {"Namespace", "", "namespaces", "namespace", "ns", false},
      {"Service", "", "services", "service", "svc", true},
      {"Pod", "", "pods", "pod", "po", true},
      {"ServiceAccount", "", "serviceaccounts", "serviceaccount", "sa", true},
      {"Secret", "", "secrets", "secret", "", true},
      {"ConfigMap", "", "configmaps", "configmap", "cm", true},
      {"Deployment", "apps", "deployments", "deployment", "deploy", true},
      {"VirtualService", kNetworking, "virtualservices", "virtualservice", "vs", true},
      {"DestinationRule", kNetworking, "destinationrules", "destinationrule", "dr", true},
      {"Gateway", kNetworking, "gateways", "gateway", "gw", true},
      {"ServiceEntry", kNetworking, "serviceentries", "serviceentry", "se", true},
      {"Sidecar", kNetworking, "sidecars", "sidecar", "", true},
      {"WorkloadEntry", kNetworking, "workloadentries", "workloadentry", "we", true},
      {"WorkloadGroup", kNetworking, "workloadgroups", "workloadgroup", "wg", true},
      {"EnvoyFilter", kNetworking, "envoyfilters", "envoyfilter", "", true},
      {"ProxyConfig", kNetworking, "proxyconfigs", "proxyconfig", "", true},
      {"PeerAuthentication", kSecurity, "peerauthentications", "peerauthentication", "pa", true},
      {"RequestAuthentication", kSecurity, "requestauthentications", "requestauthentication", "ra", true},
      {"AuthorizationPolicy", kSecurity, "authorizationpolicies", "authorizationpolicy", "ap", true},
      {"Telemetry", "telemetry.istio.io", "telemetries", "telemetry", "telemetry", true},
      {"WasmPlugin", "extensions.istio.io", "wasmplugins", "wasmplugin", "", true},
      {"GatewayClass", kGatewayApi, "gatewayclasses", "gatewayclass", "gc", false},
      {"Gateway", kGatewayApi, "gateways", "gateway", "gtw", true},
      {"HTTPRoute", kGatewayApi, "httproutes", "httproute", "", true},
      {"GRPCRoute", kGatewayApi, "grpcroutes", "grpcroute", "", true},
      {"TCPRoute", kGatewayApi, "tcproutes", "tcproute", "", true},
      {"TLSRoute", kGatewayApi, "tlsroutes", "tlsroute", "", true},
  };
  return table;
}

const KindInfo* findKind(std::string_view name) {
  const std::string wanted = lower(name);
  for (const auto& info : kinds()) {
    const std::string dotted = info.group[0] != '\0' ? std::string(".") + info.group : "";
    if (wanted == info.plural || wanted == info.singular || wanted == lower(info.kind) ||
        (info.shortName[0] != '\0' && wanted == info.shortName) ||
        (!dotted.empty() && (wanted == info.plural + dotted || wanted == info.singular + dotted))) {
      return &info;
    }
  }
  return nullptr;
}

}  // namespace varka::api
