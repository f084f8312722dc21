#include "proxy/filter/router.h"

#include <algorithm>

#include "proxy/filter/mirror.h"
#include "proxy/http/http_config.h"
#include "proxy/server/worker_context.h"

namespace varka::proxy {
namespace {

/// RFC 9110 §9.2.2: may be sent again without asking.
bool isIdempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string underscored(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c == ' ') c = '_';
  return out;
}

int notFoundStatus(xds::ClusterNotFoundResponseCode code) {
  switch (code) {
    case xds::ClusterNotFoundResponseCode::ServiceUnavailable:
      return 503;
    case xds::ClusterNotFoundResponseCode::NotFound:
      return 404;
    case xds::ClusterNotFoundResponseCode::InternalServerError:
      return 500;
  }
  return 503;
}

}  // namespace

RouterFilter::RouterFilter(FilterHost& host)
    : host_(host),
      worker_(host.worker()),
      totalTimer_([this] { onTotalTimeout(); }),
      tryTimer_([this] { onTryTimeout(); }),
      backoffTimer_([this] { attempt(false); }) {}

RouterFilter::~RouterFilter() {
  onDestroy();
}

FilterStatus RouterFilter::decodeHead(RequestHead& head, bool end) {
  const RouteDecision& decision = host_.route();
  if (!answerItself(decision)) forward(decision, head, end);
  return FilterStatus::Stop;
}

bool RouterFilter::answerItself(const RouteDecision& decision) {
  using Kind = RouteDecision::Kind;
  StreamState& state = host_.state();
  switch (decision.kind) {
    case Kind::NoVirtualHost:
    case Kind::NoRoute:
    case Kind::NonForwarding:
      state.info.flags.set(ResponseFlag::NoRouteFound);
      host_.httpConfig().stats->downstreamRqNoRoute.add();
      host_.reply({404, "", "route_not_found", {}, "noroute"});
      return true;
    case Kind::TlsRequired:
    case Kind::Redirect:
      host_.httpConfig().stats->downstreamRqRedirect.add();
      replyWithEdits(redirectStatus(decision), "", "direct_response", "",
                     {{"location", redirectLocation(decision, host_.request())}});
      return true;
    case Kind::DirectResponse: {
      const auto& direct = decision.direct();
      const std::string* body = direct.body.inlined();
      replyWithEdits(static_cast<int>(direct.status), body ? *body : "", "direct_response",
                     direct.status >= 400 ? "policy" : "");
      return true;
    }
    case Kind::Forward:
      return false;
  }
  return false;
}

void RouterFilter::replyWithEdits(int status, std::string body, std::string details, std::string origin,
                                  std::vector<std::pair<std::string, std::string>> headers) {
  const CompiledRoutes* routes = host_.routes();
  if (routes && host_.route().route) {
    Headers edited;
    for (const auto& [name, value] : headers) edited.add(name, value);
    editResponse(*routes, host_.route(), edited, host_.state().info);
    headers.clear();
    for (const auto& field : edited.fields())
      headers.emplace_back(std::string(field.name), std::string(field.value));
  }
  host_.reply({status, std::move(body), std::move(details), std::move(headers), std::move(origin)});
}

bool RouterFilter::findCluster(const RouteDecision& decision) {
  StreamState& state = host_.state();
  cluster_ = worker_.clusters.find(decision.cluster);
  if (cluster_) {
    state.upstreamCluster = cluster_->name();
    state.step("cluster", cluster_->name(), std::to_string(cluster_->hosts().size()) + " endpoints",
               cluster_->config().config->metadata.source());
    return true;
  }
  state.upstreamCluster = decision.cluster;
  state.info.flags.set(ResponseFlag::NoClusterFound);
  host_.httpConfig().stats->downstreamRqNoCluster.add();
  state.step("cluster", std::string(decision.cluster), "no such cluster", {}, false);
  host_.reply({notFoundStatus(decision.action().clusterNotFoundResponseCode),
               "",
               "cluster_not_found",
               {},
               "noroute"});
  return false;
}

void RouterFilter::forward(const RouteDecision& decision, RequestHead& head, bool end) {
  if (!findCluster(decision)) return;
  const xds::RouteAction& action = decision.action();
  timeouts_ = timeouts(action, head);
  retry_ = RetryPlan::make(action.retryPolicy ? &*action.retryPolicy : nullptr, head);
  mayRepeat_ = isIdempotent(head.method);
  replayable_ = head.upgrade.empty();
  const std::string_view remote = host_.state().remoteAddress;
  if (!action.hashPolicy.empty()) {
    const RequestView view{head, nullptr, remote.substr(0, remote.rfind(':')),
                           host_.connection().tls != nullptr};
    hash_ = requestHash(action, view, worker_.random(), &setCookie_);
  }
  prepareHead(decision, head);
  startMirrors(decision, head, end);
  if (end) {
    requestEnd_ = true;
    requestComplete();
  }
  attempt(false);
}

