#pragma once
// The downstream seam: what a codec offers to a stream, and what a stream takes from a codec. HTTP/1
// implements it now, HTTP/2 by the same two interfaces. Worker thread.

#include <string_view>

#include "proxy/http/h1_head.h"
#include "proxy/http/headers.h"
#include "proxy/net/connection.h"

namespace varka::proxy {

/// The client's side of one exchange.
class DownstreamStream {
 public:
  virtual void sendContinue() = 0;
  /// Frames the message as the client's protocol needs; may change framing fields of `head`.
  virtual void sendHead(ResponseHead& head, bool end) = 0;
  virtual void sendBody(std::string_view data, bool end) = 0;
  /// Ends the exchange so that the client notices that the response is not whole.
  virtual void abort() = 0;
  virtual void pauseRequest(PauseReason reason) = 0;
  virtual void resumeRequest(PauseReason reason) = 0;
  [[nodiscard]] virtual bool aboveHighWatermark() const = 0;
  /// The exchange is over; the codec lets the stream go.
  virtual void finished() = 0;

 protected:
  ~DownstreamStream() = default;
};

/// One request on its way in.
class RequestEvents {
 public:
  virtual void onRequestHead(bool end) = 0;
  virtual void onRequestBody(std::string_view data, bool end) = 0;
  /// The message is not HTTP as we accept it.
  virtual void onRequestProblem(const H1Problem& problem) = 0;
  /// The client is gone.
  virtual void onClientGone() = 0;
  virtual void onDownstreamDrained() = 0;

 protected:
  ~RequestEvents() = default;
};

}  // namespace varka::proxy
