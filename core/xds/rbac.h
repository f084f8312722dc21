#pragma once
// config.rbac.v3: rules as values, for the HTTP and the network filter. The engine is in proxy/filter.

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/box.h"
#include "core/xds/matchers.h"

namespace varka::xds::rbac {

struct Permission {
  struct Any { bool value = true; bool operator==(const Any&) const = default; };
  struct And { std::vector<Permission> rules; bool operator==(const And&) const; };
  struct Or { std::vector<Permission> rules; bool operator==(const Or&) const; };
  struct Not { Box<Permission> rule; bool operator==(const Not&) const; };
  struct UrlPath { PathMatcher matcher; bool operator==(const UrlPath&) const = default; };
  struct DestinationIp { CidrRange range; bool operator==(const DestinationIp&) const = default; };
  struct DestinationPort { std::uint32_t port = 0; bool operator==(const DestinationPort&) const = default; };
  struct RequestedServerName { StringMatcher matcher; bool operator==(const RequestedServerName&) const = default; };
  struct UriTemplate { std::string pathTemplate; bool operator==(const UriTemplate&) const = default; };  // "/a/{*}/b/{**}"
  std::variant<std::monostate, And, Or, Any, HeaderMatcher, UrlPath, DestinationIp, DestinationPort, MetadataMatcher, Not, RequestedServerName, UriTemplate> rule;
  bool operator==(const Permission&) const = default;
};

struct Principal {
  struct Any { bool value = true; bool operator==(const Any&) const = default; };
  struct And { std::vector<Principal> ids; bool operator==(const And&) const; };
  struct Or { std::vector<Principal> ids; bool operator==(const Or&) const; };
  struct Not { Box<Principal> id; bool operator==(const Not&) const; };
  /// Without a matcher: any peer with a certificate.
  struct Authenticated { std::optional<StringMatcher> principalName; bool operator==(const Authenticated&) const = default; };
  struct SourceIp { CidrRange range; bool operator==(const SourceIp&) const = default; };        // deprecated: = remote
  struct DirectRemoteIp { CidrRange range; bool operator==(const DirectRemoteIp&) const = default; };
  struct RemoteIp { CidrRange range; bool operator==(const RemoteIp&) const = default; };
  struct UrlPath { PathMatcher matcher; bool operator==(const UrlPath&) const = default; };
  std::variant<std::monostate, And, Or, Any, Authenticated, SourceIp, DirectRemoteIp, RemoteIp, HeaderMatcher, UrlPath, MetadataMatcher, FilterStateMatcher, Not> identifier;
  bool operator==(const Principal&) const = default;
};

struct Policy {
  std::vector<Permission> permissions;  // any of
  std::vector<Principal> principals;    // any of
  bool operator==(const Policy&) const = default;
};

enum class Action { Allow, Deny, Log };

struct Rules {
  Action action = Action::Allow;
  std::map<std::string, Policy> policies;
  bool operator==(const Rules&) const = default;
};

}  // namespace varka::xds::rbac
