#include "core/galley/tables/tables.h"

namespace varka::galley {

const char* const kNetworkingTable = R"(
kind networking.istio.io VirtualService v1,v1beta1,v1alpha3
  hosts []string # The hosts that clients ask for; short names belong to the rule's namespace.
  gateways []string # Gateways and sidecars ("mesh") that use these routes; default mesh.
  http []HTTPRoute # Routes for HTTP traffic, the first match wins.
  tls []TLSRoute # Routes for TLS that is passed through, by SNI.
  tcp []TCPRoute # Routes for other TCP traffic.
  exportTo []string # Namespaces that see this: "." own, "*" all.

message HTTPRoute
  name string # Shown in logs and decisions.
  match []HTTPMatchRequest # Any of these; empty matches everything.
  route []HTTPRouteDestination # Weighted destinations.
  redirect HTTPRedirect # Answer with a redirect.
  directResponse HTTPDirectResponse # Answer without a destination.
  delegate Delegate # Another VirtualService that holds the routes.
  rewrite HTTPRewrite # Change path or host before forwarding.
  timeout duration # Of the whole request, retries included; default none.
  retries HTTPRetry # Default 2 retries on connection failures.
  fault HTTPFaultInjection # Delay or abort on purpose.
  mirror Destination # Send a copy here and ignore the answer.
  mirrors []HTTPMirrorPolicy # Several copies.
  mirrorPercent uint !deprecated; use mirrorPercentage # Deprecated.
  mirror_percent uint !deprecated; use mirrorPercentage # Deprecated.
  mirrorPercentage Percent # Share of requests that are copied; default 100.
  corsPolicy CorsPolicy # Cross-origin rules.
  headers Headers # Header edits of the request and the response.

message HTTPMatchRequest
  name string # Shown in logs.
  uri StringMatch # The path, without the query.
  scheme StringMatch # http or https.
  method StringMatch # GET, POST, …
  authority StringMatch # The Host header.
  headers {}StringMatch # Header values; an empty match means present.
  port uint # The port the client connects to.
  sourceLabels {}string # Labels of the calling workload.
  gateways []string # Gateways this match is for.
  queryParams {}StringMatch # Query parameters.
  ignoreUriCase bool # Compare the path without case.
  withoutHeaders {}StringMatch # Must not match.
  sourceNamespace string # Namespace of the calling workload.
  statPrefix string !per-route statistics are not made # Prefix of statistics.

message StringMatch
  exact string oneof=match # Equal.
  prefix string oneof=match # Starts with.
  regex string oneof=match # RE2, the whole value.

message HTTPRouteDestination
  destination Destination required # Where to.
  weight int # Relative share; need not sum to 100.
  headers Headers # Header edits for this destination only.

message Destination
  host string required # A service of the registry.
  subset string # A subset of its DestinationRule.
  port PortSelector # Needed when the service has several ports.

message PortSelector
  number uint # The port.

message Delegate
  name string # The VirtualService.
  namespace string # Its namespace.

message HTTPRedirect
  uri string # New path.
  authority string # New host.
  port uint oneof=port # New port.
  derivePort E(FROM_PROTOCOL_DEFAULT|FROM_REQUEST_PORT) oneof=port # Where the port comes from.
  scheme string # http or https.
  redirectCode uint # Default 301.
  prefixRewrite string !not redirected by prefix yet # New path instead of the matched prefix.

message HTTPDirectResponse
  status uint required # The status code.
  body HTTPBody # The body.

message HTTPBody
  string string oneof=specifier # Text.
  bytes string oneof=specifier # Base64.

message HTTPRewrite
  uri string # Replaces the matched prefix or path.
  authority string # Replaces the Host header.
  uriRegexRewrite RegexRewrite # Replaces what a pattern matches.

message RegexRewrite
  match string # RE2.
  rewrite string # Replacement with \1.

message HTTPRetry
  attempts int # How often at most; 0 disables.
  perTryTimeout duration # Of one attempt.
  retryOn string # Conditions, comma separated.
  retryRemoteLocalities bool !there is one locality # Try other localities.
  retryIgnorePreviousHosts bool # Avoid hosts that failed; default true.
  backoff duration # Base pause between attempts.

message HTTPFaultInjection
  delay FaultDelay # Wait first.
  abort FaultAbort # Answer with an error.

message FaultDelay
  percent int !deprecated; use percentage # Deprecated.
  fixedDelay duration oneof=delay # How long.
  exponentialDelay duration oneof=delay !not supported by Istio either # Not supported.
  percentage Percent # Share of requests; absent means none.

message FaultAbort
  httpStatus int oneof=error # Status code.
  grpcStatus string oneof=error # gRPC status name.
  http2Error string oneof=error !not supported by Istio either # Not supported.
  percentage Percent # Share of requests; absent means none.

message Percent
  value double # 0 to 100.

message HTTPMirrorPolicy
  destination Destination # Where to.
  percentage Percent # Share of requests; default 100.

message CorsPolicy
  allowOrigin []string !deprecated; use allowOrigins # Deprecated.
  allowOrigins []StringMatch # Origins that may ask.
  allowMethods []string # Access-Control-Allow-Methods.
  allowHeaders []string # Access-Control-Allow-Headers.
  exposeHeaders []string # Access-Control-Expose-Headers.
  maxAge duration # How long browsers keep the preflight's answer.
  allowCredentials bool # Access-Control-Allow-Credentials.
  unmatchedPreflights E(UNSPECIFIED|FORWARD|IGNORE) # What happens to foreign preflights.

message Headers
  request HeaderOperations # On the way in.
  response HeaderOperations # On the way back.

message HeaderOperations
  set {}string # Overwrite.
  add {}string # Append.
  remove []string # Remove.

message TLSRoute
  match []TLSMatchAttributes # Any of these.
  route []RouteDestination # Weighted destinations.

message TLSMatchAttributes
  sniHosts []string # Server names.
  destinationSubnets []string # Destination addresses.
  port uint # Destination port.
  sourceLabels {}string # Labels of the calling workload.
  gateways []string # Gateways this match is for.
  sourceNamespace string # Namespace of the calling workload.

message TCPRoute
  match []L4MatchAttributes # Any of these.
  route []RouteDestination # Weighted destinations.

message L4MatchAttributes
  destinationSubnets []string # Destination addresses.
  port uint # Destination port.
  sourceSubnet string !Istio ignores it too # Not used.
  sourceSubnets []string !Istio ignores it too # Not used.
  sourceLabels {}string # Labels of the calling workload.
  gateways []string # Gateways this match is for.
  sourceNamespace string # Namespace of the calling workload.

message RouteDestination
  destination Destination required # Where to.
  weight int # Relative share.

kind networking.istio.io Gateway v1,v1beta1,v1alpha3
  servers []Server # What the gateway listens to.
  selector {}string # Pods that are this gateway.

message Server
  port ServerPort required # The port.
  bind string !gateways listen on all host addresses that Varka opened # Listen address.
  hosts []string required # ns/host; VirtualServices bind where the hosts meet.
  tls ServerTLSSettings ~certificates come from Secrets (credentialName); files, pins and revocation lists are not read # TLS of this server.
  defaultEndpoint string !not used by Istio either # Not used.
  name string # Name of the server.

message ServerPort
  number uint required # Port number.
  protocol string required # HTTP, HTTPS, GRPC, HTTP2, TCP, TLS.
  name string # Unique in the gateway.
  targetPort uint !has no effect on gateways # Has no effect.

message ServerTLSSettings
  httpsRedirect bool # Answer plain HTTP with 301.
  mode E(PASSTHROUGH|SIMPLE|MUTUAL|AUTO_PASSTHROUGH|ISTIO_MUTUAL|OPTIONAL_MUTUAL) # How TLS ends.
  serverCertificate string # File.
  privateKey string # File.
  caCertificates string # File.
  caCrl string # File.
  subjectAltNames []string # Names the client may have.
  insecureSkipVerify bool # Do not check the client.
  credentialName string # Secret with key and certificate.
  credentialNames []string # Several secrets.
  caCertCredentialName string # Secret with the CA.
  verifyCertificateSpki []string # Pins.
  verifyCertificateHash []string # Pins.
  minProtocolVersion E(TLS_AUTO|TLSV1_0|TLSV1_1|TLSV1_2|TLSV1_3) # Oldest version.
  maxProtocolVersion E(TLS_AUTO|TLSV1_0|TLSV1_1|TLSV1_2|TLSV1_3) # Newest version.
  cipherSuites []string # Suites.
  tlsCertificates []TLSCertificate # Several certificates.

message TLSCertificate
  serverCertificate string # File.
  privateKey string # File.
  caCertificates string # File.

kind networking.istio.io ServiceEntry v1,v1beta1,v1alpha3
  hosts []string required # Names of the service.
  addresses []string # Virtual addresses.
  ports []ServicePort # Its ports.
  location E(MESH_EXTERNAL|MESH_INTERNAL) # Outside or inside of the mesh.
  resolution E(NONE|STATIC|DNS|DNS_ROUND_ROBIN|DYNAMIC_DNS) ~DNS is resolved by the host with its own cache # How addresses are found.
  endpoints []WorkloadEntry # Where it runs.
  workloadSelector AlphaWorkloadSelector # Pods or WorkloadEntries that are endpoints.
  exportTo []string # Namespaces that see it.
  subjectAltNames []string # Names its certificate may have.

message ServicePort
  number uint required # Port number.
  protocol string # HTTP, GRPC, TCP, TLS, …
  name string required # Name.
  targetPort uint # Port of the endpoint.

message AlphaWorkloadSelector
  labels {}string # Labels to have.

kind networking.istio.io WorkloadEntry v1,v1beta1,v1alpha3
  address string # IP, DNS name or unix:// path.
  ports {}uint # Port per port name.
  labels {}string # Labels.
  network string !there is one network # Network.
  locality string !there is one locality # Locality.
  weight uint # Share.
  serviceAccount string # Identity.

message WorkloadEntry
  address string # IP, DNS name or unix:// path.
  ports {}uint # Port per port name.
  labels {}string # Labels.
  network string !there is one network # Network.
  locality string !there is one locality # Locality.
  weight uint # Share.
  serviceAccount string # Identity.

kind networking.istio.io WorkloadGroup v1,v1beta1,v1alpha3 !virtual machines do not join this mesh
  metadata WorkloadGroupMeta # Labels and annotations of the entries.
  template WorkloadEntry required # The entry.
  probe ReadinessProbe # How readiness is known.

message WorkloadGroupMeta
  labels {}string # Labels.
  annotations {}string # Annotations.

message ReadinessProbe
  initialDelaySeconds int # First wait.
  timeoutSeconds int # Of one probe.
  periodSeconds int # Between probes.
  successThreshold int # Successes needed.
  failureThreshold int # Failures needed.
  httpGet ProbeHttp oneof=method # GET.
  tcpSocket ProbeTcp oneof=method # Connect.
  exec ProbeExec oneof=method # Run.
  grpc ProbeGrpc oneof=method # gRPC health.

message ProbeHttp
  path string # Path.
  port uint required # Port.
  host string # Host header.
  scheme string # HTTP or HTTPS.
  httpHeaders []ProbeHeader # Headers.

message ProbeHeader
  name string # Name.
  value string # Value.

message ProbeTcp
  host string # Host.
  port uint required # Port.

message ProbeExec
  command []string # Command.

message ProbeGrpc
  port uint # Port.
  service string # Service.

kind networking.istio.io Sidecar v1,v1beta1,v1alpha3
  workloadSelector AlphaWorkloadSelector # Pods this is for; default the namespace.
  ingress []IstioIngressListener ~listeners follow, limits and TLS of single listeners are not tried # Own inbound listeners.
  egress []IstioEgressListener # What the pods may see.
  inboundConnectionPool ConnectionPoolSettings !not applied to inbound traffic # Limits of inbound traffic.
  outboundTrafficPolicy OutboundTrafficPolicy # What happens to unknown destinations.

message IstioIngressListener
  port SidecarPort required # Port.
  bind string # Address.
  captureMode E(DEFAULT|IPTABLES|NONE) # How traffic is captured.
  defaultEndpoint string # Where the service listens.
  tls ServerTLSSettings # TLS of this listener.
  connectionPool ConnectionPoolSettings # Limits.

message IstioEgressListener
  port SidecarPort !listeners of their own are not made; the hosts count on all ports # Own listener.
  bind string !see port # Address.
  captureMode E(DEFAULT|IPTABLES|NONE) !pods always capture # How traffic is captured.
  hosts []string required # ns/host that are visible.

message SidecarPort
  number uint # Port number.
  protocol string # Protocol.
  name string # Name.
  targetPort uint !has no effect # Has no effect.

message OutboundTrafficPolicy
  mode E(REGISTRY_ONLY|ALLOW_ANY|ALLOW_ANY_DYNAMIC_DNS) # Unknown destinations: refuse or pass.
  egressProxy Destination !unknown traffic goes straight out # Send unknown traffic here.

kind networking.istio.io EnvoyFilter v1alpha3 !patches of Envoy's configuration are not applied
  workloadSelector AlphaWorkloadSelector # Pods this is for.
  targetRefs []PolicyTargetReference # Gateways this is for.
  configPatches []ConfigPatch # The patches.
  priority int # Order.

message ConfigPatch
  applyTo E(INVALID|LISTENER|FILTER_CHAIN|NETWORK_FILTER|HTTP_FILTER|ROUTE_CONFIGURATION|VIRTUAL_HOST|HTTP_ROUTE|CLUSTER|EXTENSION_CONFIG|BOOTSTRAP|LISTENER_FILTER) # What is patched.
  match PatchMatch # Where.
  patch Patch # How.

message PatchMatch
  context E(ANY|SIDECAR_INBOUND|SIDECAR_OUTBOUND|GATEWAY|WAYPOINT) # Direction.
  proxy ProxyMatch # Which proxies.
  listener ListenerMatch oneof=object # Listener.
  routeConfiguration RouteConfigurationMatch oneof=object # Routes.
  cluster ClusterMatch oneof=object # Cluster.
  waypoint any oneof=object # Waypoint.

message ProxyMatch
  proxyVersion string # RE2.
  metadata {}string # Node metadata.

message ListenerMatch
  portNumber uint # Port.
  portName string # Not used.
  filterChain FilterChainMatch # Chain.
  listenerFilter string # Filter.
  name string # Name.

message FilterChainMatch
  name string # Name.
  sni string # SNI.
  transportProtocol string # tls or raw_buffer.
  applicationProtocols string # ALPN.
  filter FilterMatch # Filter.
  destinationPort uint # Port.

message FilterMatch
  name string # Name.
  subFilter SubFilterMatch # Filter inside.

message SubFilterMatch
  name string # Name.

message RouteConfigurationMatch
  portNumber uint # Port.
  portName string # Port name.
  gateway string # Gateway.
  vhost VirtualHostMatch # Virtual host.
  name string # Name.

message VirtualHostMatch
  name string # Name.
  domainName string # Domain.
  route RouteMatch # Route.

message RouteMatch
  name string # Name.
  action E(ANY|ROUTE|REDIRECT|DIRECT_RESPONSE) # Action.

message ClusterMatch
  portNumber uint # Port.
  service string # Service.
  subset string # Subset.
  name string # Name.

message Patch
  operation E(INVALID|MERGE|ADD|REMOVE|INSERT_BEFORE|INSERT_AFTER|INSERT_FIRST|REPLACE) # What to do.
  value any # The piece.
  filterClass E(UNSPECIFIED|AUTHN|AUTHZ|STATS) # Order.

kind networking.istio.io ProxyConfig v1beta1 !proxies are configured by Varka
  selector WorkloadSelector # Pods this is for.
  concurrency int # Worker threads.
  environmentVariables {}string # Environment of the proxy.
  image ProxyImage # Image.

message ProxyImage
  imageType string # debug, distroless, …
)";

