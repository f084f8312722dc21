#pragma once
// Transform: what stands between the wire and the application on a connection (TLS). Bytes in, bytes out, no
// I/O.

#include <string>
#include <string_view>

namespace varka::proxy {

class PlainSink {
 public:
  virtual void plain(std::string_view bytes) = 0;

 protected:
  ~PlainSink() = default;
};

class Transform {
 public:
  virtual ~Transform() = default;
  /// Begins the handshake (a client's first flight goes to `wireOut`).
  virtual bool start(std::string& wireOut) = 0;
  /// Wire bytes arrived. Plain bytes go to `sink` (in order, each valid during the call), answers to
  /// `wireOut`. false: the connection must be closed after sending `wireOut`; error() says why.
  virtual bool receive(std::string_view wire, PlainSink& sink, std::string& wireOut) = 0;
  /// Only when established().
  virtual bool send(std::string_view plain, std::string& wireOut) = 0;
  /// Says goodbye (close_notify); receiving goes on.
  virtual void end(std::string& wireOut) = 0;
  [[nodiscard]] virtual bool established() const = 0;
  /// The peer said goodbye.
  [[nodiscard]] virtual bool peerEnded() const = 0;
  [[nodiscard]] virtual std::string_view error() const = 0;
};

}  // namespace varka::proxy
