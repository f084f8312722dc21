#include "proxy/xds/runtime_config.h"

#include "proxy/route/compiled_routes.h"

namespace varka::proxy {

const RuntimeCluster* RuntimeConfig::cluster(std::string_view name) const {
  const auto found = clusters.find(name);
  return found == clusters.end() ? nullptr : found->second.get();
}

const RuntimeListener* RuntimeConfig::listener(std::string_view name) const {
  const auto found = listeners.find(name);
  return found == listeners.end() ? nullptr : found->second.get();
}

std::shared_ptr<const CompiledRoutes> RuntimeConfig::routesOf(const RuntimeChain& chain) const {
  if (chain.inlineRoutes) return chain.inlineRoutes;
  const auto found = routes.find(chain.routeName);
  return found == routes.end() ? nullptr : found->second;
}

}  // namespace varka::proxy
