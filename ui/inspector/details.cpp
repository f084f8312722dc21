#include "ui/inspector/details.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QStringList>
#include <algorithm>

#include "ui/bridge/mesh_client.h"

#include "ui/inspector/explain.h"
#include "ui/models/format.h"
#include "ui/models/health.h"
#include "ui/models/traffic_model.h"
#include "ui/models/words.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

/// Collects rows; empty values are left out.
class Rows {
 public:
  Rows& heading(const QString& text) {
    rows_.push_back({{}, text, {}, false, {}});
    return *this;
  }
  Rows& add(const QString& name, const QString& value, QColor color = {}) {
    if (!value.isEmpty()) rows_.push_back({name, value, color, false, {}});
    return *this;
  }
  Rows& mono(const QString& name, const std::string& value) {
    if (!value.empty()) rows_.push_back({name, qs(value), {}, true, {}});
    return *this;
  }
  Rows& link(const QString& name, const QString& value, const QString& target) {
    if (!value.isEmpty()) rows_.push_back({name, value, {}, false, target});
    return *this;
  }
  std::vector<Detail> take() { return std::move(rows_); }

 private:
  std::vector<Detail> rows_;
};

QString joined(const std::vector<std::string>& words) {
  QStringList list;
  for (const auto& word : words) list << qs(word);
  return list.join(QLatin1Char(' '));
}

QString mtlsWord(mesh::GraphEdge::Mtls mtls) {
  switch (mtls) {
    case mesh::GraphEdge::Mtls::All: return tr("mutual TLS on every request");
    case mesh::GraphEdge::Mtls::Mixed: return tr("mixed: some requests in plain text");
    case mesh::GraphEdge::Mtls::None: return tr("plain text");
    case mesh::GraphEdge::Mtls::Unknown: break;
  }
  return tr("not seen yet");
}

QString milliseconds(double ms) {
  return durationText(static_cast<std::int64_t>(ms * 1000));
}

QString dateText(std::int64_t ms) {
  return ms <= 0 ? QString() : QDateTime::fromMSecsSinceEpoch(ms).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

void addPod(Rows& rows, const mesh::MeshView& view, const mesh::PodView& pod) {
  const auto state = healthColor(podHealth(pod, mesh::Health::Healthy));
  rows.heading(qs(pod.name)).add(tr("State"), podStateText(pod), state);
  rows.add(tr("Address"), qs(pod.ip));
  rows.add(tr("Process"), pod.pid > 0 ? tr("pid %1").arg(pod.pid) : QString());
  rows.add(tr("Sidecar"), pod.gateway     ? tr("is a gateway, pid %1").arg(pod.proxyPid)
                          : !pod.sidecar ? tr("off")
                          : pod.proxyPid > 0 ? tr("pid %1").arg(pod.proxyPid) : tr("not running"),
           pod.sidecar || pod.gateway ? QColor() : tokens().failing);
  rows.add(tr("Uptime"), pod.startedMs > 0 && pod.pid > 0 ? ageText(QDateTime::currentMSecsSinceEpoch() - pod.startedMs) : QString());
  rows.add(tr("Restarts"), QString::number(pod.restarts), pod.restarts > 0 ? tokens().degraded : QColor());
  if (pod.pid > 0) rows.add(tr("CPU, memory"), QStringLiteral("%1, %2").arg(percentText(pod.cpuPercent / 100), kibText(pod.rssKiB)));
  rows.mono(tr("Identity"), pod.spiffeId);
  rows.add(tr("Capture"), qs(pod.captureMode));
  for (const auto& proxy : view.proxies) {
    if (proxy.pod != pod.name) continue;
    rows.add(tr("Configuration"), proxy.synced ? tr("synced, r%1").arg(proxy.ackedRevision) : proxy.connected ? tr("being pushed") : tr("not connected"),
             proxy.synced ? tokens().healthy : tokens().degraded);
    if (!proxy.lastError.empty()) rows.add(tr("Refused"), qs(proxy.lastError), tokens().failing);
  }
}

}  // namespace

