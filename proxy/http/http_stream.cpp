#include "proxy/http/http_stream.h"

#include <charconv>

#include "proxy/filter/router.h"

namespace varka::proxy {

HttpStream::HttpStream(WorkerContext& worker, std::shared_ptr<const HttpConfig> config,
                       const ConnectionFacts& connection, DownstreamStream& downstream)
    : worker_(worker),
      config_(std::move(config)),
      connection_(connection),
      downstream_(downstream),
      snapshot_(worker.config),
      started_(worker.loop.now()),
      lastActivity_(started_),
      idleTimer_([this] { onIdle(); }) {
  state_.info.startUs = worker.loop.wallMicros();
  state_.info.request = &request_;
  state_.info.connectionId = connection.id;
  config_->stats->downstreamRqTotal.add();
  config_->stats->downstreamRqHttp1Total.add();
  config_->stats->downstreamRqActive.add();
}

HttpStream::~HttpStream() {
  destroyFilters();
  writeResult();
  config_->stats->downstreamRqActive.sub();
}

std::int64_t HttpStream::sinceStartUs() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(worker_.loop.now() - started_).count();
}

const CompiledRoutes* HttpStream::routes() {
  if (!routesFound_) {
    routesFound_ = true;
    routes_ = snapshot_->routesOf(*config_->chain);
  }
  return routes_.get();
}

const RouteDecision& HttpStream::route() {
  if (decided_) return decision_;
  decided_ = true;
  decision_ = RouteDecision{};
  if (const CompiledRoutes* table = routes()) {
    const std::string_view remote = state_.remoteAddress;
    const RequestView view{request_, &state_.dynamicMetadata, remote.substr(0, remote.rfind(':')),
                           connection_.tls != nullptr};
    decision_ = table->decide(view, worker_.random(), state_.wantsSteps() ? &state_.steps : nullptr);
  }
  return decision_;
}

const xds::PerRouteConfig* HttpStream::perRoute(std::string_view filterName) {
  const RouteDecision& decision = route();
  return routes() && decision.route ? perFilterConfig(*routes(), decision, filterName) : nullptr;
}

void HttpStream::onRequestHead(bool end) {
  headEnd_ = end;
  if (end) {
    requestEnded_ = true;
    state_.info.requestReceivedUs = sinceStartUs();
  }
  if (worker_.telemetry) state_.sampledOneOf = worker_.telemetry->sample();
  if (state_.wantsSteps()) {
    state_.step("listener", connection_.listener->name, "original destination " + connection_.localText,
                connection_.listener->config->metadata.source());
    state_.step("chain", connection_.chain->name.empty() ? "(unnamed)" : connection_.chain->name,
                connection_.tls
                    ? "TLS" + (connection_.tls->peer.present
                                   ? " with client " + std::string(connection_.tls->peer.identity())
                                   : std::string(" without client certificate"))
                    : "plain",
                connection_.chain->config->metadata.source());
  }
  if (request_.expectContinue && !end) downstream_.sendContinue();
  if (!acceptRequest(end)) return;
  armIdleTimer();
  makeFilters();
  runFilters();
}

bool HttpStream::acceptRequest(bool) {
  if (config_->exchangesMetadata) {
    state_.peerId = request_.get("x-envoy-peer-metadata-id");
    request_.remove("x-envoy-peer-metadata-id");
    request_.remove("x-envoy-peer-metadata");
  }
  prepareRequest(*config_, connection_, worker_, request_, state_);
  checkUpgrade();
  switch (normalizePath(*config_->config, request_)) {
    case PathVerdict::Fine:
      return true;
    case PathVerdict::Reject:
      reply({400, "", "path_normalization_failed", {}, "policy"});
      return false;
    case PathVerdict::Redirect:
      reply({307, "", "path_normalization_redirect", {{"location", std::string(request_.path)}}, ""});
      return false;
  }
  return true;
}

void HttpStream::checkUpgrade() {
  if (request_.upgrade.empty()) return;
  for (const auto& upgrade : config_->config->upgradeConfigs) {
    if (!equalsIgnoreCase(upgrade.upgradeType, request_.upgrade) || !upgrade.enabled.value_or(true)) continue;
    headEnd_ = requestEnded_ = false;  // bytes follow for as long as the tunnel lives
    return;
  }
  request_.upgrade = {};  // RFC 9110 §7.8: a server may ignore it
}

void HttpStream::makeFilters() {
  for (const auto& factory : config_->filters)
    if (auto filter = factory->make(*this)) filters_.push_back(std::move(filter));
  filters_.push_back(std::make_unique<RouterFilter>(*this));
}

void HttpStream::runFilters() {
  running_ = true;
  while (next_ < filters_.size() && !replying_ && !finished_) {
    HttpFilter& filter = *filters_[next_++];
    if (filter.decodeHead(request_, headEnd_) == FilterStatus::Stop) {
      if (!replying_ && next_ == filters_.size()) break;  // the router took it
      running_ = false;
      return;
    }
  }
  running_ = false;
  if (!replying_ && !finished_) passBody();
}

void HttpStream::continueRequest() {
  if (running_ || replying_ || finished_) return;
  runFilters();
}

void HttpStream::onRequestBody(std::string_view data, bool end) {
  if (finished_ || requestEnded_) return;
  lastActivity_ = worker_.loop.now();
  state_.info.bytesReceived += data.size();
  if (end) {
    requestEnded_ = true;
    state_.info.requestReceivedUs = sinceStartUs();
  }
  if (replying_ || (responseEnded_ && !response_.upgrade)) return;
  if (next_ < filters_.size() || filters_.empty()) {
    heldBody_.append(data);
    if (heldBody_.size() >= kHeldBody) downstream_.pauseRequest(kPauseFilter);
    return;
  }
  filters_.back()->decodeBody(data, end);
}

