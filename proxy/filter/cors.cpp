// envoy.filters.http.cors: answers preflight requests and marks the responses of allowed origins. Policies
// come per route.

#include "proxy/filter/factories.h"
#include "proxy/http/http_config.h"
#include "proxy/route/matchers.h"

namespace varka::proxy {
namespace {

constexpr std::string_view kCorsName = "envoy.filters.http.cors";

class CorsFilter final : public HttpFilter {
 public:
  CorsFilter(FilterHost& host, const xds::CorsPolicy& policy) : host_(host), policy_(policy) {}

  FilterStatus decodeHead(RequestHead& head, bool) override {
    const std::string_view origin = head.get("origin");
    if (origin.empty()) return FilterStatus::Continue;
    allowed_ = allows(origin);
    HttpStats& stats = *host_.httpConfig().stats;
    (allowed_ ? stats.corsOriginValid : stats.corsOriginInvalid).add();
    if (allowed_) origin_ = origin;
    const bool preflight = head.method == "OPTIONS" && head.has("access-control-request-method");
    if (!preflight) return FilterStatus::Continue;
    if (!allowed_) {
      if (policy_.forwardNotMatchingPreflights.value_or(true)) return FilterStatus::Continue;
      host_.reply({200, "", "cors_response", {}, "policy"});
      return FilterStatus::Stop;
    }
    LocalReply reply;
    reply.status = 200;
    reply.details = "cors_response";
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) reply.headers.emplace_back(name, value);
    };
    add("access-control-allow-origin", origin_);
    add("access-control-allow-methods", policy_.allowMethods);
    add("access-control-allow-headers", policy_.allowHeaders);
    add("access-control-max-age", policy_.maxAge);
    if (policy_.allowCredentials.value_or(false)) add("access-control-allow-credentials", "true");
    host_.state().step("filter", "cors", "preflight answered");
    host_.reply(std::move(reply));
    return FilterStatus::Stop;
  }

  void encodeHead(ResponseHead& head, bool) override {
    if (!allowed_) return;
    head.set("access-control-allow-origin", origin_);
    if (policy_.allowCredentials.value_or(false)) head.set("access-control-allow-credentials", "true");
    if (!policy_.exposeHeaders.empty()) head.set("access-control-expose-headers", policy_.exposeHeaders);
  }

 private:
  bool allows(std::string_view origin) const {
    for (const auto& matcher : policy_.allowOriginStringMatch) {
      const auto compiled = CompiledString::compile(matcher);
      if (compiled && compiled->matches(origin)) return true;
      const auto* exact = std::get_if<xds::StringMatcher::Exact>(&matcher.pattern);
      if (exact && exact->value == "*") return true;
    }
    return false;
  }

  FilterHost& host_;
  const xds::CorsPolicy& policy_;
  bool allowed_ = false;
  std::string origin_;
};

class CorsFactory final : public FilterFactory {
 public:
  std::unique_ptr<HttpFilter> make(FilterHost& host) const override {
    const auto* perRoute = host.perRoute(kCorsName);
    const auto* policy = perRoute ? std::get_if<xds::CorsPolicy>(perRoute) : nullptr;
    if (!policy) return nullptr;
    if (policy->filterEnabled && !policy->filterEnabled->defaultValue.hits(host.worker().random()))
      return nullptr;
    return std::make_unique<CorsFilter>(host, *policy);
  }
};

}  // namespace

std::unique_ptr<FilterFactory> makeCors() {
  return std::make_unique<CorsFactory>();
}

}  // namespace varka::proxy
