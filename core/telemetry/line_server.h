#pragma once
// LineServer: a Unix socket that takes lines from processes of the same user. Mesh thread. Knows nothing of
// the lines' meaning. Limits: line and buffer of a connection 64 KiB, 1024 connections; a connection that
// breaks them is closed.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace varka::telemetry {

inline constexpr std::size_t kMaxLine = 64 * 1024;
inline constexpr std::size_t kMaxConnections = 1024;

class LineServer {
 public:
  struct Peer {
    std::uint64_t connection = 0;
    std::int64_t pid = 0;
  };
  struct Callbacks {
    /// A process connected; false refuses it.
    std::function<bool(const Peer&)> connected;
    /// One line without its '\n'; false closes the connection.
    std::function<bool(const Peer&, std::string_view line)> line;
    std::function<void(const Peer&)> closed;
    /// Why a connection was refused or closed by us.
    std::function<void(const std::string&)> warning;
  };

  explicit LineServer(Callbacks callbacks);
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  /// Replaces a socket file that an earlier run left.
  Result<> listen(const std::string& path);
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::telemetry
