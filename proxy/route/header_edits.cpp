#include "proxy/route/header_edits.h"

#include <algorithm>

#include "core/base/text.h"

namespace varka::proxy {
namespace {

bool isAuthority(std::string_view name) {
  return name == ":authority" || name == "host";
}

}  // namespace

Result<HeaderEdits> HeaderEdits::compile(const std::vector<xds::HeaderValueOption>& add, const std::vector<std::string>& remove) {
  HeaderEdits edits;
  for (const auto& option : add) {
    auto value = Formatter::compile(option.header.value, true);
    if (!value) return fail(value.error().in("header " + option.header.key));
    edits.adds_.push_back({lowered(option.header.key), std::move(*value), option.appendAction, option.keepEmptyValue});
  }
  for (const auto& name : remove) {
    std::string key = lowered(name);
    if (key.empty() || key.front() == ':' || key == "host") return fail("header " + name + " cannot be removed");
    edits.removes_.push_back(std::move(key));
  }
  return edits;
}

void HeaderEdits::applyAdd(const Add& add, Headers& headers, const std::string& value) {
  using Action = xds::HeaderAppendAction;
  switch (add.action) {
    case Action::AppendIfExistsOrAdd: headers.add(add.name, value); break;
    case Action::AddIfAbsent:
      if (!headers.has(add.name)) headers.add(add.name, value);
      break;
    case Action::OverwriteIfExistsOrAdd: headers.set(add.name, value); break;
    case Action::OverwriteIfExists:
      if (headers.has(add.name)) headers.set(add.name, value);
      break;
  }
}

void HeaderEdits::apply(Headers& headers, const StreamInfo& info) const {
  for (const auto& name : removes_) headers.remove(name);
  std::string value;
  for (const auto& add : adds_) {
    value.clear();
    add.value.append(info, value);
    if (!value.empty() || add.keepEmpty) applyAdd(add, headers, value);
  }
}

void HeaderEdits::apply(RequestHead& head, const StreamInfo& info) const {
  for (const auto& name : removes_) head.remove(name);
  std::string value;
  for (const auto& add : adds_) {
    value.clear();
    add.value.append(info, value);
    if (value.empty() && !add.keepEmpty) continue;
    if (isAuthority(add.name)) head.setAuthority(value);
    else if (add.name == ":path") head.setPath(value);
    else if (add.name == ":method") head.setMethod(value);
    else if (add.name == ":scheme") head.setScheme(value);
    else applyAdd(add, head, value);
  }
}

}  // namespace varka::proxy
