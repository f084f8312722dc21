#include "proxy/http/h1_client.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "proxy/http/h1_write.h"
#include "proxy/tls/tls_transform.h"

namespace varka::proxy {

std::string_view resetText(UpstreamReset reason) {
  switch (reason) {
    case UpstreamReset::ConnectFailure:
      return "remote connection failure";
    case UpstreamReset::ConnectTimeout:
      return "connection timeout";
    case UpstreamReset::Overflow:
      return "overflow";
    case UpstreamReset::Termination:
      return "connection termination";
    case UpstreamReset::ProtocolError:
      return "protocol error";
    case UpstreamReset::LocalReset:
      return "local reset";
  }
  return "";
}

H1Client::H1Client(std::unique_ptr<Connection> connection, H1ClientOwner& owner)
    : connection_(std::move(connection)), owner_(owner) {}

void H1Client::start() {
  connection_->start(*this);
}

bool H1Client::stillOpen() const {
  char byte;
  const ssize_t got = ::recv(connection_->fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && errno == EAGAIN;
}

UpstreamInfo H1Client::info() const {
  UpstreamInfo result;
  result.local = localText_;
  if (connection_->transform())
    result.tls = &static_cast<const TlsTransform*>(connection_->transform())->info();
  result.reused = reused_;
  if (!reused_)
    result.connectUs =
        std::chrono::duration_cast<std::chrono::microseconds>(connection_->readyAt() - connection_->created())
            .count();
  return result;
}

void H1Client::attach(UpstreamEvents& events, bool reused) {
  events_ = &events;
  reused_ = reused;
  ++requests;
  chunkedRequest_ = requestEnded_ = responseEnded_ = tunnel_ = anyByte_ = headEnded_ = false;
  events.onUpstreamReady(*this, info());
}

UpstreamEvents* H1Client::detach() {
  UpstreamEvents* const events = std::exchange(events_, nullptr);
  if (events) owner_.onStreamEnded(*this);
  return events;
}

void H1Client::sendHead(const RequestHead& head, bool end) {
  parser_.beginResponse(events_->responseHead(), head.method);
  chunkedRequest_ = head.chunked;
  std::string& out = connection_->output();
  appendRequestHead(head, out);
  if (end) {
    if (chunkedRequest_) out.append(kLastChunk);
    requestEnded_ = true;
  }
  connection_->touched();
}

void H1Client::sendBody(std::string_view data, bool end) {
  if (requestEnded_) return;
  if (chunkedRequest_) {
    std::string& out = connection_->output();
    appendChunk(data, out);
    if (end) out.append(kLastChunk);
    connection_->touched();
  } else {
    connection_->write(data);
  }
  if (!end) return;
  requestEnded_ = true;
  if (tunnel_) connection_->shutdownWrite();
}

void H1Client::cancel() {
  if (!events_) return;
  parser_.stop();
  detach();
  gone(CloseReason::Local, "cancelled");
}

void H1Client::close() {
  gone(CloseReason::Local, "closed");
}

void H1Client::onReady() {
  ready_ = true;
  localText_ = connection_->local().text();
  owner_.onClientReady(*this);
}

void H1Client::onData(std::string_view data) {
  if (!events_) {  // nobody asked: an error page of an impatient server, or an attempt to answer the next
                   // request
    gone(CloseReason::Local, "unsolicited bytes");
    return;
  }
  anyByte_ = true;
  if (!tunnel_) {
    data.remove_prefix(parser_.feed(data, *this));
    if (gone_) return;
    if (const H1Problem& problem = parser_.problem()) {
      resetStream(UpstreamReset::ProtocolError, problem.detail);
      gone(CloseReason::Local, problem.detail);
      return;
    }
    if (data.empty()) {
      if (responseEnded_) finishResponse();
      return;
    }
    if (responseEnded_) {
      lastRequest_ = true;  // more than one response to one request
      finishResponse();
      return;
    }
  }
  if (tunnel_ && events_) events_->onUpstreamBody(data, false);
}

void H1Client::onHead() {
  const int status = events_->responseHead().status;
  informational_ = status < 200 && status != 101;
  if (informational_) return;
  const ResponseHead& head = events_->responseHead();
  keepAlive_ = head.keepAlive && !head.untilClose;
  tunnel_ = head.upgrade;
  headEnded_ = parser_.idle() && !tunnel_;
  events_->onUpstreamHead(headEnded_);
}

void H1Client::onBody(std::string_view piece) {
  if (events_) events_->onUpstreamBody(piece, false);
}

void H1Client::onMessageEnd() {
  if (!events_ || tunnel_) return;
  if (informational_) {
    informational_ = false;
    // The method must outlive this: the events' owner keeps the request.
    ResponseHead& head = events_->responseHead();
    head.clear();
    parser_.continueResponse(head);
    return;
  }
  responseEnded_ = true;  // told after feed() returned, so that the stream may start something new
}

void H1Client::finishResponse() {
  UpstreamEvents* const events = detach();
  connection_->resume(kPauseUpstreamFull);
  const bool reusable = keepAlive_ && requestEnded_ && !lastRequest_ && connection_->isOpen() && !tunnel_;
  if (!reusable) gone(CloseReason::Local, "done");
  if (events && !headEnded_) events->onUpstreamBody({}, true);
  if (reusable && !gone_) owner_.onClientIdle(*this);
}

void H1Client::onEnd() {
  if (events_ && tunnel_) {
    events_->onUpstreamBody({}, true);
    if (events_ && requestEnded_) {
      detach();
      gone(CloseReason::Local, "tunnel closed");
    }
    return;
  }
  if (events_ && !responseEnded_ && parser_.finish(*this) && responseEnded_) {
    finishResponse();
    return;
  }
  resetStream(UpstreamReset::Termination, "");
  gone(CloseReason::PeerReset, "closed by the upstream");
}

void H1Client::onDrained() {
  if (events_) events_->onUpstreamDrained();
}

void H1Client::onClosed(CloseReason reason, std::string_view detail) {
  if (ready_) resetStream(UpstreamReset::Termination, detail);
  gone(reason, detail);
}

void H1Client::resetStream(UpstreamReset reason, std::string_view detail) {
  const bool anyByte = anyByte_;
  if (UpstreamEvents* const events = detach()) events->onUpstreamReset(reason, detail, anyByte);
}

void H1Client::gone(CloseReason reason, std::string_view detail) {
  if (gone_) return;
  gone_ = true;
  connection_->close();
  owner_.onClientGone(*this, reason, detail);
}

}  // namespace varka::proxy
