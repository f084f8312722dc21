#pragma once
// Where a piece of configuration was written. A plain value, any thread.

#include <memory>
#include <string>

namespace varka {

/// 1-based line and column (in characters); 0 = unknown. `offset`/`length` are bytes in the file's text and
/// cover the token of a scalar (quotes included) or the start of a collection (length 0).
struct Mark {
  int line = 0;
  int column = 0;
  int offset = -1;
  int length = 0;
};

/// A Mark in a named source: a path as the user gave it, "api" for what came through the API, or "default".
struct Origin {
  std::shared_ptr<const std::string> file;
  Mark mark;

  /// "istio/reviews.yaml:12:5", "istio/reviews.yaml" when the line is unknown, "" when there is no file.
  [[nodiscard]] std::string text() const;
};

}  // namespace varka
