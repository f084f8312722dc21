#include "proxy/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace varka::proxy {

namespace {
constexpr int kBatchSize = 128;
constexpr std::size_t kPooledBuffers = 32;
constexpr std::size_t kPooledCapacity = 128 * 1024;
}  // namespace

struct EventLoop::Batch {
  std::array<epoll_event, kBatchSize> events;
  int count = 0;
};

void Timer::arm(EventLoop& loop, Duration after) {
  disarm();
  loop.armTimer(*this, loop.now() + std::max(after, Duration::zero()));
}

void Timer::disarm() {
  if (loop_) loop_->disarmTimer(*this);
}

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      batch_(std::make_unique<Batch>()),
      thread_(std::this_thread::get_id()),
      readBuffer_(new char[kReadBuffer]) {
  if (!epoll_ || !wake_) {
    std::fputs("varka-proxy: cannot make an epoll descriptor; raise the limit of open files\n", stderr);
    std::abort();
  }
  add(wake_.get(), true, false, nullptr);
  refreshClock();
}

EventLoop::~EventLoop() {
  adopted_.clear();
  clearDeferred();
  for (Timer* timer : heap_) timer->loop_ = nullptr;
  heap_.clear();
}

void EventLoop::refreshClock() {
  now_ = Clock::now();
  const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  wallOffsetUs_ =
      wall.count() - std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch()).count();
}

std::int64_t EventLoop::wallMicros() const {
  return wallOffsetUs_ +
         std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch()).count();
}

bool EventLoop::isInLoop() const {
  return thread_ == std::this_thread::get_id();
}

void EventLoop::assertInLoop() const {
  if (isInLoop()) return;
  std::fputs("varka-proxy: bug: a loop's method was called from another thread\n", stderr);
  std::abort();
}

void EventLoop::run() {
  thread_ = std::this_thread::get_id();
  while (!stop_) turn(nextTimeoutMs());
  stop_ = false;
}

void EventLoop::runOnce(Duration timeout) {
  thread_ = std::this_thread::get_id();
  const auto limit = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
  const int next = nextTimeoutMs();
  turn(next < 0 ? limit : std::min(next, limit));
}

void EventLoop::stop() {
  post([this] { stop_ = true; });
}

void EventLoop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(postMutex_);
    posted_.push_back(std::move(task));
    if (posted_.size() > 1) return;  // the first one woke the loop
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void EventLoop::add(int fd, bool read, bool write, IoHandler* handler) {
  epoll_event event{};
  event.events = (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u);
  event.data.ptr = handler;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void EventLoop::modify(int fd, bool read, bool write, IoHandler* handler) {
  epoll_event event{};
  event.events = (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u);
  event.data.ptr = handler;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::remove(int fd, IoHandler* handler) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  // Events of this batch that were not handled yet must not reach a handler that left.
  for (int i = 0; i < batch_->count; ++i)
    if (batch_->events[static_cast<std::size_t>(i)].data.ptr == handler)
      batch_->events[static_cast<std::size_t>(i)].events = 0;
}

void EventLoop::turn(int timeoutMs) {
  const int count = epoll_wait(epoll_.get(), batch_->events.data(), kBatchSize, timeoutMs);
  now_ = Clock::now();
  batch_->count = std::max(count, 0);
  bool woken = false;
  for (int i = 0; i < batch_->count; ++i) {
    const epoll_event event = batch_->events[static_cast<std::size_t>(i)];
    if (event.events == 0) continue;
    if (event.data.ptr == nullptr) {
      woken = true;
      continue;
    }
    batch_->events[static_cast<std::size_t>(i)].events = 0;
    static_cast<IoHandler*>(event.data.ptr)
        ->onIo({(event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                (event.events & (EPOLLERR | EPOLLHUP)) != 0});
    runFlushes();
  }
  batch_->count = 0;
  runTimers();
  if (woken) {
    refreshClock();  // keeps wall time honest without a call per batch
    runPosted();
  }
  runFlushes();
  clearDeferred();
}

int EventLoop::nextTimeoutMs() const {
  if (heap_.empty()) return -1;
  const auto wait = heap_[0]->due_ - Clock::now();
  if (wait <= Duration::zero()) return 0;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::min<std::int64_t>(ms, 3'600'000));
}

void EventLoop::runTimers() {
  // At most the timers that are due now: one that arms itself again with 0 must not starve the loop.
  for (std::size_t budget = heap_.size(); budget > 0 && !heap_.empty() && heap_[0]->due_ <= now_; --budget) {
    Timer& timer = *heap_[0];
    disarmTimer(timer);
    if (timer.callback_) timer.callback_();
    runFlushes();
  }
}

void EventLoop::runPosted() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(postMutex_);
    tasks.swap(posted_);
  }
  for (auto& task : tasks) {
    task();
    runFlushes();
  }
}

