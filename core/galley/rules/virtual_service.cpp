#include <algorithm>
#include <map>
#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"
#include "core/galley/schema_check.h"
#include "core/resource/yaml.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

bool present(const Value& value) {
  return !value.isNull();
}

bool isPseudo(std::string_view name) {
  return name == ":method" || name == ":authority" || name == ":scheme" || name == ":path";
}

bool isClaim(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return lower.starts_with("@request.auth.claims.") || lower.starts_with("@request.auth.claims[");
}

bool equalNoCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
         });
}

bool isAuthority(std::string_view name) {
  return equalNoCase(name, ":authority") || equalNoCase(name, "host");
}

/// "%NAME%" pairs, "%%" for a percent sign; no control characters.
std::string badHeaderValue(const std::string& value) {
  bool open = false;
  int depth = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) return "a header value cannot contain control characters";
    if (open && c == '(') ++depth;
    if (open && c == ')') --depth;
    if (c != '%' || depth > 0) continue;
    if (!open && i + 1 < value.size() && value[i + 1] == '%') {
      ++i;
    } else {
      open = !open;
    }
  }
  return open ? "the % in \"" + value + "\" opens a variable that never closes; write %% for a percent sign"
              : std::string();
}

class VirtualServiceChecker {
 public:
  explicit VirtualServiceChecker(Report& report) : report_(report), spec_(report.object().spec()) {}

  void run() {
    const bool delegate = spec_["hosts"].size() == 0;
    if (delegate) {
      for (const char* field : {"gateways", "tls", "tcp"}) {
        if (spec_[field].size() > 0)
          report_.error(joinPath("spec", field),
                        std::string("a VirtualService without hosts is a delegate and cannot have ") + field);
      }
    }
    checkGatewayNames(report_, spec_["gateways"], "spec.gateways");
    const auto& gateways = spec_["gateways"].items();
    gateway_ = !gateways.empty() && std::none_of(gateways.begin(), gateways.end(),
                                                 [](const Value& name) { return name.asString() == "mesh"; });
    hosts();
    if (spec_["http"].size() + spec_["tls"].size() + spec_["tcp"].size() == 0)
      report_.error("spec", "a VirtualService needs http, tls or tcp routes");
    forEach(spec_["http"], "spec.http",
            [&](const Value& route, const std::string& path) { http(route, path, delegate); });
    forEach(spec_["tls"], "spec.tls", [&](const Value& route, const std::string& path) { tls(route, path); });
    forEach(spec_["tcp"], "spec.tcp", [&](const Value& route, const std::string& path) { tcp(route, path); });
    checkExportTo(report_, false, false);
    for (const char* kind : {"http", "tls", "tcp"}) unreachable(spec_[kind], joinPath("spec", kind));
    overlaps();
  }

 private:
  void hosts() {
    bool good = true;
    const bool sni =
        std::any_of(spec_["tls"].items().begin(), spec_["tls"].items().end(), [](const Value& route) {
          const auto& matches = route["match"].items();
          return std::any_of(matches.begin(), matches.end(),
                             [](const Value& match) { return match["sniHosts"].size() > 0; });
        });
    forEach(spec_["hosts"], "spec.hosts", [&](const Value& host, const std::string& path) {
      const std::string& name = host.asString();
      std::string bad = gateway_ ? badGatewayBoundDomain(sni, name) : badWildcardDomain(name);
      if (!bad.empty() && isIpAddress(name)) bad.clear();
      if (bad.empty() && !gateway_ && name == "*")
        bad = "the host \"*\" is only allowed on gateways, not in the mesh";
      good = good && bad.empty();
      report_.check(path, std::move(bad));
    });
    for (std::size_t i = 0; good && i < spec_["hosts"].size(); ++i) {
      for (std::size_t j = i + 1; j < spec_["hosts"].size(); ++j) {
        const auto& a = spec_["hosts"][i].asString();
        const auto& b = spec_["hosts"][j].asString();
        if (hostMatches(a, b))
          report_.error(joinPath("spec.hosts", j), "the hosts " + a + " and " + b + " overlap");
      }
    }
  }

