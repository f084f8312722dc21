#pragma once
// Compiled matchers: the values of core/xds/matchers.h made ready for many evaluations. Immutable, any thread.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/xds/matchers.h"
#include "proxy/http/headers.h"

namespace re2 {
class RE2;
}

namespace varka::proxy {

/// RE2, whole subject. Size-limited; case-sensitive.
class CompiledRegex {
 public:
  static Result<CompiledRegex> compile(const std::string& regex);
  [[nodiscard]] bool matches(std::string_view text) const;
  /// Replaces every match in `text` by `substitution` (\0 … \9).
  [[nodiscard]] std::string replaceAll(std::string_view text, std::string_view substitution) const;
  [[nodiscard]] const std::string& pattern() const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

class CompiledString {
 public:
  static Result<CompiledString> compile(const xds::StringMatcher& matcher);
  [[nodiscard]] bool matches(std::string_view text) const;
  /// `is "x"`, `starts with "x"`, `matches regex "x"` … for decision steps.
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] const xds::StringMatcher& config() const { return config_; }

 private:
  enum class Kind { Any, Exact, Prefix, Suffix, Contains, Regex };
  Kind kind_ = Kind::Any;
  bool ignoreCase_ = false;
  std::string value_;
  CompiledRegex regex_;
  xds::StringMatcher config_;
};

class CompiledHeader {
 public:
  static Result<CompiledHeader> compile(const xds::HeaderMatcher& matcher);
  [[nodiscard]] bool matches(const RequestHead& head) const;
  /// Against a response's headers (retriable_headers).
  [[nodiscard]] bool matches(const Headers& headers) const;
  [[nodiscard]] std::string describe(const RequestHead& head) const;  // `header end-user is "jason" is required, was absent`

 private:
  [[nodiscard]] bool matchesValue(bool present, std::string_view value) const;
  std::string name_;
  enum class Kind { Present, Absent, String, Range } kind_ = Kind::Present;
  CompiledString string_;
  xds::Int64Range range_;
  bool invert_ = false, missingAsEmpty_ = false;
};

class CompiledQuery {
 public:
  static Result<CompiledQuery> compile(const xds::QueryParameterMatcher& matcher);
  /// `query` is what follows '?', undecoded; the first parameter of that name counts.
  [[nodiscard]] bool matches(std::string_view query) const;
  [[nodiscard]] std::string describe() const;

 private:
  std::string name_;
  enum class Kind { Present, Absent, String } kind_ = Kind::Present;
  CompiledString string_;
};

/// Dynamic metadata (JWT claims): walks the path and compares; lists match when one element does.
class CompiledMetadata {
 public:
  static Result<CompiledMetadata> compile(const xds::MetadataMatcher& matcher);
  [[nodiscard]] bool matches(const xds::Struct* metadata) const;  // null = nothing known

 private:
  struct Node;
  static Result<std::shared_ptr<const Node>> compileValue(const xds::ValueMatcher& matcher);
  static bool matchesNode(const Node& node, const xds::Value* value);
  std::string filter_;
  std::vector<std::string> path_;
  std::shared_ptr<const Node> value_;
  bool invert_ = false;
};

/// The value of query parameter `name` in "a=1&b=2"; nullopt when absent.
[[nodiscard]] std::optional<std::string_view> queryParameter(std::string_view query, std::string_view name);

}  // namespace varka::proxy
