#pragma once
// Inspection: an accepted connection before its filter chain is known: PROXY header, original destination,
// TLS and HTTP inspectors, with the listener's time limit (Envoy: listener filters). Ends in exactly one call
// of `done`.

#include <functional>
#include <memory>
#include <string>

#include "proxy/net/event_loop.h"
#include "proxy/server/chain_match.h"

namespace varka::proxy {

struct Accepted {
  UniqueFd fd;
  ListenerPtr listener;
  ChainQuery query;   // with the original destination
  std::string bytes;  // read already
  bool viaHop = false;
};

class Inspection final : public IoHandler, public Deferred {
 public:
  using Find =
      std::function<ListenerPtr(const Address& destination, bool viaHop, const ListenerPtr& accepting)>;
  using Done = std::function<void(Inspection&, bool accepted)>;

  Inspection(EventLoop& loop, Accepted accepted, Find find, Done done);
  ~Inspection() override;
  /// May call done before it returns.
  void start();
  Accepted& accepted() { return accepted_; }
  void onIo(IoEvents events) override;

 private:
  void destination();
  void planInspectors();
  void step();
  bool inspect();
  void timeout();
  void finish(bool ok);

  EventLoop& loop_;
  Accepted accepted_;
  Find find_;
  Done done_;
  bool wantsProxyHeader_ = false, wantsTls_ = false, wantsHttp_ = false, located_ = false;
  bool registered_ = false, ended_ = false;
  Timer timer_;
};

}  // namespace varka::proxy
