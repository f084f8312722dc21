#include "proxy/filter/mirror.h"

namespace varka::proxy {
namespace {

/// Keeps the last reference until the end of the turn, as we may be inside one of its callbacks.
class Holder final : public Deferred {
 public:
  explicit Holder(std::shared_ptr<MirrorRequest> held) : held_(std::move(held)) {}

 private:
  std::shared_ptr<MirrorRequest> held_;
};

}  // namespace

MirrorRequest::MirrorRequest(ClusterStatePtr cluster, const RequestHead& head, const Address& original)
    : cluster_(std::move(cluster)), original_(original) {
  head_.copyFrom(head);
  head_.chunked = false;
  head_.upgrade = {};
  head_.expectContinue = false;
}

void MirrorRequest::addBody(std::string_view data) {
  if (body_.size() + data.size() > kBodyLimit) {
    tooBig_ = true;
    body_ = std::string();
  }
  if (!tooBig_) body_.append(data);
}

void MirrorRequest::send(std::shared_ptr<MirrorRequest> self) {
  if (self->tooBig_) return;
  EventLoop& loop = self->cluster_->connector().loop();
  PickContext context;
  context.random = static_cast<std::uint64_t>(loop.now().time_since_epoch().count());
  self->host_ = self->cluster_->pick(context, self->original_);
  if (!self->host_) return;
  MirrorRequest& mine = *self;
  mine.self_ = std::move(self);
  mine.timer_.setCallback([&mine] {
    if (mine.waiting_) mine.waiting_->pool->withdraw(mine.waiting_);
    if (mine.stream_) mine.stream_->cancel();
    mine.done();
  });
  mine.timer_.arm(loop, kTimeout);
  const TlsChoice tls = mine.cluster_->tlsFor(*mine.host_, {});
  PoolRequest* const waiting = mine.cluster_->poolFor(*mine.host_, tls).request(mine, false);
  if (!mine.finished_ && !mine.stream_) mine.waiting_ = waiting;
}

void MirrorRequest::onUpstreamReady(UpstreamStream& stream, const UpstreamInfo&) {
  waiting_ = nullptr;
  stream_ = &stream;
  if (!body_.empty()) {
    head_.set("content-length", std::to_string(body_.size()));
    stream.sendHead(head_, false);
    stream.sendBody(body_, true);
  } else {
    stream.sendHead(head_, true);
  }
}

void MirrorRequest::onUpstreamHead(bool end) {
  cluster_->counters.countStatus(response_.status);
  if (end) done();
}

void MirrorRequest::onUpstreamBody(std::string_view, bool end) {
  if (end) done();
}

void MirrorRequest::onUpstreamReset(UpstreamReset, std::string_view, bool) {
  done();
}

void MirrorRequest::done() {
  if (finished_) return;
  finished_ = true;
  stream_ = nullptr;
  waiting_ = nullptr;
  timer_.disarm();
  cluster_->connector().loop().deferDelete(std::make_unique<Holder>(std::move(self_)));
}

}  // namespace varka::proxy
