#pragma once
// The HTTP filter interface: one object per stream and filter, made by the compiled form of the filter's
// configuration. A filter may change heads, hold the request (Stop, later continueRequest()), or answer
// itself (reply()). The last one is the router. To add one: a file here with the filter and its factory, and
// a row in factories.cpp.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/xds/hcm.h"
#include "proxy/http/headers.h"
#include "proxy/http/upstream.h"
#include "proxy/net/address.h"
#include "proxy/route/compiled_routes.h"
#include "proxy/stats/stream_info.h"

namespace varka::proxy {

struct WorkerContext;
struct HttpConfig;
struct TlsInfo;
struct ConnectionFacts;

struct LocalReply {
  int status = 500;
  std::string body;
  std::string details;  // RESPONSE_CODE_DETAILS
  std::vector<std::pair<std::string, std::string>> headers;
  std::string origin;  // RequestRecord::origin: "fault", "policy", "noroute", "network", …
};

/// Everything the stream knows that outlives single callbacks; filters write what they find out.
struct StreamState {
  StreamInfo info;
  std::string details, transportFailure, terminationDetails;
  std::string upstreamHost, upstreamCluster, upstreamLocalAddress, upstreamPeerUri, upstreamTlsVersion,
      upstreamWorkload;
  std::string requestId, traceId, spanId, parentSpanId;
  std::string remoteAddress;  // the trusted client address, "ip:port"
  std::string peerId;         // x-envoy-peer-metadata-id of the other sidecar
  std::string origin;
  xds::Struct dynamicMetadata;
  std::vector<std::string> alpnOverride;  // istio.alpn
  std::vector<xds::DecisionStep> steps;
  int sampledOneOf = 0;  // 0 = no record, so no steps either
  bool originalTlsUpstream = false;
  std::int64_t connectUs = -1;

  [[nodiscard]] bool wantsSteps() const { return sampledOneOf > 0; }
  void step(std::string kind, std::string name, std::string detail, std::string_view source = {},
            bool taken = true) {
    if (wantsSteps())
      steps.push_back({std::move(kind), taken, std::move(name), std::move(detail), std::string(source)});
  }
};

/// The stream, as filters see it.
class FilterHost {
 public:
  virtual WorkerContext& worker() = 0;
  virtual const HttpConfig& httpConfig() const = 0;
  virtual const ConnectionFacts& connection() const = 0;
  virtual StreamState& state() = 0;
  virtual RequestHead& request() = 0;
  /// The route of this request; found once, again after clearRoute().
  virtual const RouteDecision& route() = 0;
  virtual const CompiledRoutes* routes() = 0;
  virtual void clearRoute() = 0;
  /// Per-route configuration of a filter, the most specific one; null = none.
  virtual const xds::PerRouteConfig* perRoute(std::string_view filterName) = 0;
  virtual void continueRequest() = 0;
  virtual void reply(LocalReply reply) = 0;

  // The router's side: the response, and pressure both ways.
  virtual ResponseHead& response() = 0;
  virtual void respondHead(bool end) = 0;
  virtual void respondBody(std::string_view data, bool end) = 0;
  /// After respondHead(): the rest will not come.
  virtual void abortResponse() = 0;
  virtual bool responseStarted() const = 0;
  virtual bool downstreamFull() const = 0;
  virtual void pauseRequest() = 0;
  virtual void resumeRequest() = 0;

 protected:
  ~FilterHost() = default;
};

enum class FilterStatus { Continue, Stop };

class HttpFilter {
 public:
  virtual ~HttpFilter() = default;
  virtual FilterStatus decodeHead(RequestHead&, bool /*end*/) { return FilterStatus::Continue; }
  /// Only the terminal filter sees bodies.
  virtual void decodeBody(std::string_view, bool /*end*/) {}
  virtual void encodeHead(ResponseHead&, bool /*end*/) {}
  virtual void onDownstreamDrained() {}
  /// The stream is over, perhaps early: stop timers, let go of others.
  virtual void onDestroy() {}
};

class FilterFactory {
 public:
  virtual ~FilterFactory() = default;
  /// Null when this request does not need the filter.
  virtual std::unique_ptr<HttpFilter> make(FilterHost& host) const = 0;
};

/// The compiled form of a configured filter; null when it has nothing to do (built in, or disabled).
std::unique_ptr<FilterFactory> makeFilterFactory(const xds::HttpFilter& config);

}  // namespace varka::proxy
