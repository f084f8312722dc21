#include <algorithm>
#include <array>

#include "proxy/http/http_config.h"
#include "proxy/tls/tls_transform.h"

namespace varka::proxy {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void appendHex(std::string& out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 15];
}

std::string uuid(WorkerContext& worker) {  // RFC 9562 version 4
  const std::uint64_t a = worker.random();
  const std::uint64_t b = worker.random();
  std::string out;
  out.reserve(36);
  appendHex(out, a >> 32, 8);
  out += '-';
  appendHex(out, (a >> 16) & 0xffff, 4);
  out += '-';
  appendHex(out, (a & 0x0fff) | 0x4000, 4);
  out += '-';
  appendHex(out, ((b >> 48) & 0x3fff) | 0x8000, 4);
  out += '-';
  appendHex(out, b & 0xffffffffffff, 12);
  return out;
}

bool inRange(const Address& address, const xds::CidrRange& range) {
  const auto prefix = Address::fromIp(range.addressPrefix, 0);
  if (!prefix || prefix->family() != address.family()) return false;
  std::uint32_t bits = range.prefixLen;
  for (std::size_t i = 0; bits > 0 && i < 16; ++i) {
    const std::uint32_t take = std::min(bits, 8u);
    const int mask = 0xff << (8 - take) & 0xff;
    if ((address.ipBytes()[i] & mask) != (prefix->ipBytes()[i] & mask)) return false;
    bits -= take;
  }
  return true;
}

bool isPrivate(const Address& address) {
  if (address.isLoopback()) return true;
  const auto& ip = address.ipBytes();
  if (address.family() == AF_INET)
    return ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xf0) == 16) || (ip[0] == 192 && ip[1] == 168);
  return address.family() == AF_INET6 && (ip[0] & 0xfe) == 0xfc;
}

bool isInternal(const xds::HttpConnectionManager& config, const Address& address) {
  if (!config.internalAddressConfig) return isPrivate(address);
  if (address.isUnix()) return config.internalAddressConfig->unixSockets;
  const auto& ranges = config.internalAddressConfig->cidrRanges;
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& range) { return inRange(address, range); });
}

