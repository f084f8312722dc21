#include "proxy/server/worker_context.h"

#include <sys/random.h>

#include <bit>
#include <ctime>

namespace varka::proxy {

void WorkerContext::seed() {
  if (getrandom(state_, sizeof state_, 0) != static_cast<ssize_t>(sizeof state_))
    state_[0] = static_cast<std::uint64_t>(loop.wallMicros()) | 1;
}

std::uint64_t WorkerContext::random() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::string_view WorkerContext::httpDate() {
  const std::int64_t second = loop.wallMicros() / 1'000'000;
  if (second != dateSecond_) {
    dateSecond_ = second;
    const std::time_t time = second;
    tm parts{};
    gmtime_r(&time, &parts);
    std::strftime(date_, sizeof date_, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {date_, 29};
}

}  // namespace varka::proxy
