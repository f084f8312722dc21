#include "core/resource/value.h"

#include <charconv>
#include <cmath>

#include "core/resource/path.h"

namespace varka::resource {
namespace {

const Value kNull;
const std::string kEmpty;
const Value::List kNoItems;
const Value::Map kNoEntries;

template <typename T>
std::optional<T> parseWhole(std::string_view text) {
  T number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return number;
}

bool fitsInt(double value) {
  return std::isfinite(value) && std::abs(value) < 9.2e18;
}

bool containsAll(const Value::Map& some, const Value& other) {
  for (const auto& [key, mark, value] : some) {
    if (!other.has(key) || !(value == other[key])) return false;
  }
  return true;
}

}  // namespace

Value::Value(bool value) : kind_(Kind::Bool), number_(value ? 1 : 0) {}
Value::Value(std::int64_t value) : kind_(Kind::Int), number_(value) {}
Value::Value(double value) : kind_(Kind::Double), real_(value) {}
Value::Value(std::string value) : kind_(Kind::String), string_(std::move(value)) {}
Value::Value(List items) : kind_(Kind::List), list_(std::make_shared<List>(std::move(items))) {}
Value::Value(Map entries) : kind_(Kind::Map), map_(std::make_shared<Map>(std::move(entries))) {}

bool Value::asBool(bool fallback) const {
  return isBool() ? number_ != 0 : fallback;
}

std::int64_t Value::asInt(std::int64_t fallback) const {
  if (kind_ == Kind::Int) return number_;
  if (kind_ == Kind::Double) return fitsInt(real_) ? static_cast<std::int64_t>(real_) : fallback;
  if (isString()) return parseWhole<std::int64_t>(string_).value_or(fallback);
  return fallback;
}

double Value::asDouble(double fallback) const {
  if (kind_ == Kind::Double) return real_;
  if (kind_ == Kind::Int) return static_cast<double>(number_);
  if (isString()) return parseWhole<double>(string_).value_or(fallback);
  return fallback;
}

const std::string& Value::asString() const {
  return isString() ? string_ : kEmpty;
}

std::string Value::text() const {
  switch (kind_) {
    case Kind::Bool:
      return number_ != 0 ? "true" : "false";
    case Kind::Int:
      return std::to_string(number_);
    case Kind::Double: {
      char buffer[64];
      const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, real_);
      return error == std::errc() ? std::string(buffer, end) : std::string();
    }
    case Kind::String:
      return string_;
    default:
      return {};
  }
}

const Value::List& Value::items() const {
  return list_ ? *list_ : kNoItems;
}
const Value::Map& Value::entries() const {
  return map_ ? *map_ : kNoEntries;
}
std::size_t Value::size() const {
  return list_ ? list_->size() : entries().size();
}

const Value& Value::operator[](std::string_view key) const {
  for (const auto& entry : entries()) {
    if (entry.key == key) return entry.value;
  }
  return kNull;
}
const Value& Value::operator[](std::size_t index) const {
  return index < items().size() ? items()[index] : kNull;
}

bool Value::has(std::string_view key) const {
  for (const auto& entry : entries()) {
    if (entry.key == key) return true;
  }
  return false;
}

const Value& Value::at(std::string_view path) const {
  const Value* node = this;
  while (!path.empty()) {
    const auto step = takeStep(path);
    if (!step) return kNull;
    node = step->index ? &(*node)[*step->index] : &(*node)[step->name];
  }
  return *node;
}

Value& Value::mutableAt(std::string_view key) {
  if (kind_ != Kind::Map) {
    const Mark mark = mark_;
    *this = map();
    mark_ = mark;
  }
  if (map_.use_count() > 1) map_ = std::make_shared<Map>(*map_);
  for (auto& entry : *map_) {
    if (entry.key == key) return entry.value;
  }
  map_->push_back(Entry{std::string(key), {}, {}});
  return map_->back().value;
}

Value& Value::set(std::string key, Value value) {
  mutableAt(key) = std::move(value);
  return *this;
}

bool Value::erase(std::string_view key) {
  if (!has(key)) return false;
  if (map_.use_count() > 1) map_ = std::make_shared<Map>(*map_);
  return std::erase_if(*map_, [key](const Entry& entry) { return entry.key == key; }) > 0;
}

Value& Value::append(Value item) {
  if (kind_ != Kind::List) {
    const Mark mark = mark_;
    *this = list();
    mark_ = mark;
  }
  if (list_.use_count() > 1) list_ = std::make_shared<List>(*list_);
  list_->push_back(std::move(item));
  return *this;
}

bool Value::operator==(const Value& other) const {
  if (kind_ != other.kind_) return isNumber() && other.isNumber() && asDouble() == other.asDouble();
  switch (kind_) {
    case Kind::Null:
      return true;
    case Kind::Bool:
    case Kind::Int:
      return number_ == other.number_;
    case Kind::Double:
      return real_ == other.real_;
    case Kind::String:
      return string_ == other.string_;
    case Kind::List:
      return list_ == other.list_ || *list_ == *other.list_;
    case Kind::Map:
      return map_ == other.map_ || (size() == other.size() && containsAll(*map_, other));
  }
  return false;
}

}  // namespace varka::resource