/// What only peers inside may say (Envoy: http_conn_man/headers).
bool isPrivilegedHeader(std::string_view name) {
  static constexpr std::string_view kNames[] = {"x-envoy-attempt-count",
                                                "x-envoy-decorator-operation",
                                                "x-envoy-downstream-service-cluster",
                                                "x-envoy-downstream-service-node",
                                                "x-envoy-expected-rq-timeout-ms",
                                                "x-envoy-force-trace",
                                                "x-envoy-hedge-on-per-try-timeout",
                                                "x-envoy-internal",
                                                "x-envoy-ip-tags",
                                                "x-envoy-is-timeout-retry",
                                                "x-envoy-max-retries",
                                                "x-envoy-original-path",
                                                "x-envoy-original-url",
                                                "x-envoy-retriable-header-names",
                                                "x-envoy-retriable-status-codes",
                                                "x-envoy-retry-grpc-on",
                                                "x-envoy-retry-on",
                                                "x-envoy-upstream-alt-stat-name",
                                                "x-envoy-upstream-rq-per-try-timeout-ms",
                                                "x-envoy-upstream-rq-timeout-alt-response",
                                                "x-envoy-upstream-rq-timeout-ms",
                                                "x-envoy-upstream-stream-duration-ms"};
  return name.starts_with("x-envoy-") &&
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::string_view lastItem(std::string_view list, std::uint32_t fromEnd) {
  for (;;) {
    const auto comma = list.rfind(',');
    std::string_view item = comma == std::string_view::npos ? list : list.substr(comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (fromEnd == 0) return item;
    if (comma == std::string_view::npos) return {};
    --fromEnd;
    list = list.substr(0, comma);
  }
}

struct Origin {
  bool internal = false;
  bool edge = false;
};

/// x-forwarded-for, x-forwarded-proto and who the client is taken to be.
Origin forwarding(const HttpConfig& config, const ConnectionFacts& connection, RequestHead& head,
                  StreamState& state) {
  const auto& manager = *config.config;
  const std::string_view forwarded = head.get("x-forwarded-for");
  Origin origin;
  Address client = connection.remote;
  if (manager.useRemoteAddress) {
    if (manager.xffNumTrustedHops > 0) {
      const auto trusted = Address::fromIp(lastItem(forwarded, manager.xffNumTrustedHops - 1), 0);
      if (trusted) client = *trusted;
    }
    origin.internal = forwarded.empty() && isInternal(manager, connection.remote);
    origin.edge = !isInternal(manager, connection.remote);
    if (!manager.skipXffAppend && connection.remote.isIp())
      head.append("x-forwarded-for", connection.remote.ip());
    head.set("x-forwarded-proto", connection.tls ? "https" : "http");
  } else {
    if (!forwarded.empty()) {
      const auto trusted = Address::fromIp(lastItem(forwarded, manager.xffNumTrustedHops), 0);
      if (trusted) client = *trusted;
      origin.internal =
          forwarded.find(',') == std::string_view::npos && trusted && isInternal(manager, *trusted);
    } else {
      origin.internal = isInternal(manager, connection.remote);
    }
    if (!head.has("x-forwarded-proto")) head.add("x-forwarded-proto", connection.tls ? "https" : "http");
  }
  head.scheme = head.get("x-forwarded-proto");
  if (head.scheme != "http" && head.scheme != "https") head.scheme = connection.tls ? "https" : "http";
  state.remoteAddress = client == connection.remote ? connection.remoteText : client.text();
  return origin;
}

void requestId(const HttpConfig& config, const Origin& origin, WorkerContext& worker, RequestHead& head,
               StreamState& state) {
  const auto& manager = *config.config;
  const std::string_view known = head.get("x-request-id");
  const bool keep = !known.empty() && (!origin.edge || manager.preserveExternalRequestId);
  if (keep || !manager.generateRequestId) {
    state.requestId = known;
    return;
  }
  state.requestId = uuid(worker);
  head.set("x-request-id", state.requestId);
}

bool isHexText(std::string_view text) {
  bool nonZero = false;
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    nonZero = nonZero || c != '0';
  }
  return nonZero;
}

/// W3C Trace Context: join the caller's trace or begin one; we are a span of it.
void traceContext(WorkerContext& worker, RequestHead& head, StreamState& state) {
  const std::string_view parent = head.get("traceparent");
  std::string_view flags = "01";
  if (parent.size() >= 55 && parent[2] == '-' && parent[35] == '-' && parent[52] == '-' &&
      !parent.starts_with("ff") && isHexText(parent.substr(3, 32)) && isHexText(parent.substr(36, 16))) {
    state.traceId = parent.substr(3, 32);
    state.parentSpanId = parent.substr(36, 16);
    flags = parent.substr(53, 2);
  } else {
    appendHex(state.traceId, worker.random() | 1, 16);
    appendHex(state.traceId, worker.random() | 1, 16);
  }
  appendHex(state.spanId, worker.random() | 1, 16);
  char text[55];
  char* at = text;
  const auto put = [&](std::string_view piece) { at = std::copy(piece.begin(), piece.end(), at); };
  put("00-");
  put(state.traceId);
  put("-");
  put(state.spanId);
  put("-");
  put(flags);
  head.set("traceparent", {text, sizeof text});
}

void appendEscaped(std::string& out, std::string_view pem) {  // as Envoy's URL-encoded PEM
  for (const char c : pem) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[(static_cast<unsigned char>(c) >> 4) & 15];
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
}

/// Subjects and names come from certificates: nothing in them may end a header or a quoted string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) continue;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string clientCertificate(const HttpConfig& config, const ConnectionFacts& connection) {
  const auto& details = config.config->setCurrentClientCertDetails;
  const TlsInfo& tls = *connection.tls;
  const auto clean = [](std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == ';' || c == ','; });
    return out;
  };
  std::string out;
  const auto part = [&](std::string_view key, const std::string& value) {
    if (!out.empty()) out += ';';
    out.append(key).append("=").append(value);
  };
  for (const auto& uri : tls.own.uris) part("By", clean(uri));
  part("Hash", tls.peer.sha256);
  if (details.cert || details.chain) {
    std::string pem;
    appendEscaped(pem, connection.transform->peerPem(details.chain));
    part(details.chain ? "Chain" : "Cert", "\"" + pem + "\"");
  }
  if (details.subject) part("Subject", quoted(tls.peer.subject));
  if (details.uri) {
    if (tls.peer.uris.empty()) part("URI", "");
    for (const auto& uri : tls.peer.uris) part("URI", clean(uri));
  }
  if (details.dns)
    for (const auto& dns : tls.peer.dnsNames) part("DNS", clean(dns));
  return out;
}

void forwardedClientCert(const HttpConfig& config, const ConnectionFacts& connection, RequestHead& head) {
  using Mode = xds::ForwardClientCertDetails;
  const Mode mode = config.config->forwardClientCertDetails;
  const bool mutual = connection.tls && connection.tls->peer.present;
  if (mode == Mode::AlwaysForwardOnly) return;
  if (mode == Mode::Sanitize || !mutual) {
    head.remove("x-forwarded-client-cert");
    return;
  }
  if (mode == Mode::ForwardOnly) return;
  const std::string value = clientCertificate(config, connection);
  if (mode == Mode::AppendForward)
    head.append("x-forwarded-client-cert", value);
  else
    head.set("x-forwarded-client-cert", value);
}

}  // namespace

void prepareRequest(const HttpConfig& config, const ConnectionFacts& connection, WorkerContext& worker,
                    RequestHead& head, StreamState& state) {
  const Origin origin = forwarding(config, connection, head, state);
  if (origin.edge) head.removeIf([](const Headers::Field& field) { return isPrivilegedHeader(field.name); });
  if (origin.internal)
    head.set("x-envoy-internal", "true");
  else
    head.remove("x-envoy-internal");
  requestId(config, origin, worker, head, state);
  traceContext(worker, head, state);
  forwardedClientCert(config, connection, head);
  if (!config.config->via.empty()) head.append("via", config.config->via);
}

}  // namespace varka::proxy
