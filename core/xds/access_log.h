#pragma once
// config.accesslog.v3: file access logs with their filters.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/box.h"
#include "core/xds/common.h"

namespace varka::xds {

/// core.v3.SubstitutionFormatString: neither = Envoy's default line.
struct SubstitutionFormat {
  struct Text { DataSource source; bool operator==(const Text&) const = default; };
  struct Json { Struct fields; bool operator==(const Json&) const = default; };
  std::variant<std::monostate, Text, Json> format;
  bool omitEmptyValues = false;
  std::string contentType;
  bool operator==(const SubstitutionFormat&) const = default;
};

struct FileAccessLog {
  std::string path;  // "/dev/stdout"
  std::optional<SubstitutionFormat> logFormat;
  bool operator==(const FileAccessLog&) const = default;
};

enum class ComparisonOp { Eq, Ge, Le, Ne };

struct AccessLogFilter {
  struct NotHealthCheck { bool operator==(const NotHealthCheck&) const = default; };
  struct StatusCode { ComparisonOp op = ComparisonOp::Eq; std::uint32_t value = 0; bool operator==(const StatusCode&) const = default; };
  struct DurationFilter { ComparisonOp op = ComparisonOp::Eq; std::uint32_t milliseconds = 0; bool operator==(const DurationFilter&) const = default; };
  struct ResponseFlag { std::vector<std::string> flags; bool operator==(const ResponseFlag&) const = default; };  // empty = any flag
  struct Expression { std::string text; bool operator==(const Expression&) const = default; };  // CEL; only `response.code >= 400` forms
  struct And { std::vector<AccessLogFilter> filters; bool operator==(const And&) const; };
  struct Or { std::vector<AccessLogFilter> filters; bool operator==(const Or&) const; };
  std::variant<std::monostate, StatusCode, DurationFilter, NotHealthCheck, And, Or, ResponseFlag, Expression> specifier;
  bool operator==(const AccessLogFilter&) const = default;
};

struct AccessLog {
  std::string name;
  std::optional<AccessLogFilter> filter;
  FileAccessLog typedConfig;
  bool operator==(const AccessLog&) const = default;
};

/// Envoy's default line with Istio's additions: what `{}` as format means for a sidecar.
extern const char* const kDefaultLogFormat;

}  // namespace varka::xds
