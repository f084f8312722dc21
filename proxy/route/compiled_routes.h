#pragma once
// CompiledRoutes: a RouteConfiguration made ready to decide, and the decision. Pure: values in, values out; the same
// code serves the data path and `varka explain`. Immutable after compile, any thread.
//
// Host: exact, else longest "*.suffix", else longest "prefix.*", else "*" (Envoy's order). Within a virtual host the
// first route whose match holds wins; an index by path keeps that order while looking at few routes.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/xds/route.h"
#include "core/xds/telemetry.h"
#include "proxy/http/headers.h"
#include "proxy/route/header_edits.h"
#include "proxy/route/matchers.h"

namespace varka::proxy {

struct RequestView {
  const RequestHead& head;
  const xds::Struct* dynamicMetadata = nullptr;
  std::string_view downstreamIp;  // hash policy source_ip
  bool isTls = false;             // the scheme the client used was https (require_tls)
};

struct CompiledWeight {
  const xds::WeightedCluster::ClusterWeight* config = nullptr;
  std::uint64_t upTo = 0;  // cumulative
  HeaderEdits request, response;
};

struct CompiledRoute {
  const xds::Route* config = nullptr;
  const xds::RouteAction* action = nullptr;  // null for redirects and direct responses
  std::string label;                         // the route's name, or "#3" of its virtual host
  CompiledRegex regex;                       // when the path is a regex
  std::vector<CompiledHeader> headers;
  std::vector<CompiledQuery> query;
  std::vector<CompiledMetadata> metadata;
  std::vector<CompiledWeight> weights;
  std::uint64_t totalWeight = 0;
  CompiledRegex rewrite;  // regex_rewrite of the action or the redirect
  HeaderEdits request, response;
};

/// Lets maps of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;
using RouteIndices = std::vector<std::uint32_t>;  // into the virtual host's routes, ascending

struct CompiledVirtualHost {
  const xds::VirtualHost* config = nullptr;
  std::vector<CompiledRoute> routes;
  HeaderEdits request, response;
  // The path index: for a path, the routes that can match it are in few lists, merged in order of the routes.
  TextMap<RouteIndices> byPath;            // exact, case-sensitive
  TextMap<RouteIndices> byPrefix;          // prefix, case-sensitive
  std::vector<std::size_t> prefixLengths;  // that occur in byPrefix, ascending
  RouteIndices others;                     // regexes, case-insensitive ones, CONNECT
};

struct RouteDecision {
  enum class Kind { NoVirtualHost, NoRoute, TlsRequired, Redirect, DirectResponse, Forward, NonForwarding };
  Kind kind = Kind::NoVirtualHost;
  const CompiledVirtualHost* virtualHost = nullptr;
  const CompiledRoute* route = nullptr;
  const CompiledWeight* weight = nullptr;  // of a weighted cluster
  std::string_view cluster;                // "" when the route names none (cluster_header absent)

  [[nodiscard]] const xds::RouteAction& action() const { return *route->action; }  // kind Forward only
  [[nodiscard]] const xds::RedirectAction& redirect() const { return std::get<xds::RedirectAction>(route->config->action); }
  [[nodiscard]] const xds::DirectResponseAction& direct() const { return std::get<xds::DirectResponseAction>(route->config->action); }
};

class CompiledRoutes {
 public:
  /// Fails with "NAME: path: reason" for a bad regex, a duplicate domain or a weight sum of zero.
  static Result<std::shared_ptr<const CompiledRoutes>> compile(std::shared_ptr<const xds::RouteConfiguration> config,
                                                               std::string version = {});

  /// `random` draws the weighted cluster and runtime fractions. `steps`, when given, gets vhost, route and weight steps,
  /// with the first failing condition of each route that was passed over.
  [[nodiscard]] RouteDecision decide(const RequestView& request, std::uint64_t random,
                                     std::vector<xds::DecisionStep>* steps = nullptr) const;
  [[nodiscard]] const CompiledVirtualHost* findHost(std::string_view authority) const;

  [[nodiscard]] const xds::RouteConfiguration& config() const { return *config_; }
  [[nodiscard]] const std::shared_ptr<const xds::RouteConfiguration>& configPtr() const { return config_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const HeaderEdits& requestEdits() const { return request_; }
  [[nodiscard]] const HeaderEdits& responseEdits() const { return response_; }

 private:
  using HostMap = TextMap<std::uint32_t>;
  using WildcardHosts = std::map<std::size_t, HostMap, std::greater<>>;  // by length of the fixed part, longest first
  CompiledRoutes() = default;
  Result<> addDomain(const std::string& domain, std::uint32_t host);
  [[nodiscard]] std::int64_t hostIndex(std::string_view authority) const;

  std::shared_ptr<const xds::RouteConfiguration> config_;
  std::string version_;
  std::vector<CompiledVirtualHost> hosts_;
  HostMap exact_;
  WildcardHosts suffixes_, prefixes_;
  std::int64_t any_ = -1;
  HeaderEdits request_, response_;
};

/// Per-filter configuration, most specific first: weighted cluster, route, virtual host, route configuration; null = none.
[[nodiscard]] const xds::PerRouteConfig* perFilterConfig(const CompiledRoutes& routes, const RouteDecision& decision, std::string_view filter);

// --- what the decision means for the messages ----------------------------------------------------
/// The path to send upstream (prefix, path and regex rewrites; the query stays). nullopt = as it is.
[[nodiscard]] std::optional<std::string> rewrittenPath(const RouteDecision& decision, std::string_view path);
/// The authority to send upstream; nullopt = as it is. `endpointHostname` serves auto_host_rewrite.
[[nodiscard]] std::optional<std::string> rewrittenHost(const RouteDecision& decision, const RequestHead& head, std::string_view endpointHostname);
/// Location of a Redirect or TlsRequired decision.
[[nodiscard]] std::string redirectLocation(const RouteDecision& decision, const RequestHead& head);
/// 301 for TlsRequired, else as configured.
[[nodiscard]] int redirectStatus(const RouteDecision& decision);
/// Request headers to add and remove, in Envoy's order: weighted cluster, route, virtual host, configuration.
void editRequest(const CompiledRoutes& routes, const RouteDecision& decision, RequestHead& head, const StreamInfo& info);
void editResponse(const CompiledRoutes& routes, const RouteDecision& decision, Headers& headers, const StreamInfo& info);

struct RouteTimeouts {  // zero = none
  std::chrono::nanoseconds total{}, perTry{}, idle{};
  bool idleFromRoute = false;  // idle is said by the route, else use the connection manager's
};
/// With x-envoy-upstream-rq-timeout-ms and grpc-timeout (when max_grpc_timeout allows) taken into account.
[[nodiscard]] RouteTimeouts timeouts(const xds::RouteAction& action, const RequestHead& head);

/// Load-balancer hash by the route's hash policies; nullopt = none applied. `cookieToSet` gets a Set-Cookie value when a
/// cookie policy with ttl makes one up from `random`.
[[nodiscard]] std::optional<std::uint64_t> requestHash(const xds::RouteAction& action, const RequestView& request, std::uint64_t random,
                                                       std::string* cookieToSet);

}  // namespace varka::proxy
