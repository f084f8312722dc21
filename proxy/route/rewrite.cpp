// What a decision means for the messages: rewrites, redirects, header edits, timeouts, hashes. Semantics are Envoy's
// (route_components.proto and the router's documentation).
#include <charconv>

#include "proxy/route/compiled_routes.h"

namespace varka::proxy {
namespace {

constexpr std::chrono::seconds kDefaultTimeout{15};

struct SplitPath {
  std::string_view path, rest;  // rest starts with '?' or '#', or is empty
};
SplitPath split(std::string_view path) {
  const auto mark = path.find_first_of("?#");
  return mark == std::string_view::npos ? SplitPath{path, {}} : SplitPath{path.substr(0, mark), path.substr(mark)};
}

/// How much of the path the route's match covered: a prefix, or all of it.
std::size_t matchedLength(const xds::RouteMatch& match, std::string_view path) {
  if (const auto* prefix = std::get_if<xds::RouteMatch::Prefix>(&match.path)) return prefix->value.size();
  if (const auto* prefix = std::get_if<xds::RouteMatch::PathSeparatedPrefix>(&match.path)) return prefix->value.size();
  return path.size();
}

std::string replacePrefix(const xds::RouteMatch& match, std::string_view path, std::string_view prefix) {
  std::string result(prefix);
  result += path.substr(std::min(path.size(), matchedLength(match, path)));
  return result;
}

/// The host of the request for a redirect: its port goes when another is given, or when it is the default of the scheme left.
std::string_view redirectHost(std::string_view host, std::string_view oldScheme, std::string_view newScheme, bool portGiven) {
  const auto end = !host.empty() && host.front() == '[' ? host.rfind("]:") + 1 : host.rfind(':');
  if (end == std::string_view::npos || end == 0) return host;
  const std::string_view port = host.substr(end);
  bool drop = portGiven;
  if (newScheme != oldScheme) drop |= (oldScheme == "https" && port == ":443") || (oldScheme == "http" && port == ":80");
  return drop ? host.substr(0, end) : host;
}

std::string redirectPath(const RouteDecision& decision, std::string_view original) {
  const xds::RedirectAction& redirect = decision.redirect();
  const auto [path, rest] = split(original);
  const std::string_view query = redirect.stripQuery ? std::string_view() : rest;
  if (const auto* fixed = std::get_if<xds::RedirectAction::PathRedirect>(&redirect.pathRewrite)) {
    const bool ownQuery = fixed->path.find('?') != std::string::npos;
    return fixed->path + (ownQuery ? std::string() : std::string(query));
  }
  if (const auto* prefix = std::get_if<xds::RedirectAction::PrefixRewrite>(&redirect.pathRewrite))
    return replacePrefix(decision.route->config->match, path, prefix->prefix) + std::string(query);
  if (const auto* regex = std::get_if<xds::RegexMatchAndSubstitute>(&redirect.pathRewrite))
    return decision.route->rewrite.replaceAll(path, regex->substitution) + std::string(query);
  return std::string(path) + std::string(query);
}

std::optional<std::chrono::nanoseconds> millisecondHeader(const RequestHead& head, std::string_view name) {
  const std::string_view text = head.get(name);
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  constexpr std::uint64_t kLongest = 1000ull * 3600 * 24 * 365;
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end || value > kLongest) return std::nullopt;
  return std::chrono::milliseconds(value);
}

/// grpc-timeout: at most eight digits and a unit (gRPC over HTTP/2).
std::optional<std::chrono::nanoseconds> grpcTimeout(const RequestHead& head) {
  const std::string_view text = head.get("grpc-timeout");
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.size() < 2 || text.size() > 9 || parsed.ec != std::errc() || parsed.ptr != end - 1) return std::nullopt;
  const auto count = static_cast<std::int64_t>(value);
  switch (text.back()) {
    case 'H': return std::chrono::hours(std::min<std::int64_t>(count, 24 * 365));
    case 'M': return std::chrono::minutes(std::min<std::int64_t>(count, 60 * 24 * 365));
    case 'S': return std::chrono::seconds(count);
    case 'm': return std::chrono::milliseconds(count);
    case 'u': return std::chrono::microseconds(count);
    case 'n': return std::chrono::nanoseconds(count);
    default: return std::nullopt;
  }
}

