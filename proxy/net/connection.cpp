#include "proxy/net/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "proxy/net/socket.h"

namespace varka::proxy {

namespace {
constexpr std::size_t kDirectWrite = 16 * 1024;
constexpr std::size_t kCompactAt = 64 * 1024;
constexpr auto kLinger = std::chrono::seconds(1);
}  // namespace

// Plain bytes of a Transform on their way to the owner.
class Connection::Sink final : public PlainSink {
 public:
  explicit Sink(Connection& connection) : connection_(connection) {}
  void plain(std::string_view bytes) override {
    if (connection_.state_ == State::Handshaking) connection_.becomeReady();
    if (connection_.state_ == State::Open) connection_.events_->onData(bytes);
  }

 private:
  Connection& connection_;
};

// The owner of a connection that is only being closed.
class Connection::Discard final : public ConnectionEvents {
 public:
  void onData(std::string_view) override {}
  void onEnd() override {}
  void onClosed(CloseReason, std::string_view) override {}
  static Discard& instance() {
    static Discard discard;
    return discard;
  }
};

Connection::Connection(EventLoop& loop, UniqueFd fd, std::unique_ptr<Transform> transform)
    : loop_(loop), fd_(std::move(fd)), transform_(std::move(transform)), created_(loop.now()) {}

Connection::~Connection() {
  loop_.dropFlush(*this);
  closeFd();
}

std::unique_ptr<Connection> Connection::connectLater(EventLoop& loop, const Address& to, Duration timeout,
                                                     std::unique_ptr<Transform> transform) {
  auto connection = std::make_unique<Connection>(loop, UniqueFd(), std::move(transform));
  Connection* const raw = connection.get();
  raw->state_ = State::Connecting;
  raw->peer_ = to;
  raw->timer_.setCallback([raw] {
    if (raw->connectError_ != 0)
      raw->fail(CloseReason::ConnectFailed, errnoText(raw->connectError_));
    else
      raw->fail(CloseReason::ConnectTimeout, "connection timeout");
  });
  raw->timer_.arm(loop, timeout);
  return connection;
}

std::unique_ptr<Connection> Connection::connect(EventLoop& loop, UniqueFd fd, const Address& to,
                                                Duration timeout, std::unique_ptr<Transform> transform) {
  auto connection = connectLater(loop, to, timeout, std::move(transform));
  connection->provideSocket(std::move(fd));
  return connection;
}

void Connection::provideSocket(UniqueFd fd) {
  if (state_ != State::Connecting) return;
  fd_ = std::move(fd);
  sockaddr_storage storage;
  const socklen_t length = peer_.toSockaddr(storage);
  if (!fd_ || length == 0)
    connectError_ = EINVAL;
  else if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&storage), length) != 0 && errno != EINPROGRESS)
    connectError_ = errno;
  // A known failure is reported from the loop, so that callers need no second path.
  if (connectError_ != 0)
    timer_.arm(loop_, Duration::zero());
  else if (events_)
    updateInterest();
}

std::weak_ptr<Connection*> Connection::alive() {
  if (!alive_) alive_ = std::make_shared<Connection*>(this);
  return alive_;
}

void Connection::start(ConnectionEvents& events, std::string_view alreadyRead) {
  loop_.assertInLoop();
  events_ = &events;
  if (state_ == State::Connecting) {
    if (connectError_ == 0 && fd_) updateInterest();
    return;
  }
  if (local_.isUnspecified()) local_ = Address::localOf(fd_.get());
  if (peer_.isUnspecified()) peer_ = Address::peerOf(fd_.get());
  startTransform();
  if (!alreadyRead.empty() && state_ != State::Closed) {
    bytesIn_ += alreadyRead.size();
    deliver(alreadyRead);
  }
  if (state_ != State::Closed) updateInterest();
}

void Connection::setAddresses(Address local, Address peer) {
  local_ = std::move(local);
  peer_ = std::move(peer);
}

void Connection::startTransform() {
  wire_.insert(0, preamble_);
  preamble_ = std::string();
  if (!transform_) {
    becomeReady();
    return;
  }
  state_ = State::Handshaking;
  timer_.setCallback([this] { fail(CloseReason::HandshakeTimeout, "TLS handshake timeout"); });
  timer_.arm(loop_, handshakeTimeout_);
  if (!transform_->start(wire_)) {
    fail(CloseReason::HandshakeFailed, transform_->error());
    return;
  }
  if (!wire_.empty()) loop_.queueFlush(*this);
}

void Connection::becomeReady() {
  timer_.disarm();
  state_ = State::Open;
  readyAt_ = loop_.now();
  if (pendingOutput() > 0 || endWanted_) loop_.queueFlush(*this);
  events_->onReady();
}

