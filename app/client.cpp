#include "app/client.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/api/control_server.h"
#include "core/mesh/locations.h"
#include "core/mesh/mesh.h"

namespace varka::app {
namespace {

namespace fs = std::filesystem;

/// The mesh of the folder or of the nearest one above it.
const mesh::RunningMesh* meshOfFolder(const std::vector<mesh::RunningMesh>& running, fs::path folder) {
  for (;; folder = folder.parent_path()) {
    const auto found = std::find_if(running.begin(), running.end(), [&](const auto& each) { return each.project == folder.string(); });
    if (found != running.end()) return &*found;
    if (folder == folder.parent_path()) return nullptr;
  }
}

}  // namespace

Result<std::string> runtimeDirectory(const Invocation& invocation) {
  if (invocation.has("project")) {
    mesh::MeshOptions options;
    options.project = invocation.value("project");
    const auto located = mesh::locate(options);
    if (!located) return fail(located.error());
    return located->runtime;
  }
  const auto running = mesh::runningMeshes();
  std::error_code error;
  if (const auto* here = meshOfFolder(running, fs::current_path(error))) return here->runtime;
  if (running.size() == 1) return running.front().runtime;
  if (running.empty()) return fail("no mesh is running; start one with `varka up` or `varka open`");
  std::string list;
  for (const auto& each : running) list += "\n  -p " + each.project;
  return fail("several meshes are running; say which:" + list);
}

std::optional<api::ControlClient> connectMesh(const Invocation& invocation) {
  const auto directory = runtimeDirectory(invocation);
  if (!directory) {
    complain(kNoMesh, directory.error().message);
    return std::nullopt;
  }
  auto client = api::ControlClient::connect(api::controlSocketPath(*directory));
  if (!client) {
    complain(kNoMesh, "no mesh of this project is running (" + client.error().message + "); start it with `varka up`");
    return std::nullopt;
  }
  return std::move(*client);
}

std::optional<nlohmann::json> ask(const Invocation& invocation, std::string_view method, const nlohmann::json& params,
                                  const std::function<bool(const nlohmann::json&)>& onItem) {
  auto client = connectMesh(invocation);
  if (!client) return std::nullopt;
  auto answer = client->call(method, params, onItem);
  if (!answer) {
    complain(kFailed, answer.error().message);
    return std::nullopt;
  }
  return std::move(*answer);
}

}  // namespace varka::app
