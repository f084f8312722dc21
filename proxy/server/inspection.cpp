#include "proxy/server/inspection.h"

#include <sys/socket.h>

#include <cerrno>

#include "proxy/net/socket.h"
#include "proxy/tcp/client_hello.h"
#include "proxy/tcp/http_sniffer.h"
#include "proxy/tcp/proxy_header.h"

namespace varka::proxy {
namespace {
constexpr std::size_t kMostInspectedBytes = 64 * 1024;
constexpr auto kDefaultTimeout = std::chrono::seconds(15);
}  // namespace

Inspection::Inspection(EventLoop& loop, Accepted accepted, Find find, Done done)
    : loop_(loop),
      accepted_(std::move(accepted)),
      find_(std::move(find)),
      done_(std::move(done)),
      timer_([this] { timeout(); }) {}

Inspection::~Inspection() {
  if (registered_) loop_.remove(accepted_.fd.get(), this);
}

void Inspection::start() {
  wantsProxyHeader_ = accepted_.viaHop;
  if (!accepted_.viaHop) {
    accepted_.query.destination = Address::localOf(accepted_.fd.get());
    for (const auto& filter : accepted_.listener->config->listenerFilters)
      wantsProxyHeader_ = wantsProxyHeader_ || std::holds_alternative<xds::ProxyProtocol>(filter.typedConfig);
  }
  step();
}

void Inspection::destination() {
  located_ = true;
  const xds::Listener& config = *accepted_.listener->config;
  if (!accepted_.viaHop) {
    bool original = config.useOriginalDst;
    for (const auto& filter : config.listenerFilters)
      original = original || std::holds_alternative<xds::OriginalDst>(filter.typedConfig);
    if (original)
      if (const auto address = originalDestination(accepted_.fd.get()))
        accepted_.query.destination = *address;
  }
  if (config.useOriginalDst || accepted_.viaHop)
    accepted_.listener = find_(accepted_.query.destination, accepted_.viaHop, accepted_.listener);
  planInspectors();
}

void Inspection::planInspectors() {
  const auto port = accepted_.query.destination.port();
  for (const auto& filter : accepted_.listener->config->listenerFilters) {
    if (filter.filterDisabled && filter.filterDisabled->matches(port)) continue;
    wantsTls_ = wantsTls_ || std::holds_alternative<xds::TlsInspector>(filter.typedConfig);
    wantsHttp_ = wantsHttp_ || std::holds_alternative<xds::HttpInspector>(filter.typedConfig);
  }
}

/// True when nothing more is needed; `accepted_` false through finish() on a bad start.
bool Inspection::inspect() {
  if (wantsProxyHeader_) {
    const ProxyHeader header = readProxyHeader(accepted_.bytes);
    if (header.state == ProxyHeader::State::NeedMore) return false;
    bool optional = false;
    for (const auto& filter : accepted_.listener->config->listenerFilters)
      if (const auto* proxy = std::get_if<xds::ProxyProtocol>(&filter.typedConfig))
        optional = !accepted_.viaHop && proxy->allowRequestsWithoutProxyProtocol;
    if (header.state == ProxyHeader::State::Bad || (header.state == ProxyHeader::State::None && !optional)) {
      finish(false);
      return false;
    }
    wantsProxyHeader_ = false;
    accepted_.bytes.erase(0, header.size);
    if (!header.source.isUnspecified()) {
      accepted_.query.source = header.source;
      accepted_.query.destination = header.destination;
    }
  }
  if (!located_) destination();
  if (wantsTls_) {
    ClientHello hello = readClientHello(accepted_.bytes);
    if (hello.state == ClientHello::State::NeedMore) return false;
    wantsTls_ = false;
    if (hello.state == ClientHello::State::Complete) {
      accepted_.query.transport = "tls";
      accepted_.query.serverName = std::move(hello.serverName);
      accepted_.query.applicationProtocols = std::move(hello.alpn);
      wantsHttp_ = false;
    }
  }
  if (wantsHttp_) {
    const Sniffed sniffed = sniffHttp(accepted_.bytes);
    if (sniffed == Sniffed::NeedMore) return false;
    wantsHttp_ = false;
    if (sniffed == Sniffed::Http10) accepted_.query.applicationProtocols = {"http/1.0"};
    if (sniffed == Sniffed::Http11) accepted_.query.applicationProtocols = {"http/1.1"};
    if (sniffed == Sniffed::Http2) accepted_.query.applicationProtocols = {"h2c"};
  }
  return true;
}

void Inspection::step() {
  const bool complete = inspect();
  if (ended_) return;
  if (complete) {
    finish(true);
    return;
  }
  if (accepted_.bytes.size() > kMostInspectedBytes) {
    finish(false);
    return;
  }
  if (registered_) return;
  loop_.add(accepted_.fd.get(), true, false, this);
  registered_ = true;
  const Duration limit = accepted_.listener->config->listenerFiltersTimeout.value_or(kDefaultTimeout);
  if (limit > Duration::zero()) timer_.arm(loop_, limit);
}

void Inspection::onIo(IoEvents) {
  const ssize_t got = ::recv(accepted_.fd.get(), loop_.readBuffer(), EventLoop::kReadBuffer, 0);
  if (got > 0) {
    accepted_.bytes.append(loop_.readBuffer(), static_cast<std::size_t>(got));
    step();
    return;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // Half a sentence and then silence: what is there is all there will be.
  const bool useful = got == 0 && !wantsProxyHeader_ && !accepted_.bytes.empty();
  finish(useful);
}

void Inspection::timeout() {
  finish(!wantsProxyHeader_ && accepted_.listener->config->continueOnListenerFiltersTimeout);
}

void Inspection::finish(bool ok) {
  if (ended_) return;
  ended_ = true;
  timer_.disarm();
  if (registered_) loop_.remove(accepted_.fd.get(), this);
  registered_ = false;
  if (ok && !located_) destination();
  done_(*this, ok);
}

}  // namespace varka::proxy
