#include "core/mesh/view_builder.h"

#include <algorithm>

#include "core/mesh/builtin.h"

namespace varka::mesh {
namespace {

using launcher::PodStatus;
using resource::Object;

PodView podView(const PodStatus& pod, const std::string& trustDomain) {
  PodView out;
  out.name = pod.name;
  out.ns = pod.ns;
  out.app = pod.app;
  out.version = pod.version;
  out.workload = pod.workload;
  out.state = launcher::stateName(pod.state);
  out.reason = pod.reason;
  out.pid = pod.pid;
  out.proxyPid = pod.proxyPid;
  out.ip = pod.ip;
  out.serviceAccount = pod.serviceAccount;
  if (pod.sidecar || pod.gateway) out.spiffeId = "spiffe://" + trustDomain + "/ns/" + pod.ns + "/sa/" + pod.serviceAccount;
  out.startedMs = pod.startedMs;
  out.restarts = pod.restarts;
  out.cpuPercent = pod.cpuPercent;
  out.rssKiB = pod.rssKiB;
  out.proxyRssKiB = pod.proxyRssKiB;
  out.captureMode = pod.captureMode;
  out.command = pod.command;
  out.env = pod.env;
  out.gateway = pod.gateway;
  out.sidecar = pod.sidecar;
  return out;
}

/// A targetPort by name is the container port of that name in the first pod that has it.
int targetPortOf(const resource::Value& port, const std::vector<const PodStatus*>& pods) {
  const auto& target = port["targetPort"];
  if (target.isNull()) return static_cast<int>(port["port"].asInt());
  if (const auto number = target.asInt(); number > 0) return static_cast<int>(number);
  for (const auto* pod : pods) {
    for (const auto& known : pod->ports) {
      if (known.name == target.text()) return known.port;
    }
  }
  return 0;
}

std::string protocolOf(const resource::Value& port) {
  if (const auto& declared = port["appProtocol"]; declared.isString()) return declared.asString();
  const auto name = port["name"].text();
  const auto prefix = name.substr(0, name.find('-'));
  for (const char* known : {"http", "http2", "grpc", "https", "tls", "tcp", "mongo", "redis", "mysql"}) {
    if (prefix == known) return prefix;
  }
  return "";
}

std::vector<const PodStatus*> podsOf(const Object& service, const std::vector<launcher::PodStatusPtr>& pods) {
  std::vector<const PodStatus*> out;
  const auto& selector = service.spec()["selector"];
  if (selector.size() == 0) return out;
  for (const auto& pod : pods) {
    if (pod->ns == service.ns && resource::mapMatches(selector, pod->labels)) out.push_back(pod.get());
  }
  return out;
}

ServiceView serviceView(const Object& service, const ViewInput& input) {
  ServiceView out;
  out.name = service.name;
  out.ns = service.ns;
  out.host = service.name + "." + service.ns + ".svc.cluster.local";
  const auto pods = podsOf(service, input.pods);
  for (const auto* pod : pods) out.pods.push_back(pod->name);
  for (const auto& port : service.spec()["ports"].items()) {
    PortView view;
    view.name = port["name"].text();
    view.protocol = protocolOf(port);
    view.port = static_cast<int>(port["port"].asInt());
    view.targetPort = targetPortOf(port, pods);
    for (const auto& address : input.hostAddresses) {
      if (address.ns == out.ns && address.service == out.name && address.port == view.port) view.hostAddress = address.address;
    }
    out.ports.push_back(std::move(view));
  }
  if (input.routing) {
    for (const auto& address : input.routing->services()) {
      if (address.host == out.host) out.vip = address.vip;
    }
  }
  return out;
}

/// The path of the first rule that a gateway serves: what a visitor would try.
std::string firstPage(const resource::Snapshot& resources) {
  for (const auto& service : resources.list("networking.istio.io", "VirtualService")) {
    if (service->spec()["gateways"].size() == 0) continue;
    for (const auto& match : service->spec()["http"][std::size_t{0}]["match"].items()) {
      for (const char* how : {"exact", "prefix"}) {
        if (const auto path = match["uri"][how].text(); !path.empty()) return path;
      }
    }
  }
  return "";
}

/// Host ports of gateways, by the port of the gateway's Service that leads to the listener.
std::vector<IngressView> ingressViews(const ViewInput& input) {
  std::vector<IngressView> out;
  for (const auto& service : input.resources->list("", "Service")) {
    for (const auto* pod : podsOf(*service, input.pods)) {
      if (!pod->gateway) continue;
      for (const auto& port : service->spec()["ports"].items()) {
        const int target = targetPortOf(port, {});
        const int number = static_cast<int>(port["port"].asInt());
        const auto host = std::find_if(pod->hostPorts.begin(), pod->hostPorts.end(),
                                       [&](const auto& pair) { return pair.first == target || pair.first == number; });
        if (host == pod->hostPorts.end()) continue;
        const char* scheme = number == 443 ? "https" : number == 80 || port["name"].text().starts_with("http") ? "http" : "tcp";
        out.push_back({service->name, std::string(scheme) + "://127.0.0.1:" + std::to_string(host->second), firstPage(*input.resources),
                       number, host->second});
      }
      break;  // one gateway pod has the host's ports
    }
  }
  // Port 80 first: it is what `varka up` prints and scripts take.
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return (a.port == 80) > (b.port == 80); });
  return out;
}

