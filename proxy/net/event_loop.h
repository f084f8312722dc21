#pragma once
// EventLoop: one epoll loop per thread, level triggered, descriptors registered once. All methods but post(),
// wake-free stop() and isInLoop() belong to the loop's thread and assert it. The clock is read once per batch
// of events.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "proxy/net/fd.h"

namespace varka::proxy {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = std::chrono::nanoseconds;

class EventLoop;

/// What a descriptor's owner is told. `readable` and `writable` may both be set; errors and hang-ups set
/// `hangup`.
struct IoEvents {
  bool readable = false;
  bool writable = false;
  bool hangup = false;
};
class IoHandler {
 public:
  virtual void onIo(IoEvents events) = 0;

 protected:
  ~IoHandler() = default;
};

/// Anything whose destruction waits for the end of the loop turn, so that callbacks up the stack stay valid.
class Deferred {
 public:
  virtual ~Deferred() = default;
};

/// Called once after the event that asked for it: "everything for this turn has been written, send it now".
class Flushable {
 public:
  virtual void flush() = 0;
  bool flushQueued = false;  // the loop's

 protected:
  ~Flushable() = default;
};

/// One-shot timer, a member of its owner; destroying it disarms it. Arm again from the callback to repeat.
class Timer {
 public:
  Timer() = default;
  explicit Timer(std::function<void()> callback) : callback_(std::move(callback)) {}
  ~Timer() { disarm(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void setCallback(std::function<void()> callback) { callback_ = std::move(callback); }
  void arm(EventLoop& loop, Duration after);
  void disarm();
  [[nodiscard]] bool armed() const { return loop_ != nullptr; }

 private:
  friend class EventLoop;
  EventLoop* loop_ = nullptr;
  std::size_t index_ = 0;
  TimePoint due_{};
  std::function<void()> callback_;
};

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until stop(). The calling thread becomes the loop's thread.
  void run();
  /// One turn: waits at most `timeout`, handles what is there. For tests and nested set-up only.
  void runOnce(Duration timeout);
  void stop();                            // any thread
  void post(std::function<void()> task);  // any thread; runs on the loop's thread, in order
  [[nodiscard]] bool isInLoop() const;    // any thread

  void add(int fd, bool read, bool write, IoHandler* handler);
  void modify(int fd, bool read, bool write, IoHandler* handler);
  void remove(int fd, IoHandler* handler);

  /// Destroys `object` at the end of the turn.
  void deferDelete(std::unique_ptr<Deferred> object);
  /// Keeps `object` alive until release(), which defers its deletion. For what has outlived its owner.
  void adopt(std::unique_ptr<Deferred> object);
  void release(Deferred* object);
  void queueFlush(Flushable& object);
  void dropFlush(Flushable& object);

  [[nodiscard]] TimePoint now() const { return now_; }
  /// Microseconds since the epoch, derived from now(); no system call.
  [[nodiscard]] std::int64_t wallMicros() const;
  void refreshClock();

  /// Shared by all connections of this thread; the contents are valid only inside one callback.
  static constexpr std::size_t kReadBuffer = 64 * 1024;
  [[nodiscard]] char* readBuffer() { return readBuffer_.get(); }
  /// A string with capacity from the pool; give it back when empty again.
  [[nodiscard]] std::string takeBuffer();
  void giveBuffer(std::string&& buffer);

  void assertInLoop() const;

 private:
  friend class Timer;
  void turn(int timeoutMs);
  int nextTimeoutMs() const;
  void runTimers();
  void runPosted();
  void runFlushes();
  void clearDeferred();
  void heapSet(std::size_t index, Timer* timer);
  void heapUp(std::size_t index);
  void heapDown(std::size_t index);
  void armTimer(Timer& timer, TimePoint due);
  void disarmTimer(Timer& timer);

  struct Batch;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::unique_ptr<Batch> batch_;
  std::vector<Timer*> heap_;
  std::vector<std::unique_ptr<Deferred>> deferred_;
  std::unordered_map<Deferred*, std::unique_ptr<Deferred>> adopted_;
  std::vector<Flushable*> flushes_;
  std::mutex postMutex_;
  std::vector<std::function<void()>> posted_;
  bool stop_ = false;
  std::thread::id thread_;
  TimePoint now_;
  std::int64_t wallOffsetUs_ = 0;
  std::unique_ptr<char[]> readBuffer_;
  std::vector<std::string> buffers_;
};

}  // namespace varka::proxy
