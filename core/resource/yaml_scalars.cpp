// Scalars: the five styles of YAML 1.2 §7.3 and §8.1, and what a plain one means to Kubernetes
// (sigs.k8s.io/yaml: the words of YAML 1.1, octal with a leading zero, everything JSON can carry).

#include <charconv>
#include <cmath>
#include <optional>

#include "core/resource/yaml_reader.h"

namespace varka::resource {
namespace {

bool oneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words) {
    if (text == word) return true;
  }
  return false;
}

std::optional<std::int64_t> wholeInt(std::string_view digits, int base, bool negative) {
  std::uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
  if (number > (negative ? 1ULL << 63 : (1ULL << 63) - 1)) return std::nullopt;
  return negative ? static_cast<std::int64_t>(0 - number) : static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> parseInt(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.size() > 1 && text[0] == '0') {
    const char kind = static_cast<char>(text[1] | 0x20);
    if (kind == 'x') return wholeInt(text.substr(2), 16, negative);
    if (kind == 'b') return wholeInt(text.substr(2), 2, negative);
    if (kind == 'o') return wholeInt(text.substr(2), 8, negative);
    return wholeInt(text.substr(1), 8, negative);
  }
  return wholeInt(text, 10, negative);
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looksLikeFloat(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - from;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  const std::size_t whole = digits();
  std::size_t fraction = 0;
  if (i < text.size() && text[i] == '.') {
    ++i;
    fraction = digits();
  }
  if (whole + fraction == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

std::optional<double> parseFloat(std::string_view text) {
  if (!looksLikeFloat(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  return number;
}

void appendUtf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

bool isFlowIndicator(char c) {
  return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

void trimRight(std::string& text, std::size_t from) {
  while (text.size() > from && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
}

}  // namespace

Value resolvePlain(std::string_view text) {
  if (text.empty() || oneOf(text, {"~", "null", "Null", "NULL"})) return {};
  const char first = text[0];
  const bool numeric = (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
  if (numeric) {
    std::string digits;
    for (const char c : text) {
      if (c != '_') digits += c;
    }
    if (const auto number = parseInt(digits)) return *number;
    if (const auto number = parseFloat(digits)) return *number;
    return text;
  }
  if (oneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (oneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) return false;
  return text;
}

YamlReader::Scalar YamlReader::scanScalar(int minIndent, bool flow) {
  switch (peek()) {
    case '"':
      return scanDouble();
    case '\'':
      return scanSingle();
    case '|':
    case '>':
      if (!flow) return scanBlock(minIndent);
      break;
    default:
      break;
  }
  return scanPlain(minIndent, flow);
}

/// At a line end inside a scalar: skips it with the empty lines and indentation after it; writes the folded
/// form.
int YamlReader::foldLines(int offset, std::string& out, bool trim) const {
  if (trim) trimRight(out, 0);
  int breaks = 0;
  while (offset < size_) {
    const char c = charAt(offset);
    if (c == '\n') {
      ++breaks;
      ++offset;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++offset;
    } else {
      break;
    }
  }
  if (breaks == 1) {
    out += ' ';
  } else {
    out.append(static_cast<std::size_t>(breaks > 0 ? breaks - 1 : 0), '\n');
  }
  return offset;
}

YamlReader::Scalar YamlReader::scanSingle() const {
  Scalar scalar{{}, Layout::Style::Single, 0};
  std::size_t kept = 0;  // quoted blanks before a line end are folded away, escaped quotes are not
  for (int at = pos_ + 1; at < size_;) {
    const char c = charAt(at);
    if (c == '\'') {
      if (charAt(at + 1) != '\'') {
        scalar.end = at + 1;
        return scalar;
      }
      scalar.text += '\'';
      at += 2;
      kept = scalar.text.size();
    } else if (c == '\n' || (c == '\r' && charAt(at + 1) == '\n')) {
      trimRight(scalar.text, kept);
      at = foldLines(at, scalar.text, false);
      kept = scalar.text.size();
    } else {
      scalar.text += c;
      ++at;
    }
  }
  refuse(pos_, "the quote ' opened here is never closed");
}

int YamlReader::scanEscape(int offset, std::string& out) const {
  const auto hex = [&](int at, int digits) {
    std::uint32_t code = 0;
    if (at + digits > size_) refuse(offset, "the escape is cut off");
    const char* from = text_.data() + at;
    const auto [stop, error] = std::from_chars(from, from + digits, code, 16);
    if (error != std::errc() || stop != from + digits) refuse(offset, "this escape needs hexadecimal digits");
    return code;
  };
  const char kind = charAt(offset + 1);
  static constexpr std::string_view kFrom = "0abtnvfre \"/\\\t";
  static constexpr std::string_view kTo("\0\a\b\t\n\v\f\r\x1b \"/\\\t", 14);
  if (const auto known = kFrom.find(kind); known != std::string_view::npos && kind != '\0') {
    out += kTo[known];
    return offset + 2;
  }
  switch (kind) {
    case 'N':
      appendUtf8(out, 0x85);
      return offset + 2;
    case '_':
      appendUtf8(out, 0xa0);
      return offset + 2;
    case 'L':
      appendUtf8(out, 0x2028);
      return offset + 2;
    case 'P':
      appendUtf8(out, 0x2029);
      return offset + 2;
    default:
      break;
  }
  const int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0)
    refuse(offset,
           std::string("unknown escape \\") + kind + "; write \\\\ for a backslash or use single quotes");
  std::uint32_t code = hex(offset + 2, digits);
  int next = offset + 2 + digits;
  if (code >= 0xd800 && code < 0xdc00 && charAt(next) == '\\' && charAt(next + 1) == 'u') {  // JSON's pairs
    const std::uint32_t low = hex(next + 2, 4);
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      next += 6;
    }
  }
  if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff) refuse(offset, "this escape is no character");
  appendUtf8(out, code);
  return next;
}

YamlReader::Scalar YamlReader::scanDouble() const {
  Scalar scalar{{}, Layout::Style::Double, 0};
  std::size_t kept = 0;
  for (int at = pos_ + 1; at < size_;) {
    const char c = charAt(at);
    if (c == '"') {
      scalar.end = at + 1;
      return scalar;
    }
    const bool lineEnd = c == '\n' || (c == '\r' && charAt(at + 1) == '\n');
    if (c == '\\' && (charAt(at + 1) == '\n' || (charAt(at + 1) == '\r' && charAt(at + 2) == '\n'))) {
      std::string dropped;
      at = foldLines(at + 1, dropped, false);
      scalar.text += dropped == " " ? std::string() : dropped;
      kept = scalar.text.size();
    } else if (c == '\\') {
      at = scanEscape(at, scalar.text);
      kept = scalar.text.size();
    } else if (lineEnd) {
      trimRight(scalar.text, kept);
      at = foldLines(at, scalar.text, false);
      kept = scalar.text.size();
    } else {
      scalar.text += c;
      ++at;
    }
  }
  refuse(pos_, "the quote \" opened here is never closed");
}

YamlReader::Scalar YamlReader::scanPlain(int minIndent, bool flow) const {
  const char first = peek();
  static constexpr std::string_view kIndicators = ",[]{}#&*!|>'\"%@`";
  if (kIndicators.find(first) != std::string_view::npos && first != '\0') {
    refuse(pos_, std::string("a value cannot start with ") + first + "; put it in quotes");
  }
  Scalar scalar{{}, Layout::Style::Plain, pos_};
  int at = pos_;
  for (;;) {
    const char c = charAt(at);
    const bool lineEnd = at >= size_ || c == '\n' || (c == '\r' && charAt(at + 1) == '\n');
    if (lineEnd) {
      std::string gap;
      const int next = foldLines(at, gap, false);
      const int column = next - lineStart(next);
      if (next >= size_ || charAt(next) == '#' || (!flow && column < minIndent)) break;
      if (column == 0 &&
          (text_.substr(static_cast<std::size_t>(next), 3) == "---" ||
           text_.substr(static_cast<std::size_t>(next), 3) == "...") &&
          blankAt(next + 3)) {
        break;
      }
      if (flow && (isFlowIndicator(charAt(next)) || (charAt(next) == ':' && blankAt(next + 1)))) break;
      trimRight(scalar.text, 0);
      scalar.text += gap;
      at = next;
      continue;
    }
    if (c == '#' && at > pos_ && blankAt(at - 1)) break;
    if (c == ':' && blankAt(at + 1)) {
      if (!flow) {
        refuse(at, "a mapping cannot start here; put the value in quotes if it contains \": \"");
      }
      break;
    }
    if (flow && isFlowIndicator(c)) break;
    scalar.text += c;
    ++at;
    if (c != ' ' && c != '\t') scalar.end = at;
  }
  trimRight(scalar.text, 0);
  return scalar;
}

YamlReader::Scalar YamlReader::scanBlock(int minIndent) const {
  const bool literal = peek() == '|';
  Scalar scalar{{}, literal ? Layout::Style::Literal : Layout::Style::Folded, 0};
  int at = pos_ + 1;
  int indent = -1;
  char chomp = 'c';
  for (; !blankAt(at); ++at) {
    const char c = charAt(at);
    if ((c == '-' || c == '+') && chomp == 'c') {
      chomp = c;
    } else if (c >= '1' && c <= '9' && indent < 0) {
      indent = std::max(minIndent, 1) - 1 + (c - '0');
    } else {
      refuse(at, "a block text starts with | or >, then at most one of + - and one digit");
    }
  }
  scalar.end = at;
  while (charAt(at) == ' ' || charAt(at) == '\t') ++at;
  if (charAt(at) == '#')
    at = static_cast<int>(std::min(text_.find('\n', static_cast<std::size_t>(at)), text_.size()));
  if (charAt(at) == '\r') ++at;
  if (at < size_ && charAt(at) != '\n') refuse(at, "the text of a block starts on the next line");
  if (at < size_) ++at;

  std::size_t pendingBreaks = 0;  // line ends not written yet: folding decides when the next line is known
  bool started = false;
  bool previousMore = false;  // the line before was indented more (never folded)
  while (at < size_) {
    int column = 0;
    while (charAt(at + column) == ' ' && (indent < 0 || column < indent)) ++column;
    const char c = charAt(at + column);
    const auto lineEnd = std::min(text_.find('\n', static_cast<std::size_t>(at)), text_.size());
    if (c == '\n' || c == '\0' || (c == '\r' && charAt(at + column + 1) == '\n')) {
      ++pendingBreaks;
      at = static_cast<int>(lineEnd) + 1;
      continue;
    }
    if (indent < 0) {
      if (column < minIndent) break;
      if (c == '\t' && column == 0) refuse(at, "a tab cannot indent; use spaces");
      indent = column;
    }
    if (column < indent) break;
    if (indent == 0 && column == 0 &&
        (text_.substr(static_cast<std::size_t>(at), 3) == "---" ||
         text_.substr(static_cast<std::size_t>(at), 3) == "...") &&
        blankAt(at + 3)) {
      break;
    }
    auto line =
        text_.substr(static_cast<std::size_t>(at + indent), lineEnd - static_cast<std::size_t>(at + indent));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const bool more = line[0] == ' ' || line[0] == '\t';
    if (!started) {
      scalar.text.append(pendingBreaks, '\n');
    } else if (literal || more || previousMore) {
      scalar.text.append(pendingBreaks, '\n');
    } else if (pendingBreaks == 1) {
      scalar.text += ' ';
    } else {
      scalar.text.append(pendingBreaks - 1, '\n');
    }
    scalar.text += line;
    scalar.end = at + indent + static_cast<int>(line.size());
    started = true;
    previousMore = more;
    pendingBreaks = 1;
    at = static_cast<int>(lineEnd) + 1;
    if (lineEnd == text_.size()) pendingBreaks = 0;
  }
  if (chomp == '+') scalar.text.append(pendingBreaks, '\n');
  if (chomp == 'c' && started && pendingBreaks > 0) scalar.text += '\n';
  return scalar;
}

Value YamlReader::typed(const Scalar& scalar, const Properties& properties) const {
  const std::string& tag = properties.tag;
  if (tag == "!!str" || tag == "!") return scalar.text;
  if (tag.empty())
    return scalar.style == Layout::Style::Plain ? resolvePlain(scalar.text) : Value(scalar.text);
  Value value = resolvePlain(scalar.text);
  if (tag == "!!int" && value.kind() == Value::Kind::Int) return value;
  if (tag == "!!float" && value.isNumber()) return value.asDouble();
  if (tag == "!!bool" && value.isBool()) return value;
  if (tag == "!!null" && value.isNull()) return value;
  if (tag == "!!int" || tag == "!!float" || tag == "!!bool" || tag == "!!null") {
    refuse(properties.start, "this is no " + tag.substr(2) + ", as its tag says");
  }
  refuse(properties.start, "the tag " + tag.substr(0, 60) + " is not known here");
}

}  // namespace varka::resource