void EventLoop::queueFlush(Flushable& object) {
  if (object.flushQueued) return;
  object.flushQueued = true;
  flushes_.push_back(&object);
}

void EventLoop::dropFlush(Flushable& object) {
  if (!object.flushQueued) return;
  object.flushQueued = false;
  for (Flushable*& queued : flushes_)
    if (queued == &object) queued = nullptr;
}

void EventLoop::runFlushes() {
  for (std::size_t i = 0; i < flushes_.size(); ++i) {  // flushing may queue more
    Flushable* object = flushes_[i];
    if (!object) continue;
    object->flushQueued = false;
    flushes_[i] = nullptr;
    object->flush();
  }
  flushes_.clear();
}

void EventLoop::deferDelete(std::unique_ptr<Deferred> object) {
  if (object) deferred_.push_back(std::move(object));
}

void EventLoop::adopt(std::unique_ptr<Deferred> object) {
  Deferred* const key = object.get();
  adopted_.emplace(key, std::move(object));
}

void EventLoop::release(Deferred* object) {
  const auto found = adopted_.find(object);
  if (found == adopted_.end()) return;
  deferDelete(std::move(found->second));
  adopted_.erase(found);
}

void EventLoop::clearDeferred() {
  while (!deferred_.empty()) {
    auto dying = std::exchange(deferred_, {});
    dying.clear();
  }
}

std::string EventLoop::takeBuffer() {
  if (buffers_.empty()) return {};
  std::string buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void EventLoop::giveBuffer(std::string&& buffer) {
  std::string mine = std::move(buffer);
  buffer.clear();
  if (mine.capacity() < 64 || mine.capacity() > kPooledCapacity || buffers_.size() >= kPooledBuffers) return;
  mine.clear();
  buffers_.push_back(std::move(mine));
}

void EventLoop::heapSet(std::size_t index, Timer* timer) {
  heap_[index] = timer;
  timer->index_ = index;
}

void EventLoop::heapUp(std::size_t index) {
  Timer* timer = heap_[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (heap_[parent]->due_ <= timer->due_) break;
    heapSet(index, heap_[parent]);
    index = parent;
  }
  heapSet(index, timer);
}

void EventLoop::heapDown(std::size_t index) {
  Timer* timer = heap_[index];
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
    if (timer->due_ <= heap_[child]->due_) break;
    heapSet(index, heap_[child]);
    index = child;
  }
  heapSet(index, timer);
}

void EventLoop::armTimer(Timer& timer, TimePoint due) {
  timer.loop_ = this;
  timer.due_ = due;
  heap_.push_back(&timer);
  timer.index_ = heap_.size() - 1;
  heapUp(timer.index_);
}

void EventLoop::disarmTimer(Timer& timer) {
  const std::size_t index = timer.index_;
  timer.loop_ = nullptr;
  Timer* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  heapSet(index, last);
  heapUp(index);
  heapDown(last->index_);
}

}  // namespace varka::proxy
