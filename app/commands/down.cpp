#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"

namespace varka::app {
namespace {

int down(const Invocation& invocation) {
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  // The answer comes when nothing is left; the engine may close the socket right behind it.
  const auto answer = client->call("down", nlohmann::json::object());
  return answer ? int{kOk} : complain(kFailed, answer.error().message);
}

}  // namespace

Command downCommand() {
  return {"down", "", "Stops the mesh; returns when nothing of it is left", {}, down};
}

}  // namespace varka::app
