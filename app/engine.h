#pragma once
// Composition: how up and open make the engine from their options, with the control socket beside it.

#include <vector>

#include "app/command.h"
#include "core/mesh/mesh.h"

namespace varka::app {

/// The options that up and open share, after `own`.
std::vector<Option> withMeshOptions(std::vector<Option> own);
/// From those options and the first positional word; includes the control socket as companion.
mesh::MeshOptions meshOptions(const Invocation& invocation);

}  // namespace varka::app
