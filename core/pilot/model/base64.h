#pragma once
// Standard base64, as Secret.data and `bytes` fields carry it.

#include <string>
#include <string_view>

namespace varka::pilot {

/// Line breaks are skipped; anything else outside the alphabet ends the reading.
[[nodiscard]] std::string base64Decoded(std::string_view text);

}  // namespace varka::pilot
