#pragma once
// Result<T>: how the outside world's failures travel. Bugs are assertions; the user's configuration gets galley messages.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace varka {

/// What happened, to which object, the likely cause and what to do: one readable sentence or two.
struct Error {
  std::string message;

  /// Adds what was being done, outermost first: "read varka.yaml: permission denied".
  [[nodiscard]] Error in(std::string_view context) const {
    return Error{std::string(context) + ": " + message};
  }
};

template <typename T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

/// errno as text, thread safe: "Address already in use".
[[nodiscard]] std::string errnoText(int code);

}  // namespace varka
