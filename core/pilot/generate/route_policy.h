#pragma once
// The policies of one HTTP rule: retries, faults, CORS, header operations. Pure translation of single fields.

#include <optional>
#include <string>
#include <vector>

#include "core/pilot/mesh_config.h"
#include "core/xds/route.h"

namespace varka::pilot {

inline constexpr const char* kFaultFilter = "envoy.filters.http.fault";
inline constexpr const char* kCorsFilter = "envoy.filters.http.cors";

/// The rule's own, else the mesh's, else Istio's default of two; none for `attempts: 0` (trap 21).
[[nodiscard]] std::optional<xds::RetryPolicy> retryPolicy(const resource::Value& retries,
                                                          const MeshConfig& mesh, bool consistentHash);
/// Null when nothing could ever be injected.
[[nodiscard]] std::optional<xds::HttpFault> faultOf(const resource::Value& fault);
[[nodiscard]] xds::CorsPolicy corsPolicy(const resource::Value& cors);

struct HeaderOperations {
  std::vector<xds::HeaderValueOption> requestAdd, responseAdd;
  std::vector<std::string> requestRemove, responseRemove;
  std::string authority;  // what `set` or `add` of Host asks for
};
[[nodiscard]] HeaderOperations headerOperations(const resource::Value& headers);

/// Istio's Percent message, or null: 12.5 -> 125000 of a million.
[[nodiscard]] std::optional<xds::FractionalPercent> percentOf(const resource::Value& percentage);

}  // namespace varka::pilot