  void http(const Value& route, const std::string& path, bool delegate) {
    const bool root = !delegate && present(route["delegate"]);
    conflicts(route, path, delegate, root);
    forEach(route["match"], path + ".match",
            [&](const Value& match, const std::string& at) { httpMatch(match, at, delegate || root); });
    headers(route["headers"], path + ".headers");
    cors(route["corsPolicy"], path + ".corsPolicy");
    fault(route["fault"], path + ".fault");
    directResponse(route["directResponse"], path + ".directResponse");
    mirrors(route, path);
    redirect(route, path + ".redirect");
    retries(route["retries"], path + ".retries");
    rewrite(route, path);
    destinations(route["route"], path + ".route");
    forEach(route["route"], path + ".route",
            [&](const Value& one, const std::string& at) { headers(one["headers"], at + ".headers"); });
    checkDuration(report_, route["timeout"], path + ".timeout");
  }

  void conflicts(const Value& route, const std::string& path, bool delegate, bool root) {
    if (root) {
      for (const char* field : {"redirect", "directResponse", "route"}) {
        if (present(route[field]))
          report_.error(joinPath(path, field), std::string("a route that delegates cannot have ") + field);
      }
      return;
    }
    if (delegate && present(route["delegate"]))
      report_.error(path + ".delegate", "a delegate cannot delegate again");
    const auto exclude = [&](const char* main, std::initializer_list<const char*> others) {
      for (const char* other : others) {
        const bool used = route[other].isList() ? route[other].size() > 0 : present(route[other]);
        if (used)
          report_.error(joinPath(path, other),
                        std::string("a route cannot have both ") + main + " and " + other);
      }
    };
    if (present(route["redirect"])) {
      exclude("redirect", {"route", "fault", "rewrite", "directResponse"});
    } else if (present(route["directResponse"])) {
      exclude("directResponse", {"route", "fault", "rewrite"});
    } else if (route["route"].size() == 0) {
      report_.error(path, "a route needs destinations (route), a redirect or a directResponse");
    }
    if (present(route["mirror"]) && route["mirrors"].size() > 0)
      report_.error(path + ".mirrors", "a route cannot have both mirror and mirrors");
  }

  /// In routes that delegate an empty prefix would hide what the two sides add to each other, so Istio
  /// refuses it there.
  void stringMatch(const Value& match, const std::string& path, bool delegating, bool header) {
    const Value& regex = match["regex"];
    const bool presence = header && regex.asString() == "*";  // Istio's word for "the header is there"
    if (regex.isString() && !presence) report_.check(path + ".regex", badRegex(regex.asString()));
    if (delegating && match["prefix"].isString() && match["prefix"].asString().empty()) {
      report_.error(path + ".prefix", "an empty prefix matches everything; leave the match out");
    }
  }

  void headerMatches(const Value& map, const std::string& path, bool delegating) {
    for (const auto& [name, mark, match] : map.entries()) {
      const std::string at = joinPath(path, name);
      if (isClaim(name)) {
        if (!gateway_) report_.error(at, "routes by token claims only work on gateways");
      } else if (!isPseudo(name)) {
        report_.check(at, badHeaderName(name));
      }
      stringMatch(match, at, delegating, true);
    }
  }

  void httpMatch(const Value& match, const std::string& path, bool delegating) {
    for (const char* field : {"uri", "scheme", "method", "authority"})
      stringMatch(match[field], joinPath(path, field), delegating, false);
    headerMatches(match["headers"], path + ".headers", delegating);
    headerMatches(match["withoutHeaders"], path + ".withoutHeaders", delegating);
    for (const auto& [name, mark, param] : match["queryParams"].entries())
      stringMatch(param, joinPath(path + ".queryParams", name), delegating, false);
    sourceMatch(match, path);
    const std::string& ns = match["sourceNamespace"].asString();
    if (!ns.empty() && !isDnsLabel(ns))
      report_.error(path + ".sourceNamespace", "\"" + ns + "\" is no namespace");
  }

  void sourceMatch(const Value& match, const std::string& path) {
    if (present(match["port"]) && match["port"].asInt() != 0)
      report_.check(path + ".port", badPort(match["port"].asInt()));
    report_.check(path + ".sourceLabels", badLabels(match["sourceLabels"]));
    checkGatewayNames(report_, match["gateways"], path + ".gateways");
  }

