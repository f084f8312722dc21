#pragma once
// DnsResolver: getaddrinfo on one helper thread, so that a slow name server never stops a worker. Results are
// posted to the asking loop. Thread safe; the thread starts with the first question.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/xds/cluster.h"
#include "proxy/net/address.h"
#include "proxy/net/event_loop.h"

namespace varka::proxy {

class DnsResolver {
 public:
  /// Empty = the name could not be resolved.
  using Answer = std::function<void(std::vector<Address>)>;
  DnsResolver() = default;
  ~DnsResolver();
  /// `answer` runs on `loop` while `alive` lives; it must be reset before the loop goes.
  void resolve(std::string name, std::uint16_t port, xds::DnsLookupFamily family, EventLoop& loop,
               std::weak_ptr<void> alive, Answer answer);

 private:
  struct Question;
  struct Shared;  // outlives us while a question hangs in the system's resolver
  std::shared_ptr<Shared> shared_;
  std::mutex mutex_;
};

}  // namespace varka::proxy
