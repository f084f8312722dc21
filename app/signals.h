#pragma once
// StopSignals: SIGINT and SIGTERM as a call on the thread that made this. Needs a running Qt loop. One at a time.

#include <QSocketNotifier>
#include <functional>
#include <memory>

namespace varka::app {

class StopSignals {
 public:
  explicit StopSignals(std::function<void()> stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::unique_ptr<QSocketNotifier> notifier_;
};

}  // namespace varka::app