std::vector<ProxyView> proxyViews(const ViewInput& input) {
  std::vector<ProxyView> out;
  for (const auto& pod : input.pods) {
    if (pod->nodeId.empty()) continue;
    ProxyView view{pod->name, pod->ns, pod->nodeId, false, false, 0, {}};
    for (const auto& stream : input.streams) {
      if (stream.pod->name != pod->name || stream.pod->ns != pod->ns) continue;
      view.connected = true;
      view.synced = stream.settled && stream.lastError.empty();
      view.ackedRevision = stream.ackedRevision;
      view.lastError = stream.lastError;
    }
    out.push_back(std::move(view));
  }
  return out;
}

CertificateView certificateView(const citadel::CertificateInfo& info) {
  return {info.owner,       info.ns,         info.spiffeId,  info.serial, info.issuer, info.algorithm, info.sha256,
          info.notBeforeMs, info.notAfterMs, info.renewAtMs, info.pem,    info.root};
}

telemetry::Health healthOf(launcher::PodState state) {
  switch (state) {
    case launcher::PodState::Waiting:
    case launcher::PodState::Starting: return Health::Starting;
    case launcher::PodState::Crashed:
    case launcher::PodState::Restarting: return Health::Crashed;
    case launcher::PodState::Stopped:
    case launcher::PodState::Terminating: return Health::Stopped;
    case launcher::PodState::Ready:
    case launcher::PodState::NotReady: break;
  }
  return Health::Unknown;
}

/// VS DR CB FI MI: what shapes the traffic to a host.
std::vector<std::string> badgesOf(const pilot::HostRoutes& routes, const resource::Snapshot& resources) {
  std::vector<std::string> out;
  if (!routes.virtualService.key.name.empty()) out.push_back("VS");
  if (!routes.destinationRule.key.name.empty()) {
    out.push_back("DR");
    const auto rule = resources.find(routes.destinationRule.key);
    const bool breaks = rule && (rule->spec()["trafficPolicy"].has("connectionPool") || rule->spec()["trafficPolicy"].has("outlierDetection"));
    if (breaks) out.push_back("CB");
  }
  const auto any = [&](std::string_view prefix) {
    return std::any_of(routes.rules.begin(), routes.rules.end(), [&](const auto& rule) {
      return std::any_of(rule.actions.begin(), rule.actions.end(), [&](const auto& action) { return action.starts_with(prefix); });
    });
  };
  if (any("fault")) out.push_back("FI");
  if (any("mirror")) out.push_back("MI");
  return out;
}

