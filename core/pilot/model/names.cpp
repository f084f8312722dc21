#include "core/pilot/model/names.h"

#include <arpa/inet.h>

namespace varka::pilot {

std::string resolveHost(std::string_view host, std::string_view ns, std::string_view domain) {
  std::string out(host);
  if (host.empty() || host.front() == '*' || host.find('.') != std::string_view::npos) return out;
  if (isIpAddress(host)) return out;
  out.append(".").append(ns);
  if (!domain.empty()) out.append(".svc.").append(domain);
  return out;
}

std::string resolveGateway(std::string_view gateway, std::string_view ns) {
  if (gateway == kMeshGateway) return std::string(gateway);
  if (gateway.starts_with("./")) return std::string(ns) + "/" + std::string(gateway.substr(2));
  if (gateway.find('/') != std::string_view::npos) return std::string(gateway);
  const std::size_t dot = gateway.find('.');
  if (dot == std::string_view::npos) return std::string(ns) + "/" + std::string(gateway);
  const std::string_view rest = gateway.substr(dot + 1);
  return std::string(rest.substr(0, rest.find('.'))) + "/" + std::string(gateway.substr(0, dot));
}

std::string outboundCluster(int port, std::string_view subset, std::string_view host) {
  std::string out = "outbound|" + std::to_string(port) + "|";
  return out.append(subset).append("|").append(host);
}

std::string inboundCluster(int port) {
  return "inbound|" + std::to_string(port) + "||";
}

std::string outboundSni(int port, std::string_view subset, std::string_view host) {
  std::string out = "outbound_." + std::to_string(port) + "_.";
  return out.append(subset).append("_.").append(host);
}

std::string hostPort(std::string_view host, int port) {
  const bool v6 = host.find(':') != std::string_view::npos;
  return (v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
}

std::string listenerName(std::string_view address, int port) {
  return std::string(address) + "_" + std::to_string(port);
}

std::string spiffeId(std::string_view trustDomain, std::string_view ns, std::string_view serviceAccount) {
  std::string out = "spiffe://";
  return out.append(trustDomain).append("/ns/").append(ns).append("/sa/").append(serviceAccount);
}

bool isIpAddress(std::string_view text) {
  const std::string copy(text);
  unsigned char buffer[16];
  return inet_pton(AF_INET, copy.c_str(), buffer) == 1 || inet_pton(AF_INET6, copy.c_str(), buffer) == 1;
}

}  // namespace varka::pilot
