#include "proxy/filter/retry.h"

#include <algorithm>
#include <charconv>

namespace varka::proxy {

std::uint32_t RetryPlan::parse(std::string_view list) {
  static constexpr std::pair<std::string_view, std::uint32_t> kNames[] = {
      {"5xx", k5xx},
      {"gateway-error", kGatewayError},
      {"connect-failure", kConnectFailure},
      {"refused-stream", kRefusedStream},
      {"reset", kReset},
      {"reset-before-request", kResetBeforeRequest},
      {"retriable-4xx", kRetriable4xx},
      {"retriable-status-codes", kRetriableStatusCodes},
      {"unavailable", kUnavailable},
      {"cancelled", kCancelled},
      {"deadline-exceeded", kDeadlineExceeded},
      {"resource-exhausted", kResourceExhausted},
      {"internal", kInternal}};
  std::uint32_t result = 0;
  for (const auto& [name, bit] : kNames)
    if (listContains(list, name)) result |= bit;
  return result;
}

RetryPlan RetryPlan::make(const xds::RetryPolicy* policy, const RequestHead& head) {
  RetryPlan plan;
  if (policy) {
    plan.conditions_ = parse(policy->retryOn);
    plan.remaining = policy->numRetries;
    plan.statusCodes_ = policy->retriableStatusCodes;
    plan.previousHosts = policy->previousHosts;
    plan.hostAttempts =
        static_cast<int>(std::clamp<std::int64_t>(policy->hostSelectionRetryMaxAttempts, 1, 50));
    plan.base_ = policy->baseInterval.value_or(plan.base_);
    plan.most_ = policy->maxInterval.value_or(plan.base_ * 10);
  }
  if (const auto wanted = head.get("x-envoy-retry-on"); !wanted.empty()) {
    plan.conditions_ |= parse(wanted);
    plan.remaining = std::max(plan.remaining, 1u);
  }
  if (const auto grpc = head.get("x-envoy-retry-grpc-on"); !grpc.empty()) plan.conditions_ |= parse(grpc);
  if (const auto most = head.get("x-envoy-max-retries"); !most.empty() && plan.conditions_ != 0) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(most.data(), most.data() + most.size(), count);
    if (error == std::errc{} && end == most.data() + most.size()) plan.remaining = std::min(count, 100u);
  }
  if (const auto codes = head.get("x-envoy-retriable-status-codes"); !codes.empty())
    for (std::uint32_t code = 400; code < 600; ++code)
      if (listContains(codes, std::to_string(code))) plan.statusCodes_.push_back(code);
  return plan;
}

bool RetryPlan::retriesReset(UpstreamReset reason, bool responseBegan) const {
  if (reason == UpstreamReset::Overflow) return false;
  const auto on = [this](std::uint32_t bits) { return (conditions_ & bits) != 0; };
  if (reason == UpstreamReset::ConnectFailure || reason == UpstreamReset::ConnectTimeout)
    return on(kConnectFailure | kReset | kResetBeforeRequest | k5xx | kGatewayError);
  if (on(kResetBeforeRequest) && !responseBegan && reason == UpstreamReset::LocalReset) return true;
  return on(kReset | k5xx | kGatewayError);
}

bool RetryPlan::retriesStatus(const ResponseHead& head) const {
  const auto on = [this](std::uint32_t bit) { return (conditions_ & bit) != 0; };
  const int status = head.status;
  if (status >= 500 && status < 600 && on(k5xx)) return true;
  if ((status == 502 || status == 503 || status == 504) && on(kGatewayError)) return true;
  if (status == 409 && on(kRetriable4xx)) return true;
  if (on(kRetriableStatusCodes) && std::find(statusCodes_.begin(), statusCodes_.end(),
                                             static_cast<std::uint32_t>(status)) != statusCodes_.end())
    return true;
  const auto grpc = head.get("grpc-status");
  if (grpc.empty()) return false;
  return (grpc == "14" && on(kUnavailable)) || (grpc == "1" && on(kCancelled)) ||
         (grpc == "4" && on(kDeadlineExceeded)) || (grpc == "8" && on(kResourceExhausted)) ||
         (grpc == "13" && on(kInternal));
}

Duration RetryPlan::backoff(std::uint64_t random) const {
  const int shift = static_cast<int>(std::min(made, 20u));
  const Duration ceiling = std::min<Duration>(most_, base_ * ((std::int64_t{1} << shift)));
  if (ceiling <= Duration::zero()) return Duration::zero();
  return Duration(static_cast<std::int64_t>(random % static_cast<std::uint64_t>(ceiling.count())));
}

}  // namespace varka::proxy
