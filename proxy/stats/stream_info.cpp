#include "proxy/stats/stream_info.h"

#include <array>

namespace varka::proxy {
namespace {

// Envoy's short names, in the order of ResponseFlag.
constexpr std::array<std::string_view, static_cast<std::size_t>(ResponseFlag::kCount)> kShortNames = {
    "LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX",
    "RLSE", "DC", "URX", "SI", "IH", "DPE", "UMSDR", "UPE", "NC", "OM", "DT", "NFCF", "DR"};

}  // namespace

void ResponseFlags::appendTo(std::string& out) const {
  if (!any()) {
    out += '-';
    return;
  }
  bool first = true;
  for (std::size_t i = 0; i < kShortNames.size(); ++i) {
    if (!((bits_ >> i) & 1u)) continue;
    if (!first) out += ',';
    out += kShortNames[i];
    first = false;
  }
}

std::string ResponseFlags::text() const {
  std::string out;
  if (any()) appendTo(out);
  return out;
}

bool ResponseFlags::hasNamed(std::string_view shortName) const {
  for (std::size_t i = 0; i < kShortNames.size(); ++i)
    if (kShortNames[i] == shortName) return (bits_ >> i) & 1u;
  return false;
}

}  // namespace varka::proxy