void RouterFilter::prepareHead(const RouteDecision& decision, RequestHead& head) {
  const xds::RouteAction& action = decision.action();
  if (timeouts_.total > Duration::zero() && !host_.httpConfig().suppressEnvoyHeaders)
    head.set("x-envoy-expected-rq-timeout-ms", std::to_string(milliseconds(timeouts_.total)));
  for (const std::string_view name :
       {"x-envoy-retry-on", "x-envoy-max-retries", "x-envoy-upstream-rq-timeout-ms",
        "x-envoy-upstream-rq-per-try-timeout-ms", "x-envoy-retriable-status-codes", "x-envoy-retry-grpc-on"})
    head.remove(name);
  includeAttempts_ = decision.virtualHost && decision.virtualHost->config->includeRequestAttemptCount;
  editRequest(*host_.routes(), decision, head, host_.state().info);
  if (const auto path = rewrittenPath(decision, head.path)) {
    if (!host_.httpConfig().suppressEnvoyHeaders) head.set("x-envoy-original-path", head.path);
    head.setPath(*path);
  }
  const HostPtr first = cluster_->hosts().empty() ? nullptr : cluster_->hosts().front();
  if (const auto authority = rewrittenHost(decision, head, first ? first->hostname : std::string())) {
    if (action.appendXForwardedHost) head.append("x-forwarded-host", head.authority);
    head.setAuthority(*authority);
  }
}

void RouterFilter::startMirrors(const RouteDecision& decision, const RequestHead& head, bool end) {
  for (const auto& policy : decision.action().requestMirrorPolicies) {
    if (policy.runtimeFraction && !policy.runtimeFraction->defaultValue.hits(worker_.random())) continue;
    const ClusterStatePtr& target = worker_.clusters.find(policy.cluster);
    if (!target || !head.upgrade.empty()) continue;
    auto mirror = std::make_shared<MirrorRequest>(target, head, host_.connection().local);
    if (!policy.disableShadowHostSuffixAppend) {
      const std::string authority(head.authority);
      const auto colon = authority.rfind(':');
      const bool port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
      mirror->setAuthority(port ? authority.substr(0, colon) + "-shadow" + authority.substr(colon)
                                : authority + "-shadow");
    }
    host_.state().step("cluster", target->name(), "mirrored");
    if (end)
      MirrorRequest::send(mirror);
    else
      mirrors_.push_back(std::move(mirror));
  }
}

void RouterFilter::requestComplete() {
  // Envoy's clock for the route timeout starts when the whole request is here.
  if (timeouts_.total > Duration::zero()) totalTimer_.arm(worker_.loop, timeouts_.total);
  for (auto& mirror : mirrors_) MirrorRequest::send(std::move(mirror));
  mirrors_.clear();
}

void RouterFilter::decodeBody(std::string_view data, bool end) {
  if (destroyed_ || requestEnd_) return;
  for (auto& mirror : mirrors_) mirror->addBody(data);
  const bool connected = stream_ != nullptr;
  const bool keep = !connected || (replayable_ && !responding_);
  if (keep) {
    if (connected && replay_.size() + data.size() > kReplayLimit) {
      replayable_ = false;
      replay_ = std::string();
    } else {
      replay_.append(data);
      if (!connected && replay_.size() > kReplayLimit) host_.pauseRequest();
    }
  }
  if (connected) {
    stream_->sendBody(data, end);
    if (stream_ && stream_->aboveHighWatermark()) host_.pauseRequest();
  }
  if (!end) return;
  requestEnd_ = true;
  requestComplete();
}

HostPtr RouterFilter::pickHost() {
  PickContext context;
  context.random = worker_.random();
  context.hash = hash_;
  if (retry_.previousHosts && !tried_.empty()) {
    context.avoid = &tried_;
    context.maxAttempts = std::max(retry_.hostAttempts, 1);
  }
  return cluster_->pick(context, host_.connection().local);
}

