#pragma once
// Rules in one line each, for people.

#include <string>
#include <vector>

#include "core/resource/value.h"

namespace varka::pilot {

/// "uri starts with /a · header end-user = jason"; "everything" for an empty match.
[[nodiscard]] std::string describeMatch(const resource::Value& match);
/// "delay 7s for 100 %", "timeout 3s", "2 retries", "mirror to reviews v2", "redirect to …"
[[nodiscard]] std::vector<std::string> describeActions(const resource::Value& rule);

}  // namespace varka::pilot
