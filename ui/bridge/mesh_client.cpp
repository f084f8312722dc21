#include "ui/bridge/mesh_client.h"

namespace varka::ui {

void MeshClient::publish(mesh::MeshViewPtr view) {
  if (!view) return;
  view_ = std::move(view);
  Q_EMIT viewChanged(view_);
}

void MeshClient::publish(mesh::TrafficGraphPtr graph) {
  if (!graph) return;
  graph_ = std::move(graph);
  Q_EMIT graphChanged(graph_);
}

void MeshClient::publish(ObjectsPtr objects) {
  if (!objects) return;
  objects_ = std::move(objects);
  Q_EMIT objectsChanged(objects_);
}

void MeshClient::setProject(bool open) {
  hasProject_ = open;
  Q_EMIT projectChanged();
}

void MeshClient::setStartError(QString message) {
  startError_ = std::move(message);
  if (!startError_.isEmpty()) Q_EMIT failed(startError_);
}

}  // namespace varka::ui
