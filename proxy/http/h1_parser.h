#pragma once
// H1Parser: an HTTP/1 message from pieces of any size, one message at a time. Bytes in, events out, no I/O.
// Keeps no buffer except for a head (or chunk line) that arrived in part. Strict (RFC 9112); the first
// problem is final.

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/h1_head.h"

namespace varka::proxy {

class H1Events {
 public:
  /// The head is complete in the object given to begin….
  virtual void onHead() = 0;
  /// A piece of the body, decoded, valid during the call.
  virtual void onBody(std::string_view piece) = 0;
  virtual void onMessageEnd() = 0;

 protected:
  ~H1Events() = default;
};

class H1Parser {
 public:
  explicit H1Parser(H1Limits limits = {}) : limits_(limits) {}

  void beginRequest(RequestHead& head);
  /// `requestMethod` must stay valid until the head is there.
  void beginResponse(ResponseHead& head, std::string_view requestMethod);

  /// After an informational response: the next one answers the same request.
  void continueResponse(ResponseHead& head) { beginResponse(head, method_); }

  /// Takes bytes until the message ends, a problem is found, stop() is called from an event, or all are
  /// taken. Returns how many. After a response with `upgrade` nothing is taken: what follows is not HTTP.
  std::size_t feed(std::string_view data, H1Events& events);
  /// The connection ended. True when that ends the message (a body until close) or falls between messages.
  bool finish(H1Events& events);
  /// From an event: no more events from the running feed(); the rest of its bytes count as not taken.
  void stop() { stopped_ = true; }

  [[nodiscard]] const H1Problem& problem() const { return problem_; }
  [[nodiscard]] bool idle() const { return state_ == State::Idle || (state_ == State::Head && !started_); }
  [[nodiscard]] bool inHead() const { return state_ == State::Head; }

 private:
  enum class State { Idle, Head, Fixed, UntilClose, ChunkSize, ChunkData, ChunkDataEnd, Trailers, Failed };
  void begin();
  std::size_t feedHead(std::string_view data, H1Events& events);
  void headComplete(std::string_view block, H1Events& events);
  std::size_t feedFixed(std::string_view data, H1Events& events);
  std::size_t feedChunkSize(std::string_view data);
  std::size_t feedChunkDataEnd(std::string_view data);
  std::size_t feedTrailers(std::string_view data, H1Events& events);
  bool parseChunkLine(std::string_view line);
  void end(H1Events& events);
  void fail(H1Problem problem);

  H1Limits limits_;
  State state_ = State::Idle;
  RequestHead* request_ = nullptr;
  ResponseHead* response_ = nullptr;
  std::string_view method_;
  std::string partial_;
  std::size_t lineStart_ = 0;  // in partial_ + data: where the current line of the head begins
  std::size_t emptyLines_ = 0;
  bool started_ = false, stopped_ = false;
  std::uint64_t remaining_ = 0;
  std::size_t extensionBytes_ = 0;
  H1Problem problem_;
};

}  // namespace varka::proxy
