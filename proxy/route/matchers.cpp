#include "proxy/route/matchers.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace varka::proxy {
namespace {

bool equalNoCase(std::string_view a, std::string_view lowerB) {
  return std::equal(a.begin(), a.end(), lowerB.begin(), lowerB.end(), [](char x, char y) { return lowered(x) == y; });
}

}  // namespace

// --- regex ---------------------------------------------------------------------------------------
Result<CompiledRegex> CompiledRegex::compile(const std::string& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);  // a pattern that needs more than this is refused
  auto compiled = std::make_shared<const re2::RE2>(regex, options);
  if (!compiled->ok()) return fail("\"" + regex + "\" is not a valid RE2 expression: " + compiled->error());
  CompiledRegex result;
  result.regex_ = std::move(compiled);
  return result;
}

bool CompiledRegex::matches(std::string_view text) const {
  return regex_ && re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::string CompiledRegex::replaceAll(std::string_view text, std::string_view substitution) const {
  std::string result(text);
  if (regex_) re2::RE2::GlobalReplace(&result, *regex_, re2::StringPiece(substitution.data(), substitution.size()));
  return result;
}

const std::string& CompiledRegex::pattern() const {
  static const std::string kNone;
  return regex_ ? regex_->pattern() : kNone;
}

// --- strings -------------------------------------------------------------------------------------
Result<CompiledString> CompiledString::compile(const xds::StringMatcher& matcher) {
  CompiledString result;
  result.config_ = matcher;
  result.ignoreCase_ = matcher.ignoreCase;
  const auto set = [&](Kind kind, const std::string& value) {
    result.kind_ = kind;
    result.value_ = matcher.ignoreCase ? lowered(value) : value;
  };
  if (const auto* exact = std::get_if<xds::StringMatcher::Exact>(&matcher.pattern)) set(Kind::Exact, exact->value);
  else if (const auto* prefix = std::get_if<xds::StringMatcher::Prefix>(&matcher.pattern)) set(Kind::Prefix, prefix->value);
  else if (const auto* suffix = std::get_if<xds::StringMatcher::Suffix>(&matcher.pattern)) set(Kind::Suffix, suffix->value);
  else if (const auto* part = std::get_if<xds::StringMatcher::Contains>(&matcher.pattern)) set(Kind::Contains, part->value);
  else if (const auto* regex = std::get_if<xds::RegexMatcher>(&matcher.pattern)) {
    auto compiled = CompiledRegex::compile(regex->regex);
    if (!compiled) return fail(compiled.error());
    set(Kind::Regex, regex->regex);
    result.regex_ = std::move(*compiled);
  } else {
    return fail("a string matcher says neither exact, prefix, suffix, contains nor safeRegex");
  }
  return result;
}

bool CompiledString::matches(std::string_view text) const {
  switch (kind_) {
    case Kind::Any: return true;
    case Kind::Regex: return regex_.matches(text);
    case Kind::Exact: return ignoreCase_ ? equalNoCase(text, value_) : text == value_;
    case Kind::Prefix:
      if (text.size() < value_.size()) return false;
      text = text.substr(0, value_.size());
      return ignoreCase_ ? equalNoCase(text, value_) : text == value_;
    case Kind::Suffix:
      if (text.size() < value_.size()) return false;
      text.remove_prefix(text.size() - value_.size());
      return ignoreCase_ ? equalNoCase(text, value_) : text == value_;
    case Kind::Contains:
      return ignoreCase_ ? lowered(text).find(value_) != std::string::npos : text.find(value_) != std::string_view::npos;
  }
  return false;
}

std::string CompiledString::describe() const {
  constexpr const char* kWords[] = {"is anything", "is", "starts with", "ends with", "contains", "matches regex"};
  if (kind_ == Kind::Any) return kWords[0];
  return std::string(kWords[static_cast<std::size_t>(kind_)]) + " \"" + value_ + "\"";
}

// --- headers -------------------------------------------------------------------------------------
Result<CompiledHeader> CompiledHeader::compile(const xds::HeaderMatcher& matcher) {
  CompiledHeader result;
  result.name_ = lowered(matcher.name);
  result.invert_ = matcher.invertMatch;
  result.missingAsEmpty_ = matcher.treatMissingHeaderAsEmpty;
  if (const auto* present = std::get_if<bool>(&matcher.match)) {
    result.kind_ = *present ? Kind::Present : Kind::Absent;
  } else if (const auto* range = std::get_if<xds::Int64Range>(&matcher.match)) {
    result.kind_ = Kind::Range;
    result.range_ = *range;
  } else if (const auto* text = std::get_if<xds::StringMatcher>(&matcher.match)) {
    auto compiled = CompiledString::compile(*text);
    if (!compiled) return fail(compiled.error().in("header " + matcher.name));
    result.kind_ = Kind::String;
    result.string_ = std::move(*compiled);
  }
  return result;
}

bool CompiledHeader::matchesValue(bool present, std::string_view value) const {
  if (!present && missingAsEmpty_) {
    present = true;
    value = {};
  }
  if (kind_ == Kind::Present) return present != invert_;
  if (kind_ == Kind::Absent) return present == invert_;
  if (!present) return false;  // Envoy: a missing header satisfies no value match, inverted or not
  if (kind_ == Kind::String) return string_.matches(value) != invert_;
  std::int64_t number = 0;
  const auto end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, number);
  const bool inside = parsed.ec == std::errc() && parsed.ptr == end && number >= range_.start && number < range_.end;
  return inside != invert_;
}

