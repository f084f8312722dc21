#pragma once
// Who made an answer that is not a success: the word of RequestRecord::origin and its letter in the graph.
// Pure functions.

#include <array>
#include <string>
#include <string_view>

#include "core/xds/telemetry.h"

namespace varka::telemetry {

/// The index is used for votes; kOriginNames[i] has the letter kOriginLetters[i].
inline constexpr std::array<std::string_view, 7> kOriginNames = {"app", "policy",  "fault",   "network",
                                                                 "tls", "noroute", "overload"};
inline constexpr std::array<std::string_view, 7> kOriginLetters = {"A", "P", "F", "N", "T", "R", "O"};

/// Index of a name, -1 for "" and unknown words.
[[nodiscard]] int originIndex(std::string_view name);

/// The record's own word if it has one, else decided from response flags, details and status; "" for a
/// success. A timeout counts as "app": the connection was fine, the answer did not come.
[[nodiscard]] std::string originOf(const xds::RequestRecord& record);

/// Of one hop: the client's proxy only sees that the answer came from upstream ("app"); when the server's
/// proxy made it (a policy's 403, a fault), its word counts.
[[nodiscard]] std::string settledOrigin(const xds::RequestRecord& client, const xds::RequestRecord* server);

}  // namespace varka::telemetry
