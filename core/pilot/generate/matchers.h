#pragma once
// Istio's StringMatch and HTTPMatchRequest as Envoy matchers (traps 17, 18). Pure translation.

#include <string>
#include <string_view>

#include "core/resource/value.h"
#include "core/xds/route.h"

namespace varka::pilot {

/// Exact, prefix or regex; monostate for an empty match (which means "present").
[[nodiscard]] xds::StringMatcher stringMatcher(const resource::Value& match);
/// An empty match and `regex: "*"` ask only for presence.
[[nodiscard]] bool asksPresence(const resource::Value& match);
/// `match` null = everything.
[[nodiscard]] xds::RouteMatch routeMatch(const resource::Value& match);
/// Prefix "/" or regex ".*" and no other condition.
[[nodiscard]] bool isCatchAll(const xds::RouteMatch& match);

}  // namespace varka::pilot
