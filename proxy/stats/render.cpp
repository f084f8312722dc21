// Stats as text: Envoy's /stats, its JSON, and Prometheus' format with Istio's standard metrics
// (istio.io/latest/docs/reference/config/metrics).
#include <algorithm>
#include <cstdio>
#include <set>

#include "core/xds/json_writer.h"
#include "proxy/stats/stats.h"

namespace varka::proxy {
namespace {

bool wanted(const StatValue& stat, std::string_view filter, bool usedOnly) {
  return (!usedOnly || stat.value != 0) && stat.name.find(filter) != std::string::npos;
}

// --- Prometheus ----------------------------------------------------------------------------------
void appendLabel(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  out.append(name) += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  out += '"';
}

std::string metricName(std::string_view text) {
  std::string name(text);
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '_'; }, '_');
  return name;
}

/// "cluster.NAME.upstream_rq_total" → envoy_cluster_upstream_rq_total{cluster_name="NAME"}. The name in the middle may
/// have dots itself, so the known end is what separates.
struct Split {
  std::string metric, label, value;
};
Split splitName(const std::string& name) {
  constexpr struct {
    std::string_view prefix, metric, label;
  } kGroups[] = {{"cluster.", "envoy_cluster_", "cluster_name"},
                 {"http.", "envoy_http_", "http_conn_manager_prefix"},
                 {"listener.", "envoy_listener_", "listener_address"},
                 {"tcp.", "envoy_tcp_", "tcp_prefix"}};
  constexpr std::string_view kNested[] = {".ssl.", ".outlier_detection.", ".fault.", ".rbac.", ".jwt_authn.", ".ext_authz.", ".cors.", ".http_local_rate_limiter."};
  for (const auto& group : kGroups) {
    if (!name.starts_with(group.prefix)) continue;
    std::size_t end = name.rfind('.');
    for (const auto nested : kNested)
      if (const auto found = name.rfind(nested); found != std::string::npos && found >= group.prefix.size()) end = std::min(end, found);
    if (end < group.prefix.size()) break;
    return {std::string(group.metric) + metricName(std::string_view(name).substr(end + 1)), std::string(group.label),
            name.substr(group.prefix.size(), end - group.prefix.size())};
  }
  return {"envoy_" + metricName(name), {}, {}};
}

std::string labelText(const RequestLabels& labels) {
  const std::pair<const char*, const std::string*> kLabels[] = {
      {"reporter", &labels.reporter},
      {"source_workload", &labels.sourceWorkload},
      {"source_workload_namespace", &labels.sourceWorkloadNamespace},
      {"source_principal", &labels.sourcePrincipal},
      {"source_app", &labels.sourceApp},
      {"source_version", &labels.sourceVersion},
      {"source_canonical_service", &labels.sourceCanonicalService},
      {"source_canonical_revision", &labels.sourceCanonicalRevision},
      {"destination_workload", &labels.destinationWorkload},
      {"destination_workload_namespace", &labels.destinationWorkloadNamespace},
      {"destination_principal", &labels.destinationPrincipal},
      {"destination_app", &labels.destinationApp},
      {"destination_version", &labels.destinationVersion},
      {"destination_service", &labels.destinationService},
      {"destination_service_name", &labels.destinationServiceName},
      {"destination_service_namespace", &labels.destinationServiceNamespace},
      {"destination_canonical_service", &labels.destinationCanonicalService},
      {"destination_canonical_revision", &labels.destinationCanonicalRevision},
      {"request_protocol", &labels.requestProtocol},
      {"response_code", &labels.responseCode},
      {"grpc_response_status", &labels.grpcResponseStatus},
      {"response_flags", &labels.responseFlags},
      {"connection_security_policy", &labels.connectionSecurityPolicy},
  };
  std::string out = "{";
  for (const auto& [name, value] : kLabels) {
    const std::string_view key(name);
    const bool mayBeEmpty = key == "grpc_response_status" || (key == "response_code" && labels.requestProtocol == "tcp");
    if (value->empty() && mayBeEmpty) continue;
    appendLabel(out, name, value->empty() ? (key == "response_flags" ? "-" : "unknown") : std::string_view(*value));
  }
  return out;  // still open, for "le"
}

