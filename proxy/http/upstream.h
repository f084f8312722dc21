#pragma once
// The upstream seam: how the router speaks to whatever protocol a pool uses (HTTP/1 today, HTTP/2 by the same
// two interfaces). All on one worker thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/headers.h"

namespace varka::proxy {

struct TlsInfo;

enum class UpstreamReset {
  ConnectFailure,  // never connected, TLS included
  ConnectTimeout,
  Overflow,       // a circuit breaker's limit
  Termination,    // the connection ended before the response did
  ProtocolError,  // the response was not HTTP
  LocalReset,
};
/// Envoy's words: "remote connection failure", "overflow", "connection termination", …
std::string_view resetText(UpstreamReset reason);

struct UpstreamInfo {
  std::string_view local;        // "ip:port" on our side
  const TlsInfo* tls = nullptr;  // null = plain; valid as long as the stream
  bool reused = false;
  std::int64_t connectUs = -1;  // -1 = pooled
};

/// One request in flight, as the router sees it.
class UpstreamStream {
 public:
  virtual void sendHead(const RequestHead& head, bool end) = 0;
  virtual void sendBody(std::string_view data, bool end) = 0;
  /// Gives up. No event follows; the object belongs to somebody else again.
  virtual void cancel() = 0;
  virtual void pauseResponse() = 0;
  virtual void resumeResponse() = 0;
  [[nodiscard]] virtual bool aboveHighWatermark() const = 0;

 protected:
  ~UpstreamStream() = default;
};

class UpstreamEvents {
 public:
  /// Where the response's head goes; belongs to the receiver.
  virtual ResponseHead& responseHead() = 0;
  /// A connection is there: send the request now. May come from inside the call that asked for it.
  virtual void onUpstreamReady(UpstreamStream& stream, const UpstreamInfo& info) = 0;
  /// responseHead() is filled. Informational responses other than 101 do not get here.
  virtual void onUpstreamHead(bool end) = 0;
  virtual void onUpstreamBody(std::string_view data, bool end) = 0;
  /// It is over, without a complete response. `anyByte`: something of the response had arrived.
  virtual void onUpstreamReset(UpstreamReset reason, std::string_view detail, bool anyByte) = 0;
  virtual void onUpstreamDrained() = 0;

 protected:
  ~UpstreamEvents() = default;
};

}  // namespace varka::proxy
