// The codec: what it writes, what it reads, how it refuses.
#include "core/xds/codec.h"

#include <nlohmann/json.hpp>

#include "core/xds/resource.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::xds;

namespace {

std::string messageOf(const Result<Listener>& result) { return result ? "accepted" : result.error().message; }
std::string clusterError(std::string_view json) {
  const auto result = clusterFromJson(json);
  return result ? "accepted" : result.error().message;
}
std::string routesError(std::string_view json) {
  const auto result = routesFromJson(json);
  return result ? "accepted" : result.error().message;
}

/// A listener with something in every corner.
Listener richListener() {
  Listener listener;
  listener.name = "0.0.0.0_9080";
  listener.address = tcpAddress("0.0.0.0", 9080);
  listener.bindToPort = false;
  listener.trafficDirection = TrafficDirection::Outbound;
  listener.listenerFiltersTimeout = Duration::zero();
  listener.additionalAddresses.push_back(tcpAddress("::", 9080));
  ListenerFilter inspector{"envoy.filters.listener.tls_inspector", TlsInspector{}, std::nullopt};
  inspector.filterDisabled = ListenerFilterPredicate{
      ListenerFilterPredicate::Not{ListenerFilterPredicate{ListenerFilterPredicate::PortRange{80, 81}}}};
  listener.listenerFilters.push_back(inspector);
  listener.listenerFilters.push_back({"envoy.filters.listener.http_inspector", HttpInspector{}, std::nullopt});

  HttpConnectionManager manager;
  manager.statPrefix = "outbound_0.0.0.0_9080";
  manager.routes = Rds{adsSource(), "9080"};
  manager.normalizePath = true;
  manager.streamIdleTimeout = Duration::zero();
  manager.tracing = Tracing{};
  manager.tracing->randomSampling = Percent{100};
  manager.upgradeConfigs.push_back({"websocket", std::nullopt});
  manager.accessLog.push_back({"envoy.access_loggers.file", std::nullopt, FileAccessLog{"/dev/stdout", std::nullopt}});
  AccessLogFilter errors{AccessLogFilter::And{{AccessLogFilter{AccessLogFilter::StatusCode{ComparisonOp::Ge, 400}},
                                               AccessLogFilter{AccessLogFilter::Expression{"response.code >= 500"}}}}};
  SubstitutionFormat jsonFormat;
  jsonFormat.format = SubstitutionFormat::Json{{{"code", "%RESPONSE_CODE%"}}};
  manager.accessLog.push_back({"errors", errors, FileAccessLog{"/tmp/e.log", jsonFormat}});
  manager.httpFilters.push_back({"istio.alpn", IstioAlpn{{{AlpnUpstreamProtocol::Http11, {"istio-http/1.1", "istio"}}}}});
  manager.httpFilters.push_back({"istio.stats", IstioStats{{{"disable_host_header_fallback", true}}}});
  rbac::Rules rules;
  rules.action = rbac::Action::Deny;
  rules.policies["ns[default]-policy[x]-rule[0]"] = {
      {rbac::Permission{rbac::Permission::And{{rbac::Permission{rbac::Permission::Not{rbac::Permission{rbac::Permission::DestinationPort{80}}}},
                                               rbac::Permission{rbac::Permission::UriTemplate{"/a/{*}"}}}}}},
      {rbac::Principal{rbac::Principal::Or{{rbac::Principal{rbac::Principal::Any{}},
                                            rbac::Principal{rbac::Principal::Authenticated{exactMatch("spiffe://x")}}}}}}};
  manager.httpFilters.push_back({"envoy.filters.http.rbac", HttpRbac{rules, "", std::nullopt, "istio_dry_run_allow_"}});
  JwtAuthentication jwt;
  jwt.providers["origins-0"] = JwtProvider{};
  jwt.providers["origins-0"].issuer = "testing@secure.istio.io";
  jwt.providers["origins-0"].jwks = inlineString("{\"keys\":[]}");
  jwt.providers["origins-0"].payloadInMetadata = "payload";
  jwt.providers["origins-0"].spaceDelimitedClaims = {"scope"};
  JwtRule rule;
  rule.match.path = RouteMatch::Prefix{"/"};
  rule.requirement = JwtRequirement{JwtRequirement::RequiresAny{
      {JwtRequirement{JwtRequirement::ProviderName{"origins-0"}}, JwtRequirement{JwtRequirement::AllowMissing{}}}}};
  jwt.rules.push_back(rule);
  manager.httpFilters.push_back({"envoy.filters.http.jwt_authn", jwt});
  ExtAuthz authz;
  ExtAuthzHttpService service;
  service.serverUri = {"http://authz:8000", "outbound|8000||authz", std::chrono::seconds(1)};
  service.allowedHeaders = {exactMatch("x-ext-authz")};
  authz.service = service;
  manager.httpFilters.push_back({"envoy.filters.http.ext_authz", authz});
  LocalRateLimit limit;
  limit.statPrefix = "rate";
  limit.tokenBucket = TokenBucket{10, 10, std::chrono::seconds(60)};
  limit.filterEnabled = RuntimeFractionalPercent{{100, Denominator::Hundred}, "on"};
  manager.httpFilters.push_back({"envoy.filters.http.local_ratelimit", limit});
  manager.httpFilters.push_back({"envoy.filters.http.fault", HttpFault{}});
  manager.httpFilters.push_back({"envoy.filters.http.cors", Cors{}});
  manager.httpFilters.push_back({"envoy.filters.http.router", Router{}});

  FilterChain chain;
  chain.name = "http";
  chain.filterChainMatch.transportProtocol = "raw_buffer";
  chain.filterChainMatch.applicationProtocols = {"http/1.1", "h2c"};
  chain.filterChainMatch.destinationPort = 9080;
  chain.filterChainMatch.prefixRanges = {{"10.0.0.0", 8}};
  chain.metadata = sourceMetadata("a.yaml:3", "VirtualService default/reviews");
  chain.filters.push_back({"envoy.filters.network.http_connection_manager", manager});
  DownstreamTlsContext tls;
  tls.requireClientCertificate = true;
  tls.commonTlsContext.alpnProtocols = {"h2", "http/1.1"};
  tls.commonTlsContext.tlsParams.tlsMinimumProtocolVersion = TlsVersion::Tls12;
  tls.commonTlsContext.tlsCertificateSdsSecretConfigs.push_back({"default", adsSource()});
  CombinedValidationContext combined;
  combined.defaultValidationContext.matchSubjectAltNames = {prefixMatch("spiffe://cluster.local/")};
  combined.validationContextSdsSecretConfig = {"ROOTCA", adsSource()};
  tls.commonTlsContext.validation = combined;
  chain.transportSocket = TransportSocket{"envoy.transport_sockets.tls", tls};
  listener.filterChains.push_back(chain);

  TcpProxy tcp;
  tcp.statPrefix = "PassthroughCluster";
  tcp.cluster = TcpProxy::Weighted{{{"a", 1}, {"b", 3}}};
  tcp.hashPolicy.push_back({true});
  listener.defaultFilterChain = FilterChain{};
  listener.defaultFilterChain->name = "PassthroughFilterChain";
  listener.defaultFilterChain->filters.push_back({"envoy.filters.network.tcp_proxy", tcp});
  return listener;
}

RouteConfiguration richRoutes() {
  RouteConfiguration routes;
  routes.name = "9080";
  routes.validateClusters = false;
  VirtualHost host;
  host.name = "reviews:9080";
  host.domains = {"reviews", "reviews:9080"};
  host.includeRequestAttemptCount = true;
  Route route;
  route.name = "jason";
  route.match.path = RouteMatch::PathSeparatedPrefix{"/api"};
  route.match.headers.push_back({"end-user", exactMatch("jason"), true, true});
  route.match.headers.push_back({"x-num", Int64Range{-5, 5}, false, false});
  route.match.queryParameters.push_back({"debug", true});
  route.match.dynamicMetadata.push_back(
      {"envoy.filters.http.jwt_authn", {{"payload"}, {"groups"}},
       ValueMatcher{ValueMatcher::Or{{ValueMatcher{exactMatch("a")}, ValueMatcher{ValueMatcher::ListOneOf{ValueMatcher{exactMatch("a")}}}}}}, false});
  RouteAction action;
  WeightedCluster weighted;
  weighted.clusters.push_back({"outbound|9080|v1|reviews", 70, {}, {}, {}, {}, {}, ""});
  weighted.clusters.push_back({"outbound|9080|v3|reviews", 30, {{{"x-a", "%PROTOCOL%"}, HeaderAppendAction::OverwriteIfExistsOrAdd, false}}, {"x-b"}, {}, {}, {}, "other"});
  action.cluster = weighted;
  action.timeout = std::chrono::milliseconds(1500);
  action.retryPolicy = RetryPolicy{};
  action.retryPolicy->retryOn = "connect-failure";
  action.retryPolicy->numRetries = 2;
  action.retryPolicy->previousHosts = true;
  action.retryPolicy->hostSelectionRetryMaxAttempts = 5;
  action.retryPolicy->retriableStatusCodes = {503};
  action.retryPolicy->baseInterval = std::chrono::milliseconds(25);
  action.prefixRewrite = "/";
  action.hostRewrite = RouteAction::AutoHostRewrite{};
  HashPolicy& cookie = action.hashPolicy.emplace_back();
  cookie.specifier = HashPolicy::Cookie{"user", std::chrono::seconds(0), "/"};
  cookie.terminal = true;
  action.requestMirrorPolicies.push_back({"mirror", RuntimeFractionalPercent{fractionalPercent(12.5), ""}, std::nullopt, false});
  route.action = action;
  route.decorator = Decorator{"reviews:9080/*", std::nullopt};
  route.typedPerFilterConfig["envoy.filters.http.fault"] =
      HttpFault{FaultDelay{std::chrono::seconds(7), {100, Denominator::Hundred}}, FaultAbort{500, std::nullopt, {1, Denominator::Million}}};
  route.typedPerFilterConfig["envoy.filters.http.jwt_authn"] = Box<RouteFilterConfig>(RouteFilterConfig{std::nullopt, false, true});
  host.routes.push_back(route);
  Route redirect;
  redirect.match.path = RegexMatcher{"/old.*"};
  redirect.action = RedirectAction{RedirectAction::HttpsRedirect{}, "new.example", 8443, RedirectAction::PathRedirect{"/new"},
                                   RedirectResponseCode::PermanentRedirect, true};
  host.routes.push_back(redirect);
  Route direct;
  direct.match.path = RouteMatch::Path{"/direct"};
  direct.action = DirectResponseAction{418, inlineBytes(std::string("\0\xff tea", 6))};
  host.routes.push_back(direct);
  routes.virtualHosts.push_back(host);
  return routes;
}

Cluster richCluster() {
  Cluster cluster;
  cluster.name = "outbound|9080|v1|reviews.default.svc.cluster.local";
  cluster.type = ClusterType::Eds;
  cluster.edsClusterConfig.edsConfig = adsSource();
  cluster.connectTimeout = std::chrono::seconds(10);
  cluster.lbPolicy = LbPolicy::LeastRequest;
  cluster.lbConfig = LeastRequestLbConfig{3, SlowStartConfig{std::chrono::seconds(30), 1.5}};
  cluster.circuitBreakers = CircuitBreakers{{{RoutingPriority::Default, kUnlimited, kUnlimited, kUnlimited, kUnlimited, RetryBudget{}, true}}};
  cluster.outlierDetection = OutlierDetection{};
  cluster.outlierDetection->consecutive5xx = 7;
  cluster.commonLbConfig.healthyPanicThreshold = Percent{0};
  cluster.commonLbConfig.localityWeighted = true;
  HttpProtocolOptions options;
  options.protocol = HttpProtocolOptions::ExplicitHttp2{{100, std::nullopt, std::nullopt, false, std::nullopt}};
  cluster.httpProtocolOptions = options;
  cluster.tcpKeepalive = TcpKeepalive{1, 2, 3};
  UpstreamTlsContext tls;
  tls.sni = "outbound_.9080_.v1_.reviews.default.svc.cluster.local";
  tls.commonTlsContext.alpnProtocols = {"istio-peer-exchange", "istio"};
  cluster.transportSocketMatches.push_back({"tlsMode-istio", {{"tlsMode", "istio"}}, {"envoy.transport_sockets.tls", tls}});
  cluster.transportSocketMatches.push_back({"tlsMode-disabled", {}, {"envoy.transport_sockets.raw_buffer", RawBuffer{}}});
  cluster.metadata.filterMetadata["istio"]["config"] = "/apis/x";
  cluster.upstreamBindConfig = BindConfig{SocketAddress{SocketProtocol::Tcp, "127.0.0.6", 0}};
  return cluster;
}

}  // namespace

class CodecTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyMessageSurvivesTheRoundTrip() {
    const Listener listener = richListener();
    const auto back = listenerFromJson(toJson(listener));
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QVERIFY(*back == listener);
    QCOMPARE(toJson(*back), toJson(listener));
    const RouteConfiguration routes = richRoutes();
    const auto routesBack = routesFromJson(toJson(routes));
    QVERIFY2(routesBack, routesBack ? "" : routesBack.error().message.c_str());
    QVERIFY(*routesBack == routes);
    const Cluster cluster = richCluster();
    const auto clusterBack = clusterFromJson(toJson(cluster));
    QVERIFY2(clusterBack, clusterBack ? "" : clusterBack.error().message.c_str());
    QVERIFY(*clusterBack == cluster);
  }

  void writesCanonicalProtoJson() {
    Cluster cluster;
    cluster.name = "c";
    QCOMPARE(toJson(cluster), std::string(R"({"name":"c"})"));  // defaults are absent
    cluster.connectTimeout = std::chrono::milliseconds(500);
    cluster.lbPolicy = LbPolicy::Maglev;
    cluster.lbConfig = MaglevLbConfig{101};
    QCOMPARE(toJson(cluster),
             std::string(R"({"name":"c","connectTimeout":"0.500s","lbPolicy":"MAGLEV","maglevLbConfig":{"tableSize":"101"}})"));
    Listener listener;
    listener.name = "l";
    listener.bindToPort = false;
    listener.listenerFilters.push_back({"o", OriginalDst{}, std::nullopt});
    QCOMPARE(toJson(listener),
             std::string(R"({"name":"l","listenerFilters":[{"name":"o","typedConfig":{"@type":)"
                         R"("type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst"}}],"bindToPort":false})"));
  }

  void readsBothSpellingsNumbersAndStrings() {
    const auto a = clusterFromJson(R"({"name":"c","connect_timeout":"1s","lb_policy":3,"max_requests_per_connection":"7",
      "maglev_lb_config":{"table_size":101}})");
    const auto b = clusterFromJson(R"({"name":"c","connectTimeout":"1.000000000s","lbPolicy":"RANDOM","maxRequestsPerConnection":7.0,
      "maglevLbConfig":{"tableSize":"101"}})");
    QVERIFY(a && b);
    QVERIFY(*a == *b);
    QCOMPARE(a->lbPolicy, LbPolicy::Random);
    QVERIFY(clusterFromJson(R"({"name":"c","outlierDetection":null})"));  // null = default
  }

  void readsOldSpellings() {
    const auto routes = routesFromJson(R"({"name":"r","virtualHosts":[{"name":"v","domains":["*"],"routes":[{"match":{"prefix":"/",
      "headers":[{"name":"a","exactMatch":"x"},{"name":"b","safe_regex_match":{"googleRe2":{},"regex":"y"}}]},
      "route":{"cluster":"c"},"requestHeadersToAdd":[{"header":{"key":"k","value":"v"},"append":false}]}]}]})");
    QVERIFY2(routes, routes ? "" : routes.error().message.c_str());
    const Route& route = routes->virtualHosts[0].routes[0];
    QVERIFY(std::get<StringMatcher>(route.match.headers[0].match) == exactMatch("x"));
    QVERIFY(std::get<StringMatcher>(route.match.headers[1].match) == regexMatch("y"));
    QCOMPARE(route.requestHeadersToAdd[0].appendAction, HeaderAppendAction::OverwriteIfExistsOrAdd);
  }

  void namesThePathOfWhatItRefuses() {
    QCOMPARE(clusterError(R"({"name":"c","conectTimeout":"1s"})"), std::string("c: conectTimeout: unknown field"));
    QCOMPARE(clusterError(R"({"name":"c","connectTimeout":"1 s"})"), std::string("c: connectTimeout: must be a duration such as \"0.5s\""));
    QCOMPARE(clusterError(R"({"name":"c","loadAssignment":{"endpoints":[{"lbEndpoints":[{"loadBalancingWeight":-1}]}]}})"),
             std::string("c: loadAssignment.endpoints[0].lbEndpoints[0].loadBalancingWeight: must be between 0 and 4294967295"));
    QCOMPARE(clusterError(R"({"name":"c","type":"NOPE"})"), std::string("c: type: must be one of STATIC, STRICT_DNS, LOGICAL_DNS, EDS, ORIGINAL_DST"));
    QCOMPARE(routesError(R"({"name":"r","virtualHosts":[{"routes":[{"match":{"prefix":"/","path":"/x"}}]}]})"),
             std::string("r: virtualHosts[0].routes[0].match.prefix: excludes another field of the same choice"));
    QVERIFY(clusterError("{\"name\":").starts_with("not JSON: "));
    QCOMPARE(clusterError("[]"), std::string("must be an object"));
  }

  void refusesTypesItDoesNotKnow() {
    const auto error = messageOf(listenerFromJson(R"({"name":"l","filterChains":[{"filters":[{"name":"f","typedConfig":
      {"@type":"type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy"}}]}]})"));
    QVERIFY2(error.find("filterChains[0].filters[0].typedConfig.@type: \"type.googleapis.com/envoy.extensions.filters.network.redis_proxy") !=
                 std::string::npos, error.c_str());
    QCOMPARE(messageOf(listenerFromJson(R"({"name":"l","filterChains":[{"filters":[{"name":"f"}]}]})")),
             std::string("l: filterChains[0].filters[0].typedConfig: is required"));
    // TLS without its context would be plain text by accident.
    QCOMPARE(clusterError(R"({"name":"c","transportSocket":{"name":"envoy.transport_sockets.tls"}})"),
             std::string("c: transportSocket.typedConfig: is required"));
    QVERIFY(clusterFromJson(R"({"name":"c","transportSocket":{"name":"envoy.transport_sockets.raw_buffer"}})"));
  }

  void noticesFieldsWithoutEffect() {
    Notices notices;
    QVERIFY(listenerFromJson(R"({"name":"l","transparent":true,"filterChains":[{"useProxyProto":true}]})", &notices));
    std::sort(notices.begin(), notices.end());
    QCOMPARE(notices, (Notices{"filterChains[0].useProxyProto", "transparent"}));
  }

  void unwrapsTypedStructs() {
    const auto filter = httpFilterFromJson(R"({"name":"x","typedConfig":{"@type":"type.googleapis.com/udpa.type.v1.TypedStruct",
      "typeUrl":"type.googleapis.com/stats.PluginConfig","value":{"reporter":"SERVER_GATEWAY"}}})");
    QVERIFY2(filter, filter ? "" : filter.error().message.c_str());
    QCOMPARE(*std::get<IstioStats>(filter->typedConfig).config.at("reporter").string(), std::string("SERVER_GATEWAY"));
  }

  void survivesHostileInput() {
    std::string deep(200'000, '[');
    QVERIFY(!clusterFromJson(deep));
    std::string nested = R"({"name":"c","metadata":{"filterMetadata":{"a":)";
    for (int i = 0; i < 5000; ++i) nested += R"({"a":)";
    nested += "1" + std::string(5003, '}');
    const auto result = clusterFromJson(nested);
    QVERIFY(!result && result.error().message.find("nested too deeply") != std::string::npos);
    std::string rules = "{\"policies\":{\"p\":{\"permissions\":[";
    for (int i = 0; i < 5000; ++i) rules += R"({"notRule":)";
    QVERIFY(!rbacRulesFromJson(rules + "{\"any\":true}" + std::string(5000, '}') + "]}}}"));
    QVERIFY(!clusterFromJson("{\"name\":\"\xff\"}"));
    QVERIFY(!clusterFromJson(R"({"name":"c","connectTimeout":"99999999999999999999s"})"));
    QVERIFY(!clusterFromJson(R"({"name":"c","connectTimeout":"-1s"})"));
  }

  void resourcesCarryTheirContentAsVersion() {
    const Resource a = makeResource(richCluster());
    QCOMPARE(a.version.size(), 16u);
    QCOMPARE(a.version, contentVersion(*a.json));
    QVERIFY(a.json->starts_with(R"({"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster",)"));
    QVERIFY(makeResource(richCluster()) == a);
    Cluster other = richCluster();
    other.connectTimeout = std::chrono::seconds(11);
    QVERIFY(makeResource(other).version != a.version);
    const auto decoded = decodeResource(*a.json);
    QVERIFY(decoded);
    QVERIFY(std::get<Cluster>(*decoded) == richCluster());
    QCOMPARE(std::string(nameOf(*decoded)), a.name);
    QCOMPARE(std::string(typeUrlOf(*decoded)), a.typeUrl);
    NameTable names;
    names.table["reviews.default.svc.cluster.local"] = {{"10.0.0.1"}, "Kubernetes", "reviews", "default", {}};
    const auto table = decodeResource(*makeResource(names).json);
    QVERIFY(table && std::get<NameTable>(*table) == names);
    QVERIFY(!decodeResource(R"({"@type":"type.googleapis.com/nope"})"));
  }

  void bytesAreBase64() {
    const auto direct = routeFromJson(R"({"match":{"path":"/x"},"directResponse":{"status":200,"body":{"inlineBytes":"aGk_Pw=="}}})");
    QVERIFY(direct);
    QCOMPARE(*std::get<DirectResponseAction>(direct->action).body.inlined(), std::string("hi??"));
    QVERIFY(toJson(*direct).find(R"("inlineBytes":"aGk/Pw==")") != std::string::npos);
  }

  void readsIstiosGoldens() {
    QFile file(QStringLiteral(VARKA_CORPUS "/golden/istioctl/proxyconfig/config_dump.json"));
    if (!file.open(QIODevice::ReadOnly)) QSKIP("no corpus");
    const auto dump = nlohmann::json::parse(file.readAll().toStdString(), nullptr, false);
    QVERIFY(!dump.is_discarded());
    int read = 0;
    QStringList problems;
    const std::function<void(const nlohmann::json&)> visit = [&](const nlohmann::json& node) {
      if (node.is_object() && node.contains("@type")) {
        const auto type = node["@type"].get<std::string>();
        for (const auto known : {kListenerType, kRouteType, kClusterType}) {
          if (type != known) continue;
          const auto result = decodeResource(node.dump());
          if (result) ++read;
          else problems << QString::fromStdString(result.error().message);
        }
      }
      if (node.is_structured())
        for (const auto& child : node) visit(child);
    };
    visit(dump);
    qInfo("%d resources read, %d refused", read, int(problems.size()));
    for (const auto& problem : problems)  // ambient mode's own types are outside of the subset
      QVERIFY2(problem.contains(QStringLiteral("@type: ")) && problem.contains(QStringLiteral("is not supported here")), qPrintable(problem));
    QVERIFY(read > 0);
  }
};

VARKA_TEST(CodecTest)
#include "codec_test.moc"
