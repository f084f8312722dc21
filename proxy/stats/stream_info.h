#pragma once
// StreamInfo: everything known about one finished (or running) request or connection. The data path fills it; access
// log, counters, records and %OPERATORS% read it. Views must outlive the call that reads them. One worker thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/xds/value.h"
#include "proxy/http/headers.h"

namespace varka::proxy {

/// Envoy's response flags, as bits.
enum class ResponseFlag : std::uint32_t {
  FailedLocalHealthCheck, NoHealthyUpstream, UpstreamRequestTimeout, LocalReset, UpstreamRemoteReset,
  UpstreamConnectionFailure, UpstreamConnectionTermination, UpstreamOverflow, NoRouteFound, DelayInjected, FaultInjected,
  RateLimited, UnauthorizedExternalService, RateLimitServiceError, DownstreamConnectionTermination,
  UpstreamRetryLimitExceeded, StreamIdleTimeout, InvalidEnvoyRequestHeaders, DownstreamProtocolError,
  UpstreamMaxStreamDurationReached, UpstreamProtocolError, NoClusterFound, OverloadManager, DurationTimeout,
  NoFilterConfigFound, DownstreamRemoteReset, kCount
};

class ResponseFlags {
 public:
  void set(ResponseFlag flag) { bits_ |= 1u << static_cast<unsigned>(flag); }
  [[nodiscard]] bool has(ResponseFlag flag) const { return (bits_ >> static_cast<unsigned>(flag)) & 1u; }
  [[nodiscard]] bool any() const { return bits_ != 0; }
  void clear() { bits_ = 0; }
  /// "UF,URX", "-" when none is set (as %RESPONSE_FLAGS% prints it).
  void appendTo(std::string& out) const;
  [[nodiscard]] std::string text() const;  // "" when none
  /// "UF" → flag bit present? For access log filters.
  [[nodiscard]] bool hasNamed(std::string_view shortName) const;

 private:
  std::uint32_t bits_ = 0;
};

struct StreamInfo {
  bool tcp = false;
  const RequestHead* request = nullptr;    // null for TCP
  const ResponseHead* response = nullptr;  // null when none was sent
  const xds::Struct* dynamicMetadata = nullptr;

  // Times. `startUs` since the epoch; the others relative to it, -1 = did not happen.
  std::int64_t startUs = 0;
  std::int64_t durationUs = -1;           // to the last byte to the client
  std::int64_t requestReceivedUs = -1;    // last byte of the request received
  std::int64_t firstUpstreamByteUs = -1;  // first byte of the response received
  std::int64_t upstreamServiceUs = -1;    // of the last attempt: request sent to response head

  int status = 0;
  ResponseFlags flags;
  std::string_view details;                // RESPONSE_CODE_DETAILS "via_upstream"
  std::string_view terminationDetails;     // CONNECTION_TERMINATION_DETAILS
  std::string_view transportFailure;       // UPSTREAM_TRANSPORT_FAILURE_REASON
  std::uint64_t bytesReceived = 0, bytesSent = 0;  // bodies
  std::uint64_t upstreamBytesReceived = 0, upstreamBytesSent = 0;
  int attempts = 0;

  std::string_view upstreamHost, upstreamCluster, upstreamLocalAddress;
  std::string_view downstreamLocalAddress, downstreamRemoteAddress, downstreamDirectRemoteAddress;  // "ip:port"
  std::string_view sni, routeName, virtualHost, filterChain, listener;
  std::string_view downstreamPeerUri, downstreamPeerSubject, downstreamLocalUri, downstreamTlsVersion, downstreamTlsCipher;
  std::string_view upstreamPeerUri, upstreamTlsVersion;
  std::uint64_t connectionId = 0;
};

}  // namespace varka::proxy
