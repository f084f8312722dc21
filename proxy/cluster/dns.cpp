#include "proxy/cluster/dns.h"

#include <netdb.h>

#include <algorithm>

namespace varka::proxy {

struct DnsResolver::Question {
  std::string name;
  std::uint16_t port = 0;
  xds::DnsLookupFamily family = xds::DnsLookupFamily::Auto;
  EventLoop* loop = nullptr;
  std::weak_ptr<void> alive;
  Answer answer;
};

struct DnsResolver::Shared {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Question> questions;
  bool stop = false;

  static std::vector<Address> lookUp(const Question& question) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    using Family = xds::DnsLookupFamily;
    if (question.family == Family::V4Only) hints.ai_family = AF_INET;
    if (question.family == Family::V6Only) hints.ai_family = AF_INET6;
    addrinfo* list = nullptr;
    if (getaddrinfo(question.name.c_str(), nullptr, &hints, &list) != 0) return {};
    std::vector<Address> v4, v6;
    for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
      Address address = Address::fromSockaddr(entry->ai_addr, entry->ai_addrlen);
      address.setPort(question.port);
      (entry->ai_family == AF_INET6 ? v6 : v4).push_back(std::move(address));
    }
    freeaddrinfo(list);
    if (question.family == Family::All) {
      v4.insert(v4.end(), v6.begin(), v6.end());
      return v4;
    }
    if (question.family == Family::V4Preferred) return v4.empty() ? v6 : v4;
    return v6.empty() ? v4 : v6;  // AUTO: Envoy prefers IPv6
  }

  void run() {
    for (;;) {
      Question question;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return stop || !questions.empty(); });
        if (stop) return;
        question = std::move(questions.front());
        questions.pop_front();
      }
      auto addresses = lookUp(question);
      const std::lock_guard lock(mutex);
      if (stop) return;
      // Under the lock: the loops outlive the resolver's stop.
      question.loop->post([question = std::move(question), addresses = std::move(addresses)]() mutable {
        if (const auto still = question.alive.lock()) question.answer(std::move(addresses));
      });
    }
  }
};

void DnsResolver::resolve(std::string name, std::uint16_t port, xds::DnsLookupFamily family, EventLoop& loop,
                          std::weak_ptr<void> alive, Answer answer) {
  const std::lock_guard guard(mutex_);
  if (!shared_) {
    shared_ = std::make_shared<Shared>();
    std::thread([shared = shared_] { shared->run(); }).detach();
  }
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->questions.push_back({std::move(name), port, family, &loop, std::move(alive), std::move(answer)});
  }
  shared_->wake.notify_one();
}

DnsResolver::~DnsResolver() {
  const std::lock_guard guard(mutex_);
  if (!shared_) return;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
  }
  shared_->wake.notify_one();
}

}  // namespace varka::proxy
