#include "core/pilot/generate/virtual_hosts.h"

#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

namespace {

void addWithPort(std::string name, int port, std::vector<std::string>& out) {
  std::string both = hostPort(name, port);
  out.push_back(std::move(name));
  out.push_back(std::move(both));
}

void addNames(const std::string& host, int port, const std::string& clientNs, const std::string& domain,
              bool headless, std::vector<std::string>& out) {
  std::vector<std::string> names{host};
  if (!isWildcard(host) && !isIpAddress(host)) names.push_back(host + ".");
  for (std::string& name : shortNames(host, clientNs, domain)) names.push_back(std::move(name));
  if (headless) {  // instances by name: "db-0.db.default.svc.cluster.local"
    const std::size_t count = names.size();
    for (std::size_t i = 0; i < count; ++i) names.push_back("*." + names[i]);
  }
  for (std::string& name : names) addWithPort(std::move(name), port, out);
}

}  // namespace

std::vector<std::string> shortNames(const std::string& host, const std::string& clientNs,
                                    const std::string& domain) {
  const std::string suffix = ".svc." + domain;
  if (domain.empty() || !host.ends_with(suffix) || isWildcard(host)) return {};
  const std::string base = host.substr(0, host.size() - suffix.size());  // "a.ns"
  const std::size_t dot = base.rfind('.');
  if (dot == std::string::npos) return {};
  std::vector<std::string> out;
  if (base.substr(dot + 1) == clientNs) out.push_back(base.substr(0, dot));
  out.push_back(base + ".svc");
  out.push_back(base);
  return out;
}

std::vector<std::string> domainsOf(const Service& service, int port, const std::string& clientNs,
                                   const std::string& domain) {
  std::vector<std::string> out;
  addNames(service.host, port, clientNs, domain, service.headless, out);
  for (const std::string& address : service.addresses) {
    if (address.find('/') == std::string::npos && address != "0.0.0.0") addWithPort(address, port, out);
  }
  for (const std::string& alias : service.aliases) addNames(alias, port, clientNs, domain, false, out);
  return out;
}

std::vector<std::string> domainsOf(const std::string& host, int port) {
  std::vector<std::string> out;
  addWithPort(host, port, out);
  return out;
}

std::vector<std::string> claimDomains(std::vector<std::string> domains, std::set<std::string>& taken) {
  std::vector<std::string> out;
  for (std::string& domain : domains) {
    if (taken.insert(lowerCased(domain)).second) out.push_back(std::move(domain));
  }
  return out;
}

}  // namespace varka::pilot
