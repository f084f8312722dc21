#pragma once
// The host's listening sockets of gateways: made once by the launcher and inherited by each proxy of the
// workload, so that a restarted gateway refuses no connection. Mesh thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/launcher/descriptor.h"
#include "core/launcher/plan.h"

namespace varka::launcher {

class GatewayPorts {
 public:
  void configure(std::map<int, int> wanted) { wanted_ = std::move(wanted); }
  /// Opens what `service` of the gateway `workload` needs and is not open yet; says whether anything was
  /// added.
  bool add(const std::string& workload, const ServiceSpec& service, std::vector<std::string>& problems);
  [[nodiscard]] std::vector<std::pair<int, int>> listeners(
      const std::string& workload) const;  // port → descriptor
  [[nodiscard]] std::vector<std::pair<int, int>> hostPorts(
      const std::string& workload) const;  // port → host port
  [[nodiscard]] std::vector<HostAddress> addresses() const;
  void clear() { open_.clear(); }

 private:
  struct Open {
    UniqueFd listener;
    int hostPort = 0;
    HostAddress address;
  };
  std::map<int, int> wanted_;                         // Service port → host port
  std::map<std::pair<std::string, int>, Open> open_;  // workload, listener port
};

}  // namespace varka::launcher
