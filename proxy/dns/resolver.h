#pragma once
// Resolver: carries questions of the pod to the host's resolvers and their answers back. Each question has a
// socket of its own (random port, random id) and at most three tries; the table of open questions is bounded.
// One loop.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/net/address.h"
#include "proxy/net/event_loop.h"

namespace varka::proxy {

class Resolver {
 public:
  static constexpr std::size_t kMaxOpen = 256;
  /// The reply with the asker's id, or empty when no resolver answered.
  using Done = std::function<void(std::string reply)>;

  Resolver(EventLoop& loop, std::vector<Address> servers, Duration timeout);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// False when the table is full or there is no resolver; `done` is not called then.
  bool ask(std::string_view query, bool tcp, Done done);
  [[nodiscard]] std::size_t open() const { return open_.size(); }

 private:
  class Question;
  void finish(Question* question, std::string reply);

  EventLoop& loop_;
  std::vector<Address> servers_;
  Duration timeout_;
  std::unordered_map<Question*, std::unique_ptr<Question>> open_;
};

/// `nameserver` lines of a resolv.conf text, at most three, port 53.
[[nodiscard]] std::vector<Address> resolversOf(std::string_view resolvConf);

}  // namespace varka::proxy
