#pragma once
// apply and delete on the store, with kubectl's words: all or nothing, validated as a whole before anything changes. Mesh thread.

#include <string>
#include <vector>

#include "core/mesh/mesh.h"
#include "core/resource/store.h"

namespace varka::mesh {

/// Parsed and validated, not applied. `objects` is empty when a problem is an error.
struct Checked {
  std::vector<resource::Object> objects;
  std::vector<ProblemView> problems;
};
/// Namespaces must exist in `snapshot` or be made by the same text, as with kubectl.
Checked checkManifest(const std::string& yaml, const std::string& sourceName, const std::string& defaultNamespace,
                      const resource::Snapshot& snapshot);

Mesh::ApplyResult applyManifest(resource::Store& store, const std::string& yaml, const std::string& sourceName,
                                const std::string& defaultNamespace);
Mesh::ApplyResult removeObject(resource::Store& store, const resource::Key& key);

/// "virtualservice.networking.istio.io/reviews", "service/details".
std::string kubectlName(const resource::Key& key);

}  // namespace varka::mesh