const char* const kTrafficPolicyTable = R"(
kind networking.istio.io DestinationRule v1,v1beta1,v1alpha3
  host string required # The service.
  trafficPolicy TrafficPolicy # For all subsets.
  subsets []Subset # Named groups of endpoints.
  exportTo []string # Namespaces that see it.
  workloadSelector WorkloadSelector # Clients it is for.

message Subset
  name string required # Name used in routes.
  labels {}string # Labels of its endpoints.
  trafficPolicy TrafficPolicy # Overrides, field by field.

message TrafficPolicy
  loadBalancer LoadBalancerSettings # How an endpoint is picked.
  connectionPool ConnectionPoolSettings # Limits.
  outlierDetection OutlierDetection # Leave out failing endpoints.
  tls ClientTLSSettings # TLS to the service.
  portLevelSettings []PortTrafficPolicy # Per port; replaces all four above.
  tunnel TunnelSettings !tunnels are not made # Tunnel through a proxy.
  proxyProtocol ProxyProtocol !the header is not sent # Send a PROXY header.
  retryBudget RetryBudget !retries are limited by maxRetries only # Share of retries.

message RetryBudget
  percent double # Share.
  budgetInterval duration # Window.
  minRetryConcurrency uint # At least.

message ProxyProtocol
  version E(V1|V2) # Version.