void Connection::finishConnect() {
  const int error = socketError(fd_.get());
  if (error != 0) {
    fail(CloseReason::ConnectFailed, errnoText(error));
    return;
  }
  local_ = Address::localOf(fd_.get());
  startTransform();
  if (state_ != State::Closed) updateInterest();
}

void Connection::onIo(IoEvents events) {
  if (state_ == State::Closed) return;
  if (state_ == State::Connecting) {
    finishConnect();
    return;
  }
  if (events.readable && readInterest_) readSome();
  if (state_ == State::Closed) return;
  if (events.writable) flush();
  if (state_ == State::Closed) return;
  if (events.hangup && !(events.readable && readInterest_)) onHangup();
}

void Connection::onHangup() {
  const int error = socketError(fd_.get());
  if (error != 0) {
    fail(CloseReason::PeerReset, errnoText(error));
    return;
  }
  if (readInterest_) {
    readSome();
    return;
  }
  if (pendingOutput() > 0) flush();
  if (state_ == State::Closed) return;
  if (lingering_) {
    fail(CloseReason::PeerReset, "closed");
    return;
  }
  // Both directions are shut and nobody reads: epoll would report it for ever.
  loop_.remove(fd_.get(), this);
  registered_ = false;
}

void Connection::readSome() {
  const ssize_t got = ::recv(fd_.get(), loop_.readBuffer(), EventLoop::kReadBuffer, 0);
  if (got > 0) {
    bytesIn_ += static_cast<std::uint64_t>(got);
    deliver({loop_.readBuffer(), static_cast<std::size_t>(got)});
  } else if (got == 0) {
    endOfInput();
  } else if (errno != EAGAIN && errno != EINTR) {
    fail(CloseReason::PeerReset, errnoText(errno));
  }
}

void Connection::deliver(std::string_view wire) {
  if (!transform_) {
    events_->onData(wire);
    return;
  }
  Sink sink(*this);
  const std::size_t before = wire_.size();
  const bool ok = transform_->receive(wire, sink, wire_);
  if (state_ == State::Closed) return;
  if (!ok) {
    const bool handshake = state_ == State::Handshaking;
    sendWire();  // the alert
    if (state_ != State::Closed)
      fail(handshake ? CloseReason::HandshakeFailed : CloseReason::PeerReset, transform_->error());
    return;
  }
  if (wire_.size() > before) loop_.queueFlush(*this);
  if (state_ == State::Handshaking && transform_->established()) becomeReady();
  if (state_ == State::Open && transform_->peerEnded()) endOfInput();
}

void Connection::endOfInput() {
  if (peerEnded_) return;
  peerEnded_ = true;
  if (state_ == State::Handshaking) {
    fail(CloseReason::HandshakeFailed, "peer closed the connection during the TLS handshake");
    return;
  }
  updateInterest();
  if (lingering_)
    lingerStep();
  else
    events_->onEnd();
}

std::string& Connection::output() {
  std::string& out = transform_ ? plain_ : wire_;
  if (out.empty() && out.capacity() < 64) out = loop_.takeBuffer();
  return out;
}

void Connection::touched() {
  if (state_ == State::Closed || endWanted_) return;
  loop_.queueFlush(*this);
  if (pendingOutput() > kHighWatermark) {
    flush();
    if (aboveHighWatermark()) wasAbove_ = true;
  }
}

