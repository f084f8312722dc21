#include "core/xds/codec/scalars.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace varka::xds::codec {

std::string Path::text() const {
  if (!parent_) return {};
  std::string before = parent_->text();
  if (index_ != kNoIndex) return before + "[" + std::to_string(index_) + "]";
  if (!before.empty()) before += '.';
  return before.append(name_);
}

bool Context::fail(const Path& path, std::string_view reason) {
  if (!error.empty()) return false;
  const std::string where = path.text();
  error = where.empty() ? std::string(reason) : where + ": " + std::string(reason);
  return false;
}

void Context::notice(const Path& path) {
  if (notices) notices->push_back(path.text());
}

bool readEnum(Context& context, const Path& path, const Json& json, const EnumName* names, std::size_t count, std::size_t& out) {
  for (std::size_t i = 0; i < count; ++i) {
    const bool byName = json.is_string() && json.get_ref<const std::string&>() == names[i].name;
    const bool byNumber = json.is_number_integer() && json.get<std::int64_t>() == names[i].number;
    if (!byName && !byNumber) continue;
    out = i;
    return true;
  }
  std::string reason = "must be one of";
  for (std::size_t i = 0; i < count; ++i) (reason += i ? ", " : " ").append(names[i].name);
  return context.fail(path, reason);
}

bool read(Context& context, const Path& path, const Json& json, bool& out) {
  if (!json.is_boolean()) return context.fail(path, "must be true or false");
  out = json.get<bool>();
  return true;
}

bool read(Context& context, const Path& path, const Json& json, std::string& out) {
  if (!json.is_string()) return context.fail(path, "must be a string");
  out = json.get_ref<const std::string&>();
  return true;
}

bool read(Context& context, const Path& path, const Json& json, double& out) {
  if (json.is_number()) {
    out = json.get<double>();
    return true;
  }
  if (!json.is_string()) return context.fail(path, "must be a number");
  const auto& text = json.get_ref<const std::string&>();
  if (text == "NaN") out = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity") out = std::numeric_limits<double>::infinity();
  else if (text == "-Infinity") out = -std::numeric_limits<double>::infinity();
  else {
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, out);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return context.fail(path, "must be a number");
  }
  return true;
}

namespace {

/// Integers come as numbers (1, 1.0) or as decimal strings; all must fit.
template <typename Int>
bool readInteger(Context& context, const Path& path, const Json& json, Int& out) {
  const auto outOfRange = [&] {
    return context.fail(path, "must be between " + std::to_string(std::numeric_limits<Int>::min()) + " and " +
                                  std::to_string(std::numeric_limits<Int>::max()));
  };
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (!std::in_range<Int>(value)) return outOfRange();
    out = static_cast<Int>(value);
    return true;
  }
  if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    if (!std::in_range<Int>(value)) return outOfRange();
    out = static_cast<Int>(value);
    return true;
  }
  if (json.is_number_float()) {
    const double value = json.get<double>();
    if (value != std::floor(value)) return context.fail(path, "must be a whole number");
    constexpr double kLimit = 9007199254740992.0;  // 2^53: beyond it a double does not say which integer it means
    if (std::abs(value) > kLimit || !std::in_range<Int>(static_cast<std::int64_t>(value))) return outOfRange();
    out = static_cast<Int>(value);
    return true;
  }
  if (!json.is_string()) return context.fail(path, "must be a whole number");
  const auto& text = json.get_ref<const std::string&>();
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, out);
  if (parsed.ec == std::errc::result_out_of_range) return outOfRange();
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return context.fail(path, "must be a whole number");
  return true;
}

}  // namespace

bool read(Context& context, const Path& path, const Json& json, std::int32_t& out) { return readInteger(context, path, json, out); }
bool read(Context& context, const Path& path, const Json& json, std::uint32_t& out) { return readInteger(context, path, json, out); }
bool read(Context& context, const Path& path, const Json& json, std::int64_t& out) { return readInteger(context, path, json, out); }
bool read(Context& context, const Path& path, const Json& json, std::uint64_t& out) { return readInteger(context, path, json, out); }

// --- Duration: "0.5s", up to nine fractional digits ----------------------------------------------
bool read(Context& context, const Path& path, const Json& json, Duration& out) {
  const auto wrong = [&] { return context.fail(path, "must be a duration such as \"0.5s\""); };
  if (!json.is_string()) return wrong();
  std::string_view text = json.get_ref<const std::string&>();
  if (text.empty() || text.back() != 's') return wrong();
  text.remove_suffix(1);
  if (!text.empty() && text.front() == '-') return context.fail(path, "must not be negative");
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || fraction.size() > 9 || (dot != std::string_view::npos && fraction.empty())) return wrong();
  if (!std::all_of(whole.begin(), whole.end(), isDigit) || !std::all_of(fraction.begin(), fraction.end(), isDigit)) return wrong();
  std::int64_t seconds = 0;
  constexpr std::int64_t kLongest = 9'000'000'000;  // what 64 bits of nanoseconds hold, about 285 years
  if (std::from_chars(whole.data(), whole.data() + whole.size(), seconds).ec != std::errc() || seconds > kLongest)
    return context.fail(path, "is too long");
  std::int64_t nanos = 0;
  for (std::size_t i = 0; i < 9; ++i) nanos = nanos * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  out = std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos);
  return true;
}

