#include "core/pilot/generate/l4_routes.h"

#include <algorithm>
#include <set>

#include "core/pilot/generate/filters.h"
#include "core/pilot/generate/metadata.h"
#include "core/pilot/generate/routes.h"
#include "core/pilot/generate/virtual_hosts.h"
#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/host.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

std::vector<const VirtualService*> rulesFor(const L4Request& request) {
  std::vector<const VirtualService*> out;
  for (const VirtualServicePtr& rule : request.egress.virtualServices) {
    const bool matches = std::any_of(rule->hosts.begin(), rule->hosts.end(), [&](const std::string& host) {
      return hostsMatch(host, request.service.host);
    });
    if (matches) out.push_back(rule.get());
  }
  return out;
}

// A user-chosen listener port leads to the service's only port.
int destinationPort(const L4Request& request) {
  return request.service.ports.size() == 1 ? request.service.ports.front().port : request.port.port;
}

OutboundChain ruleChain(const L4Request& request, const VirtualService& rule, const Value& item, int index) {
  OutboundChain chain;
  chain.cidrs = request.cidrs;
  chain.filters.push_back(tcpFilter(request.context, item["route"], rule.ns, request.port.port));
  chain.metadata = metadataFor(*rule.object, item.mark(), ruleText(index, ""));
  return chain;
}

OutboundChain serviceChain(const L4Request& request) {
  OutboundChain chain;
  chain.cidrs = request.cidrs;
  chain.filters.push_back(
      tcpFilter(request.context, outboundCluster(destinationPort(request), "", request.service.host)));
  chain.metadata = metadataFor(*request.service.object);
  return chain;
}

RouteContext routing(const L4Request& request) {
  return {request.context.model, request.context.scope,     request.context.proxy,
          request.port.port,     std::string(kMeshGateway), false};
}

std::vector<OutboundChain> tlsChains(const L4Request& request) {
  std::vector<OutboundChain> out;
  std::set<std::string> handled;  // two matches with the same runtime conditions: the first wins
  for (const VirtualService* rule : rulesFor(request)) {
    int index = 0;
    for (const Value& item : rule->tls().items()) {
      const int at = index++;
      for (const Value& match : item["match"].items()) {
        if (!matchesSource(match, rule->ns, routing(request), false)) continue;
        OutboundChain chain = ruleChain(request, *rule, item, at);
        chain.sniHosts = texts(match["sniHosts"]);
        if (match["destinationSubnets"].size() > 0) chain.cidrs = texts(match["destinationSubnets"]);
        std::string key;
        for (const auto& list : {chain.sniHosts, chain.cidrs}) {
          for (const std::string& text : list) key += text + ",";
          key += "|";
        }
        if (handled.insert(key).second) out.push_back(std::move(chain));
      }
    }
  }
  if (!out.empty()) return out;
  OutboundChain chain = serviceChain(request);
  // Without an address of its own only the name in the handshake tells services apart.
  const bool shared =
      !request.cidrs.empty() || (request.service.addresses.empty() && request.bind == "0.0.0.0");
  if (shared) {
    chain.sniHosts = {request.service.host};
    for (const std::string& alias : request.service.aliases) {
      chain.sniHosts.push_back(alias);
      for (std::string& name : shortNames(alias, request.context.proxy.ns, request.context.model.domain())) {
        chain.sniHosts.push_back(std::move(name));
      }
    }
  }
  out.push_back(std::move(chain));
  return out;
}

std::vector<OutboundChain> tcpChains(const L4Request& request) {
  std::vector<OutboundChain> out;
  for (const VirtualService* rule : rulesFor(request)) {
    int index = 0;
    for (const Value& item : rule->tcp().items()) {
      const int at = index++;
      if (item["match"].size() == 0) {
        out.push_back(ruleChain(request, *rule, item, at));
        return out;
      }
      std::vector<std::string> subnets;
      for (const Value& match : item["match"].items()) {
        if (!matchesSource(match, rule->ns, routing(request), false)) continue;
        const std::vector<std::string> wanted = texts(match["destinationSubnets"]);
        if (wanted.empty()) {
          out.push_back(ruleChain(request, *rule, item, at));
          return out;
        }
        subnets.insert(subnets.end(), wanted.begin(), wanted.end());
      }
      if (subnets.empty()) continue;
      OutboundChain chain = ruleChain(request, *rule, item, at);
      chain.cidrs = std::move(subnets);
      out.push_back(std::move(chain));
    }
  }
  OutboundChain rest = serviceChain(request);
  const bool covered = std::any_of(out.begin(), out.end(),
                                   [&](const OutboundChain& chain) { return chain.conflictsWith(rest); });
  if (!covered) out.push_back(std::move(rest));
  return out;
}

}  // namespace

std::vector<OutboundChain> l4Chains(const L4Request& request) {
  return isTls(request.port.protocol) ? tlsChains(request) : tcpChains(request);
}

}  // namespace varka::pilot
