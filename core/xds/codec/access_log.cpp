// Tables of core/xds/access_log.h.
#include "core/xds/access_log.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

template <>
constexpr std::array kEnumNames<ComparisonOp> = {EnumName{"EQ", 0}, EnumName{"GE", 1}, EnumName{"LE", 2}, EnumName{"NE", 3}};

template <>
constexpr auto kBare<SubstitutionFormat::Text> = &SubstitutionFormat::Text::source;
template <>
constexpr auto kBare<SubstitutionFormat::Json> = &SubstitutionFormat::Json::fields;
static bool readTextFormat(Context& context, const Path& path, const Json& json, SubstitutionFormat& out) {
  DataSource::InlineString text;
  if (!read(context, path, json, text.text)) return false;
  out.format = SubstitutionFormat::Text{DataSource{std::move(text)}};
  return true;
}
template <>
constexpr auto kFields<SubstitutionFormat> =
    table(legacy("text_format", &readTextFormat),
          oneof(&SubstitutionFormat::format, alt<SubstitutionFormat::Json>("json_format"),
                alt<SubstitutionFormat::Text>("text_format_source")),
          field("omit_empty_values", &SubstitutionFormat::omitEmptyValues), field("content_type", &SubstitutionFormat::contentType),
          ignored("formatters"), ignored("json_format_options"));

static bool readOldFormat(Context& context, const Path& path, const Json& json, FileAccessLog& out) {
  return readTextFormat(context, path, json, out.logFormat.emplace());
}
static bool readOldJsonFormat(Context& context, const Path& path, const Json& json, FileAccessLog& out) {
  return read(context, path, json, out.logFormat.emplace().format.emplace<SubstitutionFormat::Json>().fields);
}
template <>
constexpr auto kFields<FileAccessLog> =
    table(field("path", &FileAccessLog::path), legacy("format", &readOldFormat), legacy("json_format", &readOldJsonFormat),
          legacy("typed_json_format", &readOldJsonFormat), field("log_format", &FileAccessLog::logFormat));
template <>
constexpr auto kAnyTypes<FileAccessLog> =
    anyTypes(anyType<FileAccessLog>("type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"));

template <>
constexpr auto kFields<AccessLogFilter::NotHealthCheck> = table();
template <>
constexpr auto kFields<AccessLogFilter::StatusCode> =
    table(group("comparison", field("op", &AccessLogFilter::StatusCode::op),
                group("value", field("default_value", &AccessLogFilter::StatusCode::value), ignored("runtime_key"))));
template <>
constexpr auto kFields<AccessLogFilter::DurationFilter> =
    table(group("comparison", field("op", &AccessLogFilter::DurationFilter::op),
                group("value", field("default_value", &AccessLogFilter::DurationFilter::milliseconds), ignored("runtime_key"))));
template <>
constexpr auto kFields<AccessLogFilter::ResponseFlag> = table(field("flags", &AccessLogFilter::ResponseFlag::flags));
template <>
constexpr auto kFields<AccessLogFilter::And> = table(field("filters", &AccessLogFilter::And::filters));
template <>
constexpr auto kFields<AccessLogFilter::Or> = table(field("filters", &AccessLogFilter::Or::filters));
template <>
constexpr auto kFields<AccessLogFilter::Expression> =
    table(constant("name", "cel"),
          group("typed_config", constant("@type", "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"),
                field("expression", &AccessLogFilter::Expression::text)));
template <>
constexpr auto kFields<AccessLogFilter> =
    table(oneof(&AccessLogFilter::specifier, alt<AccessLogFilter::StatusCode>("status_code_filter"),
                alt<AccessLogFilter::DurationFilter>("duration_filter"),
                alt<AccessLogFilter::NotHealthCheck>("not_health_check_filter"), alt<AccessLogFilter::And>("and_filter"),
                alt<AccessLogFilter::Or>("or_filter"), alt<AccessLogFilter::ResponseFlag>("response_flag_filter"),
                alt<AccessLogFilter::Expression>("extension_filter")));
template <>
constexpr auto kFields<AccessLog> = table(field("name", &AccessLog::name), field("filter", &AccessLog::filter),
                                          any("typed_config", &AccessLog::typedConfig));

VARKA_XDS_DEFINE(AccessLog)

}  // namespace varka::xds::codec
