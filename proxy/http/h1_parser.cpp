#include "proxy/http/h1_parser.h"

#include <algorithm>
#include <cstring>

namespace varka::proxy {
namespace {

constexpr H1Problem kBadMessage{400, "http1.codec_error"};
constexpr H1Problem kBadChunk{400, "http1.invalid_chunk"};
constexpr std::size_t kMaxEmptyLines = 4;
constexpr std::size_t kMaxChunkDigits = 15;  // 60 bits are enough for everybody, and cannot overflow

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void H1Parser::begin() {
  state_ = State::Head;
  partial_.clear();
  lineStart_ = emptyLines_ = extensionBytes_ = 0;
  started_ = false;
  remaining_ = 0;
}

void H1Parser::beginRequest(RequestHead& head) {
  request_ = &head;
  response_ = nullptr;
  begin();
}

void H1Parser::beginResponse(ResponseHead& head, std::string_view requestMethod) {
  response_ = &head;
  request_ = nullptr;
  method_ = requestMethod;
  begin();
}

void H1Parser::fail(H1Problem problem) {
  problem_ = problem;
  state_ = State::Failed;
  partial_ = std::string();
}

void H1Parser::end(H1Events& events) {
  state_ = State::Idle;
  events.onMessageEnd();
}

std::size_t H1Parser::feed(std::string_view data, H1Events& events) {
  std::size_t taken = 0;
  stopped_ = false;
  while (taken < data.size() && !stopped_) {
    const std::string_view rest = data.substr(taken);
    std::size_t step = 0;
    switch (state_) {
      case State::Idle:
      case State::Failed:
        return taken;
      case State::Head:
        step = feedHead(rest, events);
        break;
      case State::Fixed:
      case State::ChunkData:
        step = feedFixed(rest, events);
        break;
      case State::UntilClose:
        events.onBody(rest);
        step = rest.size();
        break;
      case State::ChunkSize:
        step = feedChunkSize(rest);
        break;
      case State::ChunkDataEnd:
        step = feedChunkDataEnd(rest);
        break;
      case State::Trailers:
        step = feedTrailers(rest, events);
        break;
    }
    taken += step;
  }
  return taken;
}

bool H1Parser::finish(H1Events& events) {
  if (state_ == State::UntilClose) {
    end(events);
    return true;
  }
  return idle();
}

std::size_t H1Parser::feedHead(std::string_view data, H1Events& events) {
  std::size_t at = 0;
  if (!started_) {
    // RFC 9112 §2.2: an empty line or two before a request line is ignored.
    while (at < data.size() && (data[at] == '\r' || data[at] == '\n')) {
      const bool expectLf = emptyLines_ % 2 == 1;
      if (response_ || (data[at] == '\n') != expectLf || ++emptyLines_ > 2 * kMaxEmptyLines) {
        fail(kBadMessage);
        return at;
      }
      ++at;
    }
    if (at == data.size()) return at;
    if (emptyLines_ % 2 == 1 || !isToken(data.substr(at, 1))) {
      fail(kBadMessage);
      return at;
    }
    started_ = true;
  }
  const std::string_view fresh = data.substr(at);
  const std::size_t before = partial_.size();
  // Look for the empty line in the new bytes only; every LF must follow a CR.
  std::size_t from = 0;
  while (from < fresh.size()) {
    const auto* lf = static_cast<const char*>(std::memchr(fresh.data() + from, '\n', fresh.size() - from));
    if (!lf) break;
    const std::size_t index = static_cast<std::size_t>(lf - fresh.data());
    const char previous = index > 0 ? fresh[index - 1] : (before > 0 ? partial_[before - 1] : '\0');
    if (previous != '\r') {
      fail(kBadMessage);
      return at;
    }
    const std::size_t position = before + index;
    const bool empty = position == lineStart_ + 1;
    lineStart_ = position + 1;
    from = index + 1;
    if (position >= limits_.headBytes) break;
    if (!empty) continue;
    if (before == 0) {
      headComplete(fresh.substr(0, from), events);
    } else {
      partial_.append(fresh.substr(0, from));
      const std::string whole = std::move(partial_);
      partial_ = std::string();
      headComplete(whole, events);
    }
    return at + from;
  }
  if (before + fresh.size() > limits_.headBytes) {
    const bool inFirstLine = lineStart_ == 0;
    fail({inFirstLine && request_ ? 414 : 431, "http1.headers_too_large"});
    return at;
  }
  partial_.append(fresh);
  return data.size();
}

void H1Parser::headComplete(std::string_view block, H1Events& events) {
  bool chunked = false, untilClose = false, bodiless = false;
  std::int64_t length = -1;
  if (request_) {
    if (const auto problem = parseRequestHead(block, limits_, *request_)) return fail(problem);
    chunked = request_->chunked;
    length = request_->contentLength;
    bodiless = !chunked && length <= 0;
  } else {
    if (const auto problem = parseResponseHead(block, limits_, method_, *response_)) return fail(problem);
    const int status = response_->status;
    chunked = response_->chunked;
    length = response_->contentLength;
    untilClose = response_->untilClose;
    bodiless = method_ == "HEAD" || status < 200 || status == 204 || status == 304 || response_->upgrade ||
               (!chunked && !untilClose && length <= 0);
  }
  if (bodiless)
    state_ = State::Idle;
  else if (chunked)
    state_ = State::ChunkSize;
  else if (untilClose)
    state_ = State::UntilClose;
  else
    state_ = State::Fixed;
  remaining_ = length > 0 ? static_cast<std::uint64_t>(length) : 0;
  events.onHead();
  if (bodiless && state_ == State::Idle) events.onMessageEnd();
}

std::size_t H1Parser::feedFixed(std::string_view data, H1Events& events) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, data.size()));
  remaining_ -= count;
  const bool done = remaining_ == 0;
  const bool chunk = state_ == State::ChunkData;
  if (done && chunk) state_ = State::ChunkDataEnd;
  events.onBody(data.substr(0, count));
  if (done && !chunk && state_ == State::Fixed) end(events);
  return count;
}

