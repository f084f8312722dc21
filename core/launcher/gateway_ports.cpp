#include "core/launcher/gateway_ports.h"

#include "core/launcher/exit_reason.h"
#include "core/launcher/relay.h"

namespace varka::launcher {

bool GatewayPorts::add(const std::string& workload, const ServiceSpec& service,
                       std::vector<std::string>& problems) {
  bool added = false;
  for (const auto& port : service.ports) {
    const int target = targetPort(port, {});
    const auto key = std::make_pair(workload, target);
    if (port.protocol != "TCP" || target == 0 || open_.count(key) != 0) continue;
    const auto wanted = wanted_.find(port.port);
    const int hostPort = wanted == wanted_.end() ? 0 : wanted->second;
    auto listener = listenOnHost("127.0.0.1", hostPort);
    if (!listener && hostPort != 0) {
      const std::string holder = portHolderText(hostPort);
      const std::string why = holder.empty() ? listener.error().message : holder;
      listener = listenOnHost("127.0.0.1", 0);
      if (listener)
        problems.push_back("gateway " + workload + ": " + why + "; port " + std::to_string(port.port) +
                           " is at 127.0.0.1:" + std::to_string(localPort(listener->get())) + " instead");
    }
    if (!listener) {
      problems.push_back("gateway " + workload + ": " + listener.error().message);
      continue;
    }
    Open open;
    open.hostPort = localPort(listener->get());
    open.address = {service.ns, service.name, port.name, port.port,
                    "127.0.0.1:" + std::to_string(open.hostPort)};
    open.listener = std::move(*listener);
    open_[key] = std::move(open);
    added = true;
  }
  return added;
}

std::vector<std::pair<int, int>> GatewayPorts::listeners(const std::string& workload) const {
  std::vector<std::pair<int, int>> out;
  for (const auto& [key, open] : open_)
    if (key.first == workload) out.emplace_back(key.second, open.listener.get());
  return out;
}

std::vector<std::pair<int, int>> GatewayPorts::hostPorts(const std::string& workload) const {
  std::vector<std::pair<int, int>> out;
  for (const auto& [key, open] : open_)
    if (key.first == workload) out.emplace_back(key.second, open.hostPort);
  return out;
}

std::vector<HostAddress> GatewayPorts::addresses() const {
  std::vector<HostAddress> out;
  for (const auto& [key, open] : open_) out.push_back(open.address);
  return out;
}

}  // namespace varka::launcher
