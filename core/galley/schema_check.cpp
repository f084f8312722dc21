#include "core/galley/schema_check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/resource/path.h"
#include "core/resource/suggest.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

std::string kindName(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null:
      return "nothing";
    case Value::Kind::Bool:
      return value.text();
    case Value::Kind::Int:
    case Value::Kind::Double:
      return "the number " + value.text();
    case Value::Kind::String:
      return "\"" + value.asString().substr(0, 60) + "\"";
    case Value::Kind::List:
      return "a list";
    case Value::Kind::Map:
      return "a mapping";
  }
  return {};
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ", ") + value;
  return text;
}

class Checker {
 public:
  explicit Checker(Report& report) : report_(report) {}

  bool message(const MessageSchema& schema, const Value& value, const std::string& path) {
    if (!value.isMap()) return wrong(path, "a mapping", value);
    bool good = true;
    std::map<std::string, std::string> groups;
    for (const auto& entry : value.entries()) {
      const std::string at = joinPath(path, entry.key);
      const FieldSchema* field = schema.find(entry.key);
      if (!field) {
        good = (schema.lax || unknown(schema, entry.key, path, at)) && good;
        continue;
      }
      if (entry.value.isNull() && schema.lax) continue;
      good = fieldValue(*field, entry.value, at) && good;
      if (field->oneof.empty()) continue;
      const auto [other, first] = groups.emplace(field->oneof, field->name);
      if (!first) {
        report_.error(at, "only one of " + other->second + " and " + field->name + " may be set");
        good = false;
      }
    }
    return required(schema, value, path) && good;
  }

 private:
  bool wrong(const std::string& path, const std::string& wanted, const Value& got,
             const std::string& advice = {}) {
    report_.error(path, path + " must be " + wanted + ", not " + kindName(got) + advice);
    return false;
  }

  bool unknown(const MessageSchema& schema, const std::string& key, const std::string& parent,
               const std::string& at) {
    report_.error(at, "unknown field \"" + key + "\" in " + (parent.empty() ? schema.name : parent) +
                          resource::didYouMean(key, schema.names()));
    return false;
  }

  bool required(const MessageSchema& schema, const Value& value, const std::string& path) {
    bool good = true;
    for (const auto& field : schema.fields) {
      if (!field.required || value.has(field.name)) continue;
      report_.error(joinPath(path, field.name), path + " needs " + field.name);
      good = false;
    }
    return good;
  }

  bool fieldValue(const FieldSchema& field, const Value& value, const std::string& path) {
    if (value.isNull() && field.type != FieldType::Any) {
      report_.error(path, path + " has no value; fill it or leave the line out");
      return false;
    }
    if (field.list) {
      if (!value.isList()) return wrong(path, "a list", value);
      bool good = true;
      for (std::size_t i = 0; i < value.size(); ++i) good = one(field, value[i], joinPath(path, i)) && good;
      return good;
    }
    if (field.map) {
      if (!value.isMap()) return wrong(path, "a mapping", value);
      bool good = true;
      for (const auto& entry : value.entries())
        good = one(field, entry.value, joinPath(path, entry.key)) && good;
      return good;
    }
    return one(field, value, path);
  }

  bool one(const FieldSchema& field, const Value& value, const std::string& path) {
    switch (field.type) {
      case FieldType::Any:
        return true;
      case FieldType::Message:
        return value.isNull() ? wrong(path, "a mapping", value) : message(*field.message, value, path);
      case FieldType::String:
        if (value.isString()) return true;
        return wrong(path, "a string", value, value.isNumber() || value.isBool() ? "; put it in quotes" : "");
      case FieldType::Bool:
        return value.isBool() ||
               wrong(path, "true or false", value, value.isString() ? "; leave the quotes out" : "");
      case FieldType::Enum:
        return enumValue(field, value, path);
      case FieldType::Duration:
        return duration(value, path);
      default:
        return number(field, value, path);
    }
  }

