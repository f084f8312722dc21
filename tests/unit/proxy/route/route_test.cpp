// Which route, why, and what it does to the messages.
#include <QElapsedTimer>

#include "core/xds/codec.h"
#include "proxy/route/compiled_routes.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

RequestHead request(std::string_view host, std::string_view path, std::initializer_list<std::pair<std::string_view, std::string_view>> headers = {}) {
  RequestHead head;
  head.setMethod("GET");
  head.setScheme("http");
  head.setAuthority(host);
  head.setPath(path);
  for (const auto& [name, value] : headers) head.add(name, value);
  return head;
}

std::shared_ptr<const CompiledRoutes> compile(std::string_view json) {
  auto config = xds::routesFromJson(json);
  if (!config) qFatal("%s", config.error().message.c_str());
  auto compiled = CompiledRoutes::compile(std::make_shared<const xds::RouteConfiguration>(std::move(*config)));
  if (!compiled) qFatal("%s", compiled.error().message.c_str());
  return *compiled;
}
std::string compileError(std::string_view json) {
  const auto compiled = CompiledRoutes::compile(std::make_shared<const xds::RouteConfiguration>(*xds::routesFromJson(json)));
  return compiled ? "compiled" : compiled.error().message;
}

/// Puts the values in place of $1, $2 … (moc wants raw strings with balanced braces.)
std::string filled(std::string text, std::initializer_list<std::string> values) {
  std::string mark = "$1";
  for (const auto& value : values) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) text.replace(at, 2, value);
    ++mark[1];
  }
  return text;
}

/// One virtual host "*" with these routes.
std::shared_ptr<const CompiledRoutes> routes(const std::string& list) {
  return compile(filled(R"({"name":"r","virtualHosts":[{"name":"v","domains":["*"],"routes":[$1]}]})", {list}));
}

/// The cluster a request goes to, or the kind of another decision.
std::string target(const CompiledRoutes& compiled, const RequestHead& head, std::uint64_t random = 0) {
  const RouteDecision decision = compiled.decide({head, nullptr, {}, false}, random);
  switch (decision.kind) {
    case RouteDecision::Kind::Forward: return std::string(decision.cluster);
    case RouteDecision::Kind::NoRoute: return "no route";
    case RouteDecision::Kind::NoVirtualHost: return "no host";
    default: return "other";
  }
}

std::string location(const std::string& match, const std::string& redirect, const RequestHead& head) {
  const auto compiled = routes(R"({"match":)" + match + R"(,"redirect":)" + redirect + "}");
  const RouteDecision decision = compiled->decide({head, nullptr, {}, false}, 0);
  return decision.kind == RouteDecision::Kind::Redirect ? redirectLocation(decision, head) : "no redirect";
}

std::string rewritten(const std::string& match, const std::string& action, std::string_view path) {
  const auto compiled = routes(R"({"match":)" + match + R"(,"route":{"cluster":"c",)" + action + "}}");
  const RequestHead head = request("h", path);
  const RouteDecision decision = compiled->decide({head, nullptr, {}, false}, 0);
  return decision.kind == RouteDecision::Kind::Forward ? rewrittenPath(decision, path).value_or("unchanged") : "no route";
}

}  // namespace

class RouteTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hostsInEnvoysOrder() {
    const auto host = [](std::string name, const std::string& domains) {
      return filled(R"({"name":"$1","domains":[$2],"routes":[{"match":{"prefix":""},"route":{"cluster":"$1"}}]})", {name, domains});
    };
    const auto compiled = compile(filled(R"({"name":"r","virtualHosts":[$1,$2,$3,$4,$5]})",
                                         {host("any", R"("*")"), host("suffix", R"("*.foo.com")"), host("longer", R"("*.bar.foo.com","*-x.com")"),
                                          host("prefix", R"("foo.*")"), host("exact", R"("www.foo.com","www.foo.com:80")")}));
    const auto of = [&](std::string_view name) { return target(*compiled, request(name, "/")); };
    QCOMPARE(of("www.foo.com"), std::string("exact"));
    QCOMPARE(of("WWW.Foo.COM:80"), std::string("exact"));
    QCOMPARE(of("www.foo.com:81"), std::string("any"));
    QCOMPARE(of("a.foo.com"), std::string("suffix"));
    QCOMPARE(of(".foo.com"), std::string("any"));  // the star is at least one character
    QCOMPARE(of("a.bar.foo.com"), std::string("longer"));
    QCOMPARE(of("a-x.com"), std::string("longer"));
    QCOMPARE(of("foo.net"), std::string("prefix"));
    QCOMPARE(of("foo."), std::string("any"));
    QCOMPARE(of(""), std::string("any"));
    const auto closed = compile(filled(R"({"name":"r","ignorePortInHostMatching":true,"virtualHosts":[$1]})", {host("exact", R"("a")")}));
    QCOMPARE(target(*closed, request("a:1234", "/")), std::string("exact"));
    QCOMPARE(target(*closed, request("b", "/")), std::string("no host"));
  }

  void pathsAsIstioReadsThem() {
    const auto compiled = routes(R"({"match":{"path":"/exact"},"route":{"cluster":"exact"}},
      {"match":{"pathSeparatedPrefix":"/seg"},"route":{"cluster":"seg"}},
      {"match":{"prefix":"/foo"},"route":{"cluster":"prefix"}},
      {"match":{"safeRegex":{"regex":"/b[0-9]+"}},"route":{"cluster":"regex"}},
      {"match":{"prefix":"/CASE","caseSensitive":false},"route":{"cluster":"case"}})");
    const auto of = [&](std::string_view path) { return target(*compiled, request("h", path)); };
    QCOMPARE(of("/exact"), std::string("exact"));
    QCOMPARE(of("/exact?q=1"), std::string("exact"));
    QCOMPARE(of("/exact/"), std::string("no route"));
    QCOMPARE(of("/seg"), std::string("seg"));
    QCOMPARE(of("/seg/x"), std::string("seg"));
    QCOMPARE(of("/segment"), std::string("no route"));
    QCOMPARE(of("/foobar"), std::string("prefix"));  // a plain string prefix
    QCOMPARE(of("/b12?x"), std::string("regex"));
    QCOMPARE(of("/b12/more"), std::string("no route"));  // the whole path
    QCOMPARE(of("/case/x"), std::string("case"));
  }

  void theFirstMatchWinsWhateverTheIndexSays() {
    // Random route lists: the indexed search and the plain search must agree.
    const char* const kPaths[] = {"/", "/a", "/a/b", "/a/b/c", "/ab", "/b", "/b/c"};
    for (unsigned seed = 1; seed <= 200; ++seed) {
      std::srand(seed);
      std::string list;
      for (int i = 0; i < 12; ++i) {
        const std::string path = kPaths[std::rand() % 7];
        const char* const kinds[] = {"path", "prefix", "pathSeparatedPrefix"};
        std::string match = filled(R"("$1":"$2")", {kinds[std::rand() % 3], path});
        if (std::rand() % 4 == 0) match = filled(R"("safeRegex":{"regex":"$1.*"})", {path});
        if (std::rand() % 3 == 0) match += R"(,"headers":[{"name":"x","stringMatch":{"exact":"1"}}])";
        if (std::rand() % 5 == 0) match += R"(,"caseSensitive":false)";
        list += (i ? "," : "") + filled(R"({"match":{$1},"route":{"cluster":"$2"}})", {match, std::to_string(i)});
      }
      const auto compiled = routes(list);
      for (const char* path : kPaths) {
        for (const bool withHeader : {false, true}) {
          RequestHead head = request("h", path);
          if (withHeader) head.add("x", "1");
          std::vector<xds::DecisionStep> steps;
          const auto fast = compiled->decide({head, nullptr, {}, false}, 0);
          const auto plain = compiled->decide({head, nullptr, {}, false}, 0, &steps);
          QVERIFY2(fast.route == plain.route, path);
        }
      }
    }
  }

  void headersAndQueriesDecide() {
    const auto one = [](const std::string& condition, const RequestHead& head) {
      return target(*routes(R"({"match":{"prefix":"/",)" + condition + R"(},"route":{"cluster":"yes"}})"), head) == "yes";
    };
    const auto header = [&](const std::string& rest, const RequestHead& head) { return one(R"("headers":[{"name":"X-A",)" + rest + "}]", head); };
    const RequestHead with = request("h", "/?a=1&b=&c", {{"x-a", "hello"}}), without = request("h", "/");
    QVERIFY(header(R"("stringMatch":{"exact":"hello"})", with) && !header(R"("stringMatch":{"exact":"hello"})", without));
    QVERIFY(header(R"("stringMatch":{"prefix":"HEL","ignoreCase":true})", with) && !header(R"("stringMatch":{"prefix":"HEL"})", with));
    QVERIFY(header(R"("stringMatch":{"suffix":"llo"})", with) && header(R"("stringMatch":{"contains":"ell"})", with));
    QVERIFY(header(R"("stringMatch":{"safeRegex":{"regex":"h.*o"}})", with) && !header(R"("stringMatch":{"safeRegex":{"regex":"h"}})", with));
    QVERIFY(header(R"("presentMatch":true)", with) && header(R"("presentMatch":false)", without));
    QVERIFY(header(R"("presentMatch":true,"invertMatch":true)", without));
    // Inverted: a missing header satisfies it only where missing counts as empty (withoutHeaders).
    QVERIFY(!header(R"("stringMatch":{"exact":"x"},"invertMatch":true)", without));
    QVERIFY(header(R"("stringMatch":{"exact":"x"},"invertMatch":true,"treatMissingHeaderAsEmpty":true)", without));
    QVERIFY(header(R"("stringMatch":{"exact":"x"},"invertMatch":true)", with));
    QVERIFY(!header(R"("rangeMatch":{"start":"1","end":"10"})", with));
    QVERIFY(header(R"("rangeMatch":{"start":"1","end":"10"})", request("h", "/", {{"x-a", "9"}})));
    QVERIFY(!header(R"("rangeMatch":{"start":"1","end":"10"})", request("h", "/", {{"x-a", "10"}})));
    QVERIFY(header(R"("stringMatch":{"exact":"a,b"})", request("h", "/", {{"x-a", "a"}, {"x-a", "b"}})));  // values are joined
    QVERIFY(one(R"("headers":[{"name":":method","stringMatch":{"exact":"GET"}}])", with));
    QVERIFY(one(R"("headers":[{"name":":authority","stringMatch":{"exact":"h"}}])", with));
    QVERIFY(one(R"("queryParameters":[{"name":"a","stringMatch":{"exact":"1"}},{"name":"b","stringMatch":{"exact":""}},{"name":"c","presentMatch":true}])", with));
    QVERIFY(!one(R"("queryParameters":[{"name":"d","presentMatch":true}])", with));
    QVERIFY(one(R"("grpc":{})", request("h", "/", {{"content-type", "application/grpc+proto"}})) && !one(R"("grpc":{})", with));
  }

  void claimsDecide() {
    const auto compiled = routes(R"({"match":{"prefix":"/","dynamicMetadata":[{"filter":"envoy.filters.http.jwt_authn",
      "path":[{"key":"payload"},{"key":"groups"}],"value":{"orMatch":{"valueMatchers":[{"stringMatch":{"exact":"admin"}},
      {"listMatch":{"oneOf":{"stringMatch":{"exact":"admin"}}}}]}}}]},"route":{"cluster":"admin"}})");
    const auto with = [&](xds::Value groups) {
      const xds::Struct metadata{{"envoy.filters.http.jwt_authn", xds::Struct{{"payload", xds::Struct{{"groups", groups}}}}}};
      const RequestHead head = request("h", "/");
      return compiled->decide({head, &metadata, {}, false}, 0).kind == RouteDecision::Kind::Forward;
    };
    QVERIFY(with("admin"));
    QVERIFY(with(xds::List{"dev", "admin"}));
    QVERIFY(!with(xds::List{"dev"}));
    QVERIFY(!with(7));
    QCOMPARE(target(*compiled, request("h", "/")), std::string("no route"));
  }

  void weightsShareTheTraffic() {
    const auto compiled = routes(R"({"match":{"prefix":"/"},"route":{"weightedClusters":{"clusters":[{"name":"a","weight":90},
      {"name":"zero","weight":0},{"name":"b","weight":10}]}}})");
    std::map<std::string, int> counts;
    for (std::uint64_t random = 0; random < 1000; ++random) ++counts[target(*compiled, request("h", "/"), random)];
    QCOMPARE(counts["a"], 900);
    QCOMPARE(counts["b"], 100);
    QCOMPARE(counts.count("zero"), std::size_t(0));
  }

  void stepsTellWhatWasPassedOver() {
    const auto compiled = compile(R"({"name":"9080","virtualHosts":[{"name":"reviews:9080","domains":["reviews"],"routes":[
      {"name":"jason","match":{"prefix":"/","headers":[{"name":"end-user","stringMatch":{"exact":"jason"}}]},"route":{"cluster":"v2"}},
      {"match":{"path":"/x"},"route":{"cluster":"x"}},
      {"name":"default","match":{"prefix":"/"},"metadata":{"filterMetadata":{"varka":{"source":"vs.yaml:20"}}},
       "route":{"weightedClusters":{"clusters":[{"name":"v1","weight":1}]}}}]}]})");
    std::vector<xds::DecisionStep> steps;
    const RequestHead head = request("reviews", "/");
    QCOMPARE(std::string(compiled->decide({head, nullptr, {}, false}, 0, &steps).cluster), std::string("v1"));
    QCOMPARE(steps.size(), std::size_t(5));
    QCOMPARE(steps[0].kind + " " + steps[0].name, std::string("vhost reviews:9080"));
    QVERIFY(!steps[1].taken);
    QCOMPARE(steps[1].detail, std::string("header end-user must be a value that is \"jason\", is missing"));
    QCOMPARE(steps[2].name + ": " + steps[2].detail, std::string("#2: path must be /x, is /"));
    QVERIFY(steps[3].taken && steps[3].name == "default" && steps[3].source == "vs.yaml:20");
    QCOMPARE(steps[4].kind + " " + steps[4].detail, std::string("weight weight 1 of 1"));
  }

  void rewritesKeepTheQuery() {
    QCOMPARE(rewritten(R"({"prefix":"/api/"})", R"("prefixRewrite":"/")", "/api/v1?q=1"), std::string("/v1?q=1"));
    QCOMPARE(rewritten(R"({"prefix":"/api"})", R"("prefixRewrite":"/")", "/api/v1"), std::string("//v1"));  // as Envoy
    QCOMPARE(rewritten(R"({"pathSeparatedPrefix":"/api"})", R"("prefixRewrite":"/new")", "/api"), std::string("/new"));
    QCOMPARE(rewritten(R"({"path":"/a"})", R"("prefixRewrite":"/b")", "/a?x"), std::string("/b?x"));
    QCOMPARE(rewritten(R"({"safeRegex":{"regex":"/.*"}})", R"("prefixRewrite":"/b")", "/a/c?x"), std::string("/b?x"));
    QCOMPARE(rewritten(R"({"prefix":"/"})", R"("regexRewrite":{"pattern":{"regex":"^/service/([^/]+)(/.*)$"},"substitution":"\\2/instance/\\1"})",
                       "/service/foo/v1/api?q"), std::string("/v1/api/instance/foo?q"));
    QCOMPARE(rewritten(R"({"prefix":"/"})", R"("timeout":"1s")", "/x"), std::string("unchanged"));
  }

  void redirectsLikeEnvoy() {
    const std::string all = R"({"prefix":"/"})";
    QCOMPARE(location(all, R"({"httpsRedirect":true})", request("a.com", "/x?y")), std::string("https://a.com/x?y"));
    QCOMPARE(location(all, R"({"httpsRedirect":true})", request("a.com:80", "/x")), std::string("https://a.com/x"));
    QCOMPARE(location(all, R"({"httpsRedirect":true})", request("a.com:8080", "/x")), std::string("https://a.com:8080/x"));
    QCOMPARE(location(all, R"({"hostRedirect":"b.com"})", request("a.com:80", "/x?y")), std::string("http://b.com/x?y"));
    QCOMPARE(location(all, R"({"portRedirect":8443,"httpsRedirect":true})", request("a.com:80", "/")), std::string("https://a.com:8443/"));
    QCOMPARE(location(all, R"({"pathRedirect":"/new"})", request("a.com", "/x?y")), std::string("http://a.com/new?y"));
    QCOMPARE(location(all, R"({"pathRedirect":"/new?z"})", request("a.com", "/x?y")), std::string("http://a.com/new?z"));
    QCOMPARE(location(all, R"({"pathRedirect":"/new","stripQuery":true})", request("a.com", "/x?y")), std::string("http://a.com/new"));
    QCOMPARE(location(R"({"prefix":"/old"})", R"({"prefixRewrite":"/new"})", request("a.com", "/old/x?y")), std::string("http://a.com/new/x?y"));
    QCOMPARE(location(all, R"({"portRedirect":81})", request("[::1]:80", "/")), std::string("http://[::1]:81/"));
  }

  void hostsThatRequireTlsRedirect() {
    const auto compiled = compile(R"({"name":"r","virtualHosts":[{"name":"v","domains":["*"],"requireTls":"ALL",
      "routes":[{"match":{"prefix":"/"},"route":{"cluster":"c"}}]}]})");
    const RequestHead head = request("a.com", "/x?y");
    const RouteDecision plain = compiled->decide({head, nullptr, {}, false}, 0);
    QCOMPARE(plain.kind, RouteDecision::Kind::TlsRequired);
    QCOMPARE(redirectLocation(plain, head), std::string("https://a.com/x?y"));
    QCOMPARE(redirectStatus(plain), 301);
    QCOMPARE(compiled->decide({head, nullptr, {}, true}, 0).kind, RouteDecision::Kind::Forward);
  }

  void headerEditsApplyFromTheInsideOut() {
    const auto compiled = compile(R"({"name":"r","requestHeadersToAdd":[{"header":{"key":"x-level","value":"config"},"appendAction":"OVERWRITE_IF_EXISTS_OR_ADD"}],
      "virtualHosts":[{"name":"v","domains":["*"],"routes":[{"match":{"prefix":"/"},
       "requestHeadersToAdd":[{"header":{"key":"X-Level","value":"route"},"appendAction":"OVERWRITE_IF_EXISTS_OR_ADD"},
                              {"header":{"key":"x-proto","value":"p=%PROTOCOL%"}},{"header":{"key":"x-none","value":"%REQ(x-missing)%"}},
                              {"header":{"key":"host","value":"other"}},{"header":{"key":"x-absent","value":"set"},"appendAction":"ADD_IF_ABSENT"},
                              {"header":{"key":"x-old","value":"two"}}],
       "requestHeadersToRemove":["x-gone"],"responseHeadersToRemove":["server"],
       "route":{"weightedClusters":{"clusters":[{"name":"c","weight":1,"requestHeadersToAdd":[{"header":{"key":"x-absent","value":"weight"}}]}]}}}]}]})");
    RequestHead head = request("h", "/", {{"x-gone", "1"}, {"x-old", "one"}});
    StreamInfo info;
    info.request = &head;
    const RouteDecision decision = compiled->decide({head, nullptr, {}, false}, 0);
    editRequest(*compiled, decision, head, info);
    QCOMPARE(head.get("x-level"), std::string_view("config"));  // the outermost is applied last
    QCOMPARE(head.get("x-proto"), std::string_view("p=HTTP/1.1"));
    QVERIFY(!head.has("x-none") && !head.has("x-gone"));
    QCOMPARE(head.authority, std::string_view("other"));
    QCOMPARE(head.get("x-absent"), std::string_view("weight"));
    QCOMPARE(head.joined("x-old").value_or(""), std::string("one,two"));
    Headers response;
    response.add("server", "x");
    editResponse(*compiled, decision, response, info);
    QVERIFY(!response.has("server"));
  }

  void timeoutsAndHashes() {
    xds::RouteAction action;
    QCOMPARE(timeouts(action, request("h", "/")).total, std::chrono::nanoseconds(std::chrono::seconds(15)));
    action.timeout = xds::Duration::zero();
    QCOMPARE(timeouts(action, request("h", "/")).total.count(), std::int64_t(0));
    QCOMPARE(timeouts(action, request("h", "/", {{"x-envoy-upstream-rq-timeout-ms", "250"}})).total, std::chrono::nanoseconds(std::chrono::milliseconds(250)));
    xds::HashPolicy header;
    header.specifier = xds::HashPolicy::Header{"x-user", std::nullopt};
    xds::HashPolicy cookie;
    cookie.specifier = xds::HashPolicy::Cookie{"user", std::chrono::seconds(60), "/"};
    action.hashPolicy = {header, cookie};
    const RequestHead with = request("h", "/", {{"x-user", "jason"}, {"cookie", "a=b; user=zed"}});
    const RequestHead without = request("h", "/");
    std::string setCookie;
    const auto hash = requestHash(action, {with, nullptr, {}, false}, 1, &setCookie);
    QVERIFY(hash && setCookie.empty());
    QCOMPARE(requestHash(action, {with, nullptr, {}, false}, 2, &setCookie), hash);  // does not depend on chance
    QVERIFY(requestHash(action, {without, nullptr, {}, false}, 255, &setCookie));
    QCOMPARE(setCookie, std::string("user=\"00000000000000ff\"; Max-Age=60; Path=/; HttpOnly"));
  }

  void brokenRoutesAreNamed() {
    const auto error = [](const std::string& route) {
      return compileError(filled(R"({"name":"r","virtualHosts":[{"name":"v","domains":["a"],"routes":[$1]}]})", {route}));
    };
    QVERIFY(error(R"({"match":{"safeRegex":{"regex":"*"}},"route":{"cluster":"c"}})")
                .starts_with("r: virtualHosts[0]: routes[0]: match.safeRegex: \"*\" is not a valid RE2 expression"));
    QVERIFY(compileError(R"({"name":"r","virtualHosts":[{"name":"v","domains":["a","A"]}]})").find("already taken") != std::string::npos);
    QVERIFY(error(R"({"match":{"prefix":"/"},"route":{"weightedClusters":{"clusters":[{"name":"c"}]}}})").find("sum of the weights") != std::string::npos);
    QVERIFY(error(R"({"match":{"prefix":"/"}})").find("neither route, redirect nor directResponse") != std::string::npos);
    QVERIFY(error(R"({"match":{"prefix":"/"},"requestHeadersToAdd":[{"header":{"key":"x","value":"%NOPE%"}}],"route":{"cluster":"c"}})")
                .find("%NOPE%") != std::string::npos);
  }

  void perFilterConfigurationPrefersTheInside() {
    const auto fault = [](const char* status) {
      return std::string(R"("typedPerFilterConfig":{"f":{"@type":"type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault","abort":{"httpStatus":)") + status + "}}}";
    };
    const auto compiled = compile(R"({"name":"r","virtualHosts":[{"name":"v","domains":["*"],)" + fault("501") + R"(,"routes":[
      {"match":{"prefix":"/a"},)" + fault("502") + R"(,"route":{"cluster":"c"}},{"match":{"prefix":"/"},"route":{"cluster":"c"}}]}]})");
    const auto status = [&](std::string_view path) {
      const RequestHead head = request("h", path);
      const auto decision = compiled->decide({head, nullptr, {}, false}, 0);
      const auto* config = perFilterConfig(*compiled, decision, "f");
      return config ? std::get<xds::HttpFault>(*config).abort->httpStatus : 0u;
    };
    QCOMPARE(status("/a"), 502u);
    QCOMPARE(status("/b"), 501u);
  }

  void tenThousandRoutesCostWhatTenDo() {
    const auto nanosPerDecision = [](int count) {
      std::string list;
      for (int i = 0; i < count; ++i)
        list += (i ? "," : "") + filled(R"({"match":{"prefix":"/service-$1/"},"route":{"cluster":"c"}})", {std::to_string(100000 + i)});
      const auto compiled = routes(list);
      const RequestHead head = request("h", "/service-" + std::to_string(100000 + count - 1) + "/x");
      const RequestView view{head, nullptr, {}, false};
      std::int64_t best = std::numeric_limits<std::int64_t>::max();
      for (int round = 0; round < 7; ++round) {
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20'000; ++i)
          if (compiled->decide(view, static_cast<std::uint64_t>(i)).cluster != "c") qFatal("wrong route");
        best = std::min<std::int64_t>(best, timer.nsecsElapsed() / 20'000);
      }
      return best;
    };
    const auto few = nanosPerDecision(10), many = nanosPerDecision(10'000);
    qInfo("one decision: %lld ns with 10 routes, %lld ns with 10000", static_cast<long long>(few), static_cast<long long>(many));
    QVERIFY(many < few * 5 + 200);  // flat, with room for a busy machine
  }
};

VARKA_TEST(RouteTest)
#include "route_test.moc"
