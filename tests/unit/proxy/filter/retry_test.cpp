#include "proxy/filter/retry.h"

#include "tests/support/test.h"

using namespace varka;
using namespace varka::proxy;

namespace {

RetryPlan plan(const std::string& on, const std::vector<std::uint32_t>& codes = {}) {
  xds::RetryPolicy policy;
  policy.retryOn = on;
  policy.retriableStatusCodes = codes;
  return RetryPlan::make(&policy, RequestHead());
}

bool status(const RetryPlan& retries, int code, const char* grpc = nullptr) {
  ResponseHead head;
  head.status = code;
  if (grpc) head.add("grpc-status", grpc);
  return retries.retriesStatus(head);
}

}  // namespace

class RetryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void istiosDefaultRetriesConnectionsNotAnswers() {
    const RetryPlan retries =
        plan("connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes", {503});
    QVERIFY(retries.retriesReset(UpstreamReset::ConnectFailure, false));
    QVERIFY(!retries.retriesReset(UpstreamReset::Termination, false));
    QVERIFY(!retries.retriesReset(UpstreamReset::Overflow, false));
    QVERIFY(status(retries, 503));
    QVERIFY(!status(retries, 500));
    QVERIFY(status(retries, 200, "14"));
    QVERIFY(!status(retries, 200, "0"));
  }

  void conditionsMeanWhatEnvoySays() {
    QVERIFY(status(plan("5xx"), 500) && plan("5xx").retriesReset(UpstreamReset::Termination, false));
    QVERIFY(status(plan("gateway-error"), 502) && !status(plan("gateway-error"), 500));
    QVERIFY(status(plan("retriable-4xx"), 409) && !status(plan("retriable-4xx"), 404));
    QVERIFY(plan("reset").retriesReset(UpstreamReset::Termination, true));
    QVERIFY(!plan("").enabled() && !plan("nonsense").enabled());
  }

  void theRequestMayAskForMore() {
    RequestHead head;
    head.add("x-envoy-retry-on", "5xx");
    head.add("x-envoy-max-retries", "4");
    const RetryPlan retries = RetryPlan::make(nullptr, head);
    QVERIFY(retries.enabled() && status(retries, 500));
    xds::RetryPolicy policy;
    policy.retryOn = "5xx";
    QCOMPARE(RetryPlan::make(&policy, head).remaining, 4u);
  }

  void backoffGrowsWithinItsLimit() {
    RetryPlan retries = plan("5xx");
    for (std::uint64_t random = 0; random < 1000; ++random)
      QVERIFY(retries.backoff(random * 1000003) < std::chrono::milliseconds(25));
    retries.made = 30;
    Duration longest{};
    for (std::uint64_t random = 0; random < 1000; ++random)
      longest = std::max(longest, retries.backoff(random * 1000003));
    QVERIFY(longest > std::chrono::milliseconds(200) && longest < std::chrono::milliseconds(250));
  }
};

VARKA_TEST(RetryTest)
#include "retry_test.moc"
