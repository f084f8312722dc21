// envoy.filters.http.fault: delays and aborts a share of the requests. Istio configures it per route.

#include "proxy/filter/factories.h"
#include "proxy/http/http_config.h"

namespace varka::proxy {
namespace {

constexpr std::string_view kFaultName = "envoy.filters.http.fault";

class FaultFilter final : public HttpFilter {
 public:
  FaultFilter(FilterHost& host, const xds::HttpFault& fault)
      : host_(host), fault_(fault), timer_([this] { afterDelay(); }) {}

  FilterStatus decodeHead(RequestHead&, bool) override {
    WorkerContext& worker = host_.worker();
    if (fault_.delay && fault_.delay->fixedDelay > Duration::zero() &&
        fault_.delay->percentage.hits(worker.random())) {
      StreamState& state = host_.state();
      state.info.flags.set(ResponseFlag::DelayInjected);
      host_.httpConfig().stats->faultDelaysInjected.add();
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(fault_.delay->fixedDelay).count();
      state.step("fault", "delay", std::to_string(ms) + " ms");
      timer_.arm(worker.loop, fault_.delay->fixedDelay);
      return FilterStatus::Stop;
    }
    return tryAbort() ? FilterStatus::Stop : FilterStatus::Continue;
  }

  void onDestroy() override { timer_.disarm(); }

 private:
  void afterDelay() {
    if (!tryAbort()) host_.continueRequest();
  }

  bool tryAbort() {
    if (!fault_.abort || !fault_.abort->percentage.hits(host_.worker().random())) return false;
    StreamState& state = host_.state();
    state.info.flags.set(ResponseFlag::FaultInjected);
    host_.httpConfig().stats->faultAbortsInjected.add();
    LocalReply reply;
    reply.body = "fault filter abort";
    reply.details = "fault_filter_abort";
    reply.origin = "fault";
    if (fault_.abort->grpcStatus) {
      reply.status = 200;
      reply.headers = {{"content-type", "application/grpc"},
                       {"grpc-status", std::to_string(*fault_.abort->grpcStatus)},
                       {"grpc-message", reply.body}};
      reply.body.clear();
    } else {
      reply.status = static_cast<int>(fault_.abort->httpStatus);
    }
    state.step("fault", "abort", std::to_string(reply.status));
    host_.reply(std::move(reply));
    return true;
  }

  FilterHost& host_;
  const xds::HttpFault& fault_;
  Timer timer_;
};

class FaultFactory final : public FilterFactory {
 public:
  explicit FaultFactory(xds::HttpFault fault) : fault_(std::move(fault)) {}

  std::unique_ptr<HttpFilter> make(FilterHost& host) const override {
    const xds::HttpFault* fault = &fault_;
    if (const auto* perRoute = host.perRoute(kFaultName))
      if (const auto* own = std::get_if<xds::HttpFault>(perRoute)) fault = own;
    if (!fault->delay && !fault->abort) return nullptr;
    return std::make_unique<FaultFilter>(host, *fault);
  }

 private:
  xds::HttpFault fault_;
};

}  // namespace

std::unique_ptr<FilterFactory> makeFault(const xds::HttpFault& config) {
  return std::make_unique<FaultFactory>(config);
}

}  // namespace varka::proxy
