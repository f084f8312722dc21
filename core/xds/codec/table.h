#pragma once
// The machine behind the codec: a message is described once, as a tuple of fields, and both directions follow from it.
//
//   template <> constexpr auto kFields<Percent> = table(field("value", &Percent::value));
//
// Kinds of fields: field (left out when equal to the default), oneof, any (typed by "@type"), group (members of one
// struct that JSON nests one level deeper), flag (presence of an empty message), ignored (accepted, with a notice),
// legacy (read only: old spellings), custom and constant. Only codec/*.cpp include this; nothing here throws.

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/xds/box.h"
#include "core/xds/codec/scalars.h"

namespace varka::xds::codec {

// --- names ---------------------------------------------------------------------------------------
/// A field name in both spellings; written in snake_case, lowerCamelCase is derived at compile time.
class FieldName {
 public:
  consteval FieldName(const char* snake) : snake_(snake) {
    bool upper = false;
    for (const char c : snake_) {
      if (c == '_') {
        upper = true;
        continue;
      }
      camel_[length_++] = upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      upper = false;
    }
  }
  constexpr std::string_view camel() const { return {camel_.data(), length_}; }
  constexpr bool is(std::string_view key) const { return key == camel() || key == snake_; }

 private:
  std::string_view snake_;
  std::array<char, 64> camel_{};
  std::size_t length_ = 0;
};

// --- descriptions --------------------------------------------------------------------------------
/// The fields of a message. Specialised beside the message's area; nullptr = not a message.
template <typename T>
constexpr auto kFields = nullptr;
template <typename T>
concept Message = !std::is_same_v<decltype(kFields<T>), const std::nullptr_t>;

/// A struct that is written as its one member: a wrapper, a oneof alternative that carries a scalar.
template <typename T>
constexpr auto kBare = nullptr;
template <typename T>
concept Bare = !std::is_same_v<decltype(kBare<T>), const std::nullptr_t>;

/// The types an Any may hold: anyTypes(anyType<Router>("type.googleapis.com/…"), …). The first URL of a type is written.
template <typename T>
constexpr auto kAnyTypes = nullptr;
template <typename T>
concept Any = !std::is_same_v<decltype(kAnyTypes<T>), const std::nullptr_t>;

template <typename T>
struct AnyType {
  using Type = T;
  std::string_view url;
};
template <typename T>
constexpr AnyType<T> anyType(std::string_view url) {
  return {url};
}
template <typename... Types>
constexpr auto anyTypes(Types... types) {
  return std::tuple(types...);
}
template <typename... Fields>
constexpr auto table(Fields... fields) {
  return std::tuple(fields...);
}

template <typename M>
const M& defaults() {
  static const M kDefault{};
  return kDefault;
}

// --- reading and writing by type -----------------------------------------------------------------
template <Message T>
bool read(Context& context, const Path& path, const Json& json, T& out);
template <Message T>
void write(Writer& writer, const T& value);
template <Any T>
  requires(!Message<T>)
bool read(Context& context, const Path& path, const Json& json, T& out);
template <Any T>
  requires(!Message<T>)
void write(Writer& writer, const T& value);

template <Bare T>
bool read(Context& context, const Path& path, const Json& json, T& out) {
  return read(context, path, json, out.*kBare<T>);
}
template <Bare T>
void write(Writer& writer, const T& value) {
  write(writer, value.*kBare<T>);
}
template <Enumeration T>
bool read(Context& context, const Path& path, const Json& json, T& out) {
  std::size_t index = 0;
  if (!readEnum(context, path, json, kEnumNames<T>, index)) return false;
  out = static_cast<T>(index);
  return true;
}
template <Enumeration T>
void write(Writer& writer, const T& value) {
  writer.string(kEnumNames<T>[static_cast<std::size_t>(value)].name);
}
template <typename T>
bool read(Context& context, const Path& path, const Json& json, Box<T>& out) {
  return read(context, path, json, *out);
}
template <typename T>
void write(Writer& writer, const Box<T>& value) {
  write(writer, *value);
}
template <typename T>
bool read(Context& context, const Path& path, const Json& json, std::optional<T>& out) {
  return read(context, path, json, out.emplace());
}
template <typename T>
void write(Writer& writer, const std::optional<T>& value) {
  write(writer, *value);
}
template <typename T>
bool read(Context& context, const Path& path, const Json& json, std::vector<T>& out) {
  if (!json.is_array()) return context.fail(path, "must be a list");
  out.clear();
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i)
    if (!read(context, path.at(i), json[i], out.emplace_back())) return false;
  return true;
}
template <typename T>
void write(Writer& writer, const std::vector<T>& values) {
  writer.beginArray();
  for (const T& value : values) write(writer, value);
  writer.endArray();
}
template <typename T>
  requires(!std::is_same_v<T, Value>)
