#pragma once
// HeaderEdits: headers_to_add and headers_to_remove compiled, with %OPERATORS%. Immutable, any thread.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/xds/common.h"
#include "proxy/http/headers.h"
#include "proxy/stats/formatter.h"

namespace varka::proxy {

class HeaderEdits {
 public:
  static Result<HeaderEdits> compile(const std::vector<xds::HeaderValueOption>& add, const std::vector<std::string>& remove);
  [[nodiscard]] bool empty() const { return adds_.empty() && removes_.empty(); }
  /// Removes first, then adds, as Envoy does. ":authority" and "host" set the authority, ":path" the path of a request.
  void apply(RequestHead& head, const StreamInfo& info) const;
  void apply(Headers& headers, const StreamInfo& info) const;

 private:
  struct Add {
    std::string name;
    Formatter value;
    xds::HeaderAppendAction action;
    bool keepEmpty = false;
  };
  static void applyAdd(const Add& add, Headers& headers, const std::string& value);
  std::vector<Add> adds_;
  std::vector<std::string> removes_;
};

}  // namespace varka::proxy
