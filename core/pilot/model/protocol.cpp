#include "core/pilot/model/protocol.h"

#include <string>

#include "core/pilot/model/host.h"

namespace varka::pilot {

namespace {

struct Row {
  std::string_view text;
  Protocol protocol;
};
// Spellings users write; the first of a protocol is its name.
constexpr Row kRows[] = {
    {"tcp", Protocol::Tcp},     {"udp", Protocol::Udp},     {"http", Protocol::Http},
    {"http2", Protocol::Http2}, {"grpc", Protocol::Grpc},   {"grpc-web", Protocol::GrpcWeb},
    {"https", Protocol::Https}, {"tls", Protocol::Tls},     {"mongo", Protocol::Mongo},
    {"redis", Protocol::Redis}, {"mysql", Protocol::Mysql}, {"http_proxy", Protocol::HttpProxy},
};

constexpr Row kAppProtocols[] = {
    {"kubernetes.io/h2c", Protocol::Http2},
    {"kubernetes.io/ws", Protocol::Http},
    {"kubernetes.io/wss", Protocol::Https},
    {"istio.io/http_proxy", Protocol::HttpProxy},
};

// Server-first protocols on their usual ports are never sniffed.
bool wellKnownTcp(int port) {
  return port == 25 || port == 53 || port == 3306 || port == 27017;
}

}  // namespace

Protocol protocolFromText(std::string_view text) {
  const std::string lower = lowerCased(text);
  for (const Row& row : kRows) {
    if (row.text == lower) return row.protocol;
  }
  return lower == "grpc_web" ? Protocol::GrpcWeb : Protocol::Auto;
}

Protocol selectProtocol(int port, std::string_view name, std::string_view appProtocol,
                        std::string_view transport) {
  if (lowerCased(transport) == "udp") return Protocol::Udp;
  if (!appProtocol.empty()) {
    for (const Row& row : kAppProtocols) {
      if (row.text == appProtocol) return row.protocol;
    }
    const Protocol chosen = protocolFromText(appProtocol);
    if (chosen != Protocol::Auto) return chosen;
  }
  if (name.starts_with("grpc-web")) return Protocol::GrpcWeb;
  const Protocol byPrefix = protocolFromText(name.substr(0, name.find('-')));
  if (byPrefix != Protocol::Auto && byPrefix != Protocol::Udp) return byPrefix;
  return wellKnownTcp(port) ? Protocol::Tcp : Protocol::Auto;
}

bool isHttp2(Protocol protocol) {
  return protocol == Protocol::Http2 || protocol == Protocol::Grpc || protocol == Protocol::GrpcWeb;
}

bool isHttp(Protocol protocol) {
  return protocol == Protocol::Http || protocol == Protocol::HttpProxy || isHttp2(protocol);
}

bool isTls(Protocol protocol) {
  return protocol == Protocol::Https || protocol == Protocol::Tls;
}

Wire wireOf(Protocol protocol) {
  if (isHttp(protocol)) return Wire::Http;
  if (protocol == Protocol::Auto) return Wire::Auto;
  return protocol == Protocol::Udp ? Wire::None : Wire::Tcp;
}

std::string_view protocolName(Protocol protocol) {
  for (const Row& row : kRows) {
    if (row.protocol == protocol) return row.text;
  }
  return "auto";
}

}  // namespace varka::pilot
