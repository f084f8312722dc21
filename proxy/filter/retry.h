#pragma once
// RetryPlan: what may be tried again, how often and after how long (Envoy: router filter, retry policies).
// Pure.

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/xds/route.h"
#include "proxy/http/headers.h"
#include "proxy/http/upstream.h"
#include "proxy/net/event_loop.h"

namespace varka::proxy {

class RetryPlan {
 public:
  /// The route's policy, with the x-envoy-retry-on and x-envoy-max-retries fields of the request.
  static RetryPlan make(const xds::RetryPolicy* policy, const RequestHead& head);

  [[nodiscard]] bool enabled() const { return conditions_ != 0; }
  [[nodiscard]] bool retriesReset(UpstreamReset reason, bool responseBegan) const;
  [[nodiscard]] bool retriesStatus(const ResponseHead& head) const;
  /// Full jitter over base·2ⁿ, at most the maximum.
  [[nodiscard]] Duration backoff(std::uint64_t random) const;

  std::uint32_t remaining = 0;
  std::uint32_t made = 0;
  bool previousHosts = false;
  int hostAttempts = 1;

 private:
  enum Condition : std::uint32_t {
    k5xx = 1,
    kGatewayError = 2,
    kConnectFailure = 4,
    kRefusedStream = 8,
    kReset = 16,
    kResetBeforeRequest = 32,
    kRetriable4xx = 64,
    kRetriableStatusCodes = 128,
    kUnavailable = 256,
    kCancelled = 512,
    kDeadlineExceeded = 1024,
    kResourceExhausted = 2048,
    kInternal = 4096
  };
  static std::uint32_t parse(std::string_view list);
  std::uint32_t conditions_ = 0;
  std::vector<std::uint32_t> statusCodes_;
  Duration base_ = std::chrono::milliseconds(25), most_ = std::chrono::milliseconds(250);
};

}  // namespace varka::proxy
