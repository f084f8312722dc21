#pragma once
// Forwarders: a port of 127.0.0.1 for each port of each Service, so that the host reaches services. A
// connection goes to the inbound side of a ready pod's proxy, with a PROXY header (docs/contracts.md, "The
// hop"), so that its policies hold; without a proxy straight into the pod. Mesh thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/launcher/plan.h"
#include "core/launcher/relay.h"
#include "core/launcher/status.h"

namespace varka::launcher {

class Pod;

/// PROXY protocol v2 header (haproxy's proxy-protocol.txt, 2.2) for TCP over IPv4.
[[nodiscard]] std::string proxyHeader(const std::string& sourceIp, int sourcePort,
                                      const std::string& destinationIp, int destinationPort);

/// A connection to a port of a pod, as every sender outside makes it: to its proxy's inbound side if it has
/// one.
void dialPod(const Pod& pod, int port, const std::string& sourceIp, const std::string& runDirectory,
             const RelayListener::Dialed& done);

class Forwarders {
 public:
  using ReadyPods = std::function<std::vector<Pod*>(const ServiceSpec&)>;

  Forwarders(std::string runDirectory, std::map<std::string, int> wantedPorts, ReadyPods readyPods);
  ~Forwarders();

  /// Adds and removes listeners; those that stay keep their port. Returns whether the list changed and what
  /// went wrong.
  bool update(const std::vector<ServiceSpec>& services, std::vector<std::string>& problems);
  [[nodiscard]] std::vector<HostAddress> addresses() const;
  [[nodiscard]] int hostPort(const std::string& ns, const std::string& service, int port) const;  // 0 = none
  void clear();

 private:
  struct Forward;
  Result<UniqueFd> listenFor(const std::string& key, std::vector<std::string>& problems) const;
  void dial(const Forward& forward, const RelayListener::Dialed& done);

  std::string runDirectory_;
  std::map<std::string, int> wantedPorts_;
  ReadyPods readyPods_;
  std::map<std::string, std::unique_ptr<Forward>> forwards_;  // "ns/service:port"
  unsigned turn_ = 0;
};

}  // namespace varka::launcher
