#pragma once
// Where a mesh lives on disk: the project, its state and runtime directories, our programs and samples; and which meshes run.
// Functions of paths and the environment; any thread. Socket paths must stay short (108 bytes), hence the hash.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace varka::mesh {

struct MeshOptions;

struct Locations {
  std::string project;    // absolute: a folder, or one YAML file
  std::string directory;  // the folder of the project
  std::string key;        // 8 hex digits of the project's path
  std::string runtime, state, bin, samples;
};

/// Fills in what the options leave open. Fails when the project or the sample does not exist.
Result<Locations> locate(const MeshOptions& options);

/// A running mesh as its runtime directory tells.
struct RunningMesh {
  std::string runtime, project;
  std::int64_t pid = 0;
};
/// All that hold their lock, of this user.
std::vector<RunningMesh> runningMeshes();

/// $XDG_RUNTIME_DIR/varka, or below /tmp when there is none.
std::string runtimeBase();
/// The folder with the samples: $VARKA_SAMPLES, beside the program, or in the source tree. "" if there is none.
std::string samplesDirectory();
/// The folder of the running program.
std::string programDirectory();

}  // namespace varka::mesh
