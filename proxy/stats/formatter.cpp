#include "proxy/stats/formatter.h"

#include <algorithm>
#include <charconv>

#include "core/xds/json_writer.h"
#include "proxy/stats/operators.h"

namespace varka::proxy {
namespace {

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

/// Header operators name headers in any case with an alternative behind '?'; the others keep their text.
Formatter::Arguments splitArguments(std::string_view name, std::string_view inside) {
  Formatter::Arguments arguments;
  if (name == "REQ" || name == "RESP" || name == "TRAILER" || name == "REQ_WITHOUT_QUERY") {
    const auto mark = inside.find('?');
    arguments.first = lowered(inside.substr(0, mark));
    if (mark != std::string_view::npos) arguments.second = lowered(inside.substr(mark + 1));
  } else if (name == "DYNAMIC_METADATA") {
    const auto colon = inside.find(':');
    arguments.first = inside.substr(0, colon);
    if (colon != std::string_view::npos) arguments.second = inside.substr(colon + 1);
  } else {
    arguments.first = arguments.second = std::string(inside);
  }
  return arguments;
}

bool isNameCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

// %NAME%, %NAME(arguments)%, %NAME(arguments):LENGTH%; %% is a percent sign.
Result<Formatter> Formatter::compile(std::string_view text, bool omitEmpty) {
  Formatter result;
  result.omitEmpty_ = omitEmpty;
  std::string literal;
  const auto endLiteral = [&] {
    if (literal.empty()) return;
    Piece piece;
    piece.literal = std::exchange(literal, {});
    result.pieces_.push_back(std::move(piece));
  };
  while (!text.empty()) {
    if (text.front() != '%') {
      const auto next = std::min(text.find('%'), text.size());
      literal += text.substr(0, next);
      text.remove_prefix(next);
      continue;
    }
    text.remove_prefix(1);
    if (text.starts_with('%')) {
      literal += '%';
      text.remove_prefix(1);
      continue;
    }
    const auto nameEnd = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isNameCharacter) - text.begin());
    const std::string_view name = text.substr(0, nameEnd);
    const OperatorEntry* entry = findOperator(name);
    if (!entry) return fail("\"%" + std::string(text.substr(0, 30)) + "\" is not a command operator that is known");
    text.remove_prefix(nameEnd);
    std::string_view inside;
    if (text.starts_with('(')) {
      const auto close = text.find(')');
      if (close == std::string_view::npos) return fail("%" + std::string(name) + " has no closing bracket");
      inside = text.substr(1, close - 1);
      text.remove_prefix(close + 1);
    } else if (entry->takesArgument) {
      return fail("%" + std::string(name) + "% needs an argument in brackets");
    }
    Piece piece;
    piece.op = entry->value;
    piece.arguments = splitArguments(name, inside);
    piece.numeric = entry->numeric;
    if (text.starts_with(':')) {
      const auto parsed = std::from_chars(text.data() + 1, text.data() + text.size(), piece.arguments.limit);
      if (parsed.ec != std::errc() || piece.arguments.limit < 0) return fail("%" + std::string(name) + ": the length must be a number");
      text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    }
    if (!text.starts_with('%')) return fail("%" + std::string(name) + " is not closed by %");
    text.remove_prefix(1);
    endLiteral();
    result.pieces_.push_back(std::move(piece));
  }
  endLiteral();
  return result;
}

void Formatter::append(const StreamInfo& info, std::string& out) const {
  for (const Piece& piece : pieces_) {
    if (!piece.op) {
      out += piece.literal;
      continue;
    }
    const auto before = out.size();
    if (!piece.op(info, piece.arguments, out)) {
      if (!omitEmpty_) out += '-';
    } else if (piece.arguments.limit >= 0 && out.size() - before > static_cast<std::size_t>(piece.arguments.limit)) {
      out.resize(before + static_cast<std::size_t>(piece.arguments.limit));
    }
  }
}

bool Formatter::hasValue(const StreamInfo& info) const {
  if (pieces_.size() != 1 || !pieces_[0].op) return true;
  std::string scratch;
  return pieces_[0].op(info, pieces_[0].arguments, scratch);
}

// --- JSON ----------------------------------------------------------------------------------------
Result<JsonFormatter> JsonFormatter::compile(const xds::Struct& format, bool omitEmpty) {
  JsonFormatter result;
  result.omitEmpty_ = omitEmpty;
  auto root = compileNode({}, xds::Value(format), omitEmpty);
  if (!root) return fail(root.error());
  result.root_ = std::move(*root);
  return result;
}

Result<JsonFormatter::Node> JsonFormatter::compileNode(std::string key, const xds::Value& value, bool omitEmpty) {
  Node node;
  node.key = std::move(key);
  const auto addChild = [&](std::string name, const xds::Value& child) -> Result<> {
    auto compiled = compileNode(std::move(name), child, omitEmpty);
    if (!compiled) return fail(compiled.error());
    node.children.push_back(std::move(*compiled));
    return {};
  };
  if (const auto* fields = value.fields()) {
    node.isObject = true;
    for (const auto& [name, child] : *fields)
      if (auto added = addChild(name, child); !added) return fail(added.error().in(name));
  } else if (const auto* list = value.list()) {
    node.isList = true;
    for (const auto& child : *list)
      if (auto added = addChild({}, child); !added) return fail(added.error());
  } else if (const auto* text = value.string()) {
    auto compiled = Formatter::compile(*text, false);
    if (!compiled) return fail(compiled.error());
    node.text = std::move(*compiled);
  } else {
    node.constant = xds::toJson(value);
  }
  return node;
}

bool JsonFormatter::appendNode(const Node& node, const StreamInfo& info, bool omitEmpty, std::string& out) {
  if (node.isObject || node.isList) {
    out += node.isObject ? '{' : '[';
    for (const Node& child : node.children) {
      const auto before = out.size();
      if (out.back() != '{' && out.back() != '[') out += ',';
      if (node.isObject) {
        xds::appendJsonString(out, child.key);
        out += ':';
      }
      if (!appendNode(child, info, omitEmpty, out)) out.resize(before);
    }
    out += node.isObject ? '}' : ']';
    return true;
  }
  if (!node.constant.empty()) {
    out += node.constant;
    return true;
  }
  const auto& pieces = node.text.pieces_;
  const bool single = pieces.size() == 1 && pieces[0].op;
  std::string value;
  if (!single) {
    node.text.append(info, value);
  } else if (!node.text.hasValue(info)) {
    if (!omitEmpty) out += "null";
    return !omitEmpty;
  } else {
    node.text.append(info, value);
    if (pieces[0].numeric) {
      out += value;
      return true;
    }
  }
  xds::appendJsonString(out, value);
  return true;
}

void JsonFormatter::append(const StreamInfo& info, std::string& out) const {
  appendNode(root_, info, omitEmpty_, out);
}

}  // namespace varka::proxy
