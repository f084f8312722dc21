// Values as text: block YAML with kubectl's look, and JSON.

#include <cmath>

#include "core/resource/yaml.h"
#include "core/resource/yaml_reader.h"
#include "core/resource/yaml_style.h"

namespace varka::resource {
namespace {

bool hasControl(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

bool needsQuotes(const std::string& text) {
  if (text.empty() || hasControl(text) || !resolvePlain(text).isString()) return true;
  static constexpr std::string_view kWords[] = {"y", "Y", "n", "N", "=", "<<", "---", "..."};
  for (const auto word : kWords) {
    if (text == word) return true;
  }
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return true;
  static constexpr std::string_view kIndicators = ",[]{}#&*!|>'\"%@`";
  if (kIndicators.find(text[0]) != std::string_view::npos) return true;
  if ((text[0] == '-' || text[0] == '?' || text[0] == ':') && (text.size() == 1 || text[1] == ' '))
    return true;
  if (text.starts_with("--- ") || text.starts_with("... ")) return true;
  return text.find(": ") != std::string::npos || text.find(" #") != std::string::npos;
}

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          static constexpr char kHex[] = "0123456789abcdef";
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

/// Texts of several lines read best as "|" blocks; those that a block cannot carry unchanged are quoted.
bool fitsBlock(const std::string& text) {
  if (text.find('\n') == std::string::npos || text.front() == ' ' || text.front() == '\n' ||
      text.front() == '\t')
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return false;
  }
  return text.find_first_not_of('\n') != std::string::npos;
}

void appendBlock(std::string& out, const std::string& text, int indent) {
  const auto lastText = text.find_last_not_of('\n');
  const std::size_t breaks = text.size() - lastText - 1;
  out += breaks == 0 ? "|-" : breaks == 1 ? "|" : "|+";
  out += '\n';
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) out.append(static_cast<std::size_t>(indent), ' ').append(text, at, end - at);
    out += '\n';
    at = end + 1;
  }
}

void appendYaml(std::string& out, const Value& value, int indent, bool afterDash, const BlockStyle& style);

bool isFilled(const Value& value) {
  return (value.isMap() || value.isList()) && value.size() > 0;
}

/// What follows "key:" or "-": a scalar on the same line, a collection below. Ends with a line end.
void appendAfter(std::string& out, const Value& value, int indent, bool inMap, const BlockStyle& style) {
  if (!isFilled(value)) {
    out += ' ';
    if (value.isString() && fitsBlock(value.asString())) {
      appendBlock(out, value.asString(), indent + style.step);
      return;
    }
    out += value.isMap() ? "{}" : value.isList() ? "[]" : scalarText(value, false);
    out += '\n';
  } else if (inMap) {
    out += '\n';
    appendYaml(out, value, indent + (value.isList() ? style.listOffset : style.step), false, style);
  } else {
    out += ' ';
    appendYaml(out, value, indent + 2, true, style);
  }
}

void appendYaml(std::string& out, const Value& value, int indent, bool afterDash, const BlockStyle& style) {
  bool first = afterDash;
  const auto startLine = [&] {
    if (!first) out.append(static_cast<std::size_t>(indent), ' ');
    first = false;
  };
  for (const auto& [key, mark, child] : value.entries()) {
    startLine();
    out += scalarText(Value(key), false) + ":";
    appendAfter(out, child, indent, true, style);
  }
  for (const auto& item : value.items()) {
    startLine();
    out += '-';
    appendAfter(out, item, indent, false, style);
  }
}

std::string withoutLastBreak(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void appendJson(std::string& out, const Value& value, int indent, int level) {
  const auto newLine = [&](int depth) {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent * depth), ' ');
  };
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
    newLine(level + 1);
  };
  switch (value.kind()) {
    case Value::Kind::Null:
      out += "null";
      return;
    case Value::Kind::String:
      appendJsonString(out, value.asString());
      return;
    case Value::Kind::List:
      out += '[';
      for (const auto& item : value.items()) {
        separate();
        appendJson(out, item, indent, level + 1);
      }
      if (!first) newLine(level);
      out += ']';
      return;
    case Value::Kind::Map:
      out += '{';
      for (const auto& [key, mark, child] : value.entries()) {
        separate();
        appendJsonString(out, key);
        out += indent < 0 ? ":" : ": ";
        appendJson(out, child, indent, level + 1);
      }
      if (!first) newLine(level);
      out += '}';
      return;
    case Value::Kind::Double:
      out += std::isfinite(value.asDouble()) ? value.text() : "null";
      return;
    default:
      out += value.text();
  }
}

}  // namespace

std::string scalarText(const Value& value, bool flow, char quote) {
  if (value.isNull()) return "null";
  if (!value.isString()) return value.text();
  const std::string& text = value.asString();
  if (quote == '\'' && !hasControl(text)) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
  }
  const bool breaksFlow = flow && text.find_first_of(",[]{}") != std::string::npos;
  if (quote != '"' && !breaksFlow && !needsQuotes(text)) return text;
  std::string out;
  appendJsonString(out, text);
  return out;
}

std::string flowText(const Value& value) {
  if (!value.isMap() && !value.isList()) return scalarText(value, true);
  std::string out;
  for (const auto& [key, mark, child] : value.entries()) {
    out += (out.empty() ? "" : ", ") + scalarText(Value(key), true) + ": " + flowText(child);
  }
  for (const auto& item : value.items()) out += (out.empty() ? "" : ", ") + flowText(item);
  return (value.isMap() ? "{" : "[") + out + (value.isMap() ? "}" : "]");
}

std::string blockText(const Value& value, int indent, const BlockStyle& style) {
  std::string out;
  if (isFilled(value)) {
    appendYaml(out, value, indent, true, style);
  } else {
    appendAfter(out, value, indent, true, style);
    out.erase(0, 1);
  }
  return withoutLastBreak(std::move(out));
}

std::string afterKey(const Value& value, int indent, const BlockStyle& style) {
  std::string out;
  appendAfter(out, value, indent, true, style);
  return withoutLastBreak(std::move(out));
}

std::string afterDash(const Value& value, int indent, const BlockStyle& style) {
  std::string out;
  appendAfter(out, value, indent, false, style);
  return withoutLastBreak(std::move(out));
}

std::string toYaml(const Value& value) {
  std::string out;
  if (isFilled(value)) {
    appendYaml(out, value, 0, false, {});
  } else {
    appendAfter(out, value, -2, true, {});
    out.erase(0, 1);
  }
  return out;
}

std::string toJson(const Value& value, int indent) {
  std::string out;
  appendJson(out, value, indent, 0);
  return out;
}

}  // namespace varka::resource