  void headers(const Value& headers, const std::string& path) {
    for (const char* side : {"request", "response"}) {
      const bool request = std::string_view(side) == "request";
      for (const char* operation : {"set", "add"}) {
        for (const auto& [name, mark, value] : headers[side][operation].entries()) {
          const std::string at = joinPath(joinPath(joinPath(path, side), operation), name);
          report_.check(at, badOperation(name, request));
          report_.check(at, badHeaderValue(value.asString()));
        }
      }
      forEach(headers[side]["remove"], joinPath(joinPath(path, side), "remove"),
              [&](const Value& name, const std::string& at) {
                report_.check(at, badOperation(name.asString(), false));
              });
    }
  }

  static std::string badOperation(const std::string& name, bool authorityAllowed) {
    if (name.empty()) return "a header name cannot be empty";
    if (authorityAllowed && isAuthority(name)) return {};
    if (equalNoCase(name, "host")) return "the Host header can only be set in the request";
    return name.starts_with(":") ? "the header " + name + " belongs to HTTP itself and cannot be edited"
                                 : std::string();
  }

  void percentage(const Value& percent, const std::string& path) {
    if (!percent.isMap()) return;
    const double value = percent["value"].asDouble();
    if (value < 0 || value > 100 || (value > 0 && value < 0.0001))
      report_.error(path, "a percentage is 0 or from 0.0001 to 100");
  }

  void fault(const Value& fault, const std::string& path) {
    if (!fault.isMap()) return;
    const Value& abort = fault["abort"];
    const Value& delay = fault["delay"];
    if (!abort.isMap() && !delay.isMap()) report_.error(path, "a fault needs a delay or an abort");
    percentage(abort["percentage"], path + ".abort.percentage");
    percentage(delay["percentage"], path + ".delay.percentage");
    if (abort.isMap()) {
      if (present(abort["http2Error"]))
        report_.error(path + ".abort.http2Error", "HTTP/2 errors cannot be injected");
      if (present(abort["httpStatus"]))
        report_.check(path + ".abort.httpStatus", badStatus(abort["httpStatus"].asInt()));
      if (present(abort["grpcStatus"]) && !isGrpcStatus(abort["grpcStatus"].asString()))
        report_.error(path + ".abort.grpcStatus",
                      "\"" + abort["grpcStatus"].text() + "\" is no gRPC status such as UNAVAILABLE");
      if (!present(abort["httpStatus"]) && !present(abort["grpcStatus"]) && !present(abort["http2Error"]))
        report_.warning(path + ".abort", "the abort says no status and does nothing");
    }
    checkDuration(report_, delay["fixedDelay"], path + ".delay.fixedDelay");
    if (present(delay["exponentialDelay"]))
      report_.error(path + ".delay.exponentialDelay", "exponentialDelay is not supported; use fixedDelay");
  }

  static std::string badStatus(std::int64_t status) {
    return status >= 200 && status <= 600
               ? std::string()
               : "the status " + std::to_string(status) + " is not in the range 200 to 599";
  }

