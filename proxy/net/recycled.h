#pragma once
// Recycled<T>: memory of objects that come and go with every request is kept by the thread for the next one.
// Inherit as `class T final : public Recycled<T>`. Bounded.

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace varka::proxy {

template <typename T>
class Recycled {
 public:
  static void* operator new(std::size_t size) {
    auto& spare = stock();
    if (size != sizeof(T) || spare.pieces.empty()) return ::operator new(size);
    void* const piece = spare.pieces.back();
    spare.pieces.pop_back();
    return piece;
  }
  static void operator delete(void* piece, std::size_t size) {
    auto& spare = stock();
    if (size != sizeof(T) || spare.pieces.size() >= kMost)
      ::operator delete(piece);
    else
      spare.pieces.push_back(piece);
  }

 private:
  static constexpr std::size_t kMost = 64;
  struct Stock {
    ~Stock() {
      for (void* piece : pieces) ::operator delete(piece);
    }
    std::vector<void*> pieces;
  };
  static Stock& stock() {
    static thread_local Stock spare;
    return spare;
  }
};

}  // namespace varka::proxy
