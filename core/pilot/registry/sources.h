#pragma once
// Where services come from, one reader per kind. Used by the registry only.

#include <memory>
#include <vector>

#include "core/pilot/model/service.h"
#include "core/pilot/pilot.h"

namespace varka::pilot {

[[nodiscard]] std::vector<std::shared_ptr<Service>> kubernetesServices(const PilotInput& input);
[[nodiscard]] std::vector<std::shared_ptr<Service>> serviceEntries(const PilotInput& input);

/// The instance `endpoint` is for `service`: its ports resolved by number or name.
[[nodiscard]] ServiceEndpoint instanceOf(const Service& service, const Endpoint& endpoint);
[[nodiscard]] std::vector<std::string> textList(const resource::Value& list);

}  // namespace varka::pilot
