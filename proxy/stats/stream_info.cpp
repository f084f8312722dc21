#include "proxy/stats/stream_info.h"

#include <iterator>

namespace varka::proxy {
namespace {

// Envoy's short names, in the order of ResponseFlag.
constexpr std::string_view kNames[] = {"LH", "UH",  "UT", "LR",   "UR",  "UF", "UC", "UO",    "NR",  "DI", "FI", "RL",   "UAEX",
                                       "RLSE", "DC", "URX", "SI", "IH", "DPE", "UMSDR", "UPE", "NC", "OM", "DT", "NFCF", "DR"};
static_assert(std::size(kNames) == static_cast<std::size_t>(ResponseFlag::kCount));

}  // namespace

std::string ResponseFlags::text() const {
  std::string out;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (!has(static_cast<ResponseFlag>(i))) continue;
    if (!out.empty()) out += ',';
    out += kNames[i];
  }
  return out;
}

void ResponseFlags::appendTo(std::string& out) const {
  out += any() ? text() : "-";
}

bool ResponseFlags::hasNamed(std::string_view shortName) const {
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == shortName) return has(static_cast<ResponseFlag>(i));
  return false;
}

}  // namespace varka::proxy
