#pragma once
// Reads the traffic kinds of a snapshot into Rules, one reader per kind. Pure.

#include "core/pilot/model/rules.h"
#include "core/pilot/pilot.h"

namespace varka::pilot {

[[nodiscard]] Rules buildRules(const PilotInput& input);

[[nodiscard]] std::vector<VirtualServicePtr> readVirtualServices(const PilotInput& input);
[[nodiscard]] std::map<std::string, std::map<std::string, std::vector<DestinationRulePtr>>>
readDestinationRules(const PilotInput& input);
[[nodiscard]] std::vector<Gateway> readGateways(const PilotInput& input);
[[nodiscard]] std::map<std::string, std::vector<PeerAuthentication>> readPeerAuthentications(
    const PilotInput& input);

/// The rules of delegate `child` below root rule `root`: each match merged, incompatible ones dropped (trap
/// 11).
[[nodiscard]] std::vector<HttpRule> mergeDelegate(const HttpRule& root, const resource::Object& child);

/// All objects of a kind, oldest first.
[[nodiscard]] std::vector<resource::ObjectPtr> oldestFirst(const resource::Snapshot& snapshot,
                                                           std::string_view group, std::string_view kind);
[[nodiscard]] std::vector<std::string> texts(const resource::Value& list);

}  // namespace varka::pilot
