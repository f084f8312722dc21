#include "proxy/http/h1_server.h"

#include "proxy/http/h1_write.h"
#include "proxy/tls/tls_transform.h"

namespace varka::proxy {
namespace {
constexpr auto kHeadTimeout = std::chrono::seconds(10);
constexpr auto kIdleTimeout = std::chrono::hours(1);
}  // namespace

H1Server::H1Server(WorkerContext& worker, std::shared_ptr<const HttpConfig> config,
                   std::unique_ptr<ConnectionFacts> facts, std::unique_ptr<Connection> connection,
                   GoneCallback gone)
    : worker_(worker),
      config_(std::move(config)),
      facts_(std::move(facts)),
      connection_(std::move(connection)),
      gone_(std::move(gone)),
      parser_(config_->limits),
      timer_([this] { onTimer(); }) {
  config_->stats->downstreamCxTotal.add();
  config_->stats->downstreamCxHttp1Total.add();
  config_->stats->downstreamCxActive.add();
}

H1Server::~H1Server() {
  config_->stats->downstreamCxActive.sub();
  config_->stats->downstreamCxDestroy.add();
}

void H1Server::start(std::string_view alreadyRead) {
  idleSince_ = worker_.loop.now();
  connection_->start(*this, alreadyRead);
  if (!released_) armIdle();
}

void H1Server::onReady() {
  if (!connection_->transform()) return;
  facts_->transform = static_cast<const TlsTransform*>(connection_->transform());
  facts_->tls = &facts_->transform->info();
  facts_->sni = facts_->tls->sni;
  config_->stats->downstreamCxSslTotal.add();
}

void H1Server::armIdle() {
  const auto& configured = config_->config->commonHttpProtocolOptions.idleTimeout;
  const Duration limit = configured.value_or(kIdleTimeout);
  if (limit > Duration::zero() && !timer_.armed()) timer_.arm(worker_.loop, limit);
}

void H1Server::onTimer() {
  if (waitingHead_) {  // a head that does not come to an end
    waitingHead_ = false;
    if (stream_ && !headDone_) {
      config_->stats->downstreamRqTimeout.add();
      problem_ = true;
      stream_->onRequestProblem({408, "request_header_timeout"});
    }
    return;
  }
  if (stream_) return;  // armed again when the request is done
  const Duration limit = config_->config->commonHttpProtocolOptions.idleTimeout.value_or(kIdleTimeout);
  const Duration quiet = worker_.loop.now() - idleSince_;
  if (quiet < limit) {
    timer_.arm(worker_.loop, limit - quiet);
    return;
  }
  config_->stats->downstreamCxIdleTimeout.add();
  finishConnection(false);
}

void H1Server::onData(std::string_view data) {
  if (closing_) return;
  process(data);
}

void H1Server::process(std::string_view data) {
  if (processing_) {
    pipelined_.append(data);
    return;
  }
  processing_ = true;
  std::string carried;
  for (;;) {
    data.remove_prefix(feed(data));
    if (released_ || closing_) break;
    if (data.empty() && pipelined_.empty()) break;
    if (stream_) {
      // The current request is complete, its response is not: the rest waits, and so does the client.
      if (carried.empty())
        pipelined_.insert(0, data);
      else
        pipelined_ = std::string(data) + pipelined_;
      if (!pipelined_.empty()) connection_->pause(kPausePipeline);
      break;
    }
    if (data.empty()) {
      carried = std::move(pipelined_);
      pipelined_ = std::string();
      data = carried;
    }
  }
  processing_ = false;
  if (!released_ && !closing_ && connection_ && pipelined_.empty()) connection_->resume(kPausePipeline);
}

std::size_t H1Server::feed(std::string_view data) {
  if (tunnel_) {
    if (stream_) stream_->onRequestBody(data, false);
    return data.size();
  }
  if (data.empty() || (stream_ && requestDone_)) return 0;
  if (!stream_) beginStream();
  const std::size_t taken = parser_.feed(data, *this);
  if (released_ || closing_) return taken;
  if (parser_.problem() && stream_ && !problem_) {
    problem_ = true;
    stream_->onRequestProblem(parser_.problem());
    return data.size();
  }
  if (stream_ && !headDone_ && !waitingHead_) {
    waitingHead_ = true;
    const Duration limit = config_->config->requestHeadersTimeout.value_or(kHeadTimeout);
    if (limit > Duration::zero()) timer_.arm(worker_.loop, limit);
  }
  return taken;
}

void H1Server::beginStream() {
  headDone_ = requestDone_ = streamDone_ = problem_ = chunkedResponse_ = false;
  ++requests_;
  stream_ = std::make_unique<HttpStream>(worker_, config_, *facts_, *this);
  parser_.beginRequest(stream_->head());
}

void H1Server::onHead() {
  headDone_ = true;
  if (waitingHead_) {
    waitingHead_ = false;
    timer_.disarm();
  }
  const RequestHead& head = stream_->head();
  const bool end = !head.chunked && head.contentLength <= 0;
  if (end) requestDone_ = true;
  stream_->onRequestHead(end);
}

void H1Server::onBody(std::string_view piece) {
  if (stream_) stream_->onRequestBody(piece, false);
}

void H1Server::onMessageEnd() {
  if (!stream_ || requestDone_) return;
  requestDone_ = true;
  stream_->onRequestBody({}, true);
}

void H1Server::sendContinue() {
  connection_->write("HTTP/1.1 100 Continue\r\n\r\n");
}

void H1Server::sendHead(ResponseHead& head, bool end) {
  const RequestHead& request = stream_->head();
  const bool bodyAllowed =
      request.method != "HEAD" && head.status >= 200 && head.status != 204 && head.status != 304;
  if (head.status == 101) {
    tunnel_ = true;
    head.chunked = false;
  } else if (!bodyAllowed) {
    head.chunked = false;
  } else if (end) {
    head.chunked = false;
    if (!head.has("content-length")) head.add("content-length", "0");
  } else if (head.contentLength < 0) {
    head.chunked = request.protocol != Protocol::Http10;
    if (!head.chunked) closing_ = true;  // the end of the connection is the end of the body
  }
  chunkedResponse_ = head.chunked;
  const auto& most = config_->config->commonHttpProtocolOptions.maxRequestsPerConnection;
  const bool last = draining_ || worker_.draining || (most && *most > 0 && requests_ >= *most);
  const bool close = !tunnel_ && (closing_ || !request.keepAlive || problem_ || !requestDone_ || last);
  if (last && close) config_->stats->downstreamCxDrainClose.add();
  closing_ = close;
  appendResponseHead(head, close, request.protocol, connection_->output());
  connection_->touched();
  if (!tunnel_) return;
  // What an eager client sent before it saw the 101 belongs to the tunnel.
  const std::string early = std::move(pipelined_);
  pipelined_ = std::string();
  connection_->resume(kPausePipeline);
  if (!early.empty()) stream_->onRequestBody(early, false);
}

void H1Server::sendBody(std::string_view data, bool end) {
  if (chunkedResponse_) {
    std::string& out = connection_->output();
    appendChunk(data, out);
    if (end) out.append(kLastChunk);
    connection_->touched();
  } else {
    connection_->write(data);
  }
  if (end && tunnel_) connection_->shutdownWrite();
}

void H1Server::abort() {
  closing_ = true;
  if (connection_) {
    // What was sent is delivered, then the connection is cut: chunked or counted bodies stay visibly
    // incomplete.
    connection_->flush();
    connection_->close();
  }
}

void H1Server::finished() {
  streamDone_ = true;
  if (timer_.armed() && waitingHead_) timer_.disarm();
  waitingHead_ = false;
  parser_.stop();
  worker_.loop.deferDelete(std::move(stream_));
  if (released_) return;
  if (!connection_ || !connection_->isOpen()) {
    release();
    return;
  }
  if (closing_ || tunnel_ || !requestDone_ || problem_) {
    finishConnection(!requestDone_ || problem_ || !pipelined_.empty());
    return;
  }
  nextRequest();
}

void H1Server::nextRequest() {
  idleSince_ = worker_.loop.now();
  armIdle();
  if (processing_) return;
  if (pipelined_.empty()) {
    connection_->resume(kPausePipeline);
    return;
  }
  const std::string waiting = std::move(pipelined_);
  pipelined_ = std::string();
  process(waiting);
}

void H1Server::onEnd() {
  if (tunnel_ && stream_) {
    stream_->onRequestBody({}, true);
    return;
  }
  if (stream_) {
    connection_->close();
    if (headDone_)
      stream_->onClientGone();
    else
      stream_->onClientGone();
    return;
  }
  finishConnection(false);
}

void H1Server::onDrained() {
  if (stream_) stream_->onDownstreamDrained();
}

void H1Server::onClosed(CloseReason, std::string_view) {
  closing_ = true;
  if (stream_)
    stream_->onClientGone();
  else
    release();
}

void H1Server::closeIdle() {
  draining_ = true;
  if (!stream_ && !released_) finishConnection(true);
}

void H1Server::closeNow() {
  if (released_) return;
  closing_ = true;
  if (connection_) connection_->close();
  if (stream_)
    stream_->onClientGone();
  else
    release();
}

void H1Server::finishConnection(bool linger) {
  closing_ = true;
  if (connection_) Connection::closeAfterFlush(std::move(connection_), linger);
  release();
}

void H1Server::release() {
  if (released_) return;
  released_ = true;
  closing_ = true;
  timer_.disarm();
  if (connection_) connection_->close();
  gone_(*this);
}

}  // namespace varka::proxy
