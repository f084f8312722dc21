#include "app/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace varka::app {
namespace {

// A handler may do little: it writes one byte to this pipe. Handlers (unlike a blocked mask) do not reach our children.
int gPipe[2] = {-1, -1};

void onSignal(int) {
  const char byte = 1;
  [[maybe_unused]] const auto written = ::write(gPipe[1], &byte, 1);
}

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals(std::function<void()> stop) {
  if (::pipe2(gPipe, O_CLOEXEC | O_NONBLOCK) != 0) return;
  notifier_ = std::make_unique<QSocketNotifier>(gPipe[0], QSocketNotifier::Read);
  QObject::connect(notifier_.get(), &QSocketNotifier::activated, notifier_.get(), [stop = std::move(stop)] {
    char bytes[16];
    if (::read(gPipe[0], bytes, sizeof bytes) > 0) stop();
  });
  install(onSignal);
}

StopSignals::~StopSignals() {
  install(SIG_DFL);
  notifier_.reset();
  for (int& end : gPipe) {
    if (end >= 0) ::close(end);
    end = -1;
  }
}

}  // namespace varka::app
