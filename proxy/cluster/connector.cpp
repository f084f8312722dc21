#include "proxy/cluster/connector.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/log.h"
#include "proxy/dns/dns_server.h"
#include "proxy/net/socket.h"

namespace varka::proxy {

std::string TlsChoice::key() const {
  if (!config) return {};
  std::string key = std::to_string(reinterpret_cast<std::uintptr_t>(config.get())) + "/" + sni;
  for (const auto& name : alpn) key += "," + name;
  return key;
}

void Connector::setHop(std::string directory, std::string ownIp) {
  hopDirectory_ = std::move(directory);
  ownIp_ = std::move(ownIp);
}

std::string Connector::hopSocket(const Address& address) const {
  if (hopDirectory_.empty() || !address.isIp()) return {};
  std::string path = hopDirectory_ + "/" + address.ip() + ".sock";
  return ::access(path.c_str(), F_OK) == 0 ? path : std::string();
}

Result<std::unique_ptr<Transform>> Connector::makeTransform(const ConnectTarget& target) {
  if (!target.tls.config) return std::unique_ptr<Transform>();
  auto context = contexts_.get(TlsContext::Side::Client, target.tls.config);
  if (!context) return tl::unexpected(context.error());
  TlsOptions options;
  options.alpn = target.tls.alpn;
  options.sni = target.tls.sni;
  options.config = target.tls.config;
  options.destination = target.address.text() + "/" + target.tls.sni;
  auto transform = TlsTransform::make(*context, std::move(options));
  if (!transform) return tl::unexpected(transform.error());
  return std::unique_ptr<Transform>(std::move(*transform));
}

Result<std::unique_ptr<Connection>> Connector::connect(const ConnectTarget& target) {
  auto transform = makeTransform(target);
  if (!transform) return tl::unexpected(transform.error());
  const Duration timeout =
      target.cluster ? target.cluster->connectTimeout : Duration(std::chrono::seconds(5));
  const auto* bind = target.cluster && target.cluster->upstreamBindConfig &&
                             target.cluster->upstreamBindConfig->sourceAddress
                         ? &*target.cluster->upstreamBindConfig->sourceAddress
                         : nullptr;
  if (podSockets_ && bind && target.address.isIp()) {
    // Into the pod: a socket that was made there, bound so that the pod's capture rules leave it alone.
    auto connection = Connection::connectLater(loop_, target.address, timeout, std::move(*transform));
    connection->setHandshakeTimeout(timeout);
    const auto source = Address::fromIp(bind->address, 0);
    const auto connect = [source](Connection& to, UniqueFd fd) {
      if (fd && source && source->family() == to.peer().family()) {
        if (const auto bound = bindSource(fd.get(), *source); !bound)
          log::warn("upstream", bound.error().message);
      }
      to.provideSocket(std::move(fd));
    };
    UniqueFd fd = podSockets_->take(target.address.family(), loop_,
                                    [alive = connection->alive(), connect](UniqueFd late) {
                                      if (const auto still = alive.lock()) connect(**still, std::move(late));
                                    });
    if (fd) connect(*connection, std::move(fd));
    return connection;
  }
  ConnectTarget actual = target;
  if (!bind && target.address.family() == AF_INET && target.address.ip() == kHostVip) {
    // The host's own loopback, which a pod cannot name otherwise.
    actual.address = *Address::fromIp("127.0.0.1", target.address.port());
  }
  if (const std::string hop = bind ? std::string() : hopSocket(target.address); !hop.empty()) {
    auto fd = makeSocket(AF_UNIX);
    if (!fd) return tl::unexpected(fd.error());
    auto connection =
        Connection::connect(loop_, std::move(*fd), Address::unixSocket(hop), timeout, std::move(*transform));
    connection->setHandshakeTimeout(timeout);
    const auto own = Address::fromIp(ownIp_.empty() ? "127.0.0.1" : ownIp_, 0);
    connection->setPreamble(proxyHeaderV2(own ? *own : target.address, target.address));
    return connection;
  }
  auto fd = makeSocket(actual.address.family());
  if (!fd) return tl::unexpected(fd.error());
  if (bind) {
    const auto source = Address::fromIp(bind->address, 0);
    if (source && source->family() == actual.address.family())
      if (const auto bound = bindSource(fd->get(), *source); !bound) return tl::unexpected(bound.error());
  }
  if (target.cluster && target.cluster->tcpKeepalive) {
    const auto& keep = *target.cluster->tcpKeepalive;
    setKeepAlive(fd->get(), static_cast<int>(keep.keepaliveProbes), static_cast<int>(keep.keepaliveTime),
                 static_cast<int>(keep.keepaliveInterval));
  }
  auto connection =
      Connection::connect(loop_, std::move(*fd), actual.address, timeout, std::move(*transform));
  connection->setHandshakeTimeout(timeout);
  return connection;
}

std::string proxyHeaderV2(const Address& source, const Address& destination) {
  static constexpr char kSignature[] = "\r\n\r\n\0\r\nQUIT\n";
  const bool v4 = destination.family() == AF_INET;
  const std::size_t ipSize = v4 ? 4 : 16;
  std::string out(kSignature, 12);
  out += '\x21';  // version 2, PROXY
  out += v4 ? '\x11' : '\x21';
  const std::size_t length = 2 * ipSize + 4;
  out += static_cast<char>(length >> 8);
  out += static_cast<char>(length & 0xff);
  const auto appendIp = [&](const Address& address) {
    std::array<std::uint8_t, 16> bytes{};
    if (address.family() == destination.family()) bytes = address.ipBytes();
    out.append(reinterpret_cast<const char*>(bytes.data()), ipSize);
  };
  const auto appendPort = [&](std::uint16_t port) {
    out += static_cast<char>(port >> 8);
    out += static_cast<char>(port & 0xff);
  };
  appendIp(source);
  appendIp(destination);
  appendPort(source.port());
  appendPort(destination.port());
  return out;
}

}  // namespace varka::proxy