std::optional<std::string_view> cookieValue(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    std::string_view pair = cookies.substr(0, end);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      return value;
    }
    if (end == std::string_view::npos) break;
    cookies.remove_prefix(end + 1);
  }
  return std::nullopt;
}

/// FNV-1a with a final mix: spreads short keys over rings and tables.
std::uint64_t hashText(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDu;
  return hash ^ (hash >> 33);
}

std::string hexOf(std::uint64_t value) {
  char buffer[17] = {};
  std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(value));
  return buffer;
}

struct HashVisitor {
  const RequestView& request;
  std::uint64_t random;
  std::string* cookieToSet;

  std::optional<std::uint64_t> operator()(std::monostate) const { return std::nullopt; }
  std::optional<std::uint64_t> operator()(const xds::HashPolicy::Header& header) const {
    const auto value = request.head.lookup(header.headerName);
    return value ? std::optional(hashText(*value)) : std::nullopt;
  }
  std::optional<std::uint64_t> operator()(const xds::HashPolicy::QueryParameter& parameter) const {
    const auto mark = request.head.path.find('?');
    if (mark == std::string_view::npos) return std::nullopt;
    const auto value = queryParameter(request.head.path.substr(mark + 1), parameter.name);
    return value ? std::optional(hashText(*value)) : std::nullopt;
  }
  std::optional<std::uint64_t> operator()(const xds::HashPolicy::ConnectionProperties& properties) const {
    if (!properties.sourceIp || request.downstreamIp.empty()) return std::nullopt;
    return hashText(request.downstreamIp);
  }
  std::optional<std::uint64_t> operator()(const xds::HashPolicy::Cookie& cookie) const {
    if (const auto value = cookieValue(request.head.get("cookie"), cookie.name); value && !value->empty()) return hashText(*value);
    if (!cookie.ttl || !cookieToSet) return std::nullopt;
    const std::string value = hexOf(random);
    *cookieToSet = cookie.name + "=\"" + value + "\"";
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*cookie.ttl).count();
    if (seconds > 0) *cookieToSet += "; Max-Age=" + std::to_string(seconds);
    if (!cookie.path.empty()) *cookieToSet += "; Path=" + cookie.path;
    *cookieToSet += "; HttpOnly";
    return hashText(value);
  }
};

}  // namespace

std::optional<std::string> rewrittenPath(const RouteDecision& decision, std::string_view original) {
  const xds::RouteAction& action = decision.action();
  const auto [path, rest] = split(original);
  if (!action.prefixRewrite.empty()) return replacePrefix(decision.route->config->match, path, action.prefixRewrite) + std::string(rest);
  if (action.regexRewrite) return decision.route->rewrite.replaceAll(path, action.regexRewrite->substitution) + std::string(rest);
  return std::nullopt;
}

std::optional<std::string> rewrittenHost(const RouteDecision& decision, const RequestHead& head, std::string_view endpointHostname) {
  using Action = xds::RouteAction;
  const auto& rewrite = decision.action().hostRewrite;
  if (const auto* literal = std::get_if<Action::HostRewriteLiteral>(&rewrite)) return literal->value;
  if (const auto* header = std::get_if<Action::HostRewriteHeader>(&rewrite)) {
    const auto value = head.lookup(header->header);
    if (value && !value->empty()) return std::string(*value);
  }
  if (std::holds_alternative<Action::AutoHostRewrite>(rewrite) && !endpointHostname.empty()) return std::string(endpointHostname);
  if (decision.weight && !decision.weight->config->hostRewriteLiteral.empty()) return decision.weight->config->hostRewriteLiteral;
  return std::nullopt;
}

std::string redirectLocation(const RouteDecision& decision, const RequestHead& head) {
  if (decision.kind == RouteDecision::Kind::TlsRequired) return "https://" + std::string(head.authority) + std::string(head.path);
  const xds::RedirectAction& redirect = decision.redirect();
  const std::string_view forwarded = head.get("x-forwarded-proto");
  const std::string_view oldScheme = forwarded.empty() ? head.scheme : forwarded;
  std::string scheme(head.scheme.empty() ? std::string_view("http") : head.scheme);
  if (const auto* https = std::get_if<xds::RedirectAction::HttpsRedirect>(&redirect.schemeRewrite); https && https->on) scheme = "https";
  if (const auto* other = std::get_if<xds::RedirectAction::SchemeRedirect>(&redirect.schemeRewrite)) scheme = other->scheme;
  const bool portGiven = redirect.portRedirect != 0;
  const std::string host = redirect.hostRedirect.empty() ? std::string(redirectHost(head.authority, oldScheme, scheme, portGiven)) : redirect.hostRedirect;
  return scheme + "://" + host + (portGiven ? ":" + std::to_string(redirect.portRedirect) : std::string()) + redirectPath(decision, head.path);
}

