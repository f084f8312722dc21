#pragma once
// Reaching the running mesh from a command: which one is meant, its control socket, and what to say when there is none.

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "app/command.h"
#include "core/api/control_client.h"

namespace varka::app {

/// The runtime directory of the mesh that is meant; whether it runs is not known yet.
Result<std::string> runtimeDirectory(const Invocation& invocation);

/// Connects to the mesh of -p, of this folder (or one above it), or the only one that runs. Complains and gives nothing
/// when there is none; the exit code is then kNoMesh.
std::optional<api::ControlClient> connectMesh(const Invocation& invocation);

/// One call; complains on failure.
std::optional<nlohmann::json> ask(const Invocation& invocation, std::string_view method, const nlohmann::json& params,
                                  const std::function<bool(const nlohmann::json&)>& onItem = {});

}  // namespace varka::app
