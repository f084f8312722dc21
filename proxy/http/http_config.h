#pragma once
// HttpConfig: a connection manager made ready for one worker. ConnectionFacts: what is known of one client
// connection.

#include <memory>
#include <string>
#include <vector>

#include "proxy/filter/filter.h"
#include "proxy/http/h1_head.h"
#include "proxy/server/worker_context.h"
#include "proxy/tls/peer.h"

namespace varka::proxy {

class TlsTransform;

struct HttpConfig {
  ChainPtr chain;  // keeps `config` alive
  const xds::HttpConnectionManager* config = nullptr;
  std::vector<std::unique_ptr<FilterFactory>> filters;  // without the router
  AccessLogger accessLog;
  HttpStats* stats = nullptr;
  H1Limits limits;
  std::string serverName;
  bool suppressEnvoyHeaders = false;
  bool exchangesMetadata = false;

  static Result<std::shared_ptr<const HttpConfig>> make(ChainPtr chain, WorkerContext& worker);
};

struct ConnectionFacts {
  ListenerPtr listener;
  ChainPtr chain;
  std::uint64_t id = 0;
  Address remote;  // who connected (or whom the PROXY header names)
  Address local;   // the original destination
  std::string remoteText, localText;
  std::string sni;
  const TlsInfo* tls = nullptr;             // null = plain
  const TlsTransform* transform = nullptr;  // for the PEM of XFCC
  std::string side;                         // "inbound", "outbound", "gateway", ""
};

/// Path normalisation of the connection manager (RFC 3986 §6.2.2.3, merge_slashes, escaped slashes).
enum class PathVerdict { Fine, Reject, Redirect };
PathVerdict normalizePath(const xds::HttpConnectionManager& config, RequestHead& head);

/// What the connection manager does to the request's fields before routing: forwarding fields, request id,
/// trace context, client certificate, clean-up of what only trusted peers may say.
void prepareRequest(const HttpConfig& config, const ConnectionFacts& connection, WorkerContext& worker,
                    RequestHead& head, StreamState& state);

}  // namespace varka::proxy
