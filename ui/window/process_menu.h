#pragma once
// The process commands of a workload, one table for every right-click menu and the Services toolbar.

#include <QMenu>

#include "ui/bridge/mesh_client.h"
#include "ui/models/selection.h"

namespace varka::ui {

/// Adds Logs, Traffic, Start/Stop/Restart, Signal ▸, Open URL, Copy name for the pods of a workload.
void addProcessActions(QMenu& menu, MeshClient& client, Selection& selection, const std::string& ns, const std::string& workload);

/// The host address of a service that the pod belongs to: "http://127.0.0.1:34567", "" = none.
QString hostUrlOf(const mesh::MeshView& view, const mesh::PodView& pod);

}  // namespace varka::ui
