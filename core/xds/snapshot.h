#pragma once
// Snapshot: everything one proxy should have, as Pilot generates it. A value; immutable once shared with a stream.

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/xds/resource.h"

namespace varka::xds {

struct Snapshot {
  using Resources = std::map<std::string, Resource>;  // by name
  std::map<std::string, Resources, std::less<>> types;  // by typeUrl

  void add(Resource resource) {
    auto& resources = types[resource.typeUrl];
    auto name = resource.name;
    resources.insert_or_assign(std::move(name), std::move(resource));
  }
  /// The resources of a type; empty when there are none.
  [[nodiscard]] const Resources& of(std::string_view typeUrl) const {
    static const Resources kNone;
    const auto found = types.find(typeUrl);
    return found == types.end() ? kNone : found->second;
  }
  bool operator==(const Snapshot&) const = default;
};

}  // namespace varka::xds
