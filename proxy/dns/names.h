#pragma once
// NameIndex: the name table as a pod asks it, and the decision what a question gets. Pure and immutable; any
// thread.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/xds/name_table.h"
#include "proxy/dns/message.h"

namespace varka::proxy {

struct DnsIdentity {
  std::string podName, podNamespace, podIp;
  std::string domain = "cluster.local";
};

struct DnsDecision {
  enum class Kind { Answer, Forward } kind = Kind::Answer;
  Rcode code = Rcode::NoError;
  const std::vector<Ipv4>* addresses = nullptr;  // of the index, null = none
};

class NameIndex {
 public:
  /// `table` null: none has come yet.
  NameIndex(const xds::NameTable* table, DnsIdentity identity);

  /// Istio's rules: the mesh's names in all their short forms (reviews, reviews.default, reviews.default.svc,
  /// whole), wildcard hosts, A only: the pod has no IPv6, so every AAAA is empty. Unknown names below the
  /// cluster's domain and single labels do not exist; all else is for the host's resolvers.
  [[nodiscard]] DnsDecision decide(const DnsQuestion& question) const;
  [[nodiscard]] const std::vector<Ipv4>* find(std::string_view name) const;

 private:
  void add(std::string name, const std::vector<Ipv4>& addresses);
  [[nodiscard]] bool belowDomain(std::string_view name) const;

  DnsIdentity identity_;
  bool known_ = false;
  std::unordered_map<std::string, std::vector<Ipv4>> names_;  // wildcards as "*.example.com"
};

}  // namespace varka::proxy