  static bool isGrpcStatus(const std::string& name) {
    static const std::set<std::string> kNames = {
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"};
    return kNames.contains(name);
  }

  void directResponse(const Value& response, const std::string& path) {
    if (!response.isMap()) return;
    report_.check(path + ".status", badStatus(response["status"].asInt()));
    const std::size_t size =
        std::max(response["body"]["string"].asString().size(), response["body"]["bytes"].asString().size());
    if (size > (1u << 20)) {
      report_.error(path + ".body", "the body is larger than 1 MiB");
    } else if (size > 100u * 1024) {
      report_.warning(path + ".body", "a body of more than 100 KiB makes every push heavy");
    }
  }

  void mirrors(const Value& route, const std::string& path) {
    if (present(route["mirrorPercent"]) || present(route["mirror_percent"])) {
      const char* field = present(route["mirrorPercent"]) ? "mirrorPercent" : "mirror_percent";
      if (route[field].asInt() > 100) report_.error(joinPath(path, field), "a percentage is at most 100");
      report_.warning(joinPath(path, field), "mirrorPercent is deprecated; use mirrorPercentage");
    }
    const auto share = [&](const Value& percent, const std::string& at) {
      const double value = percent["value"].asDouble();
      if (percent.isMap() && (value < 0 || value > 100)) report_.error(at, "a percentage is from 0 to 100");
    };
    share(route["mirrorPercentage"], path + ".mirrorPercentage");
    checkDestination(report_, route["mirror"], path + ".mirror");
    forEach(route["mirrors"], path + ".mirrors", [&](const Value& mirror, const std::string& at) {
      if (!mirror["destination"].isMap()) report_.error(at, "a mirror needs a destination");
      checkDestination(report_, mirror["destination"], at + ".destination");
      share(mirror["percentage"], at + ".percentage");
    });
  }

  void redirect(const Value& route, const std::string& path) {
    const Value& redirect = route["redirect"];
    if (!redirect.isMap()) return;
    const auto set = [&](const char* field) { return !redirect[field].text().empty(); };
    if (!set("uri") && !set("authority") && !set("port") && !set("derivePort") && !set("scheme") &&
        !set("prefixRewrite")) {
      report_.error(path, "a redirect needs a uri, an authority, a scheme or a port");
      return;
    }
    if (set("prefixRewrite")) {
      if (set("uri")) report_.error(path + ".prefixRewrite", "a redirect has either uri or prefixRewrite");
      for (const auto& match : route["match"].items()) {
        if (match["uri"].isMap() && !match["uri"]["prefix"].isString())
          report_.error(path + ".prefixRewrite", "prefixRewrite needs matches by uri.prefix");
      }
    }
    const auto code = redirect["redirectCode"].asInt();
    if (code != 0 && (code < 300 || code > 399))
      report_.error(path + ".redirectCode", "a redirect's code is from 300 to 399");
    const std::string& scheme = redirect["scheme"].asString();
    if (!scheme.empty() && scheme != "http" && scheme != "https")
      report_.error(path + ".scheme", "a redirect's scheme is http or https");
    if (redirect["port"].asInt() > 0) report_.check(path + ".port", badPort(redirect["port"].asInt()));
  }

  void retries(const Value& retries, const std::string& path) {
    if (!retries.isMap()) return;
    const auto attempts = retries["attempts"].asInt();
    if (attempts < 0) report_.error(path + ".attempts", "attempts cannot be negative");
    const bool more = present(retries["perTryTimeout"]) || !retries["retryOn"].text().empty() ||
                      present(retries["retryRemoteLocalities"]) || present(retries["backoff"]);
    if (attempts == 0 && more)
      report_.error(path, "attempts: 0 disables retries; the other fields contradict it");
    checkDuration(report_, retries["perTryTimeout"], path + ".perTryTimeout");
    checkDuration(report_, retries["backoff"], path + ".backoff");
    static const std::set<std::string> kConditions = {"5xx",
                                                      "gateway-error",
                                                      "reset",
                                                      "reset-before-request",
                                                      "connect-failure",
                                                      "retriable-4xx",
                                                      "refused-stream",
                                                      "retriable-status-codes",
                                                      "retriable-headers",
                                                      "envoy-ratelimited",
                                                      "http3-post-connect-failure",
                                                      "cancelled",
                                                      "deadline-exceeded",
                                                      "internal",
                                                      "resource-exhausted",
                                                      "unavailable"};
    std::string rest = retries["retryOn"].asString();
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      const std::string condition = rest.substr(0, comma);
      if (!kConditions.contains(condition) && !isStatusCode(condition))
        report_.error(path + ".retryOn", "\"" + condition + "\" is no retry condition");
      rest.erase(0, comma + 1);
    }
  }

  static bool isStatusCode(const std::string& text) {
    if (text.size() != 3 || !isNumber(text)) return false;
    const int code = std::stoi(text);
    return (code >= 100 && code <= 103) || (code >= 200 && code <= 208) || code == 226 ||
           (code >= 300 && code <= 308 && code != 306) || (code >= 400 && code <= 418) ||
           (code >= 421 && code <= 426 && code != 427) || code == 428 || code == 429 || code == 431 ||
           code == 451 || (code >= 500 && code <= 508) || code == 510 || code == 511;
  }