void appendType(std::string& out, std::string_view name, std::string_view type) {
  out.append("# TYPE ").append(name).append(" ").append(type) += '\n';
}

void appendHistogram(std::string& out, const std::string& labels, const RequestTotals& total) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < total.duration.size(); ++i) {
    below += total.duration[i];
    std::string bound = "+Inf";
    if (i < std::size(xds::kLatencyBoundsMs)) bound.clear(), xds::appendJsonNumber(bound, xds::kLatencyBoundsMs[i]);
    std::string line = labels;
    appendLabel(line, "le", bound);
    out += "istio_request_duration_milliseconds_bucket" + line + "} " + std::to_string(below) + '\n';
  }
  std::string sum;
  xds::appendJsonNumber(sum, static_cast<double>(total.durationSumUs) / 1000.0);
  out += "istio_request_duration_milliseconds_sum" + labels + "} " + sum + '\n';
  out += "istio_request_duration_milliseconds_count" + labels + "} " + std::to_string(below) + '\n';
}

void appendSeries(std::string& out, const std::map<RequestLabels, RequestTotals>& series) {
  constexpr struct {
    const char* name;
    std::uint64_t RequestTotals::*value;
    bool tcp;
  } kCounters[] = {{"istio_requests_total", &RequestTotals::requests, false},
                   {"istio_request_bytes_sum", &RequestTotals::requestBytes, false},
                   {"istio_response_bytes_sum", &RequestTotals::responseBytes, false},
                   {"istio_tcp_connections_opened_total", &RequestTotals::tcpOpened, true},
                   {"istio_tcp_connections_closed_total", &RequestTotals::tcpClosed, true},
                   {"istio_tcp_sent_bytes_total", &RequestTotals::tcpSent, true},
                   {"istio_tcp_received_bytes_total", &RequestTotals::tcpReceived, true}};
  const auto isTcp = [](const RequestLabels& labels) { return labels.requestProtocol == "tcp"; };
  for (const auto& counter : kCounters) {
    bool first = true;
    for (const auto& [labels, total] : series) {
      if (isTcp(labels) != counter.tcp) continue;
      if (std::exchange(first, false)) appendType(out, counter.name, "counter");
      out += counter.name + labelText(labels) + "} " + std::to_string(total.*counter.value) + '\n';
    }
  }
  bool first = true;
  for (const auto& [labels, total] : series) {
    if (isTcp(labels)) continue;
    if (std::exchange(first, false)) appendType(out, "istio_request_duration_milliseconds", "histogram");
    appendHistogram(out, labelText(labels), total);
  }
}

}  // namespace

std::string Stats::text(std::string_view filter, bool usedOnly) const {
  std::string out;
  for (const auto& stat : values())
    if (wanted(stat, filter, usedOnly)) out += stat.name + ": " + std::to_string(stat.value) + '\n';
  return out;
}

std::string Stats::json(std::string_view filter, bool usedOnly) const {
  std::string out;
  xds::JsonWriter writer(out);
  writer.beginObject();
  writer.key("stats");
  writer.beginArray();
  for (const auto& stat : values()) {
    if (!wanted(stat, filter, usedOnly)) continue;
    writer.beginObject();
    writer.field("name", stat.name);
    writer.key("value");
    writer.unsignedInteger(stat.value);
    writer.endObject();
  }
  writer.endArray();
  writer.endObject();
  return out;
}

std::string Stats::prometheus() const {
  // Prometheus wants the samples of one metric together, under its type.
  std::map<std::string, std::vector<std::pair<Split, const StatValue*>>> metrics;
  const auto all = values();
  for (const auto& stat : all) {
    Split split = splitName(stat.name);
    std::string metric = split.metric;
    metrics[std::move(metric)].emplace_back(std::move(split), &stat);
  }
  std::string out;
  for (const auto& [metric, samples] : metrics) {
    appendType(out, metric, samples.front().second->gauge ? "gauge" : "counter");
    for (const auto& [split, stat] : samples) {
      out += metric;
      if (!split.label.empty()) {
        out += '{';
        appendLabel(out, split.label, split.value);
        out += '}';
      }
      out += ' ' + std::to_string(stat->value) + '\n';
    }
  }
  appendSeries(out, series());
  return out;
}

}  // namespace varka::proxy
