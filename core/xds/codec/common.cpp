// Tables of core/xds/common.h.
#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

template <>
constexpr std::array kEnumNames<SocketProtocol> = {EnumName{"TCP", 0}, EnumName{"UDP", 1}};
template <>
constexpr std::array kEnumNames<Denominator> = {EnumName{"HUNDRED", 0}, EnumName{"TEN_THOUSAND", 1}, EnumName{"MILLION", 2}};
template <>
constexpr std::array kEnumNames<HeaderAppendAction> = {
    EnumName{"APPEND_IF_EXISTS_OR_ADD", 0}, EnumName{"ADD_IF_ABSENT", 1}, EnumName{"OVERWRITE_IF_EXISTS_OR_ADD", 2},
    EnumName{"OVERWRITE_IF_EXISTS", 3}};
template <>
constexpr std::array kEnumNames<ApiVersion> = {EnumName{"AUTO", 0}, EnumName{"V2", 1}, EnumName{"V3", 2}};

template <>
constexpr auto kFields<SocketAddress> =
    table(field("protocol", &SocketAddress::protocol), field("address", &SocketAddress::address),
          field("port_value", &SocketAddress::portValue), ignored("resolver_name"), ignored("ipv4_compat"));
template <>
constexpr auto kFields<Pipe> = table(field("path", &Pipe::path), field("mode", &Pipe::mode));
template <>
constexpr auto kFields<Address> = table(oneof(&Address::address, alt<SocketAddress>("socket_address"), alt<Pipe>("pipe")));
template <>
constexpr auto kFields<CidrRange> =
    table(field("address_prefix", &CidrRange::addressPrefix), field("prefix_len", &CidrRange::prefixLen));

template <>
constexpr auto kFields<Percent> = table(field("value", &Percent::value));
template <>
constexpr auto kFields<FractionalPercent> =
    table(field("numerator", &FractionalPercent::numerator), field("denominator", &FractionalPercent::denominator));
template <>
constexpr auto kFields<RuntimeFractionalPercent> = table(field("default_value", &RuntimeFractionalPercent::defaultValue),
                                                         field("runtime_key", &RuntimeFractionalPercent::runtimeKey));

template <>
constexpr auto kFields<HeaderValue> =
    table(field("key", &HeaderValue::key), field("value", &HeaderValue::value),
          legacy<HeaderValue>("raw_value", [](Context& context, const Path& path, const Json& json, HeaderValue& out) {
            return readBytes(context, path, json, out.value);
          }));
template <>
constexpr auto kFields<HeaderValueOption> =
    table(field("header", &HeaderValueOption::header), field("append_action", &HeaderValueOption::appendAction),
          field("keep_empty_value", &HeaderValueOption::keepEmptyValue),
          legacy<HeaderValueOption>("append", [](Context& context, const Path& path, const Json& json, HeaderValueOption& out) {
            bool append = true;
            if (!read(context, path, json, append)) return false;
            out.appendAction = append ? HeaderAppendAction::AppendIfExistsOrAdd : HeaderAppendAction::OverwriteIfExistsOrAdd;
            return true;
          }));

template <>
constexpr auto kBare<DataSource::Filename> = &DataSource::Filename::path;
template <>
constexpr auto kBare<DataSource::InlineString> = &DataSource::InlineString::text;
static bool read(Context& context, const Path& path, const Json& json, DataSource::InlineBytes& out) {
  return readBytes(context, path, json, out.bytes);
}
static void write(Writer& writer, const DataSource::InlineBytes& value) {
  writeBytes(writer, value.bytes);
}
template <>
constexpr auto kFields<DataSource> =
    table(oneof(&DataSource::specifier, alt<DataSource::Filename>("filename"), alt<DataSource::InlineBytes>("inline_bytes"),
                alt<DataSource::InlineString>("inline_string")),
          ignored("watched_directory"));

template <>
constexpr auto kFields<ConfigSource::Ads> = table();
template <>
constexpr auto kFields<ConfigSource::Self> = table(field("transport_api_version", &ConfigSource::Self::transportApiVersion));
template <>
constexpr auto kFields<ConfigSource::Path> = table(field("path", &ConfigSource::Path::path), ignored("watched_directory"));
template <>
constexpr auto kFields<ConfigSource> =
    table(oneof(&ConfigSource::specifier, alt<ConfigSource::Ads>("ads"), alt<ConfigSource::Self>("self"),
                alt<ConfigSource::Path>("path_config_source")),
          field("initial_fetch_timeout", &ConfigSource::initialFetchTimeout),
          field("resource_api_version", &ConfigSource::resourceApiVersion), ignored("authorities"), ignored("api_config_source"));

template <>
constexpr auto kFields<HttpUri> =
    table(field("uri", &HttpUri::uri), field("cluster", &HttpUri::cluster), field("timeout", &HttpUri::timeout));
template <>
constexpr auto kFields<TokenBucket> =
    table(field("max_tokens", &TokenBucket::maxTokens), field("tokens_per_fill", &TokenBucket::tokensPerFill),
          field("fill_interval", &TokenBucket::fillInterval));
template <>
constexpr auto kFields<Metadata> =
    table(field("filter_metadata", &Metadata::filterMetadata), ignored("typed_filter_metadata"));

VARKA_XDS_DEFINE(Address)
VARKA_XDS_DEFINE(SocketAddress)
VARKA_XDS_DEFINE(CidrRange)
VARKA_XDS_DEFINE(Percent)
VARKA_XDS_DEFINE(FractionalPercent)
VARKA_XDS_DEFINE(RuntimeFractionalPercent)
VARKA_XDS_DEFINE(HeaderValue)
VARKA_XDS_DEFINE(HeaderValueOption)
VARKA_XDS_DEFINE(DataSource)
VARKA_XDS_DEFINE(ConfigSource)
VARKA_XDS_DEFINE(HttpUri)
VARKA_XDS_DEFINE(TokenBucket)
VARKA_XDS_DEFINE(Metadata)

}  // namespace varka::xds::codec
