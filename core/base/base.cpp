#include <cstring>

#include "core/base/origin.h"
#include "core/base/result.h"

namespace varka {

std::string errnoText(int code) {
  char buffer[128];
  return strerror_r(code, buffer, sizeof buffer);
}

std::string Origin::text() const {
  if (!file) return {};
  if (mark.line <= 0) return *file;
  return *file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

}  // namespace varka
