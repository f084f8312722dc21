#include "proxy/stats/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/base/log.h"
#include "proxy/net/fd.h"

namespace varka::proxy {

struct AccessLogSink::File {
  int fd = -1;
  UniqueFd owned;  // empty for the process's own streams
  std::string lines;
};

AccessLogSink::AccessLogSink(EventLoop* loop) : loop_(loop) {}

AccessLogSink::~AccessLogSink() {
  flush();
  if (loop_) loop_->dropFlush(*this);
}

std::string& AccessLogSink::buffer(const std::string& path) {
  auto& file = files_[path];
  if (!file) {
    file = std::make_unique<File>();
    if (path == "/dev/stdout") {
      file->fd = STDOUT_FILENO;
    } else if (path == "/dev/stderr") {
      file->fd = STDERR_FILENO;
    } else {
      file->owned = UniqueFd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
      file->fd = file->owned.get();
      if (file->fd < 0) log::warn("access", "cannot open the access log " + path + ": " + errnoText(errno) + "; its lines are dropped");
    }
  }
  return file->lines;
}

void AccessLogSink::wrote() {
  if (loop_) loop_->queueFlush(*this);
}

void AccessLogSink::flush() {
  for (auto& [path, file] : files_) {
    std::size_t sent = 0;
    while (sent < file->lines.size() && file->fd >= 0) {
      const auto n = write(file->fd, file->lines.data() + sent, file->lines.size() - sent);
      if (n > 0) {
        sent += static_cast<std::size_t>(n);
      } else if (errno != EINTR) {
        break;  // a full pipe: what is over the limit goes, the rest waits for the next turn
      }
    }
    file->lines.erase(0, sent);
    if (file->fd < 0 || file->lines.size() > kBufferLimit) {
      dropped_ += static_cast<std::uint64_t>(std::count(file->lines.begin(), file->lines.end(), '\n'));
      file->lines.clear();
    }
    if (file->lines.empty() && file->lines.capacity() > 64 * 1024) file->lines.shrink_to_fit();
  }
}

Result<AccessLogger> AccessLogger::compile(const std::vector<xds::AccessLog>& logs) {
  AccessLogger out;
  for (const auto& log : logs) {
    Log compiled;
    compiled.path = log.typedConfig.path;
    compiled.filter = log.filter;
    std::string text = xds::kDefaultLogFormat;
    bool omitEmpty = false;
    if (const auto& format = log.typedConfig.logFormat) {
      omitEmpty = format->omitEmptyValues;
      if (const auto* json = std::get_if<xds::SubstitutionFormat::Json>(&format->format)) {
        auto made = JsonFormatter::compile(json->fields, omitEmpty);
        if (!made) return fail(made.error().in(log.name));
        compiled.json = std::make_shared<const JsonFormatter>(std::move(*made));
      } else if (const auto* source = std::get_if<xds::SubstitutionFormat::Text>(&format->format)) {
        const auto* inlined = source->source.inlined();
        if (!inlined) return fail(log.name + ": the text format must be given inline");
        text = *inlined;
      }
    }
    auto formatter = Formatter::compile(text, omitEmpty);
    if (!formatter) return fail(formatter.error().in(log.name));
    compiled.text = std::move(*formatter);
    out.logs_.push_back(std::move(compiled));
  }
  return out;
}

void AccessLogger::log(const StreamInfo& info, AccessLogSink& sink) const {
  for (const auto& log : logs_) {
    if (log.filter && !filterHolds(*log.filter, info)) continue;
    std::string& out = sink.buffer(log.path);
    if (log.json) {
      log.json->append(info, out);
      out += '\n';
    } else {
      log.text.append(info, out);
      if (out.empty() || out.back() != '\n') out += '\n';
    }
    sink.wrote();
  }
}

namespace {

bool compare(xds::ComparisonOp op, std::int64_t left, std::int64_t right) {
  switch (op) {
    case xds::ComparisonOp::Eq: return left == right;
    case xds::ComparisonOp::Ge: return left >= right;
    case xds::ComparisonOp::Le: return left <= right;
    case xds::ComparisonOp::Ne: return left != right;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t()");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t()") - first + 1);
}

/// One term: `response.code >= 400`. What is not understood holds, so that no line is lost silently.
bool termHolds(std::string_view term, const StreamInfo& info) {
  constexpr std::string_view kOps[] = {">=", "<=", "==", "!=", ">", "<"};
  for (const auto op : kOps) {
    const auto at = term.find(op);
    if (at == std::string_view::npos) continue;
    const auto name = trimmed(term.substr(0, at));
    const auto right = trimmed(term.substr(at + op.size()));
    int value = 0;
    if (name != "response.code" || std::from_chars(right.data(), right.data() + right.size(), value).ec != std::errc()) return true;
    const int code = info.status;
    return op == ">=" ? code >= value : op == "<=" ? code <= value : op == "==" ? code == value : op == "!=" ? code != value
           : op == ">" ? code > value : code < value;
  }
  return true;
}

bool expressionHolds(std::string_view text, const StreamInfo& info) {
  for (std::size_t start = 0; start <= text.size();) {  // || of &&
    const auto end = std::min(text.find("||", start), text.size());
    const auto alternative = text.substr(start, end - start);
    bool all = true;
    for (std::size_t from = 0; from <= alternative.size() && all;) {
      const auto to = std::min(alternative.find("&&", from), alternative.size());
      all = termHolds(trimmed(alternative.substr(from, to - from)), info);
      from = to + 2;
    }
    if (all) return true;
    start = end + 2;
  }
  return false;
}

struct Holds {
  const StreamInfo& info;

  bool operator()(const std::monostate&) const { return true; }
  bool operator()(const xds::AccessLogFilter::StatusCode& filter) const { return compare(filter.op, info.status, filter.value); }
  bool operator()(const xds::AccessLogFilter::DurationFilter& filter) const {
    return compare(filter.op, info.durationUs / 1000, filter.milliseconds);
  }
  bool operator()(const xds::AccessLogFilter::NotHealthCheck&) const { return true; }
  bool operator()(const xds::AccessLogFilter::And& filter) const {
    return std::all_of(filter.filters.begin(), filter.filters.end(), [&](const auto& each) { return filterHolds(each, info); });
  }
  bool operator()(const xds::AccessLogFilter::Or& filter) const {
    return std::any_of(filter.filters.begin(), filter.filters.end(), [&](const auto& each) { return filterHolds(each, info); });
  }
  bool operator()(const xds::AccessLogFilter::ResponseFlag& filter) const {
    if (filter.flags.empty()) return info.flags.any();
    return std::any_of(filter.flags.begin(), filter.flags.end(), [&](const auto& flag) { return info.flags.hasNamed(flag); });
  }
  bool operator()(const xds::AccessLogFilter::Expression& filter) const { return expressionHolds(filter.text, info); }
};

}  // namespace

bool filterHolds(const xds::AccessLogFilter& filter, const StreamInfo& info) {
  return std::visit(Holds{info}, filter.specifier);
}

}  // namespace varka::proxy
