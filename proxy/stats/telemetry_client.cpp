#include "proxy/stats/telemetry_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "proxy/net/address.h"
#include "proxy/net/socket.h"
#include "proxy/stats/stat_names.h"

namespace varka::proxy {
namespace {

constexpr std::chrono::milliseconds kFirstBackoff{200};
constexpr std::chrono::seconds kLongestBackoff{10};
constexpr std::chrono::seconds kReportInterval{1};
constexpr std::chrono::milliseconds kBatchDelay{20};  // records of a burst leave together
constexpr std::size_t kCountersPerLine = 40;          // keeps a line below 64 KiB
constexpr std::size_t kMaxRecordLine = 64u << 10;

std::int64_t monotonicSecond() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// What was added since the last report; nullopt when nothing was.
std::optional<xds::EdgeCounters> difference(const xds::EdgeCounters& now, const xds::EdgeCounters& before) {
  xds::EdgeCounters delta = now;
  bool changed = false;
  for (const auto& member : kEdgeMembers) {
    delta.*member.total -= before.*member.total;
    changed = changed || delta.*member.total != 0;
  }
  for (std::size_t i = 0; i < before.latency.size() && i < delta.latency.size(); ++i) delta.latency[i] -= before.latency[i];
  if (std::all_of(delta.latency.begin(), delta.latency.end(), [](auto count) { return count == 0; })) delta.latency.clear();
  return changed ? std::optional(std::move(delta)) : std::nullopt;
}

}  // namespace

TelemetryClient::TelemetryClient(EventLoop& loop, Stats& stats, std::string path, xds::TelemetryHello hello)
    : loop_(loop), stats_(stats), path_(std::move(path)), hello_(std::move(hello)) {
  reconnect_.setCallback([this] { connect(); });
  report_.setCallback([this] { reportCounters(); });
  flushTimer_.setCallback([this] { flush(); });
}

TelemetryClient::~TelemetryClient() {
  *alive_ = false;
  if (fd_) loop_.remove(fd_.get(), this);
}

void TelemetryClient::start() {
  connect();
}

// --- connection ----------------------------------------------------------------------------------
void TelemetryClient::connect() {
  if (connected_) return;
  auto socket = makeSocket(AF_UNIX);
  sockaddr_storage address{};
  const socklen_t length = Address::unixSocket(path_).toSockaddr(address);
  // A unix stream connects at once or fails; EAGAIN means the other side's queue is full.
  if (!socket || length == 0 || ::connect(socket->get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    backoff_ = backoff_.count() == 0 ? Duration(kFirstBackoff) : std::min<Duration>(backoff_ * 2, kLongestBackoff);
    reconnect_.arm(loop_, backoff_);
    return;
  }
  fd_ = std::move(*socket);
  connected_ = true;
  writeInterest_ = false;
  backoff_ = {};
  loop_.add(fd_.get(), true, false, this);
  out_.clear();
  xds::TelemetryMessage hello;
  hello.kind = xds::TelemetryMessage::Kind::Hello;
  hello.hello = hello_;
  xds::appendLine(hello, out_);
  flush();
}

void TelemetryClient::disconnect() {
  if (!fd_) return;
  loop_.remove(fd_.get(), this);
  fd_.reset();
  connected_ = false;
  out_.clear();  // the end of a line may be missing: what was being sent is lost, and counted
  {
    const std::lock_guard lock(mutex_);
    ++dropped_;
  }
  backoff_ = kFirstBackoff;
  reconnect_.arm(loop_, backoff_);
}

void TelemetryClient::onIo(IoEvents events) {
  if (events.readable || events.hangup) {
    char discard[256];  // the engine says nothing on this socket; reading tells when it is gone
    const ssize_t got = ::recv(fd_.get(), discard, sizeof discard, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return disconnect();
  }
  if (events.writable) flush();
}

void TelemetryClient::flush() {
  {
    const std::lock_guard lock(mutex_);
    posted_ = false;
    if (connected_ && out_.empty()) out_.swap(queue_);
    else if (connected_) out_ += std::exchange(queue_, {});
  }
  if (!connected_) return;
  std::size_t done = 0;
  while (done < out_.size()) {
    const ssize_t sent = ::send(fd_.get(), out_.data() + done, out_.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return disconnect();
    done += static_cast<std::size_t>(sent);
  }
  out_.erase(0, done);
  if (out_.empty() && out_.capacity() > (64u << 10)) out_ = std::string();
  const bool wantWrite = !out_.empty();
  if (wantWrite != writeInterest_) loop_.modify(fd_.get(), true, wantWrite, this);
  writeInterest_ = wantWrite;
}

// --- records -------------------------------------------------------------------------------------
int TelemetryClient::sample() {
  const std::int64_t second = monotonicSecond();
  std::int64_t window = window_.load(std::memory_order_relaxed);
  if (window != second && window_.compare_exchange_strong(window, second, std::memory_order_relaxed)) {
    // The rate of the last second decides for this one, so that a flood is thinned evenly instead of cut off.
    const int seen = window == second - 1 ? inWindow_.exchange(0, std::memory_order_relaxed) : (inWindow_.store(0, std::memory_order_relaxed), 0);
    oneOf_.store(std::max(1, (seen + kRecordsPerSecond - 1) / kRecordsPerSecond), std::memory_order_relaxed);
    sent_.store(0, std::memory_order_relaxed);
  }
  const int index = inWindow_.fetch_add(1, std::memory_order_relaxed);
  const int oneOf = oneOf_.load(std::memory_order_relaxed);
  if (index % oneOf != 0) return 0;
  if (sent_.fetch_add(1, std::memory_order_relaxed) < 2 * kRecordsPerSecond) return oneOf;  // a sudden flood
  const std::lock_guard lock(mutex_);
  ++dropped_;
  return 0;
}

void TelemetryClient::record(const xds::RequestRecord& record, int sampledOneOf) {
  static thread_local std::string line;
  line.clear();
  xds::appendRequestLine(record, sampledOneOf, line);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() + line.size() > kBufferLimit || line.size() > kMaxRecordLine) {
      ++dropped_;
    } else {
      queue_ += line;
      wake = !std::exchange(posted_, true);
    }
  }
  if (wake) schedule();
}

void TelemetryClient::schedule() {
  const auto arm = [this, alive = alive_] {
    if (*alive && !flushTimer_.armed()) flushTimer_.arm(loop_, kBatchDelay);
  };
  if (loop_.isInLoop()) arm();
  else loop_.post(arm);
}

// --- counters ------------------------------------------------------------------------------------
void TelemetryClient::touch() {
  if (touched_.exchange(true, std::memory_order_relaxed)) return;
  const auto arm = [this, alive = alive_] {
    if (*alive && !report_.armed()) report_.arm(loop_, kReportInterval);
  };
  if (loop_.isInLoop()) arm();
  else loop_.post(arm);
}

void TelemetryClient::reportCounters() {
  touched_.store(false, std::memory_order_relaxed);
  if (!connected_) {  // differences stay; they are sent after the reconnect
    touched_.store(true, std::memory_order_relaxed);
    report_.arm(loop_, kReportInterval);
    return;
  }
  std::vector<xds::EdgeCounters> changed;
  for (auto& [key, now] : stats_.edges()) {
    xds::EdgeCounters& before = reported_[key];
    if (auto delta = difference(now, before)) changed.push_back(std::move(*delta));
    before = now;
  }
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    dropped = dropped_ - std::exchange(droppedReported_, dropped_);
  }
  std::string lines;
  for (std::size_t from = 0; from < changed.size() || dropped != 0; from += kCountersPerLine) {
    xds::TelemetryMessage message;
    message.kind = xds::TelemetryMessage::Kind::Counters;
    const auto to = std::min(changed.size(), from + kCountersPerLine);
    for (auto i = from; i < to; ++i) message.counters.push_back(std::move(changed[i]));
    message.dropped = std::exchange(dropped, 0);
    xds::appendLine(message, lines);
  }
  if (lines.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    queue_ += lines;  // counters are exact: never dropped for size, and small
  }
  flush();
}

std::uint64_t TelemetryClient::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace varka::proxy
