#pragma once
// Value: one node of a YAML/JSON document, with the place it was written. An immutable-by-convention tree
// that everything of the control plane reads (galley, pilot, launcher). Cheap to copy: children are shared.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/origin.h"

namespace varka::resource {

class Value {
 public:
  enum class Kind { Null, Bool, Int, Double, String, List, Map };
  struct Entry;
  using List = std::vector<Value>;
  using Map = std::vector<Entry>;  // in the order written; keys are unique (the reader refuses duplicates)

  Value() = default;
  Value(bool value);
  Value(int value) : Value(static_cast<std::int64_t>(value)) {}
  Value(std::int64_t value);
  Value(double value);
  Value(std::string value);
  Value(std::string_view value) : Value(std::string(value)) {}
  Value(const char* value) : Value(std::string(value)) {}
  Value(List items);
  Value(Map entries);
  static Value map() { return Value(Map{}); }
  static Value list() { return Value(List{}); }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool isNull() const { return kind_ == Kind::Null; }
  [[nodiscard]] bool isMap() const { return kind_ == Kind::Map; }
  [[nodiscard]] bool isList() const { return kind_ == Kind::List; }
  [[nodiscard]] bool isString() const { return kind_ == Kind::String; }
  [[nodiscard]] bool isNumber() const { return kind_ == Kind::Int || kind_ == Kind::Double; }
  [[nodiscard]] bool isBool() const { return kind_ == Kind::Bool; }

  // Reading never fails: a missing or differently typed node gives the fallback. Types are galley's to check.
  [[nodiscard]] bool asBool(bool fallback = false) const;
  [[nodiscard]] std::int64_t asInt(std::int64_t fallback = 0) const;  // also "15" and 15.0
  [[nodiscard]] double asDouble(double fallback = 0) const;
  [[nodiscard]] const std::string& asString() const;  // "" unless a string; see text()
  [[nodiscard]] std::string text() const;             // any scalar as text: 15 -> "15", true -> "true"
  [[nodiscard]] const List& items() const;            // empty unless a list
  [[nodiscard]] const Map& entries() const;           // empty unless a map
  [[nodiscard]] std::size_t size() const;

  /// Child of a map, or a shared Null. `value["spec"]["hosts"]` is safe at any depth.
  const Value& operator[](std::string_view key) const;
  const Value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  const Value& operator[](std::size_t index) const;
  [[nodiscard]] bool has(std::string_view key) const;
  /// Walks "spec.http[0].route[1].weight" (keys with dots in brackets and quotes: labels['a.b/c']). Null if
  /// absent.
  [[nodiscard]] const Value& at(std::string_view path) const;

  // Building. Setters detach shared children first (copy on write).
  Value& set(std::string key, Value value);  // replaces or appends; a Null value becomes an empty map first
  bool erase(std::string_view key);
  Value& append(Value item);
  Value& mutableAt(std::string_view key);  // creates

  [[nodiscard]] const Mark& mark() const { return mark_; }
  void setMark(Mark mark) { mark_ = mark; }

  /// Equality of content; marks do not count, the order of map keys neither.
  bool operator==(const Value& other) const;

 private:
  Kind kind_ = Kind::Null;
  Mark mark_;
  std::int64_t number_ = 0;
  double real_ = 0;
  std::string string_;
  std::shared_ptr<List> list_;
  std::shared_ptr<Map> map_;
};

struct Value::Entry {
  std::string key;
  Mark keyMark;
  Value value;
};

}  // namespace varka::resource
