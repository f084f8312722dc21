#pragma once
// Listeners: accepting, inspecting and keeping the client connections of one worker, in step with the
// configuration. A swap keeps the sockets; connections of chains that are gone keep their configuration and
// drain. Worker thread.

#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/http/h1_server.h"
#include "proxy/server/inspection.h"
#include "proxy/server/sockets.h"
#include "proxy/tcp/tcp_proxy.h"

namespace varka::proxy {

class Listeners {
 public:
  Listeners(WorkerContext& worker, ListenSockets& sockets, Duration drainTime);
  ~Listeners();

  /// Address of the hop's unix socket and the port of the listener that serves it (15006).
  void setHop(Address address, std::uint16_t port);
  /// Failures to listen, by listener; the others work.
  std::vector<std::string> update(const RuntimeConfig& config);
  /// No new connections; the ones there are drain.
  void drainAll();
  void closeAll();

  [[nodiscard]] std::size_t connectionCount() const { return connections_.size(); }
  [[nodiscard]] std::size_t busyCount() const;
  /// "name::address" for /listeners: where sockets are really open.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> bound() const;

 private:
  class Acceptor;
  struct Active {
    ListenerPtr config;
    std::vector<std::unique_ptr<Acceptor>> acceptors;
    std::vector<Address> addresses;
  };
  struct Draining;
  std::vector<std::string> bind(Active& active);
  void unbind(Active& active);
  void accept(const ListenerPtr& listener, UniqueFd fd, bool viaHop);
  ListenerPtr findByDestination(const Address& destination, bool viaHop, const ListenerPtr& accepting) const;
  void establish(Accepted accepted);
  Result<void> open(Accepted& accepted, const ChainPtr& chain);
  void inspected(Inspection& inspection, bool ok);
  void gone(ServerConnection& connection);
  void drainChains(const ListenerPtr& before, const RuntimeListener* after);
  void drainConnections(std::vector<ServerConnection*> list);
  Result<std::shared_ptr<const HttpConfig>> httpConfig(const ChainPtr& chain);
  Result<std::shared_ptr<const TcpConfig>> tcpConfig(const ChainPtr& chain);
  void forgetUnusedConfigs();

  WorkerContext& worker_;
  ListenSockets& sockets_;
  Duration drainTime_;
  Address hopAddress_;
  std::uint16_t hopPort_ = 0;
  std::unique_ptr<Acceptor> hop_;
  std::map<std::string, Active> active_;
  std::unordered_map<ServerConnection*, std::unique_ptr<ServerConnection>> connections_;
  std::unordered_map<Inspection*, std::unique_ptr<Inspection>> inspections_;
  std::map<ChainPtr, std::shared_ptr<const HttpConfig>> httpConfigs_;
  std::map<ChainPtr, std::shared_ptr<const TcpConfig>> tcpConfigs_;
  std::list<std::unique_ptr<Draining>> drainings_;
  bool closed_ = false;
};

}  // namespace varka::proxy