bool CompiledHeader::matches(const Headers& headers) const {
  const Headers::Field* field = headers.find(name_);
  if (!field) return matchesValue(false, {});
  if (headers.count(name_) == 1) return matchesValue(true, field->value);
  return matchesValue(true, *headers.joined(name_));
}

bool CompiledHeader::matches(const RequestHead& head) const {
  if (name_.empty() || (name_.front() != ':' && name_ != "host")) return matches(static_cast<const Headers&>(head));
  const auto value = head.lookup(name_);
  return matchesValue(value.has_value(), value.value_or(std::string_view()));
}

std::string CompiledHeader::describe(const RequestHead& head) const {
  std::string text = "header " + name_ + " ";
  const std::string not_ = invert_ ? "not: " : "";
  switch (kind_) {
    case Kind::Present: text += invert_ ? "must be absent" : "must be present"; break;
    case Kind::Absent: text += invert_ ? "must be present" : "must be absent"; break;
    case Kind::String: text += "must be " + not_ + "a value that " + string_.describe(); break;
    case Kind::Range:
      text += "must be " + not_ + "from " + std::to_string(range_.start) + " up to " + std::to_string(range_.end);
      break;
  }
  const auto value = head.lookup(name_);
  return text + (value ? ", is \"" + std::string(*value) + "\"" : ", is missing");
}

// --- query parameters ----------------------------------------------------------------------------
std::optional<std::string_view> queryParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name) return equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

Result<CompiledQuery> CompiledQuery::compile(const xds::QueryParameterMatcher& matcher) {
  CompiledQuery result;
  result.name_ = matcher.name;
  if (const auto* present = std::get_if<bool>(&matcher.match)) {
    result.kind_ = *present ? Kind::Present : Kind::Absent;
  } else if (const auto* text = std::get_if<xds::StringMatcher>(&matcher.match)) {
    auto compiled = CompiledString::compile(*text);
    if (!compiled) return fail(compiled.error().in("query parameter " + matcher.name));
    result.kind_ = Kind::String;
    result.string_ = std::move(*compiled);
  }
  return result;
}

bool CompiledQuery::matches(std::string_view query) const {
  const auto value = queryParameter(query, name_);
  if (kind_ == Kind::Present) return value.has_value();
  if (kind_ == Kind::Absent) return !value.has_value();
  return value && string_.matches(*value);
}

std::string CompiledQuery::describe() const {
  const std::string text = "query parameter " + name_ + " ";
  if (kind_ == Kind::String) return text + "must be a value that " + string_.describe();
  return text + (kind_ == Kind::Present ? "must be present" : "must be absent");
}

// --- metadata ------------------------------------------------------------------------------------
struct CompiledMetadata::Node {
  enum class Kind { Never, Null, Number, Range, String, Bool, Present, ListOneOf, Or } kind = Kind::Never;
  double number = 0, end = 0;
  bool flag = false;
  CompiledString string;
  std::vector<std::shared_ptr<const Node>> children;
};