void RouterFilter::attempt(bool freshOnly) {
  StreamState& state = host_.state();
  ++attempts_;
  state.info.attempts = attempts_;
  upstream_ = pickHost();
  if (!upstream_) {
    state.info.flags.set(ResponseFlag::NoHealthyUpstream);
    cluster_->counters.upstreamCxNoneHealthy.add();
    state.step("endpoint", "", "no healthy upstream", {}, false);
    finishRetryGauge();
    host_.reply({503, "no healthy upstream", "no_healthy_upstream", {}, "network"});
    return;
  }
  state.upstreamHost = upstream_->text;
  state.upstreamWorkload = upstream_->workload();
  if (state.wantsSteps())
    state.step("endpoint", upstream_->text,
               state.upstreamWorkload.empty() ? "chosen" : "pod of " + state.upstreamWorkload);
  requestConnection(freshOnly);
}

void RouterFilter::requestConnection(bool freshOnly) {
  const TlsChoice tls = cluster_->tlsFor(*upstream_, host_.state().alpnOverride);
  attempting_ = true;
  PoolRequest* const waiting = cluster_->poolFor(*upstream_, tls).request(*this, mayRepeat_, freshOnly);
  // The callbacks may have come already, and even another attempt: only an unanswered wish is remembered.
  if (waiting && attempting_ && !stream_) waiting_ = waiting;
}

void RouterFilter::noteUpstream(const UpstreamInfo& info) {
  StreamState& state = host_.state();
  reused_ = info.reused;
  state.connectUs = info.connectUs;
  state.upstreamLocalAddress = info.local;
  if (info.tls) {
    state.upstreamTlsVersion = info.tls->version;
    state.upstreamPeerUri = info.tls->peer.identity();
    if (state.wantsSteps())
      state.step("mtls", state.upstreamPeerUri.empty() ? "TLS" : state.upstreamPeerUri,
                 info.tls->version + (info.tls->own.present ? ", own certificate shown" : ""));
  } else {
    state.upstreamTlsVersion.clear();
    state.upstreamPeerUri.clear();
  }
}

void RouterFilter::onUpstreamReady(UpstreamStream& stream, const UpstreamInfo& info) {
  waiting_ = nullptr;
  stream_ = &stream;
  noteUpstream(info);
  RequestHead& head = host_.request();
  if (includeAttempts_) head.set("x-envoy-attempt-count", std::to_string(attempts_));
  host_.response().clear();
  sentAt_ = worker_.loop.now();
  if (timeouts_.perTry > Duration::zero()) tryTimer_.arm(worker_.loop, timeouts_.perTry);
  const bool bodyFollows = !replay_.empty() || !requestEnd_;
  stream.sendHead(head, !bodyFollows);
  if (!replay_.empty()) stream.sendBody(replay_, requestEnd_);
  if (!replayable_ || replay_.size() > kReplayLimit) {
    replayable_ = false;
    replay_ = std::string();
  }
  if (stream_ && !stream_->aboveHighWatermark()) host_.resumeRequest();
}

void RouterFilter::reportOutcome(int status) {
  cluster_->counters.countStatus(status);
  cluster_->counters.upstreamRqCompleted.add();
  if (status >= 500)
    ++upstream_->counters.rqError;
  else
    ++upstream_->counters.rqSuccess;
  const bool gateway = status == 502 || status == 503 || status == 504;
  cluster_->report(*upstream_, status < 500 ? Outcome::Success
                               : gateway    ? Outcome::GatewayError
                                            : Outcome::ServerError);
}

void RouterFilter::onUpstreamHead(bool end) {
  attempting_ = false;
  tryTimer_.disarm();
  ResponseHead& head = host_.response();
  StreamState& state = host_.state();
  const Duration took = worker_.loop.now() - sentAt_;
  state.info.upstreamServiceUs = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  reportOutcome(head.status);
  if (retry_.enabled() && retryAfterHead()) return;
  if (retryCounted_ && head.status < 500) cluster_->counters.upstreamRqRetrySuccess.add();
  finishRetryGauge();
  responding_ = true;
  replay_ = std::string();
  state.info.firstUpstreamByteUs = worker_.loop.wallMicros() - state.info.startUs;
  if (state.details.empty()) state.details = "via_upstream";
  setEnvoyResponseHeaders();
  if (const CompiledRoutes* routes = host_.routes()) editResponse(*routes, host_.route(), head, state.info);
  if (end) {
    stream_ = nullptr;
    totalTimer_.disarm();
  }
  host_.respondHead(end);
}

void RouterFilter::setEnvoyResponseHeaders() {
  ResponseHead& head = host_.response();
  if (!setCookie_.empty()) head.add("set-cookie", setCookie_);
  if (host_.httpConfig().exchangesMetadata) {
    head.remove("x-envoy-peer-metadata");
    head.remove("x-envoy-peer-metadata-id");
  }
  if (host_.httpConfig().suppressEnvoyHeaders) return;
  head.set("x-envoy-upstream-service-time", std::to_string(host_.state().info.upstreamServiceUs / 1000));
}

