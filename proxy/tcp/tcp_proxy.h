#pragma once
// TcpProxy: one connection carried to a cluster: bytes both ways with back-pressure and half-close, one
// result at the end. Worker thread; owned by the listener.

#include <memory>
#include <string>

#include "proxy/cluster/cluster_state.h"
#include "proxy/http/h1_server.h"

namespace varka::proxy {

struct TcpConfig {
  ChainPtr chain;
  const xds::TcpProxy* config = nullptr;
  AccessLogger accessLog;
  TcpStats* stats = nullptr;
  static Result<std::shared_ptr<const TcpConfig>> make(ChainPtr chain, WorkerContext& worker);
};

class TcpProxy final : public ServerConnection {
 public:
  TcpProxy(WorkerContext& worker, std::shared_ptr<const TcpConfig> config,
           std::unique_ptr<ConnectionFacts> facts, std::unique_ptr<Connection> connection, GoneCallback gone);
  ~TcpProxy() override;
  void start(std::string_view alreadyRead);

  void drain() override {}
  void closeIdle() override { closeNow(); }  // the drain time was theirs to end
  void closeNow() override;
  [[nodiscard]] bool busy() const override { return !finished_; }
  [[nodiscard]] const ConnectionFacts& facts() const override { return *facts_; }

 private:
  // The two ends need different names for the same events.
  struct Down final : ConnectionEvents {
    explicit Down(TcpProxy& proxy) : self(proxy) {}
    void onReady() override { self.onDownReady(); }
    void onData(std::string_view data) override { self.onDownData(data); }
    void onEnd() override { self.onDownEnd(); }
    void onDrained() override {
      if (self.up_) self.up_->resume(kPauseUpstreamFull);
    }
    void onClosed(CloseReason, std::string_view) override { self.onDownClosed(); }
    TcpProxy& self;
  };
  struct Up final : ConnectionEvents {
    explicit Up(TcpProxy& proxy) : self(proxy) {}
    void onReady() override { self.onUpReady(); }
    void onData(std::string_view data) override { self.onUpData(data); }
    void onEnd() override { self.onUpEnd(); }
    void onDrained() override {
      if (self.down_) self.down_->resume(kPauseUpstreamFull);
    }
    void onClosed(CloseReason reason, std::string_view detail) override { self.onUpClosed(reason, detail); }
    TcpProxy& self;
  };

  void onDownReady();
  void onDownData(std::string_view data);
  void onDownEnd();
  void onDownClosed();
  void onUpReady();
  void onUpData(std::string_view data);
  void onUpEnd();
  void onUpClosed(CloseReason reason, std::string_view detail);
  std::string_view chooseCluster();
  void connectUpstream();
  void failUpstream(ResponseFlag flag, std::string details);
  void onIdle();
  void finishIfBothEnded();
  void finish();
  void writeResult();

  WorkerContext& worker_;
  std::shared_ptr<const TcpConfig> config_;
  std::unique_ptr<ConnectionFacts> facts_;
  std::unique_ptr<Connection> down_, up_;
  Down downEvents_;
  Up upEvents_;
  GoneCallback gone_;
  ClusterStatePtr cluster_;
  HostPtr host_;
  StreamState state_;
  TimePoint started_, lastActivity_;
  Timer idleTimer_;
  std::uint32_t attempts_ = 0;
  std::uint64_t fromDown_ = 0, fromUp_ = 0;
  bool upReady_ = false, downEnded_ = false, upEnded_ = false, finished_ = false, counted_ = false;
};

}  // namespace varka::proxy
