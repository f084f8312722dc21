#include "core/pilot/model/mesh_model.h"

#include "core/pilot/model/build_rules.h"

namespace varka::pilot {

MeshModel buildMeshModel(PilotInput input) {
  MeshModel model;
  if (!input.resources) input.resources = std::make_shared<const resource::Snapshot>();
  model.registry = buildRegistry(input);
  model.rules = buildRules(input);
  model.input = std::move(input);
  return model;
}

}  // namespace varka::pilot