  bool enumValue(const FieldSchema& field, const Value& value, const std::string& path) {
    const auto& known = field.values;
    if (value.isString() && std::find(known.begin(), known.end(), value.asString()) != known.end())
      return true;
    report_.error(path, path + " must be one of " + joined(known) + ", not " + kindName(value) +
                            (value.isString() ? resource::didYouMean(value.asString(), known) : ""));
    return false;
  }

  bool duration(const Value& value, const std::string& path) {
    if (value.isString() && parseDuration(value.asString())) return true;
    const bool number = value.isNumber() || (value.isString() && Value(value.asString()).asDouble(-1) >= 0);
    return wrong(path, "a duration such as 5s or 0.5s", value, number ? "; the unit is missing" : "");
  }

  bool number(const FieldSchema& field, const Value& value, const std::string& path) {
    const bool whole = field.type != FieldType::Double;
    if (!value.isNumber()) {
      return wrong(path, whole ? "a whole number" : "a number", value,
                   value.isString() && !value.asString().empty() ? "; leave the quotes out" : "");
    }
    const double number = value.asDouble();
    if (whole && number != std::floor(number)) return wrong(path, "a whole number", value);
    const double low = field.low.value_or(field.type == FieldType::Uint  ? 0
                                          : field.type == FieldType::Int ? -2147483648.0
                                                                         : number);
    const double high = field.high.value_or(field.type == FieldType::Uint  ? 4294967295.0
                                            : field.type == FieldType::Int ? 2147483647.0
                                                                           : number);
    if (number >= low && number <= high) return true;
    return wrong(path, "from " + Value(low).text() + " to " + Value(high).text(), value);
  }

  Report& report_;
};

class Noter {
 public:
  explicit Noter(Report& report) : report_(report) {}

  void message(const MessageSchema& schema, const Value& value, const std::string& path) {
    for (const auto& entry : value.entries()) {
      const FieldSchema* field = schema.find(entry.key);
      if (!field) continue;
      const std::string at = joinPath(path, entry.key);
      if (field->fidelity != Fidelity::Exact) note(*field, schema, entry.value, at);
      if (field->fidelity == Fidelity::Ignored || field->type != FieldType::Message) continue;
      for (std::size_t i = 0; i < entry.value.items().size(); ++i)
        message(*field->message, entry.value[i], joinPath(at, i));
      if (field->map) {
        for (const auto& item : entry.value.entries())
          message(*field->message, item.value, joinPath(at, item.key));
      } else {
        message(*field->message, entry.value, at);
      }
    }
  }

 private:
  void note(const FieldSchema& field, const MessageSchema& schema, const Value& value,
            const std::string& path) {
    // httpsRedirect is the one part of a server's TLS that gateways do.
    if (schema.name == "Server" && field.name == "tls" && value.size() == 1 && value.has("httpsRedirect"))
      return;
    const std::string what = path.starts_with("spec.") ? path.substr(5) : path;
    if (field.fidelity == Fidelity::Ignored) {
      report_.add("VARKA0001", Severity::Warning, path, what + " is not emulated: " + field.note);
    } else {
      report_.add("VARKA0002", Severity::Info, path, what + " is approximated: " + field.note);
    }
  }

  Report& report_;
};

}  // namespace

bool checkSchema(Report& report, const MessageSchema& schema, const Value& value, const std::string& path) {
  return Checker(report).message(schema, value, path);
}

void noteFidelity(Report& report, const MessageSchema& schema, const Value& value, const std::string& path) {
  Noter(report).message(schema, value, path);
}

std::optional<std::int64_t> parseDuration(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                                                                   {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  double sign = 1;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto unitEnd = std::min(text.find_first_of("0123456789.", digits), text.size());
    const std::string_view unit = text.substr(digits, unitEnd - digits);
    const std::string number(text.substr(0, digits));
    if (number.empty() || number == "." || std::count(number.begin(), number.end(), '.') > 1)
      return std::nullopt;
    double factor = 0;
    for (const auto& [name, value] : kUnits) factor = name == unit ? value : factor;
    if (factor == 0) return std::nullopt;
    total += Value(number[0] == '.' ? "0" + number : number).asDouble() * factor;
    text.remove_prefix(unitEnd);
  }
  if (total > 9.2e18) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(sign * total));
}

}  // namespace varka::galley