void write(Writer& writer, const Duration& value) {
  const auto nanos = value.count() % 1'000'000'000;
  std::string text = std::to_string(value.count() / 1'000'000'000);
  if (nanos != 0) {
    char digits[16];
    std::snprintf(digits, sizeof digits, ".%09lld", static_cast<long long>(nanos));
    const std::size_t length = nanos % 1'000'000 == 0 ? 4 : nanos % 1'000 == 0 ? 7 : 10;  // canonical: 3, 6 or 9 digits
    text.append(digits, length);
  }
  writer.string(text + "s");
}

// --- Value and Struct ----------------------------------------------------------------------------
bool read(Context& context, const Path& path, const Json& json, Value& out) {
  if (path.depth() > kMaxDepth) return context.fail(path, "is nested too deeply");
  if (json.is_object()) return read(context, path, json, out.data.emplace<Struct>());
  if (json.is_array()) {
    auto& list = out.data.emplace<List>();
    list.resize(json.size());
    for (std::size_t i = 0; i < json.size(); ++i)
      if (!read(context, path.at(i), json[i], list[i])) return false;
  } else if (json.is_string()) {
    out.data = json.get_ref<const std::string&>();
  } else if (json.is_boolean()) {
    out.data = json.get<bool>();
  } else if (json.is_number()) {
    out.data = json.get<double>();
  } else {
    out.data = nullptr;
  }
  return true;
}

bool read(Context& context, const Path& path, const Json& json, Struct& out) {
  if (!json.is_object()) return context.fail(path, "must be an object");
  out.clear();
  for (const auto& [key, value] : json.items())
    if (!read(context, path / key, value, out[key])) return false;
  return true;
}

void write(Writer& writer, const Value& value) {
  struct Visitor {
    Writer& writer;
    void operator()(std::nullptr_t) const { writer.null(); }
    void operator()(bool each) const { writer.boolean(each); }
    void operator()(double each) const { writer.number(each); }
    void operator()(const std::string& each) const { writer.string(each); }
    void operator()(const List& list) const {
      writer.beginArray();
      for (const Value& each : list) write(writer, each);
      writer.endArray();
    }
    void operator()(const Struct& fields) const { write(writer, fields); }
  };
  std::visit(Visitor{writer}, value.data);
}

void write(Writer& writer, const Struct& value) {
  writer.beginObject();
  for (const auto& [key, each] : value) {
    writer.key(key);
    write(writer, each);
  }
  writer.endObject();
}

// --- bytes: base64, standard or URL alphabet, padded or not --------------------------------------
namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int sextet(char c) {
  if (c == '-') c = '+';
  if (c == '_') c = '/';
  const auto found = kAlphabet.find(c);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}
}  // namespace

bool readBytes(Context& context, const Path& path, const Json& json, std::string& out) {
  if (!json.is_string()) return context.fail(path, "must be base64 text");
  std::string_view text = json.get_ref<const std::string&>();
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  out.clear();
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return context.fail(path, "is not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return count == 6 ? context.fail(path, "is not base64") : true;
}

void writeBytes(Writer& writer, std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u; };
    const std::uint32_t bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    text += kAlphabet[bits >> 18];
    text += kAlphabet[bits >> 12 & 63];
    text += i + 1 < bytes.size() ? kAlphabet[bits >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? kAlphabet[bits & 63] : '=';
  }
  writer.string(text);
}

// --- Any -----------------------------------------------------------------------------------------
bool anyContent(Context& context, const Path& path, const Json& json, std::string_view& url, const Json*& content) {
  if (!json.is_object()) return context.fail(path, "must be an object with \"@type\"");
  const auto type = json.find("@type");
  if (type == json.end() || !type->is_string()) return context.fail(path / "@type", "is required");
  url = type->get_ref<const std::string&>();
  content = &json;
  if (url != "type.googleapis.com/udpa.type.v1.TypedStruct" && url != "type.googleapis.com/xds.type.v3.TypedStruct") return true;
  const auto field = [&](const char* camel, const char* snake) {
    const auto found = json.find(camel);
    return found != json.end() ? found : json.find(snake);
  };
  const auto innerType = field("typeUrl", "type_url");
  if (innerType == json.end() || !innerType->is_string()) return context.fail(path / "typeUrl", "is required");
  url = innerType->get_ref<const std::string&>();
  const auto value = field("value", "value");
  static const Json kEmpty = Json::object();
  content = value == json.end() ? &kEmpty : &*value;
  return true;
}

}  // namespace varka::xds::codec
