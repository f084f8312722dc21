#pragma once
// TlsTransform: OpenSSL between wire and plain bytes, on BIOs over the caller's buffers (no copy into memory
// BIOs, no I/O). One per connection, on its worker's thread.

#include <memory>
#include <string>
#include <vector>

#include "proxy/tls/context.h"

struct ssl_st;
struct bio_st;

namespace varka::proxy {

struct TlsOptions {
  std::vector<std::string> alpn;          // server: preference; client: offer
  std::string sni;                        // client
  bool requireClientCertificate = false;  // server
  TlsPtr config;                          // matchSans; kept alive
  std::string destination;                // client: key for resumption
};

class TlsTransform final : public Transform {
 public:
  static Result<std::unique_ptr<TlsTransform>> make(std::shared_ptr<TlsContext> context, TlsOptions options);
  ~TlsTransform() override;

  bool start(std::string& wireOut) override;
  bool receive(std::string_view wire, PlainSink& sink, std::string& wireOut) override;
  bool send(std::string_view plain, std::string& wireOut) override;
  void end(std::string& wireOut) override;
  [[nodiscard]] bool established() const override { return established_; }
  [[nodiscard]] bool peerEnded() const override { return peerEnded_; }
  [[nodiscard]] std::string_view error() const override { return error_; }

  /// Complete once established.
  [[nodiscard]] const TlsInfo& info() const { return info_; }
  /// The peer's certificate, or its chain, as PEM; "" without one.
  [[nodiscard]] std::string peerPem(bool chain) const;

 private:
  friend struct TlsCallbacks;
  TlsTransform(std::shared_ptr<TlsContext> context, TlsOptions options);
  bool stepHandshake();
  void finishHandshake();
  bool failWithStack(int sslError);

  std::shared_ptr<TlsContext> context_;
  TlsOptions options_;
  ssl_st* ssl_ = nullptr;
  std::string_view in_;
  std::string* out_ = nullptr;
  bool established_ = false, peerEnded_ = false;
  std::string error_, certificateProblem_;
  TlsInfo info_;
};

}  // namespace varka::proxy
