#pragma once
// Where a generated resource came from, as metadata: Istio's `istio.config` path and our own `varka` source,
// object, rule.

#include <string>
#include <string_view>

#include "core/resource/object.h"
#include "core/xds/value.h"

namespace varka::pilot {

/// "/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews"
[[nodiscard]] std::string istioConfigPath(const resource::Object& object);
/// "istio/reviews.yaml:12" of a node, of the object's start when the node has no mark, "" when unknown.
[[nodiscard]] std::string sourceText(const resource::Object& object, const Mark& mark = {});
/// "VirtualService default/reviews"
[[nodiscard]] std::string objectText(const resource::Object& object);
/// "#2 name", counted from one, as people do.
[[nodiscard]] std::string ruleText(int index, std::string_view name);

[[nodiscard]] xds::Metadata metadataFor(const resource::Object& object, const Mark& mark = {},
                                        std::string rule = {});

}  // namespace varka::pilot
