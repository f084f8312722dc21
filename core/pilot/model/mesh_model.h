#pragma once
// MeshModel: services and rules at one revision, knowing neither YAML's readers nor Envoy. What a PushContext
// is built around.

#include "core/pilot/model/rules.h"
#include "core/pilot/pilot.h"
#include "core/pilot/registry/registry.h"

namespace varka::pilot {

struct MeshModel {
  PilotInput input;
  Registry registry;
  Rules rules;

  [[nodiscard]] const MeshConfig& mesh() const { return input.mesh; }
  [[nodiscard]] const std::string& domain() const { return input.clusterDomain; }
};

[[nodiscard]] MeshModel buildMeshModel(PilotInput input);

}  // namespace varka::pilot
