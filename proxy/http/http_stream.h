#pragma once
// HttpStream: one request through one connection manager: route, filters, router, response, and at the end
// exactly one result (access log, counters, record), however early it ends. Owned by its codec until
// finished(). Worker thread.

#include <memory>
#include <string>
#include <vector>

#include "proxy/http/downstream.h"
#include "proxy/http/http_config.h"
#include "proxy/net/recycled.h"

namespace varka::proxy {

class HttpStream final : public RequestEvents,
                         public FilterHost,
                         public Deferred,
                         public Recycled<HttpStream> {
 public:
  static constexpr std::size_t kHeldBody = 64 * 1024;

  HttpStream(WorkerContext& worker, std::shared_ptr<const HttpConfig> config,
             const ConnectionFacts& connection, DownstreamStream& downstream);
  ~HttpStream() override;

  RequestHead& head() { return request_; }
  [[nodiscard]] bool requestEnded() const { return requestEnded_; }

  // RequestEvents
  void onRequestHead(bool end) override;
  void onRequestBody(std::string_view data, bool end) override;
  void onRequestProblem(const H1Problem& problem) override;
  void onClientGone() override;
  void onDownstreamDrained() override;

  // FilterHost
  WorkerContext& worker() override { return worker_; }
  const HttpConfig& httpConfig() const override { return *config_; }
  const ConnectionFacts& connection() const override { return connection_; }
  StreamState& state() override { return state_; }
  RequestHead& request() override { return request_; }
  const RouteDecision& route() override;
  const CompiledRoutes* routes() override;
  void clearRoute() override { decided_ = false; }
  const xds::PerRouteConfig* perRoute(std::string_view filterName) override;
  void continueRequest() override;
  void reply(LocalReply reply) override;
  ResponseHead& response() override { return response_; }
  void respondHead(bool end) override;
  void respondBody(std::string_view data, bool end) override;
  void abortResponse() override;
  bool responseStarted() const override { return responseStarted_; }
  bool downstreamFull() const override { return downstream_.aboveHighWatermark(); }
  void pauseRequest() override { downstream_.pauseRequest(kPauseUpstreamFull); }
  void resumeRequest() override { downstream_.resumeRequest(kPauseUpstreamFull); }

 private:
  bool acceptRequest(bool end);
  void checkUpgrade();
  void makeFilters();
  void runFilters();
  void passBody();
  void finishHead(bool end);
  void armIdleTimer();
  void onIdle();
  void finish();
  void destroyFilters();
  void writeResult();
  [[nodiscard]] std::int64_t sinceStartUs() const;

  WorkerContext& worker_;
  std::shared_ptr<const HttpConfig> config_;
  const ConnectionFacts& connection_;
  DownstreamStream& downstream_;
  RuntimeConfigPtr snapshot_;  // the request keeps the configuration it started with
  std::shared_ptr<const CompiledRoutes> routes_;
  RouteDecision decision_;
  RequestHead request_;
  ResponseHead response_;
  StreamState state_;
  std::vector<std::unique_ptr<HttpFilter>> filters_;
  std::size_t next_ = 0;  // the filter that sees the request head next
  std::string heldBody_;  // while a filter holds the request
  TimePoint started_, lastActivity_;
  Timer idleTimer_;
  bool routesFound_ = false, decided_ = false, headEnd_ = false;
  bool requestEnded_ = false, responseStarted_ = false, responseEnded_ = false, finished_ = false,
       resultWritten_ = false;
  bool running_ = false, replying_ = false;
};

/// Fills and writes what a finished stream leaves behind. Called once per stream.
void writeStreamResult(WorkerContext& worker, const HttpConfig& config, const ConnectionFacts& connection,
                       StreamState& state, const RouteDecision* decision);

/// The same for a TCP connection.
void writeTcpResult(WorkerContext& worker, const AccessLogger& log, const ConnectionFacts& connection,
                    StreamState& state);

}  // namespace varka::proxy
