#include "core/galley/tables/tables.h"

namespace varka::galley {

// Lax: the API server drops fields it does not know, and Varka reads only those named here. Wrong types are
// refused.
const char* const kKubernetesTable = R"(
kind - Namespace v1
kind - ServiceAccount v1
kind - Service v1
  ports []KubeServicePort # Its ports.
  selector {}string # Labels of its pods.
  clusterIP string # "None" for headless.
  type E(ClusterIP|NodePort|LoadBalancer|ExternalName) # Kind of service.
  externalName string # Name it stands for.

message KubeServicePort lax
  name string # Its prefix names the protocol: http-web.
  port uint 1..65535 required # Port.
  targetPort any # Port or port name of the pod.
  protocol E(TCP|UDP|SCTP) # Transport.
  appProtocol string # Application protocol; wins over the name.
  nodePort uint # Ignored: forwarders choose free ports.

kind apps Deployment v1
  replicas uint # How many pods.
  selector LabelSelector # Its pods.
  template PodTemplate required # What runs.

message LabelSelector lax
  matchLabels {}string # Labels to have.
  matchExpressions []any # Conditions.

message PodTemplate lax
  metadata any # Labels and annotations.
  spec PodSpec # What runs.

kind - Pod v1
  containers []Container required # The first one that is not a sidecar runs.
  initContainers []any !init containers are not run # Run before.
  serviceAccountName string # Identity.
  terminationGracePeriodSeconds double # Time to end.
  volumes []any # Files.

message PodSpec lax
  containers []Container required # The first one that is not a sidecar runs.
  initContainers []any !init containers are not run # Run before.
  serviceAccountName string # Identity.
  terminationGracePeriodSeconds double # Time to end.
  volumes []any # Files.

message Container lax
  name string required # Name.
  image string # Image; the catalogue maps it to a command.
  command []string # Command.
  args []string # Arguments.
  workingDir string # Folder.
  env []EnvVar # Environment.
  ports []ContainerPort # Ports.
  readinessProbe Probe # When it may get traffic.
  livenessProbe Probe # When it is restarted.
  startupProbe Probe # When the others start.

message EnvVar lax
  name string required # Name.
  value string # Value.
  valueFrom any # Source.

message ContainerPort lax
  name string # Name.
  containerPort uint 1..65535 # Port.
  protocol E(TCP|UDP|SCTP) # Transport.

message Probe lax
  httpGet any # GET.
  tcpSocket any # Connect.
  exec any # Run.
  grpc any # gRPC health.
  initialDelaySeconds double # First wait.
  periodSeconds double # Between probes.
  timeoutSeconds double # Of one probe.
  successThreshold int # Successes needed.
  failureThreshold int # Failures needed.

kind - Secret v1
kind - ConfigMap v1
kind - Endpoints v1
kind discovery.k8s.io EndpointSlice v1
kind networking.k8s.io Ingress v1 !ingresses are not turned into routes yet; use a Gateway and a VirtualService
  ingressClassName string # Class.
  rules []any # Rules.
  tls []any # TLS.
  defaultBackend any # Otherwise.
kind networking.k8s.io IngressClass v1 !see Ingress
kind apps StatefulSet v1 !not run here; use a Deployment
kind apps DaemonSet v1 !not run here; use a Deployment
kind apps ReplicaSet v1 !not run here; use a Deployment
kind batch Job v1 !not run here
kind batch CronJob v1 !not run here
)";

const char* const kGatewayApiTable = R"(
kind gateway.networking.k8s.io GatewayClass v1,v1beta1 !the Gateway API is not emulated yet; use Istio's kinds
kind gateway.networking.k8s.io Gateway v1,v1beta1 !the Gateway API is not emulated yet; use Istio's kinds
  gatewayClassName string # Class.
  listeners []any # Listeners.
kind gateway.networking.k8s.io HTTPRoute v1,v1beta1 !the Gateway API is not emulated yet; use Istio's kinds
  parentRefs []any # Gateways.
  hostnames []string # Hosts.
  rules []any # Rules.
kind gateway.networking.k8s.io GRPCRoute v1,v1alpha2 !the Gateway API is not emulated yet; use Istio's kinds
kind gateway.networking.k8s.io TCPRoute v1,v1alpha2 !the Gateway API is not emulated yet; use Istio's kinds
kind gateway.networking.k8s.io TLSRoute v1,v1alpha3,v1alpha2 !the Gateway API is not emulated yet; use Istio's kinds
kind gateway.networking.k8s.io ReferenceGrant v1,v1beta1 !the Gateway API is not emulated yet; use Istio's kinds
)";

// MeshConfig in the ConfigMap istio-system/istio; lax because most of it configures what does not exist on
// one machine.
const char* const kMeshConfigTable = R"(
message MeshConfig lax
  outboundTrafficPolicy OutboundTrafficPolicy # Unknown destinations.
  enableAutoMtls bool # Mutual TLS between sidecars without a rule.
  trustDomain string # Of identities.
  trustDomainAliases []string # Others that count as ours.
  rootNamespace string # Namespace of mesh-wide rules.
  defaultConfig any # Of the proxies.
  accessLogFile string !access logs always go to stdout # File.
  accessLogFormat string !Istio's default format is used # Format.
  defaultServiceExportTo []string # Default of exportTo.
  defaultVirtualServiceExportTo []string # Default of exportTo.
  defaultDestinationRuleExportTo []string # Default of exportTo.
  connectTimeout duration # Default 10s.
  defaultHttpRetryPolicy HTTPRetry # Default retries.
  extensionProviders []any !providers are not used # Providers.
  localityLbSetting LocalityLoadBalancerSetting !there is one locality # Localities.
)";

}  // namespace varka::galley
