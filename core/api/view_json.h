#pragma once
// The values of core/mesh/view.h as the JSON of `varka … -o json`. Pure. Fields are never renamed: scripts rely on them.

#include <nlohmann/json_fwd.hpp>

#include "core/mesh/view.h"

namespace varka::api {

nlohmann::json toJson(const mesh::MeshView& view);
nlohmann::json toJson(const mesh::PodView& pod);
nlohmann::json toJson(const mesh::CertificateView& certificate);
nlohmann::json toJson(const mesh::ProblemView& problem);
nlohmann::json toJson(const mesh::EventView& event);
nlohmann::json toJson(const mesh::LogLine& line);
nlohmann::json toJson(const mesh::TrafficRow& row);
nlohmann::json toJson(const mesh::TrafficGraph& graph);

}  // namespace varka::api