bool read(Context& context, const Path& path, const Json& json, std::map<std::string, T>& out) {
  if (!json.is_object()) return context.fail(path, "must be an object");
  out.clear();
  for (const auto& [key, value] : json.items())
    if (!read(context, path / key, value, out[key])) return false;
  return true;
}
template <typename T>
  requires(!std::is_same_v<T, Value>)
void write(Writer& writer, const std::map<std::string, T>& values) {
  writer.beginObject();
  for (const auto& [key, value] : values) {
    writer.key(key);
    write(writer, value);
  }
  writer.endObject();
}

// The kinds below have members called read and write; these find the free ones, also those of a single .cpp.
template <typename T>
bool readValue(Context& context, const Path& path, const Json& json, T& out) {
  return read(context, path, json, out);
}
template <typename T>
void writeValue(Writer& writer, const T& value) {
  write(writer, value);
}

/// Whether a member says nothing: what canonical JSON leaves out.
template <typename T>
bool isDefault(const T& value, const T& byDefault) { return value == byDefault; }
template <typename T>
bool isDefault(const std::optional<T>& value, const std::optional<T>&) { return !value.has_value(); }
template <typename T>
bool isDefault(const std::vector<T>& value, const std::vector<T>&) { return value.empty(); }
template <typename T>
bool isDefault(const std::map<std::string, T>& value, const std::map<std::string, T>&) { return value.empty(); }

// --- kinds of fields -----------------------------------------------------------------------------
// Each kind answers: owns(key)? read(context, path of the message, key, json, message), write(writer, message),
// missing(): must the field be there?
template <typename M, typename T>
struct Field {
  FieldName name;
  T M::*member;

  bool owns(std::string_view key) const { return name.is(key); }
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    return readValue(context, path / key, json, message.*member);
  }
  void write(Writer& writer, const M& message) const {
    if (isDefault(message.*member, defaults<M>().*member)) return;
    writer.key(name.camel());
    writeValue(writer, message.*member);
  }
};
template <typename M, typename T>
constexpr auto field(FieldName name, T M::*member) {
  return Field<M, T>{name, member};
}

template <typename T>
struct Alternative {
  using Type = T;
  FieldName name;
};
template <typename T>
constexpr Alternative<T> alt(FieldName name) {
  return {name};
}
template <typename M, typename V, typename... Ts>
struct Oneof {
  V M::*member;
  std::tuple<Alternative<Ts>...> alternatives;

  bool owns(std::string_view key) const {
    return std::apply([&](const auto&... each) { return (each.name.is(key) || ...); }, alternatives);
  }
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    V& variant = message.*member;
    if constexpr (std::is_same_v<std::variant_alternative_t<0, V>, std::monostate>)
      if (variant.index() != 0) return context.fail(path / key, "excludes another field of the same choice");
    bool good = false;
    const auto tryOne = [&]<typename T>(const Alternative<T>& alternative) {
      if (!alternative.name.is(key)) return false;
      good = readValue(context, path / key, json, variant.template emplace<T>());
      return true;
    };
    std::apply([&](const auto&... each) { (tryOne(each) || ...); }, alternatives);
    return good;
  }
  void write(Writer& writer, const M& message) const {
    const auto tryOne = [&]<typename T>(const Alternative<T>& alternative) {
      const T* value = std::get_if<T>(&(message.*member));
      if (!value) return false;
      writer.key(alternative.name.camel());
      writeValue(writer, *value);
      return true;
    };
    std::apply([&](const auto&... each) { (tryOne(each) || ...); }, alternatives);
  }
};
template <typename M, typename V, typename... Ts>
constexpr auto oneof(V M::*member, Alternative<Ts>... alternatives) {
  return Oneof<M, V, Ts...>{member, {alternatives...}};
}

/// A typed configuration. Written always unless it is an absent optional, because its type is content too.
template <typename M, typename T>
struct AnyField {
  FieldName name;
  T M::*member;
  bool required;

