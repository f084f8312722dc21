#pragma once
// CaptureChannel: the proxy's side of the channel to its pod's agent (docs/contracts.md): listening sockets
// once at the start, then a stock of fresh sockets made inside the pod. Lives on the main loop; take() may be
// called by any worker.

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/cluster/connector.h"
#include "proxy/net/event_loop.h"

namespace varka::proxy {

class CaptureChannel final : public PodSockets, public IoHandler {
 public:
  static constexpr int kStock = 16, kRefillBelow = 8;
  static constexpr std::size_t kMostWaiting = 1024;

  CaptureChannel(EventLoop& loop, UniqueFd channel);
  ~CaptureChannel() override;

  /// Asks for the listeners and waits for the answer (at most 2 s); before start().
  Result<std::map<std::string, UniqueFd>> fetchListeners();
  void start();

  UniqueFd take(int family, EventLoop& loop, std::function<void(UniqueFd)> later) override;
  void onIo(IoEvents events) override;

 private:
  struct Waiter {
    EventLoop* loop;
    std::function<void(UniqueFd)> later;
  };
  struct Stock {
    std::vector<UniqueFd> sockets;
    std::deque<Waiter> waiting;
    bool asked = false;
  };
  void ask(char family);
  void supply(char family, std::vector<UniqueFd> sockets);
  void close();

  EventLoop& loop_;
  UniqueFd channel_;
  bool registered_ = false;
  std::mutex mutex_;  // guards the rest
  std::map<char, Stock> stocks_;
};

}  // namespace varka::proxy