std::size_t H1Parser::feedChunkSize(std::string_view data) {
  const auto lf = data.find('\n');
  const std::string_view piece = data.substr(0, lf == std::string_view::npos ? data.size() : lf + 1);
  partial_.append(piece);
  if (partial_.size() > limits_.chunkExtensionBytes) {
    fail(kBadChunk);
    return piece.size();
  }
  if (lf == std::string_view::npos) {
    if (hexDigit(partial_[0]) < 0) fail(kBadChunk);  // at once: do not wait for a line that cannot be right
    return piece.size();
  }
  if (partial_.size() < 2 || partial_[partial_.size() - 2] != '\r' ||
      !parseChunkLine({partial_.data(), partial_.size() - 2})) {
    fail(kBadChunk);
    return piece.size();
  }
  partial_.clear();
  lineStart_ = 0;
  state_ = remaining_ == 0 ? State::Trailers : State::ChunkData;
  return piece.size();
}

bool H1Parser::parseChunkLine(std::string_view line) {
  std::size_t digits = 0, significant = 0;
  remaining_ = 0;
  while (digits < line.size() && hexDigit(line[digits]) >= 0) {
    const int value = hexDigit(line[digits++]);
    if (significant > 0 || value > 0) ++significant;
    if (significant > kMaxChunkDigits) return false;
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(value);
  }
  if (digits == 0) return false;
  const std::string_view extension = line.substr(digits);
  if (extension.empty()) return true;
  if (extension[0] != ';') return false;
  for (const char c : extension)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return false;
  extensionBytes_ += extension.size();
  return extensionBytes_ <= limits_.chunkExtensionBytes;
}

std::size_t H1Parser::feedChunkDataEnd(std::string_view data) {
  const char expected = partial_.empty() ? '\r' : '\n';
  if (data[0] != expected) {
    fail(kBadChunk);
    return 0;
  }
  if (expected == '\r') {
    partial_.push_back('\r');
  } else {
    partial_.clear();
    state_ = State::ChunkSize;
  }
  return 1;
}

std::size_t H1Parser::feedTrailers(std::string_view data, H1Events& events) {
  const auto lf = data.find('\n');
  const std::string_view piece = data.substr(0, lf == std::string_view::npos ? data.size() : lf + 1);
  partial_.append(piece);
  if (partial_.size() > limits_.trailerBytes) {
    fail({431, "http1.trailers_too_large"});
    return piece.size();
  }
  if (lf == std::string_view::npos) return piece.size();
  if (partial_.size() < 2 || partial_[partial_.size() - 2] != '\r') {
    fail(kBadChunk);
    return piece.size();
  }
  const bool empty = partial_.size() - lineStart_ == 2;
  lineStart_ = partial_.size();
  if (!empty) return piece.size();
  if (partial_.size() > 2) {
    if (const auto problem = checkTrailers(partial_, limits_)) {
      fail(problem);
      return piece.size();
    }
  }
  partial_ = std::string();
  end(events);
  return piece.size();
}

}  // namespace varka::proxy
