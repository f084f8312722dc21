#include "core/pilot/model/rules.h"

#include <algorithm>

#include "core/pilot/model/host.h"

namespace varka::pilot {

namespace {

bool labelsCover(const resource::Labels& wanted, const resource::Labels& labels) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& item) {
    const auto found = labels.find(item.first);
    return found != labels.end() && found->second == item.second;
  });
}

const std::vector<DestinationRulePtr>* mostSpecificFor(
    const std::map<std::string, std::map<std::string, std::vector<DestinationRulePtr>>>& all,
    std::string_view ns, std::string_view host) {
  const auto byHost = all.find(std::string(ns));
  if (byHost == all.end()) return nullptr;
  const auto exact = byHost->second.find(std::string(host));
  if (exact != byHost->second.end()) return &exact->second;
  const std::vector<DestinationRulePtr>* best = nullptr;
  std::string_view bestHost;
  for (const auto& [pattern, rules] : byHost->second) {
    if (!isWildcard(pattern) || !subsetOf(host, pattern)) continue;
    if (best && !moreSpecific(pattern, bestHost)) continue;
    best = &rules;
    bestHost = pattern;
  }
  return best;
}

// Among the rules of one host: the first that names this workload, else the first for everybody.
template <typename Accept>
DestinationRulePtr choose(const std::vector<DestinationRulePtr>* rules, const resource::Labels& labels,
                          Accept accept) {
  if (!rules) return nullptr;
  DestinationRulePtr general;
  for (const DestinationRulePtr& rule : *rules) {
    if (!accept(*rule)) continue;
    if (rule->selector) {
      if (labelsCover(*rule->selector, labels)) return rule;
    } else if (!general) {
      general = rule;
    }
  }
  return general;
}

}  // namespace

bool VirtualService::onGateway(std::string_view gateway) const {
  return std::find(gateways.begin(), gateways.end(), gateway) != gateways.end();
}

const Subset* DestinationRule::findSubset(std::string_view subset) const {
  for (const Subset& item : subsets) {
    if (item.name == subset) return &item;
  }
  return nullptr;
}

MtlsMode EffectiveMtls::forPort(int port) const {
  const auto found = ports.find(port);
  return found == ports.end() ? mode : found->second;
}

std::vector<VirtualServicePtr> Rules::virtualServicesFor(std::string_view ns,
                                                         std::string_view gateway) const {
  std::vector<VirtualServicePtr> out;
  const Visibility::Kind order[] = {Visibility::Kind::Private, Visibility::Kind::Named,
                                    Visibility::Kind::Public};
  for (const Visibility::Kind kind : order) {
    for (const VirtualServicePtr& rule : virtualServices) {
      if (rule->visibility.kind == kind && rule->visibility.to(ns, rule->ns) && rule->onGateway(gateway)) {
        out.push_back(rule);
      }
    }
  }
  return out;
}

DestinationRulePtr Rules::destinationRuleFor(const Service& service, std::string_view ns,
                                             const resource::Labels& labels) const {
  const auto* own = mostSpecificFor(destinationRules, ns, service.host);
  const bool clientInRoot = ns == rootNamespace;
  // Shared rules of the root namespace are the mesh's defaults; a client that lives there reaches them last,
  // too.
  auto rule = choose(own, labels, [&](const DestinationRule& candidate) {
    return !clientInRoot || candidate.visibility.kind == Visibility::Kind::Private;
  });
  if (rule) return rule;
  const auto exported = [&](const DestinationRule& candidate) {
    return candidate.visibility.to(ns, candidate.ns);
  };
  rule = choose(mostSpecificFor(destinationRules, service.ns, service.host), labels,
                [&](const DestinationRule& candidate) { return !candidate.selector && exported(candidate); });
  if (rule) return rule;
  return choose(mostSpecificFor(destinationRules, rootNamespace, service.host), labels,
                [&](const DestinationRule& candidate) {
                  return (clientInRoot || !candidate.selector) && exported(candidate);
                });
}

EffectiveMtls Rules::mtlsFor(std::string_view ns, const resource::Labels& labels) const {
  EffectiveMtls out;
  const auto apply = [&](std::string_view where, bool selective) {
    const auto found = peerAuthentications.find(std::string(where));
    if (found == peerAuthentications.end()) return;
    for (const PeerAuthentication& policy : found->second) {
      if (policy.selector.has_value() != selective) continue;
      if (selective && !labelsCover(*policy.selector, labels)) continue;
      if (policy.mode != MtlsMode::Unset) {
        out.mode = policy.mode;
        out.decidedBy = policy.object;
      }
      if (selective) {
        for (const auto& [port, mode] : policy.ports)
          out.ports[port] = mode == MtlsMode::Unset ? out.mode : mode;
        if (!out.decidedBy) out.decidedBy = policy.object;
      }
      return;  // the oldest of its level
    }
  };
  apply(rootNamespace, false);
  if (ns != rootNamespace) {
    apply(ns, false);
    apply(ns, true);
  }
  return out;
}

MtlsMode Rules::namespaceMtls(std::string_view ns) const {
  MtlsMode mode = MtlsMode::Permissive;
  for (const std::string_view where : {std::string_view(rootNamespace), ns}) {
    const auto found = peerAuthentications.find(std::string(where));
    if (found == peerAuthentications.end()) continue;
    for (const PeerAuthentication& policy : found->second) {
      if (policy.selector) continue;
      if (policy.mode != MtlsMode::Unset) mode = policy.mode;
      break;
    }
  }
  return mode;
}

}  // namespace varka::pilot
