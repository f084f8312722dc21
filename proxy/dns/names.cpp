#include "proxy/dns/names.h"

#include <arpa/inet.h>

#include <algorithm>

#include "proxy/dns/dns_server.h"

namespace varka::proxy {
namespace {

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  while (!out.empty() && out.back() == '.') out.pop_back();
  return out;
}

std::vector<Ipv4> parseAddresses(const std::vector<std::string>& texts) {
  std::vector<Ipv4> out;
  for (const auto& text : texts) {
    Ipv4 address{};
    if (inet_pton(AF_INET, text.c_str(), address.data()) == 1) out.push_back(address);
  }
  return out;
}

bool endsWith(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix &&
         name[name.size() - suffix.size() - 1] == '.';
}

bool isPrivateReverse(std::string_view name) {
  for (const std::string_view zone : {"10.in-addr.arpa", "127.in-addr.arpa", "240.in-addr.arpa"})
    if (endsWith(name, zone)) return true;
  return false;
}

}  // namespace

NameIndex::NameIndex(const xds::NameTable* table, DnsIdentity identity) : identity_(std::move(identity)) {
  add(std::string(kHostAlias), parseAddresses({std::string(kHostVip)}));
  add(identity_.podName, parseAddresses({identity_.podIp}));
  if (!table) return;
  known_ = true;
  for (const auto& [host, entry] : table->table) {
    const auto addresses = parseAddresses(entry.ips);
    add(host, addresses);
    for (const auto& other : entry.altHosts) add(other, addresses);
    if (entry.shortname.empty() || entry.namespace_.empty()) continue;
    if (entry.namespace_ == identity_.podNamespace) add(entry.shortname, addresses);
    add(entry.shortname + "." + entry.namespace_, addresses);
    add(entry.shortname + "." + entry.namespace_ + ".svc", addresses);
  }
}

void NameIndex::add(std::string name, const std::vector<Ipv4>& addresses) {
  name = lowerCase(name);
  if (!name.empty()) names_.emplace(std::move(name), addresses);
}

const std::vector<Ipv4>* NameIndex::find(std::string_view name) const {
  std::string key(name);
  if (const auto found = names_.find(key); found != names_.end()) return &found->second;
  // "*.example.com" covers any depth below it; the longest suffix wins.
  for (auto dot = key.find('.'); dot != std::string::npos; dot = key.find('.')) {
    key.erase(0, dot + 1);
    if (const auto found = names_.find("*." + key); found != names_.end()) return &found->second;
  }
  return nullptr;
}

bool NameIndex::belowDomain(std::string_view name) const {
  return name == identity_.domain || endsWith(name, identity_.domain);
}

DnsDecision NameIndex::decide(const DnsQuestion& question) const {
  DnsDecision out;
  if (question.klass != kDnsClassIn) {
    out.code = Rcode::Refused;
    return out;
  }
  if (const auto* addresses = find(question.name)) {
    if (question.type == kDnsTypeA) out.addresses = addresses;
    return out;
  }
  const bool single = question.name.find('.') == std::string::npos;
  if (belowDomain(question.name) || (single && !question.name.empty())) {
    out.code = known_ ? Rcode::NxDomain : Rcode::ServFail;
    return out;
  }
  if (question.type == kDnsTypeAaaa) return out;
  if (question.type == kDnsTypePtr && isPrivateReverse(question.name)) {
    out.code = Rcode::NxDomain;
    return out;
  }
  out.kind = DnsDecision::Kind::Forward;
  return out;
}

}  // namespace varka::proxy