  void rewrite(const Value& route, const std::string& path) {
    const Value& rewrite = route["rewrite"];
    const Value& regex = rewrite["uriRegexRewrite"];
    if (rewrite.isMap()) {
      const bool uri = !rewrite["uri"].text().empty();
      if (uri && present(regex))
        report_.error(path + ".rewrite", "a rewrite has either uri or uriRegexRewrite");
      if (!uri && !present(regex) && rewrite["authority"].text().empty())
        report_.error(path + ".rewrite", "a rewrite needs a uri, a uriRegexRewrite or an authority");
    }
    if (regex.isMap()) {
      if (regex["match"].text().empty() || regex["rewrite"].text().empty()) {
        report_.error(path + ".rewrite.uriRegexRewrite", "uriRegexRewrite needs match and rewrite");
      } else {
        report_.check(path + ".rewrite.uriRegexRewrite.match", badRegex(regex["match"].asString()));
      }
    }
    std::string authority = rewrite["authority"].asString();
    for (const char* operation : {"set", "add"}) {
      for (const auto& [name, mark, value] : route["headers"]["request"][operation].entries()) {
        if (!isAuthority(name)) continue;
        if (!authority.empty())
          report_.error(path + ".headers.request",
                        "the host is set twice: to " + authority + " and to " + value.asString());
        authority = value.asString();
      }
    }
  }

