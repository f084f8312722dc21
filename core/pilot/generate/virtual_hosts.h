#pragma once
// The names under which a service can be called, as virtual host domains (trap 33).

#include <set>
#include <string>
#include <vector>

#include "core/pilot/model/service.h"

namespace varka::pilot {

/// "a.ns.svc.DOMAIN" for a client of namespace `clientNs`: "a.ns.svc", "a.ns", and "a" in its own namespace.
/// Names outside the cluster domain have none.
[[nodiscard]] std::vector<std::string> shortNames(const std::string& host, const std::string& clientNs,
                                                  const std::string& domain);
/// Host, short names, address, aliases; each with and without the port.
[[nodiscard]] std::vector<std::string> domainsOf(const Service& service, int port,
                                                 const std::string& clientNs, const std::string& domain);
/// Of a host that is no service.
[[nodiscard]] std::vector<std::string> domainsOf(const std::string& host, int port);

/// First owner of a domain wins: keeps those not in `taken` (lower-cased) and adds them.
[[nodiscard]] std::vector<std::string> claimDomains(std::vector<std::string> domains,
                                                    std::set<std::string>& taken);

}  // namespace varka::pilot