Result<std::shared_ptr<const CompiledMetadata::Node>> CompiledMetadata::compileValue(const xds::ValueMatcher& matcher) {
  using Kind = Node::Kind;
  auto node = std::make_shared<Node>();
  const auto addChild = [&](const xds::ValueMatcher& child) -> Result<> {
    auto compiled = compileValue(child);
    if (!compiled) return fail(compiled.error());
    node->children.push_back(std::move(*compiled));
    return {};
  };
  if (std::holds_alternative<xds::ValueMatcher::Null>(matcher.match)) {
    node->kind = Kind::Null;
  } else if (const auto* number = std::get_if<xds::DoubleMatcher>(&matcher.match)) {
    if (const auto* exact = std::get_if<double>(&number->match)) node->kind = Kind::Number, node->number = *exact;
    if (const auto* range = std::get_if<xds::DoubleMatcher::Range>(&number->match))
      node->kind = Kind::Range, node->number = range->start, node->end = range->end;
  } else if (const auto* text = std::get_if<xds::StringMatcher>(&matcher.match)) {
    auto compiled = CompiledString::compile(*text);
    if (!compiled) return fail(compiled.error());
    node->kind = Kind::String;
    node->string = std::move(*compiled);
  } else if (const auto* flag = std::get_if<bool>(&matcher.match)) {
    node->kind = Kind::Bool;
    node->flag = *flag;
  } else if (const auto* present = std::get_if<xds::ValueMatcher::Present>(&matcher.match)) {
    node->kind = Kind::Present;
    node->flag = present->present;
  } else if (const auto* list = std::get_if<xds::ValueMatcher::ListOneOf>(&matcher.match)) {
    node->kind = Kind::ListOneOf;
    if (const auto added = addChild(*list->oneOf); !added) return fail(added.error());
  } else if (const auto* any = std::get_if<xds::ValueMatcher::Or>(&matcher.match)) {
    node->kind = Kind::Or;
    for (const auto& each : any->valueMatchers)
      if (const auto added = addChild(each); !added) return fail(added.error());
  }
  return std::shared_ptr<const Node>(std::move(node));
}

bool CompiledMetadata::matchesNode(const Node& node, const xds::Value* value) {
  using Kind = Node::Kind;
  const auto childMatches = [&](const xds::Value* each) {
    return std::any_of(node.children.begin(), node.children.end(), [&](const auto& child) { return matchesNode(*child, each); });
  };
  if (node.kind == Kind::Present) return (value != nullptr) == node.flag;
  if (node.kind == Kind::Or) return childMatches(value);
  if (!value) return false;
  switch (node.kind) {
    case Kind::Null: return std::holds_alternative<std::nullptr_t>(value->data);
    case Kind::Number: return value->number() && *value->number() == node.number;
    case Kind::Range: return value->number() && *value->number() >= node.number && *value->number() < node.end;
    case Kind::String: return value->string() && node.string.matches(*value->string());
    case Kind::Bool: return value->boolean() && *value->boolean() == node.flag;
    case Kind::ListOneOf:
      return value->list() && std::any_of(value->list()->begin(), value->list()->end(), [&](const auto& each) { return childMatches(&each); });
    default: return false;
  }
}

Result<CompiledMetadata> CompiledMetadata::compile(const xds::MetadataMatcher& matcher) {
  CompiledMetadata result;
  auto value = compileValue(matcher.value);
  if (!value) return fail(value.error().in("metadata " + matcher.filter));
  result.value_ = std::move(*value);
  result.filter_ = matcher.filter;
  result.invert_ = matcher.invert;
  for (const auto& segment : matcher.path) result.path_.push_back(segment.key);
  return result;
}

bool CompiledMetadata::matches(const xds::Struct* metadata) const {
  const xds::Value* value = nullptr;
  if (metadata) {
    const auto found = metadata->find(filter_);
    if (found != metadata->end()) value = found->second.at(path_);
  }
  return matchesNode(*value_, value) != invert_;
}

}  // namespace varka::proxy
