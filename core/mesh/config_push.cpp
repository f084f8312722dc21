#include "core/mesh/config_push.h"

#include <algorithm>

#include "core/xds/delta_server.h"

namespace varka::mesh {
namespace {
constexpr int kPushQuietMs = 10;
constexpr int kPushMaxDelayMs = 100;
}  // namespace

ConfigPush::ConfigPush(Input input, XdsServer& server, QObject* parent)
    : QObject(parent), input_(std::move(input)), server_(server) {
  quiet_.setSingleShot(true);
  connect(&quiet_, &QTimer::timeout, this, &ConfigPush::build);
  connect(&server_, &XdsServer::changed, this, &ConfigPush::measure);
}

void ConfigPush::changed() {
  if (!std::exchange(pending_, true)) firstChange_.start();
  sync_.tookMs = -1;
  const int left = kPushMaxDelayMs - static_cast<int>(firstChange_.elapsed());
  quiet_.start(std::clamp(kPushQuietMs, 0, std::max(0, left)));
}

void ConfigPush::endpointsChanged() {
  changed();
  quiet_.start(0);
}

void ConfigPush::build() {
  pending_ = false;
  context_ = pilot::PushContext::build(input_(), context_);
  sync_.revision = context_->revision();
  Q_EMIT built();
  server_.push(
      [context = context_](const launcher::PodStatus& pod) {
        return std::make_shared<const xds::Snapshot>(context->generate(proxyNode(pod)));
      },
      sync_.revision);
  measure();
}

void ConfigPush::measure() {
  const auto streams = server_.streams();
  const int total = static_cast<int>(streams.size());
  const int acked = static_cast<int>(std::count_if(streams.begin(), streams.end(), [](const auto& stream) {
    return stream.settled && stream.lastError.empty();
  }));
  const bool settled = std::all_of(streams.begin(), streams.end(), [](const auto& stream) { return stream.settled; });
  const bool finished = !pending_ && settled && sync_.tookMs < 0 && firstChange_.isValid();
  if (finished) sync_.tookMs = firstChange_.elapsed();
  if (!finished && acked == sync_.acked && total == sync_.total) return;
  sync_.acked = acked;
  sync_.total = total;
  Q_EMIT synced();
}

pilot::ProxyNode proxyNode(const launcher::PodStatus& pod) {
  pilot::ProxyNode node;
  node.type = pod.gateway ? pilot::ProxyType::Router : pilot::ProxyType::Sidecar;
  node.id = pod.name + "." + pod.ns;
  node.ip = pod.ip;
  node.ns = pod.ns;
  node.labels = pod.labels;
  node.serviceAccount = pod.serviceAccount;
  node.workload = pod.workload;
  // Also without namespaces: the virtual listeners serve the hop, and nothing may bind ports of the shared host.
  node.interception = pilot::Interception::Redirect;
  return node;
}

pilot::Endpoint endpoint(const launcher::PodStatus& pod) {
  pilot::Endpoint out;
  out.ip = pod.ip;
  out.pod = pod.name;
  out.ns = pod.ns;
  out.labels = pod.labels;
  out.serviceAccount = pod.serviceAccount;
  out.workload = pod.workload;
  for (const auto& port : pod.ports) {
    if (!port.name.empty()) out.namedPorts[port.name] = port.port;
  }
  out.ready = pod.ready;
  out.mtls = pod.sidecar && !pod.gateway;
  return out;
}

}  // namespace varka::mesh
