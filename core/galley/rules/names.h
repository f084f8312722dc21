#pragma once
// Names, addresses and labels as Istio allows them. Each check answers with a message, "" when the text is
// good. Sources: RFC 1123 labels, Istio's pkg/config/labels and validation. Pure.

#include <string>
#include <string_view>

#include "core/resource/value.h"

namespace varka::galley {

[[nodiscard]] bool isDnsLabel(std::string_view text);
[[nodiscard]] bool isIpAddress(std::string_view text);
[[nodiscard]] bool isNumber(std::string_view text);

[[nodiscard]] std::string badFqdn(std::string_view domain);
[[nodiscard]] std::string badWildcardDomain(std::string_view domain);
[[nodiscard]] std::string badGatewayBoundDomain(bool sni, std::string_view domain);
[[nodiscard]] std::string badIpOrSubnet(std::string_view text);
[[nodiscard]] std::string badPort(std::int64_t port);
[[nodiscard]] std::string badUnixAddress(std::string_view path);
[[nodiscard]] std::string badLabels(const resource::Value& labels);
[[nodiscard]] std::string badRegex(std::string_view pattern);
/// "*.foo.com" → partial wildcards such as "*foo.com" are not allowed.
[[nodiscard]] std::string badPartialWildcard(std::string_view host);
/// ns/host of Sidecars and Gateways; a Gateway may leave "ns/" out.
[[nodiscard]] std::string badNamespaceHost(std::string_view text, bool gateway, bool internalGateway = false);

/// Istio's protocol classes of a port's protocol.
[[nodiscard]] bool isKnownProtocol(std::string_view protocol);
[[nodiscard]] bool isHttpProtocol(std::string_view protocol);
[[nodiscard]] bool isTlsProtocol(std::string_view protocol);
[[nodiscard]] bool isTcpProtocol(std::string_view protocol);

/// Host relations of Istio (trap 3): Matches is symmetric, SubsetOf is not.
[[nodiscard]] bool hostMatches(std::string_view a, std::string_view b);
[[nodiscard]] bool hostSubsetOf(std::string_view host, std::string_view of);

}  // namespace varka::galley
