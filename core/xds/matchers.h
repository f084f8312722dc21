#pragma once
// type.matcher.v3 and the header and query matchers of route.v3, as values. Compiled forms live in proxy/route.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/box.h"
#include "core/xds/common.h"

namespace varka::xds {

struct RegexMatcher {
  std::string regex;  // RE2, must match the whole subject
  bool operator==(const RegexMatcher&) const = default;
};

struct StringMatcher {
  struct Exact { std::string value; bool operator==(const Exact&) const = default; };
  struct Prefix { std::string value; bool operator==(const Prefix&) const = default; };
  struct Suffix { std::string value; bool operator==(const Suffix&) const = default; };
  struct Contains { std::string value; bool operator==(const Contains&) const = default; };
  std::variant<std::monostate, Exact, Prefix, Suffix, RegexMatcher, Contains> pattern;
  bool ignoreCase = false;  // not for regex
  bool operator==(const StringMatcher&) const = default;
};
[[nodiscard]] StringMatcher exactMatch(std::string value);
[[nodiscard]] StringMatcher prefixMatch(std::string value);
[[nodiscard]] StringMatcher suffixMatch(std::string value);
[[nodiscard]] StringMatcher containsMatch(std::string value);
[[nodiscard]] StringMatcher regexMatch(std::string regex);

struct Int64Range {  // [start, end)
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool operator==(const Int64Range&) const = default;
};

/// Without a specifier: the header must be present. The deprecated exact_match, prefix_match, suffix_match,
/// contains_match and safe_regex_match are read and become StringMatchers.
struct HeaderMatcher {
  std::string name;
  std::variant<std::monostate, StringMatcher, bool, Int64Range> match;  // bool = present_match
  bool invertMatch = false;
  bool treatMissingHeaderAsEmpty = false;
  bool operator==(const HeaderMatcher&) const = default;
};

struct QueryParameterMatcher {
  std::string name;
  std::variant<std::monostate, StringMatcher, bool> match;  // bool = present_match; nothing = present
  bool operator==(const QueryParameterMatcher&) const = default;
};

struct PathMatcher {
  StringMatcher path;
  bool operator==(const PathMatcher&) const = default;
};

struct DoubleMatcher {
  struct Range { double start = 0, end = 0; bool operator==(const Range&) const = default; };
  std::variant<std::monostate, Range, double> match;
  bool operator==(const DoubleMatcher&) const = default;
};

struct ValueMatcher {
  struct Null { bool operator==(const Null&) const = default; };
  struct Present { bool present = true; bool operator==(const Present&) const = default; };
  struct ListOneOf { Box<ValueMatcher> oneOf; bool operator==(const ListOneOf&) const = default; };
  struct Or { std::vector<ValueMatcher> valueMatchers; bool operator==(const Or&) const = default; };
  std::variant<std::monostate, Null, DoubleMatcher, StringMatcher, bool, Present, ListOneOf, Or> match;
  bool operator==(const ValueMatcher& other) const;
};

struct MetadataMatcher {
  struct Segment { std::string key; bool operator==(const Segment&) const = default; };
  std::string filter;
  std::vector<Segment> path;
  ValueMatcher value;
  bool invert = false;
  bool operator==(const MetadataMatcher&) const = default;
};

struct FilterStateMatcher {
  std::string key;
  StringMatcher stringMatch;
  bool operator==(const FilterStateMatcher&) const = default;
};

}  // namespace varka::xds
