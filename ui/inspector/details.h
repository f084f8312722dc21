#pragma once
// What the inspector says about each kind of thing: pure functions from the engine's values to detail rows.

#include <vector>

#include "core/mesh/view.h"
#include "ui/inspector/detail_list.h"

namespace varka::ui {

std::vector<Detail> requestDetails(const mesh::TrafficRow& row);   // tab Request
std::vector<Detail> responseDetails(const mesh::TrafficRow& row);  // tab Response
std::vector<Detail> timingDetails(const mesh::TrafficRow& row);
std::vector<Detail> tlsDetails(const mesh::TrafficRow& row);
std::vector<Detail> workloadDetails(const mesh::MeshView& view, const mesh::TrafficGraph& graph, const std::string& nodeId);
std::vector<Detail> podDetails(const mesh::MeshView& view, const mesh::PodView& pod);
std::vector<Detail> edgeDetails(const mesh::TrafficGraph& graph, const std::string& edgeId);
std::vector<Detail> certificateDetails(const mesh::CertificateView& certificate);
std::vector<Detail> meshDetails(const mesh::MeshView& view, const mesh::TrafficGraph& graph);
std::vector<Detail> namespaceDetails(const mesh::MeshView& view, const std::string& ns);

}  // namespace varka::ui
