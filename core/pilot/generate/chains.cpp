#include "core/pilot/generate/chains.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace varka::pilot {

namespace {

std::set<std::string> sniSet(const std::vector<std::string>& hosts) {
  std::set<std::string> out(hosts.begin(), hosts.end());
  out.erase("*");
  return out;
}

std::set<std::string> cidrSet(const std::vector<std::string>& cidrs) {
  std::set<std::string> out;
  for (const std::string& text : cidrs) {
    xds::CidrRange range;
    if (parseCidr(text, range) && range.addressPrefix != "0.0.0.0") {
      out.insert(range.addressPrefix + "/" + std::to_string(range.prefixLen));
    }
  }
  return out;
}

}  // namespace

bool parseCidr(const std::string& text, xds::CidrRange& out) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const bool v6 = address.find(':') != std::string::npos;
  unsigned char bytes[16] = {};
  if (inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes) != 1) return false;
  const int width = v6 ? 128 : 32;
  const int length = slash == std::string::npos ? width : std::atoi(text.c_str() + slash + 1);
  if (length < 0 || length > width) return false;
  for (int bit = length; bit < width; ++bit)
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] & ~(0x80 >> (bit % 8)));
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(v6 ? AF_INET6 : AF_INET, bytes, buffer, sizeof buffer);
  out = {buffer, static_cast<std::uint32_t>(length)};
  return true;
}

bool OutboundChain::matchesAll() const {
  const bool anySni = sniHosts.empty() || std::find(sniHosts.begin(), sniHosts.end(), "*") != sniHosts.end();
  return anySni && cidrs.empty() && alpns.empty() && transport.empty();
}

bool OutboundChain::conflictsWith(const OutboundChain& other) const {
  return transport == other.transport && alpns == other.alpns && sniSet(sniHosts) == sniSet(other.sniHosts) &&
         cidrSet(cidrs) == cidrSet(other.cidrs);
}

xds::FilterChainMatch OutboundChain::match() const {
  xds::FilterChainMatch out;
  if (matchesAll()) return out;
  out.applicationProtocols = alpns;
  out.transportProtocol = transport;
  if (std::find(sniHosts.begin(), sniHosts.end(), "*") == sniHosts.end()) {
    out.serverNames = sniHosts;
    std::sort(out.serverNames.begin(), out.serverNames.end());
  }
  for (const std::string& text : cidrSet(cidrs)) {
    xds::CidrRange range;
    if (parseCidr(text, range)) out.prefixRanges.push_back(range);
  }
  return out;
}

}  // namespace varka::pilot
