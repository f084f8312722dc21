#pragma once
// Patches of documents as the Kubernetes API takes them. Pure functions on values, any thread.

#include "core/resource/value.h"

namespace varka::resource {

/// RFC 7386 (application/merge-patch+json): maps merge, null removes, everything else replaces.
Value mergePatch(const Value& target, const Value& patch);

/// Kubernetes' strategic merge, the light part of it: as above, but lists whose items are maps with a merge
/// key (name for containers, env, volumes; containerPort, port, …) merge by that key; `$patch: delete`
/// removes an item. Lists of scalars and lists without a known key are replaced.
Value strategicMergePatch(const Value& target, const Value& patch);

}  // namespace varka::resource
