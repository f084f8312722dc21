#pragma once
// What the field machine stands on: the path to a value, the context that collects the first error and the notices,
// the writer, and the proto3-JSON forms of scalars. Only codec/*.cpp include this; nothing here throws.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/xds/codec.h"
#include "core/xds/common.h"
#include "core/xds/json_writer.h"

namespace varka::xds::codec {

using Json = nlohmann::json;

inline constexpr int kMaxDepth = 100;

/// Where we are in the document: a list on the call stack, made into text only for an error.
class Path {
 public:
  Path() = default;
  Path operator/(std::string_view name) const { return Path(this, name, kNoIndex); }
  [[nodiscard]] Path at(std::size_t index) const { return Path(this, {}, index); }
  [[nodiscard]] int depth() const { return depth_; }
  [[nodiscard]] std::string text() const;  // "virtualHosts[0].routes[2].match"

 private:
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  Path(const Path* parent, std::string_view name, std::size_t index)
      : parent_(parent), name_(name), index_(index), depth_(parent->depth_ + 1) {}
  const Path* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = kNoIndex;
  int depth_ = 0;
};

struct Context {
  std::string error;  // the first one: "path.to.field: reason"
  Notices* notices = nullptr;

  /// Always false, so that readers can `return context.fail(…)`.
  bool fail(const Path& path, std::string_view reason);
  void notice(const Path& path);
};

/// JsonWriter with the two habits of proto JSON: objects that may turn out empty, and typed objects.
class Writer : public JsonWriter {
 public:
  using JsonWriter::JsonWriter;

  void beginObject() {
    JsonWriter::beginObject();
    if (pendingType_.empty()) return;
    field("@type", pendingType_);
    pendingType_ = {};
  }
  /// An object under `name`, taken back when `body` writes nothing.
  template <typename Body>
  void group(std::string_view name, Body body) {
    const auto before = out_.size();
    key(name);
    beginObject();
    const auto opened = out_.size();
    body();
    if (out_.size() == opened) out_.resize(before);
    else endObject();
  }
  /// The object that `body` writes gets "@type" as its first field.
  template <typename Body>
  void typed(std::string_view url, Body body) {
    pendingType_ = url;
    body();
  }

 private:
  std::string_view pendingType_;
};

// --- enumerations --------------------------------------------------------------------------------
/// One per enumerator, in its order: the proto's name and number.
struct EnumName {
  std::string_view name;
  int number;
};
/// Specialised beside the area of the enumeration; nullptr = not known to the codec.
template <typename T>
constexpr auto kEnumNames = nullptr;
template <typename T>
concept Enumeration = !std::is_same_v<decltype(kEnumNames<T>), const std::nullptr_t>;

bool readEnum(Context& context, const Path& path, const Json& json, const EnumName* names, std::size_t count, std::size_t& out);
template <std::size_t N>
bool readEnum(Context& context, const Path& path, const Json& json, const std::array<EnumName, N>& names, std::size_t& out) {
  return readEnum(context, path, json, names.data(), N, out);
}

// --- scalars -------------------------------------------------------------------------------------
bool read(Context& context, const Path& path, const Json& json, bool& out);
bool read(Context& context, const Path& path, const Json& json, std::string& out);
bool read(Context& context, const Path& path, const Json& json, double& out);
bool read(Context& context, const Path& path, const Json& json, std::int32_t& out);
bool read(Context& context, const Path& path, const Json& json, std::uint32_t& out);
bool read(Context& context, const Path& path, const Json& json, std::int64_t& out);
bool read(Context& context, const Path& path, const Json& json, std::uint64_t& out);
bool read(Context& context, const Path& path, const Json& json, Duration& out);
bool read(Context& context, const Path& path, const Json& json, Value& out);
bool read(Context& context, const Path& path, const Json& json, Struct& out);
bool readBytes(Context& context, const Path& path, const Json& json, std::string& out);

inline void write(Writer& writer, bool value) { writer.boolean(value); }
inline void write(Writer& writer, const std::string& value) { writer.string(value); }
inline void write(Writer& writer, double value) { writer.number(value); }
inline void write(Writer& writer, std::int32_t value) { writer.integer(value); }
inline void write(Writer& writer, std::uint32_t value) { writer.unsignedInteger(value); }
inline void write(Writer& writer, std::int64_t value) { writer.string(std::to_string(value)); }   // proto3 JSON
inline void write(Writer& writer, std::uint64_t value) { writer.string(std::to_string(value)); }  // proto3 JSON
void write(Writer& writer, const Duration& value);
void write(Writer& writer, const Value& value);
void write(Writer& writer, const Struct& value);
void writeBytes(Writer& writer, std::string_view bytes);

/// Takes an Any apart: its type and the object with its fields; unwraps TypedStruct.
bool anyContent(Context& context, const Path& path, const Json& json, std::string_view& url, const Json*& content);

}  // namespace varka::xds::codec
