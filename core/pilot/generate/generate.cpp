#include "core/pilot/generate/generated.h"

namespace varka::pilot {

// The order matters: routes are made for what listeners name, secrets for what listeners and clusters name.
Generated generateFor(const MeshModel& model, const ProxyNode& proxy) {
  const Scope scope = buildScope(model, proxy);
  const Generation context{model, scope, proxy};
  Generated out;
  generateClusters(context, out);
  if (proxy.router()) {
    generateGateway(context, out);
  } else {
    generateOutbound(context, out);
    generateInbound(context, out);
    generateSidecarRoutes(context, out);
  }
  generateSecrets(context, out);
  generateNames(context, out);
  return out;
}

}  // namespace varka::pilot
