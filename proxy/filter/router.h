#pragma once
// RouterFilter: the terminal filter. Carries out the route's decision: direct responses and redirects, or
// forwarding with timeouts, retries, mirroring and both directions' back-pressure. One attempt at a time.
// Worker thread.

#include <memory>
#include <string>
#include <vector>

#include "proxy/cluster/cluster_state.h"
#include "proxy/cluster/pool.h"
#include "proxy/filter/filter.h"
#include "proxy/filter/retry.h"
#include "proxy/net/event_loop.h"
#include "proxy/net/recycled.h"

namespace varka::proxy {

class MirrorRequest;

class RouterFilter final : public HttpFilter, public UpstreamEvents, public Recycled<RouterFilter> {
 public:
  static constexpr std::size_t kReplayLimit = 64 * 1024;  // of the request's body, for another attempt

  explicit RouterFilter(FilterHost& host);
  ~RouterFilter() override;

  // HttpFilter
  FilterStatus decodeHead(RequestHead& head, bool end) override;
  void decodeBody(std::string_view data, bool end) override;
  void onDownstreamDrained() override;
  void onDestroy() override;

  // UpstreamEvents
  ResponseHead& responseHead() override { return host_.response(); }
  void onUpstreamReady(UpstreamStream& stream, const UpstreamInfo& info) override;
  void onUpstreamHead(bool end) override;
  void onUpstreamBody(std::string_view data, bool end) override;
  void onUpstreamReset(UpstreamReset reason, std::string_view detail, bool anyByte) override;
  void onUpstreamDrained() override;

 private:
  void forward(const RouteDecision& decision, RequestHead& head, bool end);
  bool answerItself(const RouteDecision& decision);
  void replyWithEdits(int status, std::string body, std::string details, std::string origin,
                      std::vector<std::pair<std::string, std::string>> headers = {});
  bool findCluster(const RouteDecision& decision);
  void prepareHead(const RouteDecision& decision, RequestHead& head);
  void startMirrors(const RouteDecision& decision, const RequestHead& head, bool end);
  void attempt(bool freshOnly);
  HostPtr pickHost();
  void requestConnection(bool freshOnly);
  void noteUpstream(const UpstreamInfo& info);
  void requestComplete();
  bool retryAfterReset(UpstreamReset reason, bool anyByte);
  bool retryAfterHead();
  bool scheduleRetry(bool counted);
  void failAttempt(UpstreamReset reason, std::string_view detail);
  void onTotalTimeout();
  void onTryTimeout();
  void dropAttempt();
  void finishRetryGauge();
  void reportOutcome(int status);
  void setEnvoyResponseHeaders();

  FilterHost& host_;
  WorkerContext& worker_;
  ClusterStatePtr cluster_;  // before hosts, so that it goes after them
  HostPtr upstream_;
  std::vector<HostPtr> triedOwners_;
  std::vector<const Host*> tried_;
  PoolRequest* waiting_ = nullptr;
  UpstreamStream* stream_ = nullptr;
  RetryPlan retry_;
  RouteTimeouts timeouts_;
  std::string replay_;
  bool replayable_ = true;
  bool requestEnd_ = false, destroyed_ = false, responding_ = false, reused_ = false, mayRepeat_ = true;
  bool retryCounted_ = false, attempting_ = false, includeAttempts_ = false;
  int attempts_ = 0, freshRetries_ = 0;
  std::optional<std::uint64_t> hash_;
  std::string setCookie_;
  TimePoint sentAt_{};
  Timer totalTimer_, tryTimer_, backoffTimer_;
  std::vector<std::shared_ptr<MirrorRequest>> mirrors_;
};

}  // namespace varka::proxy
