// Tables of core/xds/matchers.h.
#include "core/xds/matchers.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

template <>
constexpr auto kBare<StringMatcher::Exact> = &StringMatcher::Exact::value;
template <>
constexpr auto kBare<StringMatcher::Prefix> = &StringMatcher::Prefix::value;
template <>
constexpr auto kBare<StringMatcher::Suffix> = &StringMatcher::Suffix::value;
template <>
constexpr auto kBare<StringMatcher::Contains> = &StringMatcher::Contains::value;

template <>
constexpr auto kFields<RegexMatcher> = table(field("regex", &RegexMatcher::regex), ignored("google_re2"));
template <>
constexpr auto kFields<StringMatcher> =
    table(oneof(&StringMatcher::pattern, alt<StringMatcher::Exact>("exact"), alt<StringMatcher::Prefix>("prefix"),
                alt<StringMatcher::Suffix>("suffix"), alt<RegexMatcher>("safe_regex"), alt<StringMatcher::Contains>("contains")),
          field("ignore_case", &StringMatcher::ignoreCase));
template <>
constexpr auto kFields<Int64Range> = table(field("start", &Int64Range::start), field("end", &Int64Range::end));

/// exact_match: "x" and its siblings are today's string_match with that pattern.
template <typename Pattern>
static bool readOldMatch(Context& context, const Path& path, const Json& json, HeaderMatcher& out) {
  StringMatcher matcher;
  if (!read(context, path, json, matcher.pattern.emplace<Pattern>())) return false;
  out.match = std::move(matcher);
  return true;
}
template <>
constexpr auto kFields<HeaderMatcher> =
    table(field("name", &HeaderMatcher::name),
          oneof(&HeaderMatcher::match, alt<Int64Range>("range_match"), alt<bool>("present_match"), alt<StringMatcher>("string_match")),
          field("invert_match", &HeaderMatcher::invertMatch),
          field("treat_missing_header_as_empty", &HeaderMatcher::treatMissingHeaderAsEmpty),
          legacy("exact_match", &readOldMatch<StringMatcher::Exact>), legacy("prefix_match", &readOldMatch<StringMatcher::Prefix>),
          legacy("suffix_match", &readOldMatch<StringMatcher::Suffix>),
          legacy("contains_match", &readOldMatch<StringMatcher::Contains>),
          legacy("safe_regex_match", &readOldMatch<RegexMatcher>));
template <>
constexpr auto kFields<QueryParameterMatcher> =
    table(field("name", &QueryParameterMatcher::name),
          oneof(&QueryParameterMatcher::match, alt<StringMatcher>("string_match"), alt<bool>("present_match")));
template <>
constexpr auto kFields<PathMatcher> = table(field("path", &PathMatcher::path));

template <>
constexpr auto kFields<DoubleMatcher::Range> =
    table(field("start", &DoubleMatcher::Range::start), field("end", &DoubleMatcher::Range::end));
template <>
constexpr auto kFields<DoubleMatcher> =
    table(oneof(&DoubleMatcher::match, alt<DoubleMatcher::Range>("range"), alt<double>("exact")));
template <>
constexpr auto kFields<ValueMatcher::Null> = table();
template <>
constexpr auto kBare<ValueMatcher::Present> = &ValueMatcher::Present::present;
template <>
constexpr auto kFields<ValueMatcher::ListOneOf> = table(field("one_of", &ValueMatcher::ListOneOf::oneOf));
template <>
constexpr auto kFields<ValueMatcher::Or> = table(field("value_matchers", &ValueMatcher::Or::valueMatchers));
template <>
constexpr auto kFields<ValueMatcher> =
    table(oneof(&ValueMatcher::match, alt<ValueMatcher::Null>("null_match"), alt<DoubleMatcher>("double_match"),
                alt<StringMatcher>("string_match"), alt<bool>("bool_match"), alt<ValueMatcher::Present>("present_match"),
                alt<ValueMatcher::ListOneOf>("list_match"), alt<ValueMatcher::Or>("or_match")));
template <>
constexpr auto kFields<MetadataMatcher::Segment> = table(field("key", &MetadataMatcher::Segment::key));
template <>
constexpr auto kFields<MetadataMatcher> =
    table(field("filter", &MetadataMatcher::filter), field("path", &MetadataMatcher::path), field("value", &MetadataMatcher::value),
          field("invert", &MetadataMatcher::invert));
template <>
constexpr auto kFields<FilterStateMatcher> =
    table(field("key", &FilterStateMatcher::key), field("string_match", &FilterStateMatcher::stringMatch));

VARKA_XDS_DEFINE(RegexMatcher)
VARKA_XDS_DEFINE(StringMatcher)
VARKA_XDS_DEFINE(Int64Range)
VARKA_XDS_DEFINE(HeaderMatcher)
VARKA_XDS_DEFINE(QueryParameterMatcher)
VARKA_XDS_DEFINE(PathMatcher)
VARKA_XDS_DEFINE(ValueMatcher)
VARKA_XDS_DEFINE(MetadataMatcher)
VARKA_XDS_DEFINE(FilterStateMatcher)

}  // namespace varka::xds::codec
