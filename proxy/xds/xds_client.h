#pragma once
// XdsClient: keeps the stream to the engine's xds.sock: configuration down, ACKs up, certificates. Lives on the main
// loop. While the engine is away the last good configuration serves on; reconnects back off 0.2 s·2ⁿ with jitter, 10 s at most.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/pki/key.h"
#include "core/xds/delta_client.h"
#include "core/xds/stream.h"
#include "proxy/net/event_loop.h"
#include "proxy/xds/config_builder.h"

namespace varka::proxy {

class XdsClient final : public IoHandler {
 public:
  struct Options {
    std::string path;  // of xds.sock
    xds::Node node;
    std::string certificateName = "default";
  };
  struct Events {
    std::function<void(RuntimeConfigPtr)> onConfig;  // a new snapshot; called on the loop, never from within start()
    std::function<void(std::shared_ptr<const xds::NameTable>)> onNames;
    std::function<void(bool)> onReady;               // once, when ready() becomes true
  };

  XdsClient(EventLoop& loop, Options options, Events events);
  ~XdsClient();
  XdsClient(const XdsClient&) = delete;
  XdsClient& operator=(const XdsClient&) = delete;

  void start();
  [[nodiscard]] bool connected() const { return connected_; }
  /// The first configuration is warm. Stays true: later warming serves the previous version meanwhile.
  [[nodiscard]] bool ready() const { return readyTold_; }
  [[nodiscard]] const ConfigBuilder& builder() const { return builder_; }
  /// The workload certificate of the moment, for /certs; empty before the first.
  [[nodiscard]] const std::string& certificateChain() const { return chainPem_; }

  void onIo(IoEvents events) override;

 private:
  void connect();
  void disconnect(const std::string& reason);
  void readSome();
  void handle(const xds::StreamMessage& message);
  void onResponse(const xds::DeltaResponse& response);
  void onCertificate(const xds::CertificateIssued& issued);
  void onCertificateError(const xds::CertificateError& error);
  void onRotate(const xds::Rotate& rotate);
  void renewIfDue();
  void requestCertificate();
  void rebuild();
  void sendRequests();
  void send(const xds::StreamMessage& message);
  void flush();

  EventLoop& loop_;
  Options options_;
  Events events_;
  UniqueFd fd_;
  bool connected_ = false, writeInterest_ = false, readyTold_ = false;
  Timer reconnect_, renew_, warmTimer_;
  int failures_ = 0;
  std::string out_;
  xds::LineSplitter lines_;
  xds::DeltaClient delta_;
  ConfigBuilder builder_;
  RuntimeConfigPtr told_;
  std::shared_ptr<const xds::NameTable> toldNames_;
  std::optional<pki::PrivateKey> pendingKey_;
  bool csrPending_ = false;
  std::int64_t csrId_ = 0;
  std::int64_t renewAtMs_ = 0;  // wall clock; 0 = no certificate yet
  std::string chainPem_;
};

}  // namespace varka::proxy
