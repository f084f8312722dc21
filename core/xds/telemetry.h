#pragma once
// What a proxy tells the control plane about traffic: values and their line form on the telemetry socket. Both ends use
// it. The socket is AF_UNIX SOCK_STREAM; one JSON object a line, at most 64 KiB; first line {"hello":{…}} with the node.
// Counters are exact; requests are sampled under flood (`sampledOneOf`), drops are counted.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace varka::xds {

/// One step of the decision, in order. `taken=false` for what was considered and skipped, `detail` says why.
struct DecisionStep {
  std::string kind;    // listener | chain | filter | vhost | route | weight | cluster | endpoint | attempt | mtls | fault | rbac | reply
  bool taken = true;
  std::string name;    // the resource's name: "0.0.0.0_9080", "default/reviews#1", "outbound|9080|v2|reviews…"
  std::string detail;  // one sentence for people
  std::string source;  // "file:line" of the configuration that decided, from the resource's metadata; may be empty
};

enum class RecordKind { Http, Tcp };

/// One finished request (or TCP connection) at one proxy. Times in microseconds.
struct RequestRecord {
  RecordKind kind = RecordKind::Http;
  std::string id;           // x-request-id
  std::string traceId;      // 32 hex
  std::string spanId;       // 16 hex
  std::string parentSpanId;
  std::int64_t startUs = 0;  // since the epoch
  std::int64_t durationUs = 0;
  std::int64_t firstByteUs = -1;      // to the first response byte, -1 none
  std::int64_t connectUs = -1;        // of the last attempt, -1 for a pooled connection
  std::string side;         // "outbound" (client's sidecar), "inbound" (server's), "gateway"
  std::string workload;     // reporting pod
  std::string peer;         // SPIFFE id or address of the other side
  std::string peerWorkload; // upstream pod for outbound (from endpoint metadata), downstream pod for inbound, if known
  std::string method, scheme, authority, path, protocol;  // protocol "HTTP/1.1", "HTTP/2", "TCP"
  std::string userAgent;
  int status = 0;           // 0 = none
  std::string flags;        // Envoy's response flags "UF,URX", "" = none
  std::string details;      // Envoy's RESPONSE_CODE_DETAILS
  std::string routeName, clusterName, virtualHost, listener, filterChain, upstreamHost;
  bool mtls = false;        // on the hop between sidecars
  std::string tlsVersion;
  int attempts = 1;
  std::uint64_t bytesReceived = 0, bytesSent = 0;
  /// Who made a non-2xx answer: "app" "policy" "fault" "network" "tls" "noroute" "overload"; "" for success.
  std::string origin;
  std::vector<DecisionStep> steps;
  std::vector<std::pair<std::string, std::string>> requestHeaders;   // a bounded set, secrets redacted
  std::vector<std::pair<std::string, std::string>> responseHeaders;
};

/// Exact counters since the last report, by edge. Latency as a histogram with fixed bounds (kLatencyBoundsMs).
struct EdgeCounters {
  /// peerWorkload: the pod on the other side; where only its address is known (plaintext), that, without the port.
  std::string side, cluster, peerWorkload, protocol;
  bool mtls = false;
  std::uint64_t requests = 0, errors5xx = 0, errors4xx = 0, status2xx = 0, status3xx = 0, noResponse = 0;
  std::uint64_t faults = 0, denied = 0, retries = 0;
  std::uint64_t tcpOpened = 0, tcpClosed = 0, bytesReceived = 0, bytesSent = 0;
  std::vector<std::uint64_t> latency;  // one more than bounds: the last is +inf
};
inline constexpr double kLatencyBoundsMs[] = {0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000};

struct TelemetryHello {
  std::string node;  // "sidecar~IP~POD.NS~NS.svc.cluster.local"
  std::int64_t pid = 0;
};

/// One line of the socket.
struct TelemetryMessage {
  enum class Kind { Hello, Request, Counters } kind = Kind::Request;
  TelemetryHello hello;
  RequestRecord request;
  int sampledOneOf = 1;
  std::vector<EdgeCounters> counters;
  std::uint64_t dropped = 0;
};

/// Appends one line with its '\n'. Never throws; invalid UTF-8 is replaced.
void appendLine(const TelemetryMessage& message, std::string& out);
void appendRequestLine(const RequestRecord& record, int sampledOneOf, std::string& out);
Result<TelemetryMessage> parseTelemetryLine(std::string_view line);
/// The record alone as JSON and back (history, `varka explain --request -o json`).
std::string toJson(const RequestRecord& record);
Result<RequestRecord> requestFromJson(std::string_view json);

}  // namespace varka::xds