void RouterFilter::onUpstreamBody(std::string_view data, bool end) {
  if (!responding_) return;
  if (end) {
    stream_ = nullptr;
    totalTimer_.disarm();
  }
  host_.state().info.upstreamBytesReceived += data.size();
  host_.respondBody(data, end);
  if (!destroyed_ && stream_ && host_.downstreamFull()) stream_->pauseResponse();
}

void RouterFilter::onDownstreamDrained() {
  if (stream_) stream_->resumeResponse();
}

void RouterFilter::onUpstreamDrained() {
  if (!destroyed_) host_.resumeRequest();
}

bool RouterFilter::scheduleRetry(bool counted) {
  if (counted) {
    if (retry_.remaining == 0) return false;
    if (cluster_->retriesActive >= cluster_->limits().maxRetries) {
      cluster_->counters.upstreamRqRetryOverflow.add();
      return false;
    }
    --retry_.remaining;
    ++retry_.made;
    cluster_->counters.upstreamRqRetry.add();
    if (!retryCounted_) {
      retryCounted_ = true;
      ++cluster_->retriesActive;
    }
  }
  triedOwners_.push_back(upstream_);
  tried_.push_back(upstream_.get());
  return true;
}

bool RouterFilter::retryAfterHead() {
  const ResponseHead& head = host_.response();
  if (!retry_.retriesStatus(head) || !replayable_ || host_.responseStarted()) return false;
  if (retry_.remaining == 0) {
    host_.state().info.flags.set(ResponseFlag::UpstreamRetryLimitExceeded);
    cluster_->counters.upstreamRqRetryLimitExceeded.add();
    return false;
  }
  const int status = head.status;
  if (!scheduleRetry(true)) return false;
  host_.state().step("attempt", std::to_string(attempts_),
                     upstream_->text + " answered " + std::to_string(status) + ", trying again");
  if (stream_) std::exchange(stream_, nullptr)->cancel();
  backoffTimer_.arm(worker_.loop, retry_.backoff(worker_.random()));
  return true;
}

bool RouterFilter::retryAfterReset(UpstreamReset reason, bool anyByte) {
  if (!replayable_ || host_.responseStarted()) return false;
  // A pooled connection that the server gave up meanwhile is not a failed request.
  const bool stale =
      reused_ && !anyByte && reason == UpstreamReset::Termination && mayRepeat_ && freshRetries_ < 2;
  if (stale) {
    ++freshRetries_;
    --attempts_;
    host_.state().step("attempt", upstream_->text, "the pooled connection had been closed, using another");
    attempt(freshRetries_ > 1);
    return true;
  }
  if (!retry_.enabled() || !retry_.retriesReset(reason, anyByte)) return false;
  if (retry_.remaining == 0) {
    host_.state().info.flags.set(ResponseFlag::UpstreamRetryLimitExceeded);
    cluster_->counters.upstreamRqRetryLimitExceeded.add();
    return false;
  }
  if (!scheduleRetry(true)) return false;
  host_.state().step("attempt", std::to_string(attempts_),
                     upstream_->text + ": " + std::string(resetText(reason)) + ", trying again");
  backoffTimer_.arm(worker_.loop, retry_.backoff(worker_.random()));
  return true;
}

void RouterFilter::onUpstreamReset(UpstreamReset reason, std::string_view detail, bool anyByte) {
  attempting_ = false;
  stream_ = nullptr;
  waiting_ = nullptr;
  if (destroyed_) return;
  tryTimer_.disarm();
  const bool local = reason == UpstreamReset::ConnectFailure || reason == UpstreamReset::ConnectTimeout;
  if (local) {
    reused_ = false;
    cluster_->report(*upstream_, Outcome::LocalFailure);
    ++upstream_->counters.rqError;
  } else if (reason != UpstreamReset::Overflow) {
    cluster_->counters.upstreamRqRxReset.add();
    ++upstream_->counters.rqError;
    if (!(reused_ && !anyByte)) cluster_->report(*upstream_, Outcome::GatewayError);
  }
  if (!responding_ && retryAfterReset(reason, anyByte)) return;
  failAttempt(reason, detail);
}

