#include "proxy/tcp/client_hello.h"

#include <cstdint>
#include <optional>

namespace varka::proxy {
namespace {

constexpr std::size_t kMostHello = 16 * 1024;

/// A cursor that cannot leave its bytes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::optional<std::uint32_t> number(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(size);
    return value;
  }
  /// A vector with a length of `size` bytes before it.
  std::optional<std::string_view> vector(std::size_t size) {
    const auto length = number(size);
    if (!length || rest_.size() < *length) return std::nullopt;
    const std::string_view value = rest_.substr(0, *length);
    rest_.remove_prefix(*length);
    return value;
  }
  bool skip(std::size_t size) {
    if (rest_.size() < size) return false;
    rest_.remove_prefix(size);
    return true;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

void readServerName(std::string_view data, ClientHello& hello) {
  Reader reader(data);
  const auto list = reader.vector(2);
  if (!list) return;
  Reader names(*list);
  while (!names.empty()) {
    const auto type = names.number(1);
    const auto name = names.vector(2);
    if (!type || !name) return;
    if (*type != 0 || name->size() > 255) continue;
    hello.serverName = *name;
    for (char& c : hello.serverName)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return;
  }
}

void readAlpn(std::string_view data, ClientHello& hello) {
  Reader reader(data);
  const auto list = reader.vector(2);
  if (!list) return;
  Reader names(*list);
  while (!names.empty() && hello.alpn.size() < 32) {
    const auto name = names.vector(1);
    if (!name) return;
    hello.alpn.emplace_back(*name);
  }
}

void readHello(std::string_view body, ClientHello& hello) {
  Reader reader(body);
  if (!reader.skip(2 + 32) || !reader.vector(1) || !reader.vector(2) || !reader.vector(1)) return;
  const auto extensions = reader.vector(2);
  if (!extensions) return;
  Reader list(*extensions);
  while (!list.empty()) {
    const auto type = list.number(2);
    const auto data = list.vector(2);
    if (!type || !data) return;
    if (*type == 0) readServerName(*data, hello);
    if (*type == 16) readAlpn(*data, hello);
  }
}

}  // namespace

ClientHello readClientHello(std::string_view bytes) {
  ClientHello hello;
  // The handshake message may be spread over records; gather it.
  std::string message;
  std::size_t at = 0;
  for (;;) {
    const std::string_view rest = bytes.substr(at);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    if (!rest.empty() && byte(0) != 0x16) return hello.state = ClientHello::State::NotTls, hello;
    if (rest.size() > 1 && byte(1) != 0x03) return hello.state = ClientHello::State::NotTls, hello;
    if (rest.size() < 5) return hello;
    const std::size_t length = static_cast<std::size_t>(byte(3)) << 8 | byte(4);
    if (length == 0 || length > kMostHello) return hello.state = ClientHello::State::NotTls, hello;
    const std::string_view piece = rest.substr(5, length);
    message.append(piece);
    if (!message.empty() && message[0] != 0x01) return hello.state = ClientHello::State::NotTls, hello;
    if (message.size() >= 4) {
      const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>(message[1])) << 16 |
                               static_cast<std::size_t>(static_cast<unsigned char>(message[2])) << 8 |
                               static_cast<unsigned char>(message[3]);
      if (size > kMostHello) return hello.state = ClientHello::State::NotTls, hello;
      if (message.size() >= 4 + size) {
        readHello(std::string_view(message).substr(4, size), hello);
        hello.state = ClientHello::State::Complete;
        return hello;
      }
    }
    if (piece.size() < length) return hello;
    at += 5 + length;
    if (message.size() > kMostHello) return hello.state = ClientHello::State::NotTls, hello;
  }
}

}  // namespace varka::proxy
