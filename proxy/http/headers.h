#pragma once
// Headers: the fields of one message, names in lower case, in order. Views into one arena of the message, so
// that a head is copied once as a whole and never per field. RequestHead and ResponseHead add what the start
// line says. Plain values.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varka::proxy {

enum class Protocol : std::uint8_t { Http10, Http11, Http2 };
std::string_view protocolName(Protocol protocol);  // "HTTP/1.1"

/// Bytes that stay where they are until clear(). Blocks come from, and go back to, a small stock of the
/// thread.
class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(Arena&& other) noexcept : blocks_(std::move(other.blocks_)), used_(other.used_) {}
  Arena& operator=(Arena&& other) noexcept;

  /// Uninitialised room for `size` bytes.
  char* room(std::size_t size);
  std::string_view copy(std::string_view text);
  std::string_view concat(std::string_view a, std::string_view b);
  void clear();

 private:
  static constexpr std::size_t kBlock = 4096;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  void addBlock(std::size_t size);
  void release();

  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // in the last block
};

class Headers {
 public:
  struct Field {
    std::string_view name;  // lower case
    std::string_view value;
  };

  Headers() = default;
  Headers(Headers&&) = default;
  Headers& operator=(Headers&&) = default;

  /// First value of `name` (lower case), "" when absent; has() tells the two apart.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const Field* find(std::string_view name) const;
  /// All values joined with "," as Envoy does for matching; nullopt when absent.
  [[nodiscard]] std::optional<std::string> joined(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  void add(std::string_view name, std::string_view value);  // copies both
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void addStored(std::string_view name, std::string_view value) {
    fields_.push_back({name, value});
  }  // no copy
  /// Appends ",value" to the existing field, or adds it.
  void append(std::string_view name, std::string_view value);
  bool remove(std::string_view name);
  template <typename Predicate>
  void removeIf(Predicate predicate) {
    std::erase_if(fields_, predicate);
  }

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  /// Sum of names and values.
  [[nodiscard]] std::size_t byteSize() const;
  Arena& arena() { return arena_; }
  void clear();
  void copyFrom(const Headers& other);

 private:
  Arena arena_;
  std::vector<Field> fields_;
};

class RequestHead : public Headers {
 public:
  // Views into the arena. `authority` comes from Host; there is no "host" field in the list.
  std::string_view method, path, authority, scheme;
  Protocol protocol = Protocol::Http11;
  /// Body length: -1 = none announced (no body, or chunked when `chunked`).
  std::int64_t contentLength = -1;
  bool chunked = false;
  bool keepAlive = true;
  bool expectContinue = false;
  std::string_view upgrade;  // value of Upgrade when Connection names it; "" otherwise

  void setMethod(std::string_view value) { method = arena().copy(value); }
  void setPath(std::string_view value) { path = arena().copy(value); }
  void setAuthority(std::string_view value) { authority = arena().copy(value); }
  void setScheme(std::string_view value) { scheme = arena().copy(value); }
  /// Also answers for ":method", ":path", ":authority", ":scheme" and "host".
  [[nodiscard]] std::optional<std::string_view> lookup(std::string_view name) const;
  void clear();
  void copyFrom(const RequestHead& other);
};

class ResponseHead : public Headers {
 public:
  int status = 0;
  Protocol protocol = Protocol::Http11;
  std::int64_t contentLength = -1;
  bool chunked = false;
  bool keepAlive = true;
  bool untilClose = false;  // the body ends with the connection
  bool upgrade = false;     // 101, or 2xx to CONNECT: bytes follow in both directions
  void clear();
};

/// Case-insensitive equality of ASCII.
bool equalsIgnoreCase(std::string_view a, std::string_view b);
/// Whether the comma separated list `value` contains `token` (case-insensitive).
bool listContains(std::string_view value, std::string_view token);

}  // namespace varka::proxy
