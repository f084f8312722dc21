#include "proxy/server/chain_match.h"

#include <algorithm>
#include <functional>

namespace varka::proxy {
namespace {

using Candidates = std::vector<const ChainPtr*>;
/// How specific a chain's condition is for the query: -1 = it does not hold, 0 = it has none, more = more
/// specific.
using Score = std::function<int(const xds::FilterChainMatch&)>;

void keepBest(Candidates& candidates, const Score& score) {
  int best = 0;
  std::vector<int> scores;
  for (const ChainPtr* chain : candidates) {
    scores.push_back(score((*chain)->config->filterChainMatch));
    best = std::max(best, scores.back());
  }
  Candidates kept;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (scores[i] == best) kept.push_back(candidates[i]);
  candidates = std::move(kept);
}

int longestPrefix(const std::vector<xds::CidrRange>& ranges, const Address& address) {
  if (ranges.empty()) return 0;
  int best = -1;
  for (const auto& range : ranges) best = std::max(best, prefixMatch(address, range));
  return best < 0 ? -1 : best + 1;
}

int nameScore(const std::vector<std::string>& names, const std::string& name) {
  if (names.empty()) return 0;
  int best = -1;
  for (const auto& wanted : names) {
    if (wanted == name) return 100000;
    if (wanted.starts_with("*.") && name.size() >= wanted.size() - 1 && name.ends_with(wanted.substr(1)))
      best = std::max(best, static_cast<int>(wanted.size()));
  }
  return best;
}

/// The client's protocols are asked in its order; the first that a chain names decides.
int protocolScore(const std::vector<std::string>& wanted, const std::vector<std::string>& offered) {
  if (wanted.empty()) return 0;
  for (std::size_t i = 0; i < offered.size(); ++i)
    if (std::find(wanted.begin(), wanted.end(), offered[i]) != wanted.end())
      return 1000 - static_cast<int>(std::min<std::size_t>(i, 900));
  return -1;
}

}  // namespace

int prefixMatch(const Address& address, const xds::CidrRange& range) {
  const auto prefix = Address::fromIp(range.addressPrefix, 0);
  if (!prefix || prefix->family() != address.family()) return -1;
  std::uint32_t bits = std::min(range.prefixLen, address.family() == AF_INET ? 32u : 128u);
  const int result = static_cast<int>(bits);
  for (std::size_t i = 0; bits > 0; ++i) {
    const std::uint32_t take = std::min(bits, 8u);
    const int mask = (0xff << (8 - take)) & 0xff;
    if ((address.ipBytes()[i] & mask) != (prefix->ipBytes()[i] & mask)) return -1;
    bits -= take;
  }
  return result;
}

ChainPtr matchChain(const RuntimeListener& listener, const ChainQuery& query) {
  Candidates candidates;
  for (const ChainPtr& chain : listener.chains) candidates.push_back(&chain);
  keepBest(candidates, [&](const auto& match) {
    if (!match.destinationPort) return 0;
    return *match.destinationPort == query.destination.port() ? 1 : -1;
  });
  keepBest(candidates,
           [&](const auto& match) { return longestPrefix(match.prefixRanges, query.destination); });
  keepBest(candidates, [&](const auto& match) { return nameScore(match.serverNames, query.serverName); });
  keepBest(candidates, [&](const auto& match) {
    if (match.transportProtocol.empty()) return 0;
    return match.transportProtocol == query.transport ? 1 : -1;
  });
  keepBest(candidates, [&](const auto& match) {
    return protocolScore(match.applicationProtocols, query.applicationProtocols);
  });
  keepBest(candidates,
           [&](const auto& match) { return longestPrefix(match.sourcePrefixRanges, query.source); });
  keepBest(candidates, [&](const auto& match) {
    if (match.sourcePorts.empty()) return 0;
    const auto& ports = match.sourcePorts;
    return std::find(ports.begin(), ports.end(), query.source.port()) != ports.end() ? 1 : -1;
  });
  return candidates.empty() ? listener.defaultChain : *candidates.front();
}

}  // namespace varka::proxy
