#pragma once
// Report: collects what is found in one object. A problem names a path; its place is that of the node, or of
// the nearest parent that is written. Private to core/galley; lives for one call.

#include <string>
#include <string_view>
#include <vector>

#include "core/galley/validate.h"

namespace varka::galley {

class Report {
 public:
  Report(const resource::Object& object, std::vector<Problem>& out) : object_(object), out_(out) {}

  [[nodiscard]] const resource::Object& object() const { return object_; }

  void error(std::string_view path, std::string message) {
    add("IST0106", Severity::Error, path, std::move(message));
  }
  void warning(std::string_view path, std::string message) {
    add("IST0133", Severity::Warning, path, std::move(message));
  }
  void add(std::string_view code, Severity severity, std::string_view path, std::string message);

  /// For rules that answer with a message, "" when all is well.
  void check(std::string_view path, std::string message) {
    if (!message.empty()) error(path, std::move(message));
  }

 private:
  const resource::Object& object_;
  std::vector<Problem>& out_;
};

}  // namespace varka::galley