void RouterFilter::failAttempt(UpstreamReset reason, std::string_view detail) {
  StreamState& state = host_.state();
  finishRetryGauge();
  ResponseFlag flag = ResponseFlag::UpstreamConnectionTermination;
  int status = 503;
  switch (reason) {
    case UpstreamReset::ConnectFailure:
    case UpstreamReset::ConnectTimeout:
      flag = ResponseFlag::UpstreamConnectionFailure;
      break;
    case UpstreamReset::Overflow:
      flag = ResponseFlag::UpstreamOverflow;
      break;
    case UpstreamReset::Termination:
      flag = ResponseFlag::UpstreamConnectionTermination;
      break;
    case UpstreamReset::ProtocolError:
      flag = ResponseFlag::UpstreamProtocolError;
      status = 502;
      break;
    case UpstreamReset::LocalReset:
      flag = ResponseFlag::LocalReset;
      break;
  }
  state.info.flags.set(flag);
  std::string reasonText(resetText(reason));
  if (reason == UpstreamReset::ConnectFailure && !detail.empty()) {
    state.transportFailure = detail.starts_with("TLS_error")
                                 ? std::string(detail)
                                 : "delayed connect error: " + std::string(detail);
    reasonText += ", transport failure reason: " + state.transportFailure;
  }
  if (host_.responseStarted()) {
    state.details = "upstream_reset_after_response_started{" + underscored(resetText(reason)) + "}";
    host_.abortResponse();
    return;
  }
  const std::string details = "upstream_reset_before_response_started{" + underscored(reasonText) + "}";
  const std::string body = std::string("upstream connect error or disconnect/reset before headers. ") +
                           (attempts_ > 1 ? "retried and the latest reset reason: " : "reset reason: ") +
                           reasonText;
  std::vector<std::pair<std::string, std::string>> headers;
  if (reason == UpstreamReset::Overflow) headers.emplace_back("x-envoy-overloaded", "true");
  const bool tls = state.transportFailure.starts_with("TLS_error");
  host_.reply({status, body, details, std::move(headers),
               reason == UpstreamReset::Overflow ? "overload"
               : tls                             ? "tls"
                                                 : "network"});
}

void RouterFilter::onTotalTimeout() {
  StreamState& state = host_.state();
  cluster_->counters.upstreamRqTimeout.add();
  if (upstream_) {
    ++upstream_->counters.rqTimeout;
    cluster_->report(*upstream_, Outcome::GatewayError);
  }
  dropAttempt();
  finishRetryGauge();
  state.info.flags.set(ResponseFlag::UpstreamRequestTimeout);
  if (host_.responseStarted()) {
    state.details = "response_timeout";
    host_.abortResponse();
    return;
  }
  host_.reply({504, "upstream request timeout", "response_timeout", {}, "network"});
}

void RouterFilter::onTryTimeout() {
  cluster_->counters.upstreamRqPerTryTimeout.add();
  ++upstream_->counters.rqTimeout;
  cluster_->report(*upstream_, Outcome::GatewayError);
  dropAttempt();
  ResponseHead gatewayTimeout;
  gatewayTimeout.status = 504;
  const bool retries =
      retry_.retriesStatus(gatewayTimeout) || retry_.retriesReset(UpstreamReset::Termination, false);
  if (retries && replayable_ && scheduleRetry(true)) {
    host_.state().step("attempt", std::to_string(attempts_),
                       upstream_->text + ": time for one try is over, trying again");
    backoffTimer_.arm(worker_.loop, retry_.backoff(worker_.random()));
    return;
  }
  finishRetryGauge();
  host_.state().info.flags.set(ResponseFlag::UpstreamRequestTimeout);
  if (retries) host_.state().info.flags.set(ResponseFlag::UpstreamRetryLimitExceeded);
  host_.reply({504, "upstream request timeout", "upstream_per_try_timeout", {}, "network"});
}

void RouterFilter::dropAttempt() {
  attempting_ = false;
  tryTimer_.disarm();
  backoffTimer_.disarm();
  if (waiting_) {
    PoolRequest* const waiting = std::exchange(waiting_, nullptr);
    waiting->pool->withdraw(waiting);
  }
  if (stream_) {
    cluster_->counters.upstreamRqCancelled.add();
    std::exchange(stream_, nullptr)->cancel();
  }
}

void RouterFilter::finishRetryGauge() {
  if (!retryCounted_) return;
  retryCounted_ = false;
  --cluster_->retriesActive;
}

void RouterFilter::onDestroy() {
  if (destroyed_) return;
  destroyed_ = true;
  totalTimer_.disarm();
  dropAttempt();
  if (cluster_) finishRetryGauge();
  mirrors_.clear();
}

}  // namespace varka::proxy
