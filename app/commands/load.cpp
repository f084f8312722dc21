#include <charconv>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"

namespace varka::app {
namespace {

int load(const Invocation& invocation) {
  const auto text = invocation.value("rps", "10");
  double rps = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), rps).ec != std::errc() || rps < 0) return complain(kUsage, "--rps is a number; 0 stops");
  const auto answer = ask(invocation, "load", {{"rps", rps}, {"url", invocation.positional(0)}});
  return answer ? kOk : kFailed;
}

}  // namespace

Command loadCommand() {
  return {"load", "[URL] [--rps N]", "Steady GETs of an address by the running mesh; default: the first page of the ingress",
          {{"rps", 0, "N", "requests per second, 0 stops; default 10"}}, load};
}

}  // namespace varka::app
