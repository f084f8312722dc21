#pragma once
// Connector: how a worker reaches an address: an ordinary socket, a socket made inside the pod (inbound
// clusters bind 127.0.0.6), or the unix socket of another sidecar with a PROXY header (docs/contracts.md,
// "The hop"). One per worker.

#include <functional>
#include <memory>
#include <string>

#include "proxy/net/connection.h"
#include "proxy/tls/tls_transform.h"

namespace varka::proxy {

class Host;

/// TLS for a host: the chosen credentials and this connection's offer.
struct TlsChoice {
  TlsPtr config;                  // null = plain
  std::vector<std::string> alpn;  // empty = what `config` says
  std::string sni;
  [[nodiscard]] std::string key() const;  // equal keys may share connections
};

/// Where sockets inside the pod come from (the capture channel). Any worker thread.
class PodSockets {
 public:
  virtual ~PodSockets() = default;
  /// A fresh socket of `family`, or nothing when the stock is empty just now; then `later` is called on
  /// `loop`.
  virtual UniqueFd take(int family, EventLoop& loop, std::function<void(UniqueFd)> later) = 0;
};

struct ConnectTarget {
  Address address;
  const xds::Cluster* cluster = nullptr;  // bind address, keep-alive, connect timeout
  TlsChoice tls;
};

class Connector {
 public:
  Connector(EventLoop& loop, TlsContexts& contexts) : loop_(loop), contexts_(contexts) {}
  void setPodSockets(PodSockets* sockets) { podSockets_ = sockets; }
  /// Directory of the pods' inbound sockets and our own address, as the PROXY header's source.
  void setHop(std::string directory, std::string ownIp);

  /// The connection, started by the caller with start(). A failure is reported through its events.
  Result<std::unique_ptr<Connection>> connect(const ConnectTarget& target);
  [[nodiscard]] EventLoop& loop() const { return loop_; }

 private:
  Result<std::unique_ptr<Transform>> makeTransform(const ConnectTarget& target);
  std::string hopSocket(const Address& address) const;

  EventLoop& loop_;
  TlsContexts& contexts_;
  PodSockets* podSockets_ = nullptr;
  std::string hopDirectory_, ownIp_;
};

/// PROXY protocol v2 header for TCP over IPv4 or IPv6 (haproxy's proxy-protocol.txt §2.2).
std::string proxyHeaderV2(const Address& source, const Address& destination);

}  // namespace varka::proxy
