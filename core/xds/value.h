#pragma once
// Value: google.protobuf.Value as a plain tree (metadata, JWT payloads, tags). Numbers are doubles, as in the proto.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace varka::xds {

struct Value;
using Struct = std::map<std::string, Value>;
using List = std::vector<Value>;

struct Value {
  std::variant<std::nullptr_t, bool, double, std::string, List, Struct> data = nullptr;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : data(value) {}
  Value(double value) : data(value) {}
  Value(int value) : data(static_cast<double>(value)) {}
  Value(const char* value) : data(std::string(value)) {}
  Value(std::string value) : data(std::move(value)) {}
  Value(std::string_view value) : data(std::string(value)) {}
  Value(List value) : data(std::move(value)) {}
  Value(Struct value) : data(std::move(value)) {}

  bool operator==(const Value&) const = default;

  /// The child `key` of a struct; null when this is not a struct or has no such key.
  [[nodiscard]] const Value* find(std::string_view key) const;
  /// Walks structs by `path`; null when a step is missing.
  [[nodiscard]] const Value* at(const std::vector<std::string>& path) const;
  /// The string, or null when it is something else.
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data); }
  [[nodiscard]] const double* number() const { return std::get_if<double>(&data); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&data); }
  [[nodiscard]] const Struct* fields() const { return std::get_if<Struct>(&data); }
};

/// core.v3.Metadata: filter name → struct. "varka" carries the source of the configuration, "istio" Istio's own.
struct Metadata {
  std::map<std::string, Struct> filterMetadata;

  bool operator==(const Metadata&) const = default;
  /// The string filterMetadata[filter][key], "" when absent.
  [[nodiscard]] std::string_view text(std::string_view filter, std::string_view key) const;
  /// "file:line" of the configuration this came from (metadata `varka.source`), "" when unknown.
  [[nodiscard]] std::string_view source() const { return text("varka", "source"); }
  /// "VirtualService default/reviews" (metadata `varka.object`), "" when unknown.
  [[nodiscard]] std::string_view object() const { return text("varka", "object"); }
};
/// The metadata that says where a resource came from; empty when both are.
[[nodiscard]] Metadata sourceMetadata(std::string source, std::string object);

[[nodiscard]] std::string toJson(const Value& value);
[[nodiscard]] Result<Value> valueFromJson(std::string_view json);

}  // namespace varka::xds
