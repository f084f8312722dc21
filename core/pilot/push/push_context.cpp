#include "core/pilot/push/push_context.h"

#include <algorithm>
#include <set>

#include "core/pilot/generate/gateway_model.h"
#include "core/pilot/generate/generated.h"
#include "core/xds/snapshot.h"

namespace varka::pilot {

namespace {

template <typename Messages>
void addAll(const Messages& messages, xds::Snapshot& out) {
  for (const auto& message : messages) out.add(xds::makeResource(message));
}

}  // namespace

PushContext::PushContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
PushContext::~PushContext() = default;

// Nothing is taken over from `previous` yet: building is cheap (see the benchmark), and content versions
// already keep unchanged resources off the wire.
std::shared_ptr<const PushContext> PushContext::build(PilotInput input, std::shared_ptr<const PushContext>) {
  auto state = std::make_unique<State>();
  state->model = buildMeshModel(std::move(input));
  return std::shared_ptr<const PushContext>(new PushContext(std::move(state)));
}

xds::Snapshot PushContext::generate(const ProxyNode& proxy) const {
  const Generated made = generateFor(state_->model, proxy);
  xds::Snapshot out;
  addAll(made.clusters, out);
  addAll(made.endpoints, out);
  addAll(made.listeners, out);
  addAll(made.routes, out);
  addAll(made.secrets, out);
  if (!proxy.router()) out.add(xds::makeResource(made.names));
  return out;
}

std::uint64_t PushContext::revision() const {
  return state_->model.input.resources->revision;
}

std::vector<ServiceAddress> PushContext::services() const {
  std::vector<ServiceAddress> out;
  for (const ServicePtr& service : state_->model.registry.services) {
    ServiceAddress item{service->host, service->ns, service->name, "", !service->kubernetes, {}};
    if (!service->addresses.empty()) item.vip = service->addresses.front();
    for (const ServicePort& port : service->ports) item.ports.push_back(port.port);
    out.push_back(std::move(item));
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return std::tie(a.host, a.ns) < std::tie(b.host, b.ns); });
  return out;
}

std::vector<std::string> PushContext::hosts() const {
  std::set<std::string> out;
  for (const ServicePtr& service : state_->model.registry.services) out.insert(service->host);
  for (const VirtualServicePtr& rule : state_->model.rules.virtualServices)
    out.insert(rule->hosts.begin(), rule->hosts.end());
  return {out.begin(), out.end()};
}

std::vector<GatewayPort> PushContext::gatewayPorts(const ProxyNode& proxy) const {
  std::vector<GatewayPort> out;
  const MergedGateway merged = mergeGateways(state_->model, proxy);
  for (const MergedPort& port : merged.ports) {
    const GatewayServer& first = *port.servers.front().server;
    out.push_back({first.port, port.port, first.tls && !port.plainHttp});
  }
  return out;
}

}  // namespace varka::pilot
