// Helpers of the message structs: comparison of those that contain themselves, and what callers ask of a value.
#include <algorithm>

#include "core/xds/bootstrap.h"
#include "core/xds/listener.h"
#include "core/xds/resource.h"

namespace varka::xds {

// --- types that contain themselves ---------------------------------------------------------------
bool ValueMatcher::operator==(const ValueMatcher& other) const { return match == other.match; }
bool AccessLogFilter::And::operator==(const And& other) const { return filters == other.filters; }
bool AccessLogFilter::Or::operator==(const Or& other) const { return filters == other.filters; }
bool JwtRequirement::RequiresAny::operator==(const RequiresAny& other) const { return requirements == other.requirements; }
bool JwtRequirement::RequiresAll::operator==(const RequiresAll& other) const { return requirements == other.requirements; }
bool ListenerFilterPredicate::And::operator==(const And& other) const { return rules == other.rules; }
bool ListenerFilterPredicate::Or::operator==(const Or& other) const { return rules == other.rules; }
bool ListenerFilterPredicate::Not::operator==(const Not& other) const { return rule == other.rule; }

namespace rbac {
bool Permission::And::operator==(const And& other) const { return rules == other.rules; }
bool Permission::Or::operator==(const Or& other) const { return rules == other.rules; }
bool Permission::Not::operator==(const Not& other) const { return rule == other.rule; }
bool Principal::And::operator==(const And& other) const { return ids == other.ids; }
bool Principal::Or::operator==(const Or& other) const { return ids == other.ids; }
bool Principal::Not::operator==(const Not& other) const { return id == other.id; }
}  // namespace rbac

// --- metadata ------------------------------------------------------------------------------------
const Value* Value::find(std::string_view key) const {
  const Struct* struct_ = fields();
  if (!struct_) return nullptr;
  const auto found = struct_->find(std::string(key));
  return found == struct_->end() ? nullptr : &found->second;
}

const Value* Value::at(const std::vector<std::string>& path) const {
  const Value* value = this;
  for (const auto& key : path)
    if (!(value = value->find(key))) return nullptr;
  return value;
}

std::string_view Metadata::text(std::string_view filter, std::string_view key) const {
  const auto fields = filterMetadata.find(std::string(filter));
  if (fields == filterMetadata.end()) return {};
  const auto found = fields->second.find(std::string(key));
  if (found == fields->second.end()) return {};
  const std::string* string = found->second.string();
  return string ? std::string_view(*string) : std::string_view();
}

Metadata sourceMetadata(std::string source, std::string object) {
  Metadata metadata;
  if (!source.empty()) metadata.filterMetadata["varka"]["source"] = std::move(source);
  if (!object.empty()) metadata.filterMetadata["varka"]["object"] = std::move(object);
  return metadata;
}

// --- addresses, fractions, sources ---------------------------------------------------------------
std::string Address::text() const {
  if (const Pipe* named = pipe()) return named->path;
  const SocketAddress& ip = *socket();
  const bool v6 = ip.address.find(':') != std::string::npos;
  return (v6 ? "[" + ip.address + "]" : ip.address) + ":" + std::to_string(ip.portValue);
}

Address tcpAddress(std::string ip, std::uint32_t port) {
  return Address{SocketAddress{SocketProtocol::Tcp, std::move(ip), port}};
}

namespace {
std::uint64_t denominatorOf(Denominator denominator) {
  switch (denominator) {
    case Denominator::Hundred: return 100;
    case Denominator::TenThousand: return 10'000;
    case Denominator::Million: break;
  }
  return 1'000'000;
}
}  // namespace

bool FractionalPercent::hits(std::uint64_t random) const {
  return random % denominatorOf(denominator) < numerator;
}

double FractionalPercent::percent() const {
  return 100.0 * numerator / static_cast<double>(denominatorOf(denominator));
}

FractionalPercent fractionalPercent(double percent) {
  percent = std::clamp(percent, 0.0, 100.0);
  const auto whole = static_cast<std::uint32_t>(percent);
  if (static_cast<double>(whole) == percent) return {whole, Denominator::Hundred};
  return {static_cast<std::uint32_t>(percent * 10'000 + 0.5), Denominator::Million};
}

const std::string* DataSource::inlined() const {
  if (const auto* bytes = std::get_if<InlineBytes>(&specifier)) return &bytes->bytes;
  if (const auto* text = std::get_if<InlineString>(&specifier)) return &text->text;
  return nullptr;
}

const std::string* DataSource::filename() const {
  const auto* file = std::get_if<Filename>(&specifier);
  return file ? &file->path : nullptr;
}

DataSource inlineString(std::string text) { return DataSource{DataSource::InlineString{std::move(text)}}; }
DataSource inlineBytes(std::string bytes) { return DataSource{DataSource::InlineBytes{std::move(bytes)}}; }

ConfigSource adsSource() { return ConfigSource{ConfigSource::Ads{}, Duration::zero(), ApiVersion::V3}; }

// --- matchers ------------------------------------------------------------------------------------
StringMatcher exactMatch(std::string value) { return {StringMatcher::Exact{std::move(value)}, false}; }
StringMatcher prefixMatch(std::string value) { return {StringMatcher::Prefix{std::move(value)}, false}; }
StringMatcher suffixMatch(std::string value) { return {StringMatcher::Suffix{std::move(value)}, false}; }
StringMatcher containsMatch(std::string value) { return {StringMatcher::Contains{std::move(value)}, false}; }
StringMatcher regexMatch(std::string regex) { return {RegexMatcher{std::move(regex)}, false}; }

// --- access log ----------------------------------------------------------------------------------
// Envoy's documented default format, with the fields Istio's sidecars print behind it.
const char* const kDefaultLogFormat =
    "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% "
    "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% "
    "%DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" "
    "\"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% "
    "%DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

// --- clusters, routes, listeners: the names they use ---------------------------------------------
namespace {
void addName(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}
void addSecrets(std::vector<std::string>& names, const TransportSocket& socket) {
  for (const auto& name : secretNames(socket)) addName(names, name);
}
}  // namespace

CircuitBreakers::Thresholds CircuitBreakers::effective() const {
  const auto found = std::find_if(thresholds.begin(), thresholds.end(),
                                  [](const Thresholds& each) { return each.priority == RoutingPriority::Default; });
  return found == thresholds.end() ? Thresholds{} : *found;
}

std::string Cluster::edsName() const {
  if (type != ClusterType::Eds) return {};
  return edsClusterConfig.serviceName.empty() ? name : edsClusterConfig.serviceName;
}

std::vector<std::string> secretNames(const CommonTlsContext& context) {
  std::vector<std::string> names;
  for (const auto& config : context.tlsCertificateSdsSecretConfigs) addName(names, config.name);
  if (const auto* sds = std::get_if<SdsSecretConfig>(&context.validation)) addName(names, sds->name);
  if (const auto* combined = std::get_if<CombinedValidationContext>(&context.validation))
    addName(names, combined->validationContextSdsSecretConfig.name);
  return names;
}

std::vector<std::string> secretNames(const TransportSocket& socket) {
  if (const auto* upstream = std::get_if<UpstreamTlsContext>(&socket.typedConfig)) return secretNames(upstream->commonTlsContext);
  if (const auto* downstream = std::get_if<DownstreamTlsContext>(&socket.typedConfig)) return secretNames(downstream->commonTlsContext);
  return {};
}

std::vector<std::string> secretNames(const Cluster& cluster) {
  std::vector<std::string> names;
  if (cluster.transportSocket) addSecrets(names, *cluster.transportSocket);
  for (const auto& match : cluster.transportSocketMatches) addSecrets(names, match.transportSocket);
  return names;
}

std::vector<std::string> clusterNames(const RouteConfiguration& configuration) {
  std::vector<std::string> names;
  for (const auto& host : configuration.virtualHosts) {
    for (const auto& route : host.routes) {
      const auto* action = std::get_if<RouteAction>(&route.action);
      if (!action) continue;
      if (const auto* single = std::get_if<RouteAction::ClusterName>(&action->cluster)) addName(names, single->name);
      if (const auto* weighted = std::get_if<WeightedCluster>(&action->cluster))
        for (const auto& cluster : weighted->clusters) addName(names, cluster.name);
      for (const auto& mirror : action->requestMirrorPolicies) addName(names, mirror.cluster);
    }
  }
  return names;
}

int statusOf(RedirectResponseCode code) {
  constexpr int kStatus[] = {301, 302, 303, 307, 308};
  return kStatus[static_cast<std::size_t>(code)];
}

namespace {
template <typename T>
const T* firstFilter(const FilterChain& chain) {
  for (const auto& filter : chain.filters)
    if (const T* found = std::get_if<T>(&filter.typedConfig)) return found;
  return nullptr;
}
template <typename Visit>
void eachChain(const Listener& listener, Visit visit) {
  for (const auto& chain : listener.filterChains) visit(chain);
  if (listener.defaultFilterChain) visit(*listener.defaultFilterChain);
}
}  // namespace

const HttpConnectionManager* httpManager(const FilterChain& chain) { return firstFilter<HttpConnectionManager>(chain); }
const TcpProxy* tcpProxy(const FilterChain& chain) { return firstFilter<TcpProxy>(chain); }

std::vector<std::string> routeNames(const Listener& listener) {
  std::vector<std::string> names;
  eachChain(listener, [&](const FilterChain& chain) {
    const auto* manager = httpManager(chain);
    const auto* rds = manager ? std::get_if<Rds>(&manager->routes) : nullptr;
    if (rds) addName(names, rds->routeConfigName);
  });
  return names;
}

std::vector<std::string> secretNames(const Listener& listener) {
  std::vector<std::string> names;
  eachChain(listener, [&](const FilterChain& chain) {
    if (chain.transportSocket) addSecrets(names, *chain.transportSocket);
  });
  return names;
}

bool ListenerFilterPredicate::matches(std::uint32_t destinationPort) const {
  struct Visitor {
    std::uint32_t port;
    bool operator()(std::monostate) const { return false; }
    bool operator()(const Or& any) const {
      return std::any_of(any.rules.begin(), any.rules.end(), [&](const auto& each) { return each.matches(port); });
    }
    bool operator()(const And& all) const {
      return std::all_of(all.rules.begin(), all.rules.end(), [&](const auto& each) { return each.matches(port); });
    }
    bool operator()(const Not& negated) const { return !negated.rule->matches(port); }
    bool operator()(const Any& any) const { return any.value; }
    bool operator()(const PortRange& range) const {
      return port >= static_cast<std::uint32_t>(range.start) && port < static_cast<std::uint32_t>(range.end);
    }
  };
  return std::visit(Visitor{destinationPort}, rule);
}

}  // namespace varka::xds
