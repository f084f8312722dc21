#pragma once
// istio.networking.nds.v1.NameTable: the DNS names a pod can resolve.

#include <map>
#include <string>
#include <vector>

namespace varka::xds {

struct NameTable {
  struct Entry {
    std::vector<std::string> ips;
    std::string registry;
    std::string shortname;
    std::string namespace_;
    std::vector<std::string> altHosts;
    bool operator==(const Entry&) const = default;
  };
  std::map<std::string, Entry> table;  // host → entry
  bool operator==(const NameTable&) const = default;
};

}  // namespace varka::xds