message TunnelSettings
  protocol string # CONNECT or POST.
  targetHost string required # Host.
  targetPort uint required # Port.

message PortTrafficPolicy
  port PortSelector # The port.
  loadBalancer LoadBalancerSettings # How an endpoint is picked.
  connectionPool ConnectionPoolSettings # Limits.
  outlierDetection OutlierDetection # Leave out failing endpoints.
  tls ClientTLSSettings # TLS to the service.

message LoadBalancerSettings
  simple E(UNSPECIFIED|LEAST_CONN|RANDOM|PASSTHROUGH|ROUND_ROBIN|LEAST_REQUEST) oneof=lb # Algorithm; default LEAST_REQUEST.
  consistentHash ConsistentHashLB oneof=lb # Same key, same endpoint.
  localityLbSetting LocalityLoadBalancerSetting !there is one locality # Prefer near endpoints.
  warmupDurationSecs duration !endpoints get full traffic at once # Slow start.
  warmup WarmupConfiguration !endpoints get full traffic at once # Slow start.

message WarmupConfiguration
  duration duration required # How long.
  minimumPercent double # Start.
  aggression double # Curve.

message ConsistentHashLB
  httpHeaderName string oneof=key # Hash of a header.
  httpCookie HTTPCookie oneof=key # Hash of a cookie.
  useSourceIp bool oneof=key # Hash of the client's address.
  httpQueryParameterName string oneof=key # Hash of a query parameter.
  ringHash RingHash oneof=algorithm # Ring.
  maglev MagLev oneof=algorithm # Maglev.
  minimumRingSize uint !deprecated # Deprecated.