  bool owns(std::string_view key) const { return name.is(key); }
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    return readAny(context, path / key, json, message.*member);
  }
  void write(Writer& writer, const M& message) const {
    if (isAbsent(message.*member)) return;
    writer.key(name.camel());
    writeAny(writer, message.*member);
  }

 private:
  template <typename U>
  static bool isAbsent(const std::optional<U>& value) { return !value.has_value(); }
  template <typename U>
  static bool isAbsent(const U&) { return false; }
};
template <typename M, typename T>
constexpr auto any(FieldName name, T M::*member) {
  return AnyField<M, T>{name, member, true};
}
template <typename M, typename T>
constexpr auto anyIfThere(FieldName name, T M::*member) {
  return AnyField<M, T>{name, member, false};
}

template <typename... Fields>
struct Group {
  FieldName name;
  std::tuple<Fields...> fields;

  bool owns(std::string_view key) const { return name.is(key); }
  template <typename M>
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    return readFields(context, path / key, json, message, fields);
  }
  template <typename M>
  void write(Writer& writer, const M& message) const {
    writer.group(name.camel(), [&] { writeFields(writer, message, fields); });
  }
};
template <typename... Fields>
constexpr auto group(FieldName name, Fields... fields) {
  return Group<Fields...>{name, {fields...}};
}

template <typename M>
struct Flag {
  FieldName name;
  bool M::*member;

  bool owns(std::string_view key) const { return name.is(key); }
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    if (!json.is_object()) return context.fail(path / key, "must be an object");
    message.*member = true;
    return true;
  }
  void write(Writer& writer, const M& message) const {
    if (message.*member) writer.key(name.camel()), writer.raw("{}");
  }
};
template <typename M>
constexpr auto flag(FieldName name, bool M::*member) {
  return Flag<M>{name, member};
}

/// Accepted and without effect here.
struct Ignored {
  FieldName name;

  bool owns(std::string_view key) const { return name.is(key); }
  template <typename M>
  bool read(Context& context, const Path& path, std::string_view key, const Json&, M&) const {
    context.notice(path / key);
    return true;
  }
  template <typename M>
  void write(Writer&, const M&) const {}
};
constexpr auto ignored(FieldName name) {
  return Ignored{name};
}

/// An old spelling: read into today's members, never written.
template <typename M>
struct Legacy {
  FieldName name;
  bool (*reader)(Context&, const Path&, const Json&, M&);

  bool owns(std::string_view key) const { return name.is(key); }
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    return reader(context, path / key, json, message);
  }
  void write(Writer&, const M&) const {}
};
template <typename M>
constexpr auto legacy(FieldName name, bool (*reader)(Context&, const Path&, const Json&, M&)) {
  return Legacy<M>{name, reader};
}

/// What no other kind says: `writer` writes the value (its key is written before) when `there` holds.
template <typename M>
struct Custom {
  FieldName name;
  bool (*reader)(Context&, const Path&, const Json&, M&);
  bool (*there)(const M&);
  void (*writer)(Writer&, const M&);

  bool owns(std::string_view key) const { return name.is(key); }
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M& message) const {
    return reader(context, path / key, json, message);
  }
  void write(Writer& out, const M& message) const {
    if (there(message)) out.key(name.camel()), writer(out, message);
  }
};
template <typename M>
constexpr auto custom(FieldName name, bool (*reader)(Context&, const Path&, const Json&, M&), bool (*there)(const M&),
                      void (*writer)(Writer&, const M&)) {
  return Custom<M>{name, reader, there, writer};
}

/// A fixed key and text inside a group: "@type" of a nested Any, "name" of an extension. Read loosely, except "@type".
struct Constant {
  FieldName name;
  std::string_view text;

  bool owns(std::string_view key) const { return name.is(key); }
  template <typename M>
  bool read(Context& context, const Path& path, std::string_view key, const Json& json, M&) const {
    if (name.camel() != "@type" || (json.is_string() && json.get_ref<const std::string&>() == text)) return true;
    return context.fail(path / key, "is not a type that is understood here");
  }
  template <typename M>
  void write(Writer& writer, const M&) const { writer.field(name.camel(), text); }
};
constexpr auto constant(FieldName name, std::string_view text) {
  return Constant{name, text};
}

// --- messages ------------------------------------------------------------------------------------
template <typename F>
bool checkThere(Context& context, const Path& path, bool there, const F& each) {
  if constexpr (requires { each.required; })
    if (each.required && !there) return context.fail(path / each.name.camel(), "is required");
  return true;
}

