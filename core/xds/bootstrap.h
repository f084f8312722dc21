#pragma once
// config.bootstrap.v3: what `varka-proxy -c FILE` reads (its JSON form).

#include <optional>
#include <string>
#include <vector>

#include "core/xds/cluster.h"
#include "core/xds/listener.h"

namespace varka::xds {

struct Node {
  std::string id;       // "sidecar~IP~POD.NS~NS.svc.cluster.local"
  std::string cluster;  // canonical service "reviews.default"
  Struct metadata;      // Istio's node metadata
  Locality locality;
  std::string userAgentName;
  bool operator==(const Node&) const = default;
};

struct Bootstrap {
  Node node;
  std::vector<Listener> listeners;  // static_resources.…
  std::vector<Cluster> clusters;
  std::vector<Secret> secrets;
  std::optional<Address> adminAddress;  // admin.address
  bool operator==(const Bootstrap&) const = default;
};

}  // namespace varka::xds
