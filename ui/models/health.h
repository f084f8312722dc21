#pragma once
// Process state and traffic health are two signals; this is the one place that says which of them colours a row.

#include <QString>

#include "core/mesh/view.h"

namespace varka::ui {

/// The process decides while it is not ready; a ready pod has the health of its traffic.
mesh::Health podHealth(const mesh::PodView& pod, mesh::Health traffic);
/// "ready", "crashed · exit 139 (SIGSEGV)", "waiting · waits for redis".
QString podStateText(const mesh::PodView& pod);
/// The graph's id of the workload the pod belongs to.
std::string workloadNodeId(const std::string& ns, const std::string& workload);

}  // namespace varka::ui
