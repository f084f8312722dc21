// Tables of core/xds/rbac.h. What restricts access is never ignored: an unknown condition is an error.
#include "core/xds/rbac.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

using namespace rbac;

template <>
constexpr std::array kEnumNames<Action> = {EnumName{"ALLOW", 0}, EnumName{"DENY", 1}, EnumName{"LOG", 2}};

template <>
constexpr auto kBare<Permission::Any> = &Permission::Any::value;
template <>
constexpr auto kFields<Permission::And> = table(field("rules", &Permission::And::rules));
template <>
constexpr auto kFields<Permission::Or> = table(field("rules", &Permission::Or::rules));
template <>
constexpr auto kBare<Permission::Not> = &Permission::Not::rule;
template <>
constexpr auto kBare<Permission::UrlPath> = &Permission::UrlPath::matcher;
template <>
constexpr auto kBare<Permission::DestinationIp> = &Permission::DestinationIp::range;
template <>
constexpr auto kBare<Permission::DestinationPort> = &Permission::DestinationPort::port;
template <>
constexpr auto kBare<Permission::RequestedServerName> = &Permission::RequestedServerName::matcher;
template <>
constexpr auto kFields<Permission::UriTemplate> =
    table(constant("name", "uri-template"),
          group("typed_config",
                constant("@type", "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"),
                field("path_template", &Permission::UriTemplate::pathTemplate)));
template <>
constexpr auto kFields<Permission> =
    table(oneof(&Permission::rule, alt<Permission::And>("and_rules"), alt<Permission::Or>("or_rules"), alt<Permission::Any>("any"),
                alt<HeaderMatcher>("header"), alt<Permission::UrlPath>("url_path"), alt<Permission::DestinationIp>("destination_ip"),
                alt<Permission::DestinationPort>("destination_port"), alt<MetadataMatcher>("metadata"), alt<Permission::Not>("not_rule"),
                alt<Permission::RequestedServerName>("requested_server_name"), alt<Permission::UriTemplate>("uri_template")));

template <>
constexpr auto kBare<Principal::Any> = &Principal::Any::value;
template <>
constexpr auto kFields<Principal::And> = table(field("ids", &Principal::And::ids));
template <>
constexpr auto kFields<Principal::Or> = table(field("ids", &Principal::Or::ids));
template <>
constexpr auto kBare<Principal::Not> = &Principal::Not::id;
template <>
constexpr auto kFields<Principal::Authenticated> = table(field("principal_name", &Principal::Authenticated::principalName));
template <>
constexpr auto kBare<Principal::SourceIp> = &Principal::SourceIp::range;
template <>
constexpr auto kBare<Principal::DirectRemoteIp> = &Principal::DirectRemoteIp::range;
template <>
constexpr auto kBare<Principal::RemoteIp> = &Principal::RemoteIp::range;
template <>
constexpr auto kBare<Principal::UrlPath> = &Principal::UrlPath::matcher;
template <>
constexpr auto kFields<Principal> =
    table(oneof(&Principal::identifier, alt<Principal::And>("and_ids"), alt<Principal::Or>("or_ids"), alt<Principal::Any>("any"),
                alt<Principal::Authenticated>("authenticated"), alt<Principal::SourceIp>("source_ip"),
                alt<Principal::DirectRemoteIp>("direct_remote_ip"), alt<Principal::RemoteIp>("remote_ip"), alt<HeaderMatcher>("header"),
                alt<Principal::UrlPath>("url_path"), alt<MetadataMatcher>("metadata"), alt<FilterStateMatcher>("filter_state"),
                alt<Principal::Not>("not_id")));

template <>
constexpr auto kFields<Policy> = table(field("permissions", &Policy::permissions), field("principals", &Policy::principals));
template <>
constexpr auto kFields<Rules> =
    table(field("action", &Rules::action), field("policies", &Rules::policies), ignored("audit_logging_options"));

VARKA_XDS_DEFINE(Rules)

}  // namespace varka::xds::codec
