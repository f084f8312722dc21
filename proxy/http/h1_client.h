#pragma once
// H1Client: one HTTP/1 connection to an upstream, one request at a time. Owned by a pool; between requests it
// holds no buffers. Worker thread.

#include <memory>
#include <string>

#include "proxy/http/h1_parser.h"
#include "proxy/http/upstream.h"
#include "proxy/net/connection.h"

namespace varka::proxy {

class H1Client;

class H1ClientOwner {
 public:
  /// Connected; no request is attached yet.
  virtual void onClientReady(H1Client& client) = 0;
  /// The attached request left, complete or not. Called once per attach().
  virtual void onStreamEnded(H1Client& client) = 0;
  /// The request is done and the connection can take another one.
  virtual void onClientIdle(H1Client& client) = 0;
  /// Closed; the owner must let go of it (deferred deletion). The attached stream was told before.
  virtual void onClientGone(H1Client& client, CloseReason reason, std::string_view detail) = 0;

 protected:
  ~H1ClientOwner() = default;
};

class H1Client final : public ConnectionEvents, public H1Events, public UpstreamStream, public Deferred {
 public:
  H1Client(std::unique_ptr<Connection> connection, H1ClientOwner& owner);
  void start();

  void attach(UpstreamEvents& events, bool reused);
  [[nodiscard]] bool connecting() const { return !ready_; }
  [[nodiscard]] bool busy() const { return events_ != nullptr; }
  /// Whether an idle connection is still open as far as the kernel knows.
  [[nodiscard]] bool stillOpen() const;
  void closeWhenIdle() { lastRequest_ = true; }
  void close();

  TimePoint idleSince{};
  std::uint64_t requests = 0;

  // UpstreamStream
  void sendHead(const RequestHead& head, bool end) override;
  void sendBody(std::string_view data, bool end) override;
  void cancel() override;
  void pauseResponse() override { connection_->pause(kPauseUpstreamFull); }
  void resumeResponse() override { connection_->resume(kPauseUpstreamFull); }
  [[nodiscard]] bool aboveHighWatermark() const override { return connection_->aboveHighWatermark(); }

  // ConnectionEvents
  void onReady() override;
  void onData(std::string_view data) override;
  void onEnd() override;
  void onDrained() override;
  void onClosed(CloseReason reason, std::string_view detail) override;

  // H1Events
  void onHead() override;
  void onBody(std::string_view piece) override;
  void onMessageEnd() override;

 private:
  UpstreamInfo info() const;
  void resetStream(UpstreamReset reason, std::string_view detail);
  void gone(CloseReason reason, std::string_view detail);
  void finishResponse();
  UpstreamEvents* detach();

  std::unique_ptr<Connection> connection_;
  H1ClientOwner& owner_;
  std::string localText_;
  UpstreamEvents* events_ = nullptr;
  H1Parser parser_;
  bool ready_ = false, gone_ = false, reused_ = false;
  bool chunkedRequest_ = false, requestEnded_ = false, responseEnded_ = false, tunnel_ = false;
  bool keepAlive_ = true, lastRequest_ = false, anyByte_ = false, informational_ = false, headEnded_ = false;
};

}  // namespace varka::proxy
