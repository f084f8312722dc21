#pragma once
// Box<T>: a heap value with value semantics, for messages that contain themselves (a permission inside a permission).

#include <memory>
#include <utility>

namespace varka::xds {

template <typename T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: implicit, as a value would be
  Box(const Box& other) : value_(std::make_unique<T>(*other)) {}
  Box(Box&& other) noexcept = default;
  Box& operator=(const Box& other) { return *this = Box(other); }
  Box& operator=(Box&& other) noexcept = default;
  ~Box() = default;

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  bool operator==(const Box& other) const { return **this == *other; }

 private:
  std::unique_ptr<T> value_;  // null only after being moved from
};

}  // namespace varka::xds
