#pragma once
// H1Server: one HTTP/1 client connection: requests in order, one at a time, each an HttpStream. Holds no
// buffer while idle. Owned by the listener's connection list; says gone() when it is over. Worker thread.

#include <functional>
#include <memory>
#include <string>

#include "proxy/http/h1_parser.h"
#include "proxy/http/http_stream.h"

namespace varka::proxy {

/// Any protocol's client connection, as the listener keeps it.
class ServerConnection : public Deferred {
 public:
  /// Finish what runs, take nothing new, announce the end where the protocol can.
  virtual void drain() = 0;
  /// The drain time is over: close what is idle now, the rest after its current exchange.
  virtual void closeIdle() = 0;
  /// Ends at once, results are written.
  virtual void closeNow() = 0;
  [[nodiscard]] virtual bool busy() const = 0;
  [[nodiscard]] virtual const ConnectionFacts& facts() const = 0;
};

/// Tells the owner to let go of the connection. Called once, last.
using GoneCallback = std::function<void(ServerConnection&)>;

class H1Server final : public ServerConnection,
                       public ConnectionEvents,
                       public H1Events,
                       public DownstreamStream {
 public:
  H1Server(WorkerContext& worker, std::shared_ptr<const HttpConfig> config,
           std::unique_ptr<ConnectionFacts> facts, std::unique_ptr<Connection> connection, GoneCallback gone);
  ~H1Server() override;
  void start(std::string_view alreadyRead);

  // ServerConnection
  void drain() override { draining_ = true; }
  void closeIdle() override;
  void closeNow() override;
  [[nodiscard]] bool busy() const override { return stream_ != nullptr; }
  [[nodiscard]] const ConnectionFacts& facts() const override { return *facts_; }

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

  // DownstreamStream
  void sendContinue() override;
  void sendHead(ResponseHead& head, bool end) override;
  void sendBody(std::string_view data, bool end) override;
  void abort() override;
  void pauseRequest(PauseReason reason) override {
    if (connection_) connection_->pause(reason);
  }
  void resumeRequest(PauseReason reason) override {
    if (connection_) connection_->resume(reason);
  }
  [[nodiscard]] bool aboveHighWatermark() const override {
    return connection_ && connection_->aboveHighWatermark();
  }
  void finished() override;

 private:
  void process(std::string_view data);
  std::size_t feed(std::string_view data);
  void beginStream();
  void nextRequest();
  void onTimer();
  void armIdle();
  void finishConnection(bool linger);
  void release();

  WorkerContext& worker_;
  std::shared_ptr<const HttpConfig> config_;
  std::unique_ptr<ConnectionFacts> facts_;
  std::unique_ptr<Connection> connection_;
  GoneCallback gone_;
  H1Parser parser_;
  std::unique_ptr<HttpStream> stream_;
  std::string pipelined_;  // what came after the current request
  Timer timer_;            // idle, or the request's head
  TimePoint idleSince_{};
  std::uint64_t requests_ = 0;
  bool draining_ = false, closing_ = false, processing_ = false, released_ = false;
  bool headDone_ = false, requestDone_ = false, streamDone_ = false, problem_ = false;
  bool chunkedResponse_ = false, tunnel_ = false, waitingHead_ = false, gauged_ = false;
};

}  // namespace varka::proxy