int redirectStatus(const RouteDecision& decision) {
  return decision.kind == RouteDecision::Kind::TlsRequired ? 301 : xds::statusOf(decision.redirect().responseCode);
}

namespace {

/// The weighted cluster first; then route, virtual host, configuration - or the other way round where the most specific
/// is to win, since the last one to overwrite a header decides.
template <typename Apply>
void eachLevel(const CompiledRoutes& routes, const RouteDecision& decision, Apply apply) {
  if (decision.weight) apply(*decision.weight);
  struct {
    const HeaderEdits& request;
    const HeaderEdits& response;
  } const configuration{routes.requestEdits(), routes.responseEdits()};
  const bool specificLast = routes.config().mostSpecificHeaderMutationsWins;
  if (specificLast) apply(configuration);
  if (!specificLast && decision.route) apply(*decision.route);
  if (decision.virtualHost) apply(*decision.virtualHost);
  if (specificLast && decision.route) apply(*decision.route);
  if (!specificLast) apply(configuration);
}

}  // namespace

void editRequest(const CompiledRoutes& routes, const RouteDecision& decision, RequestHead& head, const StreamInfo& info) {
  eachLevel(routes, decision, [&](const auto& level) {
    if (!level.request.empty()) level.request.apply(head, info);
  });
}

void editResponse(const CompiledRoutes& routes, const RouteDecision& decision, Headers& headers, const StreamInfo& info) {
  eachLevel(routes, decision, [&](const auto& level) {
    if (!level.response.empty()) level.response.apply(headers, info);
  });
}

RouteTimeouts timeouts(const xds::RouteAction& action, const RequestHead& head) {
  RouteTimeouts result;
  result.total = action.timeout.value_or(kDefaultTimeout);
  if (const auto& limits = action.maxStreamDuration) {
    if (limits->maxStreamDuration) result.total = *limits->maxStreamDuration;
    const auto asked = limits->grpcTimeoutHeaderMax ? grpcTimeout(head) : std::nullopt;
    if (asked) result.total = limits->grpcTimeoutHeaderMax->count() == 0 ? *asked : std::min(*asked, *limits->grpcTimeoutHeaderMax);
  } else if (action.maxGrpcTimeout && head.get("content-type").starts_with("application/grpc")) {
    const auto asked = grpcTimeout(head).value_or(std::chrono::nanoseconds::zero());
    const auto most = *action.maxGrpcTimeout;
    result.total = most.count() != 0 && (asked.count() == 0 || asked > most) ? most : asked;
  }
  if (action.retryPolicy && action.retryPolicy->perTryTimeout) result.perTry = *action.retryPolicy->perTryTimeout;
  if (action.idleTimeout) result.idle = *action.idleTimeout, result.idleFromRoute = true;
  if (const auto asked = millisecondHeader(head, "x-envoy-upstream-rq-timeout-ms")) result.total = *asked;
  if (const auto asked = millisecondHeader(head, "x-envoy-upstream-rq-per-try-timeout-ms")) result.perTry = *asked;
  if (result.total.count() != 0 && result.perTry >= result.total) result.perTry = {};  // it could never end first
  return result;
}

std::optional<std::uint64_t> requestHash(const xds::RouteAction& action, const RequestView& request, std::uint64_t random,
                                         std::string* cookieToSet) {
  std::optional<std::uint64_t> hash;
  for (const auto& policy : action.hashPolicy) {
    const auto part = std::visit(HashVisitor{request, random, cookieToSet}, policy.specifier);
    if (part) hash = hash ? ((*hash << 1 | *hash >> 63) ^ *part) : *part;  // order matters, as in Envoy
    if (policy.terminal && hash) break;
  }
  return hash;
}

}  // namespace varka::proxy