std::vector<Detail> requestDetails(const mesh::TrafficRow& row) {
  const auto& r = row.record;
  Rows rows;
  if (isTcp(row)) {
    rows.heading(tr("TCP connection")).add(tr("To"), qs(r.upstreamHost)).add(tr("Received"), bytesText(static_cast<double>(r.bytesReceived)));
    return rows.take();
  }
  rows.heading(qs(r.method + " " + r.path)).add(tr("Host"), qs(r.authority)).add(tr("Protocol"), qs(r.protocol));
  rows.mono(tr("Request id"), r.id).mono(tr("Trace id"), r.traceId);
  rows.add(tr("Client"), qs(r.userAgent)).add(tr("Body"), bytesText(static_cast<double>(r.bytesReceived)));
  rows.heading(tr("Decided by")).add(tr("Listener"), qs(r.listener)).add(tr("Filter chain"), qs(r.filterChain)).add(tr("Virtual host"), qs(r.virtualHost));
  rows.add(tr("Route"), qs(r.routeName)).add(tr("Cluster"), qs(r.clusterName)).add(tr("Endpoint"), qs(r.upstreamHost));
  if (!r.requestHeaders.empty()) rows.heading(tr("Headers (secrets masked)"));
  for (const auto& [name, value] : r.requestHeaders) rows.mono(qs(name), value);
  return rows.take();
}

std::vector<Detail> responseDetails(const mesh::TrafficRow& row) {
  const auto& r = row.record;
  Rows rows;
  rows.heading(statusText(r)).add(tr("Made by"), r.origin.empty() ? tr("the application") : originWord(r.origin), isError(r) ? tokens().failing : QColor());
  rows.add(tr("Flags"), flagsText(r.flags)).add(tr("Details"), qs(r.details)).add(tr("Body"), bytesText(static_cast<double>(r.bytesSent)));
  if (!r.responseHeaders.empty()) rows.heading(tr("Headers (secrets masked)"));
  for (const auto& [name, value] : r.responseHeaders) rows.mono(qs(name), value);
  return rows.take();
}

std::vector<Detail> timingDetails(const mesh::TrafficRow& row) {
  const auto& r = row.record;
  Rows rows;
  rows.heading(tr("%1 in all").arg(durationText(r.durationUs))).add(tr("Started"), clockText(r.startUs / 1000));
  rows.add(tr("Connect"), r.connectUs >= 0 ? durationText(r.connectUs) : tr("pooled connection"));
  rows.add(tr("First byte"), r.firstByteUs >= 0 ? durationText(r.firstByteUs) : tr("none"));
  if (r.firstByteUs >= 0) rows.add(tr("Rest of the body"), durationText(std::max<std::int64_t>(r.durationUs - r.firstByteUs, 0)));
  rows.add(tr("Attempts"), QString::number(r.attempts), r.attempts > 1 ? tokens().degraded : QColor());
  return rows.take();
}

std::vector<Detail> tlsDetails(const mesh::TrafficRow& row) {
  const auto& r = row.record;
  Rows rows;
  rows.heading(r.mtls ? tr("Mutual TLS between the sidecars") : tr("Plain text on this hop"));
  rows.add(tr("Version"), qs(r.tlsVersion)).mono(tr("Peer"), r.peer).add(tr("Reported by"), tr("%1 (%2)").arg(qs(r.workload), qs(r.side)));
  if (!r.mtls) rows.add(tr("Meaning"), tr("Neither side proved its identity, and anyone on the way could read it."), tokens().failing);
  return rows.take();
}

std::vector<Detail> workloadDetails(const mesh::MeshView& view, const mesh::TrafficGraph& graph, const std::string& nodeId) {
  Rows rows;
  const auto node = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const auto& n) { return n.id == nodeId; });
  if (node != graph.nodes.end()) {
    rows.heading(tr("Traffic")).add(tr("Rate"), rateText(node->rps)).add(tr("Errors"), percentText(node->errorShare), node->errorShare > 0.001 ? healthColor(node->health) : QColor());
    QStringList badges;
    for (const auto& badge : node->badges) badges << qs(badge);
    rows.add(tr("Rules"), badges.join(QStringLiteral(", ")));
  }
  for (const auto& edge : graph.edges) {
    if (edge.from == nodeId) rows.link(tr("Calls"), QStringLiteral("%1  %2").arg(qs(edge.to.substr(edge.to.rfind('/') + 1)), rateText(edge.rps)), QStringLiteral("edge:") + qs(edge.id));
    if (edge.to == nodeId) rows.link(tr("Called by"), QStringLiteral("%1  %2").arg(qs(edge.from.substr(edge.from.rfind('/') + 1)), rateText(edge.rps)), QStringLiteral("edge:") + qs(edge.id));
  }
  for (const auto& pod : view.pods)
    if (workloadNodeId(pod.ns, pod.workload) == nodeId) addPod(rows, view, pod);
  return rows.take();
}

