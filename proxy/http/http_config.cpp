#include "proxy/http/http_config.h"

namespace varka::proxy {

Result<std::shared_ptr<const HttpConfig>> HttpConfig::make(ChainPtr chain, WorkerContext& worker) {
  auto made = std::make_shared<HttpConfig>();
  made->config = chain->http;
  made->chain = std::move(chain);
  const auto& config = *made->config;
  for (const auto& filter : config.httpFilters) {
    if (const auto* router = std::get_if<xds::Router>(&filter.typedConfig))
      made->suppressEnvoyHeaders = router->suppressEnvoyHeaders;
    if (std::holds_alternative<xds::IstioMetadataExchange>(filter.typedConfig))
      made->exchangesMetadata = true;
    if (filter.disabled) continue;
    if (auto factory = makeFilterFactory(filter)) made->filters.push_back(std::move(factory));
  }
  auto log = AccessLogger::compile(config.accessLog);
  if (!log) return tl::unexpected(log.error().in("access log of " + made->chain->name));
  made->accessLog = std::move(*log);
  made->stats = &worker.stats.http(config.statPrefix.empty() ? "http" : config.statPrefix);
  made->serverName = config.serverName.empty() ? "envoy" : config.serverName;
  made->limits.headBytes = std::size_t{config.maxRequestHeadersKb} * 1024;
  if (const auto& count = config.commonHttpProtocolOptions.maxHeadersCount) made->limits.fields = *count;
  return std::shared_ptr<const HttpConfig>(std::move(made));
}

}  // namespace varka::proxy