bool hasPolicy(const resource::Snapshot& resources, const PodStatus& pod) {
  for (const auto& policy : resources.list("security.istio.io", "AuthorizationPolicy")) {
    if (policy->ns != pod.ns && policy->ns != kIngressNamespace) continue;
    if (resource::mapMatches(policy->spec()["selector"]["matchLabels"], pod.labels)) return true;
  }
  return false;
}

}  // namespace

MeshView buildView(const ViewInput& input) {
  MeshView out;
  out.name = input.name;
  out.directory = input.directory;
  out.state = input.state;
  out.revision = input.resources->revision;
  for (const auto& pod : input.pods) out.pods.push_back(podView(*pod, input.trustDomain));
  for (const auto& service : input.resources->list("", "Service")) out.services.push_back(serviceView(*service, input));
  out.proxies = proxyViews(input);
  for (const auto& info : input.certificates) out.certificates.push_back(certificateView(info));
  out.ingress = ingressViews(input);
  out.problems = input.problems;
  out.files = input.files;
  out.objects = input.objects;
  out.sync = input.sync;
  out.captureMode = input.captureMode;
  out.captureDetail = input.captureDetail;
  out.rssKiB = input.rssKiB;
  out.cpuPercent = input.cpuPercent;
  return out;
}

telemetry::Topology buildTopology(const ViewInput& input) {
  telemetry::Topology out;
  for (const auto& pod : input.pods) {
    out.pods.push_back({pod->name, pod->ns, pod->app, pod->version, pod->workload, pod->ip, pod->gateway ? "gateway" : "workload",
                        pod->sidecar || pod->gateway, healthOf(pod->state)});
  }
  std::map<std::string, std::vector<std::string>> badges;  // "ns/workload"
  for (const auto& service : input.resources->list("", "Service")) {
    telemetry::ServiceInfo info{service->name + "." + service->ns + ".svc.cluster.local", service->ns, service->name, {}};
    std::vector<std::string> shaping;
    if (input.routing) {
      const auto routes = input.routing->routesFor(info.host, service->ns);
      shaping = badgesOf(routes, *input.resources);
      for (const auto& rule : routes.rules) {
        if (rule.destinations.size() < 2) continue;
        for (const auto& destination : rule.destinations) {
          if (!destination.cluster.empty()) out.clusterWeights.emplace(destination.cluster, destination.weight);
        }
      }
    }
    for (const auto* pod : podsOf(*service, input.pods)) {
      const auto id = pod->ns + "/" + pod->workload;
      if (std::find(info.workloads.begin(), info.workloads.end(), id) == info.workloads.end()) info.workloads.push_back(id);
      for (const auto& badge : shaping) {
        auto& known = badges[id];
        if (std::find(known.begin(), known.end(), badge) == known.end()) known.push_back(badge);
      }
    }
    out.services.push_back(std::move(info));
  }
  for (const auto& deployment : input.resources->list("apps", "Deployment")) {
    const auto& labels = deployment->spec()["template"]["metadata"]["labels"];
    telemetry::WorkloadInfo info{deployment->ns, deployment->name, labels["app"].text(), labels["version"].text(), "workload", {}, Health::Unknown};
    if (deployment->name == kIngressName) info.kind = "gateway";
    const auto id = info.ns + "/" + info.workload;
    info.badges = badges[id];
    for (const auto& pod : input.pods) {
      if (pod->ns == info.ns && pod->workload == info.workload && hasPolicy(*input.resources, *pod)) {
        info.badges.push_back("AZ");
        break;
      }
    }
    if (deployment->spec().has("replicas") && deployment->spec()["replicas"].asInt() == 0) info.state = Health::Stopped;
    out.workloads.push_back(std::move(info));
  }
  return out;
}

}  // namespace varka::mesh
