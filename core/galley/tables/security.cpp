#include "core/galley/tables/tables.h"

namespace varka::galley {

const char* const kSecurityTable = R"(
kind security.istio.io PeerAuthentication v1,v1beta1
  selector WorkloadSelector # Pods this is for; default the namespace.
  mtls MutualTLS # How clients must come.
  portLevelMtls {}MutualTLS # Per workload port; needs a selector.

message MutualTLS
  mode E(UNSET|DISABLE|PERMISSIVE|STRICT) # UNSET inherits.

message WorkloadSelector
  matchLabels {}string # Labels to have.

message PolicyTargetReference
  group string # API group.
  kind string # Kind.
  name string # Name.
  namespace string # Must be empty.

kind security.istio.io AuthorizationPolicy v1,v1beta1 !policies are checked but not enforced yet: all requests pass
  selector WorkloadSelector # Pods this is for.
  targetRef PolicyTargetReference # Gateway or service this is for.
  targetRefs []PolicyTargetReference # Several.
  rules []Rule # Any of these.
  action E(ALLOW|DENY|AUDIT|CUSTOM) # Default ALLOW.
  provider ExtensionProvider # Of CUSTOM.

message ExtensionProvider
  name string # Name in the mesh config.

message Rule
  from []RuleFrom # Any source.
  to []RuleTo # Any operation.
  when []Condition # All conditions.

message RuleFrom
  source Source # Who.

message RuleTo
  operation Operation # What.

message Source
  principals []string # Identities.
  notPrincipals []string # Identities.
  requestPrincipals []string # Token issuer/subject.
  notRequestPrincipals []string # Token issuer/subject.
  namespaces []string # Namespaces.
  notNamespaces []string # Namespaces.
  trustDomains []string # Trust domains.
  notTrustDomains []string # Trust domains.
  serviceAccounts []string # Service accounts.
  notServiceAccounts []string # Service accounts.
  ipBlocks []string # Addresses of the peer.
  notIpBlocks []string # Addresses of the peer.
  remoteIpBlocks []string # Addresses from X-Forwarded-For.
  notRemoteIpBlocks []string # Addresses from X-Forwarded-For.

message Operation
  hosts []string # Hosts.
  notHosts []string # Hosts.
  ports []string # Ports.
  notPorts []string # Ports.
  methods []string # Methods.
  notMethods []string # Methods.
  paths []string # Paths.
  notPaths []string # Paths.

message Condition
  key string required # Attribute.
  values []string # Any of.
  notValues []string # None of.

kind security.istio.io RequestAuthentication v1,v1beta1 !tokens are not checked yet: all requests pass
  selector WorkloadSelector # Pods this is for.
  targetRef PolicyTargetReference # Gateway or service this is for.
  targetRefs []PolicyTargetReference # Several.
  jwtRules []JWTRule # Issuers.

message JWTRule
  issuer string required # Issuer.
  audiences []string # Audiences.
  jwksUri string oneof=keys # Where the keys are.
  jwks_uri string oneof=keys # Where the keys are.
  jwks string # The keys.
  fromHeaders []JWTHeader # Where the token is.
  fromParams []string # Where the token is.
  fromCookies []string # Where the token is.
  outputPayloadToHeader string # Header for the payload.
  forwardOriginalToken bool # Keep the token.
  outputClaimToHeaders []ClaimToHeader # Headers for claims.
  timeout duration # Of fetching the keys.
  spaceDelimitedClaims []string # Claims that are lists.

message JWTHeader
  name string required # Header.
  prefix string # Before the token.

message ClaimToHeader
  header string required # Header.
  claim string required # Claim.
)";

const char* const kTelemetryTable = R"(
kind telemetry.istio.io Telemetry v1,v1alpha1 !all requests are recorded; this is not read
  selector WorkloadSelector # Pods this is for.
  targetRef PolicyTargetReference # Gateway or service this is for.
  targetRefs []PolicyTargetReference # Several.
  tracing []Tracing # Traces.
  metrics []Metrics # Metrics.
  accessLogging []AccessLogging # Logs.

message Tracing
  match TracingMatch # Direction.
  providers []ProviderRef # Providers.
  randomSamplingPercentage double 0..100 # Share.
  disableSpanReporting bool # Off.
  customTags {}CustomTag # Tags.
  useRequestIdForTraceSampling bool # Sampling by request id.
  enableIstioTags bool # Istio's tags.
  disableContextPropagation bool # Off.

message TracingMatch
  mode E(CLIENT_AND_SERVER|CLIENT|SERVER) # Direction.

message ProviderRef
  name string required # Name.

message CustomTag
  literal TagLiteral oneof=type # Fixed.
  environment TagSource oneof=type # From the environment.
  header TagSource oneof=type # From a header.
  formatter TagFormatter oneof=type # By a format.

message TagLiteral
  value string # Value.

message TagSource
  name string # Name.
  defaultValue string # Otherwise.

message TagFormatter
  value string # Format.

message Metrics
  providers []ProviderRef # Providers.
  overrides []MetricsOverrides # Changes.
  reportingInterval duration # Interval.

message MetricsOverrides
  match MetricSelector # Which.
  disabled bool # Off.
  tagOverrides {}TagOverride # Tags.

message MetricSelector
  metric E(ALL_METRICS|REQUEST_COUNT|REQUEST_DURATION|REQUEST_SIZE|RESPONSE_SIZE|TCP_OPENED_CONNECTIONS|TCP_CLOSED_CONNECTIONS|TCP_SENT_BYTES|TCP_RECEIVED_BYTES|GRPC_REQUEST_MESSAGES|GRPC_RESPONSE_MESSAGES) oneof=metric # Metric.
  customMetric string oneof=metric # Metric.
  mode E(CLIENT_AND_SERVER|CLIENT|SERVER) # Direction.

message TagOverride
  operation E(UPSERT|REMOVE) # What to do.
  value string # CEL.

message AccessLogging
  match TracingMatch # Direction.
  providers []ProviderRef # Providers.
  disabled bool # Off.
  filter LogFilter # Which requests.

message LogFilter
  expression string # CEL.

kind extensions.istio.io WasmPlugin v1alpha1 !there is no Wasm host in the proxy
  selector WorkloadSelector # Pods this is for.
  targetRef PolicyTargetReference # Gateway or service this is for.
  targetRefs []PolicyTargetReference # Several.
  url string required # Module.
  sha256 string # Checksum.
  imagePullPolicy E(UNSPECIFIED_POLICY|IfNotPresent|Always) # Policy.
  imagePullSecret string # Secret.
  verificationKey string # Key.
  pluginConfig any # Configuration.
  pluginName string # Name.
  phase E(UNSPECIFIED_PHASE|AUTHN|AUTHZ|STATS) # Place.
  priority int # Order.
  failStrategy E(FAIL_CLOSE|FAIL_OPEN|FAIL_RELOAD) # When it fails.
  vmConfig VmConfig # Machine.
  match []WasmMatch # Traffic.
  type E(UNSPECIFIED_PLUGIN_TYPE|HTTP|NETWORK) # Kind of filter.

message VmConfig
  env []WasmEnv # Environment.

message WasmEnv
  name string required # Name.
  valueFrom E(INLINE|HOST) # Source.
  value string # Value.

message WasmMatch
  mode E(UNDEFINED|CLIENT|SERVER|CLIENT_AND_SERVER) # Direction.
  ports []WasmPort # Ports.

message WasmPort
  number uint # Port.
)";

}  // namespace varka::galley
