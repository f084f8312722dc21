#include "core/api/control_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace varka::api {

using nlohmann::json;

Result<ControlClient> ControlClient::connect(const std::string& socketPath) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socketPath.size() >= sizeof address.sun_path) return fail("socket path is too long: " + socketPath);
  std::memcpy(address.sun_path, socketPath.c_str(), socketPath.size() + 1);
  ControlClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (client.descriptor_ < 0) return fail("socket: " + errnoText(errno));
  if (::connect(client.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail("connect to " + socketPath + ": " + errnoText(errno));
  }
  return client;
}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), nextId_(other.nextId_), buffer_(std::move(other.buffer_)) {}

ControlClient& ControlClient::operator=(ControlClient&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(nextId_, other.nextId_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

ControlClient::~ControlClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::string> ControlClient::readLine() {
  std::size_t searched = 0;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    searched = buffer_.size();
    char chunk[65536];
    const auto count = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("read from the mesh: " + errnoText(errno));
    if (count == 0) return fail("the mesh closed the connection; it has probably stopped");
    buffer_.append(chunk, static_cast<std::size_t>(count));
  }
}

Result<json> ControlClient::call(std::string_view method, const json& params, const std::function<bool(const json&)>& onItem) {
  const int id = ++nextId_;
  const std::string text =
      json({{"id", id}, {"method", method}, {"params", params}}).dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
  for (std::size_t sent = 0; sent < text.size();) {
    const auto count = ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("write to the mesh: " + errnoText(errno));
    sent += static_cast<std::size_t>(count);
  }
  for (;;) {
    auto line = readLine();
    if (!line) return fail(line.error());
    json message = json::parse(*line, nullptr, false);
    if (!message.is_object() || message.value("id", 0) != id) continue;  // the rest of a stream that was left early
    if (message.contains("error")) return fail(message["error"].value("message", std::string("unknown error")));
    if (message.contains("result")) return std::move(message["result"]);
    if (onItem && message.contains("item") && !onItem(message["item"])) return json();
  }
}

}  // namespace varka::api
