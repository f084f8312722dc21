#pragma once
// extensions.filters.network.http_connection_manager.v3.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/access_log.h"
#include "core/xds/cluster.h"
#include "core/xds/http_filters.h"
#include "core/xds/route.h"

namespace varka::xds {

using HttpFilterConfig = std::variant<Router, HttpFault, Cors, HttpRbac, JwtAuthentication, LocalRateLimit, ExtAuthz, IstioAlpn,
                                      IstioMetadataExchange, IstioStats, GrpcStats, GrpcWeb>;

struct HttpFilter {
  std::string name;
  HttpFilterConfig typedConfig;
  bool isOptional = false;
  bool disabled = false;
  bool operator==(const HttpFilter&) const = default;
};

enum class CodecType { Auto, Http1, Http2, Http3 };
enum class ServerHeaderTransformation { Overwrite, AppendIfAbsent, PassThrough };
enum class ForwardClientCertDetails { Sanitize, ForwardOnly, AppendForward, SanitizeSet, AlwaysForwardOnly };
enum class PathWithEscapedSlashesAction { ImplementationSpecificDefault, KeepUnchanged, RejectRequest, UnescapeAndRedirect, UnescapeAndForward };

struct Rds {
  ConfigSource configSource;
  std::string routeConfigName;
  bool operator==(const Rds&) const = default;
};

struct SetCurrentClientCertDetails {
  bool subject = false, cert = false, chain = false, dns = false, uri = false;
  bool operator==(const SetCurrentClientCertDetails&) const = default;
};

struct TracingCustomTag {
  std::string tag;
  struct Literal { std::string value; bool operator==(const Literal&) const = default; };
  struct Environment { std::string name, defaultValue; bool operator==(const Environment&) const = default; };
  struct RequestHeader { std::string name, defaultValue; bool operator==(const RequestHeader&) const = default; };
  std::variant<std::monostate, Literal, Environment, RequestHeader> type;
  bool operator==(const TracingCustomTag&) const = default;
};

struct Tracing {
  std::optional<Percent> clientSampling, randomSampling, overallSampling;  // absent = 100 %
  bool verbose = false;
  std::uint32_t maxPathTagLength = 256;
  std::vector<TracingCustomTag> customTags;
  std::optional<Struct> provider;  // kept as given
  bool operator==(const Tracing&) const = default;
};

struct InternalAddressConfig {
  bool unixSockets = false;
  std::vector<CidrRange> cidrRanges;
  bool operator==(const InternalAddressConfig&) const = default;
};

struct HttpConnectionManager {
  CodecType codecType = CodecType::Auto;
  std::string statPrefix;
  std::variant<std::monostate, Rds, RouteConfiguration> routes;
  std::vector<HttpFilter> httpFilters;
  std::optional<Tracing> tracing;
  CommonHttpProtocolOptions commonHttpProtocolOptions;
  Http1ProtocolOptions httpProtocolOptions;
  Http2ProtocolOptions http2ProtocolOptions;
  std::string serverName;  // empty = "envoy"; Istio says "istio-envoy"
  ServerHeaderTransformation serverHeaderTransformation = ServerHeaderTransformation::Overwrite;
  std::uint32_t maxRequestHeadersKb = 60;
  Duration streamIdleTimeout = std::chrono::minutes(5);  // 0 = none
  std::optional<Duration> requestTimeout, requestHeadersTimeout, delayedCloseTimeout;
  std::vector<AccessLog> accessLog;
  bool useRemoteAddress = false;
  std::uint32_t xffNumTrustedHops = 0;
  bool skipXffAppend = false;
  std::string via;
  std::optional<InternalAddressConfig> internalAddressConfig;
  bool generateRequestId = true;
  bool preserveExternalRequestId = false;
  bool alwaysSetRequestIdInResponse = false;
  ForwardClientCertDetails forwardClientCertDetails = ForwardClientCertDetails::Sanitize;
  SetCurrentClientCertDetails setCurrentClientCertDetails;
  bool proxy100Continue = false;
  std::vector<UpgradeConfig> upgradeConfigs;
  bool normalizePath = false;
  bool mergeSlashes = false;
  PathWithEscapedSlashesAction pathWithEscapedSlashesAction = PathWithEscapedSlashesAction::ImplementationSpecificDefault;
  std::optional<Struct> requestIdExtension;  // kept as given
  std::optional<Struct> localReplyConfig;    // kept as given
  bool stripAnyHostPort = false;
  bool stripMatchingHostPort = false;
  bool operator==(const HttpConnectionManager&) const = default;
};

}  // namespace varka::xds
