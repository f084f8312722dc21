#include "proxy/stats/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace varka::proxy {

// --- the sink ------------------------------------------------------------------------------------
struct AccessLogSink::File {
  UniqueFd owned;  // none for the standard streams
  int fd = -1;
  std::string pending;
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
    if (path == "/dev/stdout") file->fd = STDOUT_FILENO;
    else if (path == "/dev/stderr") file->fd = STDERR_FILENO;
    else file->owned = UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600)), file->fd = file->owned.get();
  }
  if (file->pending.size() > kBufferLimit) {  // the reader of the log is stuck: better to lose lines than memory
    ++dropped_;
    file->pending.resize(file->pending.rfind('\n', kBufferLimit) + 1);
  }
  return file->pending;
}

void AccessLogSink::wrote() {
  if (loop_) loop_->queueFlush(*this);
}

void AccessLogSink::flush() {
  for (auto& [path, file] : files_) {
    std::size_t done = 0;
    while (file->fd >= 0 && done < file->pending.size()) {
      const ssize_t written = ::write(file->fd, file->pending.data() + done, file->pending.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      done += static_cast<std::size_t>(written);
    }
    file->pending.erase(0, file->fd < 0 ? file->pending.size() : done);
    if (file->pending.empty() && file->pending.capacity() > (64u << 10)) file->pending.shrink_to_fit();
  }
}

// --- filters -------------------------------------------------------------------------------------
namespace {

bool compare(xds::ComparisonOp op, std::int64_t value, std::int64_t limit) {
  switch (op) {
    case xds::ComparisonOp::Eq: return value == limit;
    case xds::ComparisonOp::Ge: return value >= limit;
    case xds::ComparisonOp::Le: return value <= limit;
    case xds::ComparisonOp::Ne: return value != limit;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '(')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == ')')) text.remove_suffix(1);
  return text;
}

/// One comparison `response.code >= 400`; nullopt when it is something else.
std::optional<bool> comparisonHolds(std::string_view text, const StreamInfo& info) {
  text = trimmed(text);
  constexpr std::string_view kSubject = "response.code";
  if (!text.starts_with(kSubject)) return std::nullopt;
  text = trimmed(text.substr(kSubject.size()));
  const auto number = text.find_first_of("0123456789");
  if (number == std::string_view::npos) return std::nullopt;
  const std::string_view op = trimmed(text.substr(0, number));
  std::int64_t limit = 0;
  if (std::from_chars(text.data() + number, text.data() + text.size(), limit).ec != std::errc()) return std::nullopt;
  if (op == ">=") return info.status >= limit;
  if (op == ">") return info.status > limit;
  if (op == "<=") return info.status <= limit;
  if (op == "<") return info.status < limit;
  if (op == "==") return info.status == limit;
  if (op == "!=") return info.status != limit;
  return std::nullopt;
}

/// `a && b || c`; what is not understood counts as true, so that a line is rather written than lost.
bool expressionHolds(std::string_view text, const StreamInfo& info) {
  if (const auto either = text.find("||"); either != std::string_view::npos)
    return expressionHolds(text.substr(0, either), info) || expressionHolds(text.substr(either + 2), info);
  if (const auto both = text.find("&&"); both != std::string_view::npos)
    return expressionHolds(text.substr(0, both), info) && expressionHolds(text.substr(both + 2), info);
  return comparisonHolds(text, info).value_or(true);
}

struct FilterVisitor {
  const StreamInfo& info;
  using F = xds::AccessLogFilter;
  bool operator()(std::monostate) const { return true; }
  bool operator()(const F::StatusCode& filter) const { return compare(filter.op, info.status, filter.value); }
  bool operator()(const F::DurationFilter& filter) const { return compare(filter.op, info.durationUs / 1000, filter.milliseconds); }
  bool operator()(const F::NotHealthCheck&) const { return true; }
  bool operator()(const F::And& filter) const {
    return std::all_of(filter.filters.begin(), filter.filters.end(), [&](const F& each) { return filterHolds(each, info); });
  }
  bool operator()(const F::Or& filter) const {
    return std::any_of(filter.filters.begin(), filter.filters.end(), [&](const F& each) { return filterHolds(each, info); });
  }
  bool operator()(const F::ResponseFlag& filter) const {
    if (filter.flags.empty()) return info.flags.any();
    return std::any_of(filter.flags.begin(), filter.flags.end(), [&](const auto& flag) { return info.flags.hasNamed(flag); });
  }
  bool operator()(const F::Expression& filter) const { return expressionHolds(filter.text, info); }
};

}  // namespace

bool filterHolds(const xds::AccessLogFilter& filter, const StreamInfo& info) {
  return std::visit(FilterVisitor{info}, filter.specifier);
}

// --- the logger ----------------------------------------------------------------------------------
Result<AccessLogger> AccessLogger::compile(const std::vector<xds::AccessLog>& logs) {
  AccessLogger result;
  for (const auto& config : logs) {
    Log log;
    log.path = config.typedConfig.path;
    log.filter = config.filter;
    const xds::SubstitutionFormat format = config.typedConfig.logFormat.value_or(xds::SubstitutionFormat{});
    if (const auto* json = std::get_if<xds::SubstitutionFormat::Json>(&format.format)) {
      auto compiled = JsonFormatter::compile(json->fields, format.omitEmptyValues);
      if (!compiled) return fail(compiled.error().in("accessLog " + log.path));
      log.json = std::make_shared<const JsonFormatter>(std::move(*compiled));
    } else {
      const auto* text = std::get_if<xds::SubstitutionFormat::Text>(&format.format);
      const std::string* given = text ? text->source.inlined() : nullptr;
      auto compiled = Formatter::compile(given ? *given : std::string(xds::kDefaultLogFormat), format.omitEmptyValues);
      if (!compiled) return fail(compiled.error().in("accessLog " + log.path));
      log.text = std::move(*compiled);
    }
    result.logs_.push_back(std::move(log));
  }
  return result;
}

void AccessLogger::log(const StreamInfo& info, AccessLogSink& sink) const {
  for (const Log& log : logs_) {
    if (log.filter && !filterHolds(*log.filter, info)) continue;
    std::string& out = sink.buffer(log.path);
    if (log.json) {
      log.json->append(info, out);
      out += '\n';
    } else {
      log.text.append(info, out);
    }
    sink.wrote();
  }
}

}  // namespace varka::proxy