std::vector<Detail> podDetails(const mesh::MeshView& view, const mesh::PodView& pod) {
  Rows rows;
  addPod(rows, view, pod);
  if (!pod.command.empty()) rows.heading(tr("Command")).mono(tr("Runs"), joined(pod.command).toStdString());
  if (!pod.env.empty()) rows.heading(tr("Environment (secrets masked)"));
  for (const auto& [name, value] : pod.env) rows.mono(qs(name), value.empty() ? " " : value);
  return rows.take();
}

std::vector<Detail> edgeDetails(const mesh::TrafficGraph& graph, const std::string& edgeId) {
  const auto edge = std::find_if(graph.edges.begin(), graph.edges.end(), [&](const auto& e) { return e.id == edgeId; });
  if (edge == graph.edges.end()) return Rows().heading(tr("No traffic now")).add(tr("Edge"), tr("Nothing went this way in the last seconds.")).take();
  Rows rows;
  rows.heading(tr("Last %1 s").arg(graph.windowSeconds)).add(tr("Protocol"), qs(edge->protocol)).add(tr("Rate"), edge->protocol == "tcp" ? bytesText(edge->bytesPerSecond) + QStringLiteral("/s") : rateText(edge->rps));
  rows.add(tr("Errors"), errorText(edge->errors, edge->requests, edge->errorShare), edge->errorShare >= 0.05 ? tokens().failing : edge->errorShare >= 0.001 ? tokens().degraded : QColor());
  rows.add(tr("Security"), mtlsWord(edge->mtls), edge->mtls == mesh::GraphEdge::Mtls::None ? tokens().failing : QColor());
  if (edge->weightPercent >= 0) rows.add(tr("Weight"), significant(edge->weightPercent) + QLatin1Char('%'));
  rows.heading(tr("Latency")).add(QStringLiteral("p50"), milliseconds(edge->p50Ms)).add(QStringLiteral("p95"), milliseconds(edge->p95Ms)).add(QStringLiteral("p99"), milliseconds(edge->p99Ms));
  rows.heading(tr("Answers"));
  const std::pair<const char*, std::uint64_t> classes[] = {{"2xx", edge->status2xx}, {"3xx", edge->status3xx}, {"4xx", edge->status4xx}, {"5xx", edge->status5xx}};
  for (const auto& [name, count] : classes) rows.add(QLatin1String(name), withThousands(count));
  return rows.take();
}

std::vector<Detail> certificateDetails(const mesh::CertificateView& certificate) {
  const auto now = QDateTime::currentMSecsSinceEpoch();
  Rows rows;
  rows.heading(certificate.root ? tr("Root certificate") : qs(certificate.owner)).mono(tr("Identity"), certificate.spiffeId);
  rows.add(tr("Valid from"), dateText(certificate.notBeforeMs)).add(tr("Valid until"), dateText(certificate.notAfterMs));
  rows.add(tr("Expires in"), countdownText(certificate.notAfterMs - now)).add(tr("Renews in"), certificate.renewAtMs > 0 ? countdownText(certificate.renewAtMs - now) : QString());
  rows.add(tr("Issuer"), qs(certificate.issuer)).add(tr("Key"), qs(certificate.algorithm)).mono(tr("Serial"), certificate.serial).mono(QStringLiteral("SHA-256"), certificate.sha256);
  return rows.take();
}

std::vector<Detail> meshDetails(const mesh::MeshView& view, const mesh::TrafficGraph& graph) {
  Rows rows;
  rows.heading(qs(view.name)).add(tr("State"), qs(view.state)).add(tr("Folder"), qs(view.directory)).add(tr("Capture"), qs(view.captureDetail.empty() ? view.captureMode : view.captureDetail));
  for (const auto& ingress : view.ingress) rows.link(tr("Ingress"), qs(ingress.url), qs(ingress.url));
  rows.heading(tr("Now")).add(tr("Traffic"), rateText(graph.totalRps)).add(tr("Errors"), percentText(graph.totalErrorShare)).add(tr("Pods"), QString::number(view.pods.size()));
  return rows.take();
}

std::vector<Detail> namespaceDetails(const mesh::MeshView& view, const std::string& ns) {
  Rows rows;
  rows.heading(tr("Namespace %1").arg(qs(ns)));
  for (const auto& service : view.services) {
    if (service.ns != ns) continue;
    QStringList ports;
    for (const auto& port : service.ports) ports << QStringLiteral("%1 %2%3").arg(qs(port.name)).arg(port.port).arg(port.hostAddress.empty() ? QString() : QStringLiteral(" at ") + qs(port.hostAddress));
    rows.add(qs(service.name), ports.join(QStringLiteral(", ")));
  }
  return rows.take();
}

}  // namespace varka::ui
