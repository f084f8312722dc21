#include "proxy/stats/telemetry_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "proxy/net/socket.h"

namespace varka::proxy {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReportEvery = 1s;
constexpr Duration kFlushEvery = 50ms;  // records of a busy moment leave together
constexpr Duration kBackoffStart = 200ms;
constexpr Duration kBackoffLimit = 10s;

std::int64_t secondNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
}

/// What was counted since `before`; nothing when nothing changed.
bool subtract(xds::EdgeCounters& now, const xds::EdgeCounters& before) {
  bool changed = false;
  const auto minus = [&](std::uint64_t xds::EdgeCounters::*member) {
    now.*member -= before.*member;
    changed = changed || now.*member != 0;
  };
  for (const auto member : {&xds::EdgeCounters::requests, &xds::EdgeCounters::errors5xx, &xds::EdgeCounters::errors4xx,
                            &xds::EdgeCounters::status2xx, &xds::EdgeCounters::status3xx, &xds::EdgeCounters::noResponse,
                            &xds::EdgeCounters::faults, &xds::EdgeCounters::denied, &xds::EdgeCounters::retries,
                            &xds::EdgeCounters::tcpOpened, &xds::EdgeCounters::tcpClosed, &xds::EdgeCounters::bytesReceived,
                            &xds::EdgeCounters::bytesSent})
    minus(member);
  for (std::size_t i = 0; i < now.latency.size() && i < before.latency.size(); ++i) now.latency[i] -= before.latency[i];
  return changed;
}

}  // namespace

TelemetryClient::TelemetryClient(EventLoop& loop, Stats& stats, std::string path, xds::TelemetryHello hello)
    : loop_(loop), stats_(stats), path_(std::move(path)), hello_(std::move(hello)), backoff_(kBackoffStart) {
  reconnect_.setCallback([this] { connect(); });
  report_.setCallback([this] { reportCounters(); });
  flushTimer_.setCallback([this] { flush(); });
}

TelemetryClient::~TelemetryClient() {
  disconnect();
}

void TelemetryClient::start() {
  connect();
}

void TelemetryClient::connect() {
  sockaddr_storage storage{};
  const socklen_t length = Address::unixSocket(path_).toSockaddr(storage);
  auto fd = makeSocket(AF_UNIX);
  if (length > 0 && fd && ::connect(fd->get(), reinterpret_cast<const sockaddr*>(&storage), length) == 0) {
    fd_ = std::move(*fd);
    connected_ = true;
    backoff_ = kBackoffStart;
    loop_.add(fd_.get(), true, false, this);
    out_.clear();  // a line may have been cut: the server starts a stream with the hello
    xds::TelemetryMessage hello;
    hello.kind = xds::TelemetryMessage::Kind::Hello;
    hello.hello = hello_;
    xds::appendLine(hello, out_);
    flush();
    reportCounters();
    return;
  }
  reconnect_.arm(loop_, backoff_);
  backoff_ = std::min(backoff_ * 2, kBackoffLimit);
}

void TelemetryClient::disconnect() {
  if (!connected_) return;
  loop_.remove(fd_.get(), this);
  fd_.reset();
  connected_ = false;
  writeInterest_ = false;
}

void TelemetryClient::onIo(IoEvents events) {
  if (events.readable || events.hangup) {
    char scratch[256];
    const auto n = ::recv(fd_.get(), scratch, sizeof scratch, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {  // the server says nothing: this is its end
      disconnect();
      reconnect_.arm(loop_, backoff_);
      return;
    }
  }
  if (events.writable) flush();
}

int TelemetryClient::sample() {
  const std::int64_t second = secondNow();
  if (std::int64_t last = window_.load(std::memory_order_relaxed); last != second && window_.compare_exchange_strong(last, second)) {
    // The rate of the last second decides the sampling of this one.
    const int seen = inWindow_.exchange(0, std::memory_order_relaxed);
    oneOf_.store(std::max(1, (seen + kRecordsPerSecond - 1) / kRecordsPerSecond), std::memory_order_relaxed);
  }
  const int number = inWindow_.fetch_add(1, std::memory_order_relaxed);
  int oneOf = oneOf_.load(std::memory_order_relaxed);
  if (oneOf == 1 && number >= kRecordsPerSecond) oneOf = 10;  // the first second of a flood
  return number % oneOf == 0 ? oneOf : 0;
}

void TelemetryClient::record(const xds::RequestRecord& record, int sampledOneOf) {
  bool post = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() > kBufferLimit) {
      ++dropped_;
      return;
    }
    xds::appendRequestLine(record, sampledOneOf, queue_);
    post = !posted_;
    posted_ = true;
  }
  if (post) schedule();
}

void TelemetryClient::schedule() {
  loop_.post([this] {
    if (!flushTimer_.armed()) flushTimer_.arm(loop_, kFlushEvery);
  });
}

void TelemetryClient::touch() {
  if (touched_.exchange(true, std::memory_order_relaxed)) return;
  loop_.post([this] {
    if (!report_.armed()) report_.arm(loop_, kReportEvery);
  });
}

std::uint64_t TelemetryClient::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void TelemetryClient::reportCounters() {
  touched_.store(false, std::memory_order_relaxed);
  if (!connected_) return;  // totals are kept: the next report after the reconnect carries the difference
  xds::TelemetryMessage message;
  message.kind = xds::TelemetryMessage::Kind::Counters;
  auto now = stats_.edges();
  for (const auto& [key, counters] : now) {
    xds::EdgeCounters difference = counters;
    const auto before = reported_.find(key);
    const bool changed = subtract(difference, before == reported_.end() ? xds::EdgeCounters{} : before->second);
    if (changed) message.counters.push_back(std::move(difference));
  }
  const std::uint64_t dropped = this->dropped();
  if (message.counters.empty() && dropped == droppedReported_) return;
  message.dropped = dropped - droppedReported_;
  if (out_.size() > kBufferLimit) return;  // not reported: counted again next time
  xds::appendLine(message, out_);
  reported_ = std::move(now);
  droppedReported_ = dropped;
  flush();
}

void TelemetryClient::flush() {
  {
    const std::lock_guard lock(mutex_);
    posted_ = false;
    if (!queue_.empty()) {
      if (out_.size() + queue_.size() <= kBufferLimit) {
        out_ += queue_;
      } else {
        dropped_ += static_cast<std::uint64_t>(std::count(queue_.begin(), queue_.end(), '\n'));
      }
      queue_.clear();
      if (queue_.capacity() > 256 * 1024) queue_.shrink_to_fit();
    }
  }
  if (!connected_) {
    if (out_.size() > kBufferLimit / 4) out_.clear();
    return;
  }
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const auto n = ::send(fd_.get(), out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EINTR) {
      continue;
    } else if (errno == EAGAIN) {
      break;
    } else {
      disconnect();
      reconnect_.arm(loop_, backoff_);
      return;
    }
  }
  out_.erase(0, sent);
  if (out_.empty() && out_.capacity() > 256 * 1024) out_.shrink_to_fit();
  if (const bool stuck = !out_.empty(); stuck != writeInterest_) {
    writeInterest_ = stuck;
    loop_.modify(fd_.get(), true, stuck, this);
  }
}

}  // namespace varka::proxy
