#pragma once
// The table of Envoy's command operators. Add one: a row here and its value in operators.cpp.

#include <string_view>

#include "proxy/stats/formatter.h"

namespace varka::proxy {

struct OperatorEntry {
  std::string_view name;
  Formatter::Operator value;
  bool numeric = false;        // stays a number in JSON
  bool takesArgument = false;  // must be followed by (…)
};
/// nullptr when there is no such operator.
[[nodiscard]] const OperatorEntry* findOperator(std::string_view name);

}  // namespace varka::proxy