message HTTPCookie
  name string required # Name.
  path string # Path.
  ttl duration # Life; 0s means session.
  attributes []CookieAttribute # More attributes.

message CookieAttribute
  name string # Name.
  value string # Value.

message RingHash
  minimumRingSize uint # Size.

message MagLev
  tableSize uint # Size, a prime.

message LocalityLoadBalancerSetting
  distribute []LocalityDistribute # Shares per locality.
  failover []LocalityFailover # Where to when a region fails.
  failoverPriority []string # Labels by priority.
  enabled bool # On or off.

message LocalityDistribute
  from string # From.
  to {}uint # Shares.

message LocalityFailover
  from string # From.
  to string # To.

message ConnectionPoolSettings
  tcp TCPSettings # Connections.
  http HTTPSettings # Requests.

message TCPSettings
  maxConnections int # Limit.
  connectTimeout duration # Default 10s.
  tcpKeepalive TcpKeepalive # Keep-alive probes.
  maxConnectionDuration duration !connections live on # Limit.
  idleTimeout duration # Limit.

message TcpKeepalive
  probes uint # Probes.
  time duration # Before the first.
  interval duration # Between.

message HTTPSettings
  http1MaxPendingRequests int # Requests that may wait.
  http2MaxRequests int # Requests at once.
  maxRequestsPerConnection int # Then a new connection.
  maxRetries int # Retries at once.
  idleTimeout duration # Of upstream connections.
  h2UpgradePolicy E(DEFAULT|DO_NOT_UPGRADE|UPGRADE) !upstream connections use HTTP/1.1 # Use HTTP/2.
  useClientProtocol bool !upstream connections use HTTP/1.1 # Same protocol as the client.
  http2KeepAlive Http2KeepAlive !upstream connections use HTTP/1.1 # Pings.
  maxConcurrentStreams int !upstream connections use HTTP/1.1 # Streams per connection.

message Http2KeepAlive
  interval duration # Between pings.
  timeout duration # Of one ping.

message OutlierDetection
  consecutiveErrors int !deprecated; use consecutive5xxErrors # Deprecated.
  splitExternalLocalOriginErrors bool # Count connection failures apart.
  consecutiveLocalOriginFailures uint # Connection failures.
  consecutiveGatewayErrors uint # 502, 503, 504 in a row.
  consecutive5xxErrors uint # 5xx in a row.
  interval duration # Between looks.
  baseEjectionTime duration # How long out.
  maxEjectionPercent int # Share that may be out.
  minHealthPercent int # Below it nothing is left out.

message ClientTLSSettings
  mode E(DISABLE|SIMPLE|MUTUAL|ISTIO_MUTUAL) # How.
  clientCertificate string # File.
  privateKey string # File.
  caCertificates string # File.
  credentialName string # Secret.
  subjectAltNames []string # Names the server may have.
  sni string # Server name.
  insecureSkipVerify bool # Do not check the server.
  caCrl string !revocation lists are not read # File.
)";

}  // namespace varka::galley
