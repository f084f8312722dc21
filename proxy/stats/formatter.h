#pragma once
// Formatter: Envoy's command operators compiled once: "%REQ(:METHOD)% %RESPONSE_CODE%". Used by access logs and by
// header edits. Immutable after compile; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/xds/access_log.h"
#include "proxy/stats/stream_info.h"

namespace varka::proxy {

class Formatter {
 public:
  /// Fails on an unknown operator, naming it. `omitEmpty`: a missing value prints nothing instead of "-".
  static Result<Formatter> compile(std::string_view text, bool omitEmpty = false);

  void append(const StreamInfo& info, std::string& out) const;
  /// False when the only operator has no value (a header edit is then left out).
  [[nodiscard]] bool hasValue(const StreamInfo& info) const;
  /// No operators: the text as it is.
  [[nodiscard]] bool isLiteral() const { return pieces_.empty() || (pieces_.size() == 1 && !pieces_[0].op); }

  struct Arguments {
    std::string first, second;  // "X-A?Y" → first X-A, second Y (lower case); metadata: filter, "a:b"
    int limit = -1;             // ":12" behind the brackets
  };
  /// Appends the value; false when there is none.
  using Operator = bool (*)(const StreamInfo&, const Arguments&, std::string& out);

 private:
  friend class JsonFormatter;
  struct Piece {
    std::string literal;
    Operator op = nullptr;
    Arguments arguments;
    bool numeric = false;
  };
  std::vector<Piece> pieces_;
  bool omitEmpty_ = false;
};

/// json_format: a tree of formatters; a value that is one numeric operator stays a number, a missing one becomes null.
class JsonFormatter {
 public:
  static Result<JsonFormatter> compile(const xds::Struct& format, bool omitEmpty);
  void append(const StreamInfo& info, std::string& out) const;

 private:
  struct Node {
    std::string key;
    Formatter text;
    std::string constant;  // pre-rendered JSON of a number or bool
    std::vector<Node> children;
    bool isObject = false, isList = false;
  };
  static Result<Node> compileNode(std::string key, const xds::Value& value, bool omitEmpty);
  static bool appendNode(const Node& node, const StreamInfo& info, bool omitEmpty, std::string& out);
  Node root_;
  bool omitEmpty_ = false;
};

}  // namespace varka::proxy