template <typename M, typename Fields>
bool readFields(Context& context, const Path& path, const Json& json, M& message, const Fields& fields) {
  if (!json.is_object()) return context.fail(path, "must be an object");
  if (path.depth() > kMaxDepth) return context.fail(path, "is nested too deeply");
  std::array<bool, std::tuple_size_v<Fields> + 1> seen{};
  for (const auto& [key, value] : json.items()) {
    bool good = true;
    std::size_t index = 0;
    const auto tryOne = [&](const auto& each) {
      const std::size_t mine = index++;
      if (!each.owns(key)) return false;
      seen[mine] = !value.is_null();
      good = value.is_null() || each.read(context, path, key, value, message);  // null = default (proto3 JSON)
      return true;
    };
    const bool known = std::apply([&](const auto&... each) { return (tryOne(each) || ...); }, fields);
    if (!known && key != "@type") return context.fail(path / key, "unknown field");
    if (!good) return false;
  }
  std::size_t index = 0;
  const auto complete = [&](const auto& each) { return checkThere(context, path, seen[index++], each); };
  return std::apply([&](const auto&... each) { return (complete(each) && ...); }, fields);
}
template <typename M, typename Fields>
void writeFields(Writer& writer, const M& message, const Fields& fields) {
  std::apply([&](const auto&... each) { (each.write(writer, message), ...); }, fields);
}

template <Message T>
bool read(Context& context, const Path& path, const Json& json, T& out) {
  out = T{};  // not what the parent starts with: {} in the text means the message's own defaults
  return readFields(context, path, json, out, kFields<T>);
}
template <Message T>
void write(Writer& writer, const T& value) {
  writer.beginObject();
  writeFields(writer, value, kFields<T>);
  writer.endObject();
}

// --- Any -----------------------------------------------------------------------------------------
template <typename T>
bool readContent(Context& context, const Path& path, const Json& content, T& out) {
  if (!read(context, path, content, out)) return false;
  if constexpr (Bare<T>)  // a configuration that is kept as given: its type is not part of it
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(out.*kBare<T>)>, Struct>) (out.*kBare<T>).erase("@type");
  return true;
}
template <typename T>
bool readAny(Context& context, const Path& path, const Json& json, T& out) {
  std::string_view url;
  const Json* content = nullptr;
  if (!anyContent(context, path, json, url, content)) return false;
  bool good = false;
  const auto tryOne = [&]<typename U>(const AnyType<U>& type) {
    if (type.url != url) return false;
    if constexpr (std::is_same_v<T, U>) good = readContent(context, path, *content, out);
    else good = readContent(context, path, *content, out.template emplace<U>());
    return true;
  };
  const bool known = std::apply([&](const auto&... each) { return (tryOne(each) || ...); }, kAnyTypes<T>);
  if (!known) return context.fail(path / "@type", "\"" + std::string(url) + "\" is not supported here");
  return good;
}
template <typename T>
bool readAny(Context& context, const Path& path, const Json& json, std::optional<T>& out) {
  return readAny(context, path, json, out.emplace());
}
template <typename T>
bool readAny(Context& context, const Path& path, const Json& json, Box<T>& out) {
  return readAny(context, path, json, *out);
}

template <typename T>
void writeTyped(Writer& writer, std::string_view url, const T& value) {
  writer.typed(url, [&] { write(writer, value); });
}
template <typename T>
void writeAny(Writer& writer, const T& value) {
  const auto tryOne = [&]<typename U>(const AnyType<U>& type) {
    if constexpr (std::is_same_v<T, U>) {
      writeTyped(writer, type.url, value);
      return true;
    } else {
      const U* held = std::get_if<U>(&value);
      if (held) writeTyped(writer, type.url, *held);
      return held != nullptr;
    }
  };
  std::apply([&](const auto&... each) { (tryOne(each) || ...); }, kAnyTypes<T>);
}
template <typename T>
void writeAny(Writer& writer, const std::optional<T>& value) {
  writeAny(writer, *value);
}
template <typename T>
void writeAny(Writer& writer, const Box<T>& value) {
  writeAny(writer, *value);
}
template <Any T>
  requires(!Message<T>)
bool read(Context& context, const Path& path, const Json& json, T& out) {
  return readAny(context, path, json, out);
}
template <Any T>
  requires(!Message<T>)
void write(Writer& writer, const T& value) {
  writeAny(writer, value);
}

}  // namespace varka::xds::codec