  void cors(const Value& policy, const std::string& path) {
    if (!policy.isMap()) return;
    forEach(policy["allowOrigins"], path + ".allowOrigins", [&](const Value& origin, const std::string& at) {
      if (origin["exact"].text().empty() && origin["prefix"].text().empty() && origin["regex"].text().empty())
        report_.error(at, "an allowed origin needs exact, prefix or regex");
      if (!origin["regex"].text().empty()) report_.check(at + ".regex", badRegex(origin["regex"].asString()));
    });
    static const std::set<std::string> kMethods = {"GET",    "HEAD",    "POST",    "PUT",   "PATCH",
                                                   "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"};
    forEach(policy["allowMethods"], path + ".allowMethods", [&](const Value& method, const std::string& at) {
      if (!kMethods.contains(method.asString()))
        report_.error(at, "\"" + method.asString() + "\" is no HTTP method");
    });
    for (const char* field : {"allowHeaders", "exposeHeaders"}) {
      forEach(policy[field], joinPath(path, field), [&](const Value& name, const std::string& at) {
        if (name.asString() != "*") report_.check(at, badHeaderName(name.asString()));
      });
    }
    checkDuration(report_, policy["maxAge"], path + ".maxAge");
    if (const auto age = parseDuration(policy["maxAge"].asString()); age && *age % 1'000'000'000 != 0)
      report_.error(path + ".maxAge", "maxAge has whole seconds only");
  }

  void destinations(const Value& list, const std::string& path) {
    std::int64_t total = 0;
    forEach(list, path, [&](const Value& one, const std::string& at) {
      if (!one["destination"].isMap()) report_.error(at, "a destination is missing");
      checkDestination(report_, one["destination"], at + ".destination");
      if (one["weight"].asInt() < 0) report_.error(at + ".weight", "a weight cannot be negative");
      total += one["weight"].asInt();
    });
    if (list.size() > 1 && total == 0)
      report_.error(path, "with several destinations their weights must not all be 0");
  }

  void tls(const Value& route, const std::string& path) {
    if (route["match"].size() == 0) report_.error(path, "a TLS route needs a match");
    forEach(route["match"], path + ".match", [&](const Value& match, const std::string& at) {
      if (match["sniHosts"].size() == 0) report_.error(at, "a TLS match needs sniHosts");
      forEach(match["sniHosts"], at + ".sniHosts",
              [&](const Value& host, const std::string& hostAt) { sniHost(host.asString(), hostAt); });
      l4Match(match, at);
    });
    if (route["route"].size() == 0) report_.error(path, "a TLS route needs destinations");
    destinations(route["route"], path + ".route");
  }

  void sniHost(const std::string& host, const std::string& path) {
    const std::string bad = gateway_ || spec_["gateways"].size() == 0 ? badGatewayBoundDomain(true, host)
                                                                      : badWildcardDomain(host);
    if (!bad.empty()) {
      if (isIpAddress(host)) {
        report_.warning(path, host + " is an IP address; most clients do not send those as SNI");
      } else {
        report_.error(path, bad);
      }
      return;
    }
    const auto& hosts = spec_["hosts"].items();
    if (std::none_of(hosts.begin(), hosts.end(),
                     [&](const Value& of) { return hostSubsetOf(host, of.asString()); })) {
      report_.error(path, "the SNI host " + host + " is covered by none of the hosts");
    }
  }

  void l4Match(const Value& match, const std::string& path) {
    forEach(match["destinationSubnets"], path + ".destinationSubnets",
            [&](const Value& subnet, const std::string& at) {
              report_.check(at, badIpOrSubnet(subnet.asString()));
            });
    sourceMatch(match, path);
  }

  void tcp(const Value& route, const std::string& path) {
    forEach(route["match"], path + ".match",
            [&](const Value& match, const std::string& at) { l4Match(match, at); });
    if (route["route"].size() == 0) report_.error(path, "a TCP route needs destinations");
    destinations(route["route"], path + ".route");
  }

  // ---- routes that can never be taken ----

  static std::string routeName(const Value& route, std::size_t index) {
    return route["name"].asString().empty() ? "#" + std::to_string(index)
                                            : "\"" + route["name"].asString() + "\"";
  }

  void unreachable(const Value& routes, const std::string& path) {
    std::map<std::string, std::size_t> seen;
    std::optional<std::size_t> catchAll;
    for (std::size_t i = 0; i < routes.size(); ++i) {
      const Value& matches = routes[i]["match"];
      const std::string at = joinPath(path, i);
      if (matches.size() == 0) {
        if (catchAll)
          report_.warning(at, "the rule " + routeName(routes[i], i) + " is never used: rule " +
                                  routeName(routes[*catchAll], *catchAll) + " before it takes everything");
        catchAll = i;
        continue;
      }
      std::size_t duplicates = 0;
      for (std::size_t m = 0; m < matches.size(); ++m) {
        Value match = matches[m];
        match.erase("name");
        const auto [first, fresh] = seen.emplace(resource::toJson(match), i);
        if (fresh) continue;
        ++duplicates;
        report_.warning(joinPath(at + ".match", m), "this match is never used: rule " +
                                                        routeName(routes[first->second], first->second) +
                                                        " has the same");
      }
      if (duplicates == matches.size())
        report_.warning(at, "the rule " + routeName(routes[i], i) +
                                " is never used: rules before it have all its matches");
    }
  }

  struct Prefix {
    std::string prefix, path;
    Value match;
    std::size_t route;
  };

  static std::string form(const Value& match, const char* otherwise = "") {
    if (!match["exact"].asString().empty()) return "exact:" + match["exact"].asString();
    if (!match["prefix"].asString().empty()) return "prefix:" + match["prefix"].asString();
    return otherwise;
  }

  static bool mapCovered(const Value& a, const Value& b) {
    if (a.size() != b.size()) return false;
    return std::all_of(a.entries().begin(), a.entries().end(), [&](const auto& entry) {
      return b.has(entry.key) && form(entry.value).starts_with(form(b[entry.key]));
    });
  }

  /// Whether everything that `later` matches is taken by `former` already (only prefixes are compared, as
  /// Istio does).
  static bool covers(const Prefix& former, const Prefix& later) {
    const Value& a = former.match;
    const Value& b = later.match;
    return later.prefix.starts_with(former.prefix) && a["port"].asInt() == b["port"].asInt() &&
           form(a["method"], "exact:GET").starts_with(form(b["method"], "exact:GET")) &&
           form(a["authority"]).starts_with(form(b["authority"])) && mapCovered(a["headers"], b["headers"]) &&
           mapCovered(a["queryParams"], b["queryParams"]) &&
           mapCovered(a["withoutHeaders"], b["withoutHeaders"]);
  }

  void overlaps() {
    std::vector<Prefix> prefixes;
    forEach(spec_["http"], "spec.http", [&](const Value& route, const std::string& path) {
      forEach(route["match"], path + ".match", [&](const Value& match, const std::string& at) {
        const std::string& prefix = match["uri"]["prefix"].asString();
        if (!prefix.empty() && prefixes.size() < 500)
          prefixes.push_back({prefix, at, match, prefixes.size()});
      });
    });
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      for (std::size_t j = i + 1; j < prefixes.size(); ++j) {
        if (prefixes[i].prefix == prefixes[j].prefix || !covers(prefixes[i], prefixes[j])) continue;
        report_.warning(prefixes[j].path, "this match is never used: the prefix " + prefixes[i].prefix +
                                              " of " + prefixes[i].path + " takes it");
      }
    }
  }

  Report& report_;
  const Value& spec_;
  bool gateway_ = false;
};

}  // namespace

void checkVirtualService(Report& report) {
  VirtualServiceChecker(report).run();
}

}  // namespace varka::galley