void Connection::write(std::string_view data) {
  if (state_ == State::Closed || endWanted_ || data.empty()) return;
  if (!transform_ && state_ == State::Open && !stuck_ && data.size() >= kDirectWrite) {
    // Large bodies go from where they lie, together with what is queued before them.
    iovec parts[2] = {{wire_.data() + wireSent_, wire_.size() - wireSent_},
                      {const_cast<char*>(data.data()), data.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (sent < 0) sent = 0;  // flush() meets the error again and handles it
    bytesOut_ += static_cast<std::uint64_t>(sent);
    const std::size_t queued = wire_.size() - wireSent_;
    const std::size_t ofQueue = std::min(static_cast<std::size_t>(sent), queued);
    wireSent_ += ofQueue;
    data.remove_prefix(static_cast<std::size_t>(sent) - ofQueue);
    if (wireSent_ == wire_.size()) {
      wire_.clear();
      wireSent_ = 0;
    }
    if (data.empty()) return;
  }
  output().append(data);
  touched();
}

std::size_t Connection::pendingOutput() const {
  return wire_.size() - wireSent_ + plain_.size();
}

void Connection::flush() {
  if (state_ == State::Closed || state_ == State::Connecting) return;
  if (transform_ && state_ == State::Open && !plain_.empty()) {
    if (wire_.empty() && wire_.capacity() < 64) wire_ = loop_.takeBuffer();
    const bool ok = transform_->send(plain_, wire_);
    loop_.giveBuffer(std::move(plain_));
    if (!ok) {
      fail(CloseReason::PeerReset, transform_->error());
      return;
    }
  }
  sendWire();
  if (state_ == State::Closed) return;
  if (!stuck_ && endWanted_ && !endSent_ && state_ == State::Open) finishWrite();
  if (state_ == State::Closed) return;
  updateInterest();
  if (wasAbove_ && pendingOutput() <= kHighWatermark / 2) {
    wasAbove_ = false;
    events_->onDrained();
  }
  if (lingering_ && state_ != State::Closed) lingerStep();
}

void Connection::sendWire() {
  stuck_ = false;
  if (wireSent_ == wire_.size()) return;
  const ssize_t sent = ::send(fd_.get(), wire_.data() + wireSent_, wire_.size() - wireSent_, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno == EAGAIN || errno == EINTR)
      stuck_ = true;
    else
      fail(CloseReason::PeerReset, errnoText(errno));
    return;
  }
  bytesOut_ += static_cast<std::uint64_t>(sent);
  wireSent_ += static_cast<std::size_t>(sent);
  if (wireSent_ == wire_.size()) {
    wireSent_ = 0;
    loop_.giveBuffer(std::move(wire_));
    wire_ = std::string();
    return;
  }
  stuck_ = true;
  if (wireSent_ >= kCompactAt) {
    wire_.erase(0, wireSent_);
    wireSent_ = 0;
  }
}

void Connection::shutdownWrite() {
  if (state_ == State::Closed || endWanted_) return;
  endWanted_ = true;
  loop_.queueFlush(*this);
}

void Connection::finishWrite() {
  endSent_ = true;
  if (transform_) {
    transform_->end(wire_);
    sendWire();
    if (state_ == State::Closed) return;
  }
  ::shutdown(fd_.get(), SHUT_WR);
}

void Connection::closeAfterFlush(std::unique_ptr<Connection> connection, bool linger) {
  Connection& self = *connection;
  if (self.state_ == State::Closed || self.state_ == State::Connecting || !self.events_) {
    self.close();
    self.loop_.deferDelete(std::move(connection));
    return;
  }
  self.events_ = &Discard::instance();
  self.lingering_ = true;
  self.waitForPeer_ = linger;
  self.pauses_ = 0;
  self.endWanted_ = true;
  self.timer_.setCallback([raw = &self] { raw->fail(CloseReason::Local, "lingered"); });
  self.timer_.arm(self.loop_, kLinger);
  self.loop_.adopt(std::move(connection));
  self.loop_.queueFlush(self);
  self.updateInterest();
}

void Connection::lingerStep() {
  if (pendingOutput() > 0 || !endSent_) return;
  if (waitForPeer_ && !peerEnded_) return;
  fail(CloseReason::Local, "closed");
}

void Connection::close() {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  closeFd();
}

void Connection::reset() {
  if (state_ == State::Closed) return;
  const linger hard{1, 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

void Connection::fail(CloseReason reason, std::string_view detail) {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  closeFd();
  if (lingering_)
    loop_.release(this);
  else if (events_)
    events_->onClosed(reason, detail);
}

void Connection::closeFd() {
  timer_.disarm();
  if (!fd_) return;
  if (registered_) loop_.remove(fd_.get(), this);
  registered_ = false;
  fd_.reset();
  loop_.giveBuffer(std::move(wire_));
  loop_.giveBuffer(std::move(plain_));
  wireSent_ = 0;
}

void Connection::pause(PauseReason reason) {
  if ((pauses_ & reason) != 0) return;
  pauses_ = static_cast<std::uint8_t>(pauses_ | reason);
  if (events_) updateInterest();
}

void Connection::resume(PauseReason reason) {
  if ((pauses_ & reason) == 0) return;
  pauses_ = static_cast<std::uint8_t>(pauses_ & ~reason);
  if (events_) updateInterest();
}

void Connection::updateInterest() {
  if (state_ == State::Closed || !events_ || !fd_) return;
  const bool connecting = state_ == State::Connecting;
  const bool read = !connecting && pauses_ == 0 && !peerEnded_;
  const bool write = connecting || stuck_;
  if (!registered_) {
    loop_.add(fd_.get(), read, write, this);
    registered_ = true;
  } else if (read != readInterest_ || write != writeInterest_) {
    loop_.modify(fd_.get(), read, write, this);
  }
  readInterest_ = read;
  writeInterest_ = write;
}

}  // namespace varka::proxy