void HttpStream::passBody() {
  if (next_ < filters_.size()) return;
  if (headEnd_ || (heldBody_.empty() && !requestEnded_)) return;
  const std::string body = std::move(heldBody_);
  heldBody_ = std::string();
  downstream_.resumeRequest(kPauseFilter);
  filters_.back()->decodeBody(body, requestEnded_);
}

void HttpStream::onRequestProblem(const H1Problem& problem) {
  if (finished_) return;
  state_.info.flags.set(ResponseFlag::DownstreamProtocolError);
  config_->stats->downstreamCxProtocolError.add();
  if (responseStarted_) {
    abortResponse();
    return;
  }
  reply({problem.status, "", std::string(problem.detail), {}, "policy"});
}

void HttpStream::onClientGone() {
  if (finished_) return;
  if (!responseEnded_) {
    state_.info.flags.set(ResponseFlag::DownstreamConnectionTermination);
    state_.details = "downstream_remote_disconnect";
    config_->stats->downstreamRqRxReset.add();
  }
  finish();
}

void HttpStream::onDownstreamDrained() {
  if (!filters_.empty() && !finished_) filters_.back()->onDownstreamDrained();
}

namespace {

int grpcStatusOf(int status) {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

std::string_view contentTypeOf(const RequestHead& head) {
  return head.get("content-type");
}

}  // namespace

void HttpStream::reply(LocalReply answer) {
  if (finished_ || responseStarted_ || replying_) return;
  replying_ = true;
  destroyFilters();
  state_.details = answer.details;
  state_.origin = answer.origin;
  state_.step("reply", std::to_string(answer.status), answer.details);
  response_.clear();
  response_.status = answer.status;
  const bool grpc = contentTypeOf(request_).starts_with("application/grpc");
  if (grpc && answer.status != 200) {
    response_.status = 200;
    response_.add("content-type", "application/grpc");
    response_.add("grpc-status", std::to_string(grpcStatusOf(answer.status)));
    if (!answer.body.empty()) response_.add("grpc-message", answer.body);
    answer.body.clear();
  } else if (!answer.body.empty()) {
    response_.add("content-length", std::to_string(answer.body.size()));
    response_.contentLength = static_cast<std::int64_t>(answer.body.size());
    response_.add("content-type", "text/plain");
  }
  for (const auto& [name, value] : answer.headers) response_.set(name, value);
  const bool headOnly = answer.body.empty() || request_.method == "HEAD";
  finishHead(headOnly);
  if (!headOnly) respondBody(answer.body, true);
}

void HttpStream::respondHead(bool end) {
  if (finished_ || responseStarted_) return;
  lastActivity_ = worker_.loop.now();
  for (auto filter = filters_.rbegin(); filter != filters_.rend(); ++filter)
    (*filter)->encodeHead(response_, end);
  finishHead(end);
}

void HttpStream::finishHead(bool end) {
  using Transformation = xds::ServerHeaderTransformation;
  const auto transformation = config_->config->serverHeaderTransformation;
  if (transformation == Transformation::Overwrite)
    response_.set("server", config_->serverName);
  else if (transformation == Transformation::AppendIfAbsent && !response_.has("server"))
    response_.add("server", config_->serverName);
  if (!response_.has("date")) response_.add("date", worker_.httpDate());
  if (config_->config->alwaysSetRequestIdInResponse) response_.set("x-request-id", state_.requestId);
  responseStarted_ = true;
  state_.info.status = response_.status;
  state_.info.response = &response_;
  downstream_.sendHead(response_, end);
  if (end) {
    responseEnded_ = true;
    finish();
  }
}

void HttpStream::respondBody(std::string_view data, bool end) {
  if (finished_ || responseEnded_) return;
  lastActivity_ = worker_.loop.now();
  state_.info.bytesSent += data.size();
  downstream_.sendBody(data, end);
  if (!end) return;
  responseEnded_ = true;
  finish();
}

void HttpStream::abortResponse() {
  if (finished_) return;
  config_->stats->downstreamRqTxReset.add();
  downstream_.abort();
  finish();
}

void HttpStream::armIdleTimer() {
  const Duration limit = config_->config->streamIdleTimeout;
  if (limit > Duration::zero()) idleTimer_.arm(worker_.loop, limit);
}

void HttpStream::onIdle() {
  const Duration limit = config_->config->streamIdleTimeout;
  const Duration quiet = worker_.loop.now() - lastActivity_;
  if (quiet < limit) {
    idleTimer_.arm(worker_.loop, limit - quiet);
    return;
  }
  state_.info.flags.set(ResponseFlag::StreamIdleTimeout);
  config_->stats->downstreamRqIdleTimeout.add();
  if (responseStarted_) {
    state_.details = "stream_idle_timeout";
    abortResponse();
  } else {
    reply({408, "stream timeout", "stream_idle_timeout", {}, "overload"});
  }
}

void HttpStream::destroyFilters() {
  for (const auto& filter : filters_) filter->onDestroy();
}

void HttpStream::finish() {
  if (finished_) return;
  finished_ = true;
  idleTimer_.disarm();
  destroyFilters();
  writeResult();
  downstream_.finished();
}

void HttpStream::writeResult() {
  if (resultWritten_) return;
  resultWritten_ = true;
  state_.info.durationUs = sinceStartUs();
  config_->stats->downstreamRqCompleted.add();
  if (state_.info.status != 0) config_->stats->countStatus(state_.info.status);
  writeStreamResult(worker_, *config_, connection_, state_, decided_ ? &decision_ : nullptr);
}

}  // namespace varka::proxy
