#pragma once
// The inside of a PushContext, for Pilot's own files and tests.

#include "core/pilot/model/mesh_model.h"

namespace varka::pilot {

struct PushContext::State {
  MeshModel model;
};

}  // namespace varka::pilot
