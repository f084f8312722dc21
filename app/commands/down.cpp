#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/client.h"
#include "app/commands/commands.h"
#include "core/mesh/run_directory.h"

namespace varka::app {
namespace {

using namespace std::chrono_literals;

/// The engine lets go of its directory last, when all else is gone.
bool letGo(const std::string& directory) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (mesh::RunDirectory::owner(directory)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(10ms);  // another process's lock: there is nothing to wait on
  }
  return true;
}

int down(const Invocation& invocation) {
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  const auto directory = runtimeDirectory(invocation);
  // The engine may close the socket right behind its answer, or before it: what counts is that it is gone.
  const auto answer = client->call("down", nlohmann::json::object());
  if (directory && letGo(*directory)) return kOk;
  return complain(kFailed, answer ? "the mesh has stopped its processes and does not end" : answer.error().message);
}

}  // namespace

Command downCommand() {
  return {"down", "", "Stops the mesh; returns when nothing of it is left", {}, down};
}

}  // namespace varka::app
