#pragma once
// TelemetryClient: carries records and counters to the engine's telemetry.sock. Lives on the main loop; record() may be
// called from any worker. Bounded: what does not fit is dropped and counted, never waited for. At rest it has no timer.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/xds/telemetry.h"
#include "proxy/net/event_loop.h"
#include "proxy/stats/stats.h"

namespace varka::proxy {

class TelemetryClient final : public IoHandler {
 public:
  static constexpr std::size_t kBufferLimit = 4u << 20;
  static constexpr int kRecordsPerSecond = 500;  // above it one of n is sent, said by sampledOneOf

  TelemetryClient(EventLoop& loop, Stats& stats, std::string path, xds::TelemetryHello hello);
  ~TelemetryClient();
  TelemetryClient(const TelemetryClient&) = delete;
  TelemetryClient& operator=(const TelemetryClient&) = delete;

  void start();  // loop thread
  /// Whether the next finished request should be recorded. Cheap; any thread. Call once per finished request *before*
  /// building the record: returns 0 = not this one, else the sampledOneOf to pass on.
  int sample();
  void record(const xds::RequestRecord& record, int sampledOneOf);  // any thread
  /// Something was counted: arms the once-a-second report unless it is armed. Any thread; cheap when armed.
  void touch();
  [[nodiscard]] std::uint64_t dropped() const;
  [[nodiscard]] bool connected() const { return connected_; }

  void onIo(IoEvents events) override;

 private:
  void connect();
  void disconnect();
  void flush();
  void reportCounters();
  void schedule();

  EventLoop& loop_;
  Stats& stats_;
  std::string path_;
  xds::TelemetryHello hello_;
  UniqueFd fd_;
  bool connected_ = false, writeInterest_ = false;
  Timer reconnect_, report_, flushTimer_;
  Duration backoff_{};
  std::string out_;  // being sent; loop thread
  std::map<EdgeKey, xds::EdgeCounters> reported_;
  std::uint64_t droppedReported_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::string queue_;
  std::uint64_t dropped_ = 0;
  bool posted_ = false;
  std::atomic<bool> touched_{false};
  // Sampling window of one second.
  std::atomic<std::int64_t> window_{0};
  std::atomic<int> inWindow_{0};
  std::atomic<int> oneOf_{1};
  std::atomic<int> sent_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for posted tasks; loop thread
};

}  // namespace varka::proxy
