#pragma once
// H1Pool: keep-alive HTTP/1 connections of one worker to one host with one kind of TLS. A request gets the
// most recently used idle connection, or waits for a new one within the cluster's limits. Owned by its Host.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "proxy/cluster/connector.h"
#include "proxy/http/h1_client.h"

namespace varka::proxy {

class ClusterState;
class H1Pool;

/// A wish for a connection, until it is granted or withdrawn.
struct PoolRequest {
  UpstreamEvents* events = nullptr;
  H1Pool* pool = nullptr;
  bool freshOnly = false;
};

class H1Pool final : public H1ClientOwner {
 public:
  H1Pool(ClusterState& cluster, Host& host, TlsChoice tls);
  ~H1Pool();

  /// onUpstreamReady or onUpstreamReset follow, perhaps before this returns (then the result is null).
  /// `idempotent` false checks a reused connection for a FIN first, as the request may not be sent twice.
  PoolRequest* request(UpstreamEvents& events, bool idempotent, bool freshOnly = false);
  void withdraw(PoolRequest* request);
  void drain();

  // H1ClientOwner
  void onClientReady(H1Client& client) override;
  void onStreamEnded(H1Client& client) override;
  void onClientIdle(H1Client& client) override;
  void onClientGone(H1Client& client, CloseReason reason, std::string_view detail) override;

  [[nodiscard]] std::size_t idleCount() const { return idle_.size(); }
  [[nodiscard]] std::size_t connectionCount() const { return clients_.size(); }

 private:
  H1Client* takeIdle(bool idempotent);
  void openConnections();
  void open();
  void attach(H1Client& client, UpstreamEvents& events, bool reused);
  void failPending(std::size_t count, UpstreamReset reason, std::string_view detail);
  void remove(H1Client& client);
  void armIdleTimer();
  void dropStale();

  ClusterState& cluster_;
  Host& host_;
  TlsChoice tls_;
  std::vector<std::unique_ptr<H1Client>> clients_;
  std::vector<H1Client*> idle_;  // most recent last
  std::deque<std::unique_ptr<PoolRequest>> pending_;
  std::size_t connecting_ = 0;
  bool draining_ = false;
  Timer idleTimer_;
};

}  // namespace varka::proxy
