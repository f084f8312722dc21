#include "core/pilot/model/service.h"

#include <algorithm>
#include <tuple>

namespace varka::pilot {

bool Visibility::to(std::string_view ns, std::string_view ownNs) const {
  switch (kind) {
    case Kind::Public:
      return true;
    case Kind::Private:
      return ns == ownNs;
    case Kind::Nobody:
      return false;
    case Kind::Named:
      break;
  }
  return std::find(namespaces.begin(), namespaces.end(), ns) != namespaces.end();
}

Visibility visibilityOf(const std::vector<std::string>& exportTo, const std::vector<std::string>& meshDefault,
                        std::string_view ownNs) {
  const std::vector<std::string>& list = exportTo.empty() ? meshDefault : exportTo;
  Visibility out;
  if (list.empty() || std::find(list.begin(), list.end(), "*") != list.end()) return out;
  for (const std::string& item : list) {
    if (item == "~") continue;
    out.namespaces.push_back(item == "." ? std::string(ownNs) : item);
  }
  if (out.namespaces.empty()) {
    out.kind = Visibility::Kind::Nobody;
  } else if (out.namespaces.size() == 1 && out.namespaces.front() == ownNs) {
    out.kind = Visibility::Kind::Private;
  } else {
    out.kind = Visibility::Kind::Named;
  }
  return out;
}

std::size_t Service::portIndex(int port) const {
  std::size_t index = 0;
  while (index < ports.size() && ports[index].port != port) ++index;
  return index;
}

const ServicePort* Service::findPort(int port) const {
  const std::size_t index = portIndex(port);
  return index < ports.size() ? &ports[index] : nullptr;
}

std::string Service::address() const {
  return addresses.empty() ? "0.0.0.0" : addresses.front();
}

bool olderThan(const resource::Object& a, const resource::Object& b) {
  return std::tie(a.creationTimestamp, a.name, a.ns) < std::tie(b.creationTimestamp, b.name, b.ns);
}

}  // namespace varka::pilot
