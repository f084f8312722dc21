#pragma once
// Connection: one byte stream (TCP or unix), plain or through a Transform (TLS). One recv per event into the
// loop's buffer, one send per turn: write() collects, the loop flushes after the event. No buffer is held
// while idle. Lives on its loop's thread; its owner holds a unique_ptr and gives it to EventLoop::deferDelete
// when done.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/net/address.h"
#include "proxy/net/event_loop.h"
#include "proxy/net/transform.h"

namespace varka::proxy {

enum class CloseReason {
  Local,
  PeerReset,
  ConnectFailed,
  ConnectTimeout,
  HandshakeFailed,
  HandshakeTimeout,
  Overflow
};

class ConnectionEvents {
 public:
  /// Ready for application bytes: connected and, with a Transform, the handshake is done.
  virtual void onReady() {}
  /// Bytes that are valid only during the call. Take or copy all of them.
  virtual void onData(std::string_view data) = 0;
  /// The peer will send no more (FIN or close_notify). Called once.
  virtual void onEnd() = 0;
  /// Everything written has left after aboveHighWatermark() was true.
  virtual void onDrained() {}
  /// The connection is gone, not by our close(). Called at most once; nothing is called after it.
  virtual void onClosed(CloseReason reason, std::string_view detail) = 0;

 protected:
  ~ConnectionEvents() = default;
};

/// Why reading is paused; it resumes when no reason is left.
enum PauseReason : std::uint8_t {
  kPauseUpstreamFull = 1,  // the other side's output is over its watermark
  kPausePipeline = 2,      // the next request waits for the current one
  kPauseFilter = 4,        // a filter holds the request and its buffer is full
  kPauseOwner = 8,         // not started yet, draining …
};

class Connection final : public IoHandler, public Flushable, public Deferred {
 public:
  static constexpr std::size_t kHighWatermark = 32 * 1024;

  /// An accepted or otherwise connected socket. Call start() when the events object is ready.
  Connection(EventLoop& loop, UniqueFd fd, std::unique_ptr<Transform> transform);
  ~Connection() override;

  /// A client connection: `fd` is an unconnected non-blocking socket. onReady or onClosed follow, never
  /// synchronously.
  static std::unique_ptr<Connection> connect(EventLoop& loop, UniqueFd fd, const Address& to,
                                             Duration timeout, std::unique_ptr<Transform> transform);
  /// The same where the socket comes later: provideSocket() connects it. `alive()` expires with the
  /// connection.
  static std::unique_ptr<Connection> connectLater(EventLoop& loop, const Address& to, Duration timeout,
                                                  std::unique_ptr<Transform> transform);
  void provideSocket(UniqueFd fd);
  [[nodiscard]] std::weak_ptr<Connection*> alive();
  /// Bytes to send before anything else, outside of the Transform (PROXY header). Before start().
  void setPreamble(std::string bytes) { preamble_ = std::move(bytes); }
  /// Wire bytes that were read before this object existed (listener filters).
  void start(ConnectionEvents& events, std::string_view alreadyRead = {});
  void setEvents(ConnectionEvents& events) { events_ = &events; }
  void setHandshakeTimeout(Duration timeout) { handshakeTimeout_ = timeout; }

  /// Queues bytes; they leave at the end of the event. Ignored after shutdownWrite() or close.
  void write(std::string_view data);
  /// The buffer that write() appends to, to build messages in place. Call touched() afterwards.
  std::string& output();
  void touched();
  void flush() override;
  /// Half-close: FIN (and close_notify) after what is queued.
  void shutdownWrite();
  /// Closes now; what is queued is lost. No event follows. Give the object to deferDelete then.
  void close();
  /// Takes a connection over, sends what is queued, then closes. `linger` waits (at most 1 s) for the peer's
  /// FIN and discards what comes, so that input we never read does not turn our last message into a reset.
  static void closeAfterFlush(std::unique_ptr<Connection> connection, bool linger);
  /// RST instead of FIN, so that the peer cannot take a truncated message for a whole one.
  void reset();

  void pause(PauseReason reason);
  void resume(PauseReason reason);
  [[nodiscard]] bool paused() const { return pauses_ != 0; }

  [[nodiscard]] std::size_t pendingOutput() const;
  [[nodiscard]] bool aboveHighWatermark() const { return pendingOutput() > kHighWatermark; }
  [[nodiscard]] bool isOpen() const { return state_ != State::Closed; }
  [[nodiscard]] bool isReady() const { return state_ == State::Open; }
  [[nodiscard]] bool peerEnded() const { return peerEnded_; }
  [[nodiscard]] const Transform* transform() const { return transform_.get(); }
  [[nodiscard]] const Address& local() const { return local_; }
  [[nodiscard]] const Address& peer() const { return peer_; }
  void setAddresses(Address local, Address peer);
  [[nodiscard]] EventLoop& loop() const { return loop_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t bytesIn() const { return bytesIn_; }
  [[nodiscard]] std::uint64_t bytesOut() const { return bytesOut_; }
  [[nodiscard]] TimePoint created() const { return created_; }
  [[nodiscard]] TimePoint readyAt() const { return readyAt_; }

  void onIo(IoEvents events) override;

 private:
  enum class State { Connecting, Handshaking, Open, Closed };
  class Sink;
  class Discard;
  void finishConnect();
  void startTransform();
  void becomeReady();
  void readSome();
  void deliver(std::string_view wire);
  void endOfInput();
  void sendWire();
  void finishWrite();
  void fail(CloseReason reason, std::string_view detail);
  void closeFd();
  void updateInterest();
  void onHangup();
  void lingerStep();

  EventLoop& loop_;
  UniqueFd fd_;
  std::unique_ptr<Transform> transform_;
  ConnectionEvents* events_ = nullptr;
  State state_ = State::Open;
  Address local_, peer_;
  std::string preamble_;
  std::string plain_;  // application bytes not yet through the Transform (only with one)
  std::string wire_;   // bytes for the socket
  std::size_t wireSent_ = 0;
  std::uint64_t bytesIn_ = 0, bytesOut_ = 0;
  TimePoint created_{}, readyAt_{};
  Duration handshakeTimeout_ = std::chrono::seconds(5);
  Timer timer_;  // connect, handshake, then lingering
  std::uint8_t pauses_ = 0;
  bool peerEnded_ = false, endWanted_ = false, endSent_ = false, stuck_ = false, wasAbove_ = false;
  bool registered_ = false, readInterest_ = false, writeInterest_ = false, lingering_ = false,
       waitForPeer_ = false;
  int connectError_ = 0;
  std::shared_ptr<Connection*> alive_;
};

}  // namespace varka::proxy
