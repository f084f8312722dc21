#pragma once
// The caller's end of the control socket: blocking, for the command line. One call at a time; any thread, no Qt loop.

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace varka::api {

class ControlClient {
 public:
  static Result<ControlClient> connect(const std::string& socketPath);
  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&& other) noexcept;
  ~ControlClient();

  /// Sends and waits for the answer; `onItem` sees the items of a stream and ends the call by returning false.
  Result<nlohmann::json> call(std::string_view method, const nlohmann::json& params,
                              const std::function<bool(const nlohmann::json&)>& onItem = {});

 private:
  explicit ControlClient(int descriptor) : descriptor_(descriptor) {}
  Result<std::string> readLine();

  int descriptor_ = -1;
  int nextId_ = 0;
  std::string buffer_;
};

}  // namespace varka::api
