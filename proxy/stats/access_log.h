#pragma once
// AccessLogger: the access logs of one connection manager or TCP proxy, compiled. Lines are collected in the worker's
// AccessLogSink and leave with one write per file when the loop's turn ends.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/xds/access_log.h"
#include "proxy/net/event_loop.h"
#include "proxy/stats/formatter.h"

namespace varka::proxy {

/// One per worker. Files are opened once, appended to, and shared by path; "/dev/stdout" and "/dev/stderr" are the process's.
class AccessLogSink final : public Flushable {
 public:
  static constexpr std::size_t kBufferLimit = 1u << 20;  // bytes per file while it cannot be written; then lines are dropped
  explicit AccessLogSink(EventLoop* loop);  // null: only explicit flush()
  ~AccessLogSink();
  AccessLogSink(const AccessLogSink&) = delete;
  AccessLogSink& operator=(const AccessLogSink&) = delete;

  /// The buffer lines for `path` are appended to; call wrote() after a line is complete.
  std::string& buffer(const std::string& path);
  void wrote();
  void flush() override;
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct File;
  EventLoop* loop_;
  std::unordered_map<std::string, std::unique_ptr<File>> files_;
  std::uint64_t dropped_ = 0;
};

class AccessLogger {
 public:
  static Result<AccessLogger> compile(const std::vector<xds::AccessLog>& logs);
  /// Envoy's line for every log whose filter holds.
  void log(const StreamInfo& info, AccessLogSink& sink) const;
  [[nodiscard]] bool empty() const { return logs_.empty(); }

 private:
  struct Log {
    std::string path;
    std::optional<xds::AccessLogFilter> filter;
    Formatter text;
    std::shared_ptr<const JsonFormatter> json;  // null = text
  };
  std::vector<Log> logs_;
};

/// Whether a log's filter holds. Expressions understand `response.code OP n` joined by && and ||.
[[nodiscard]] bool filterHolds(const xds::AccessLogFilter& filter, const StreamInfo& info);

}  // namespace varka::proxy
