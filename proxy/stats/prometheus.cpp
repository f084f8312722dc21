// Prometheus text format (version 0.0.4): Envoy's names with tags taken out of them, and Istio's standard metrics.

#include <algorithm>
#include <array>
#include <iterator>

#include "proxy/stats/stats.h"

namespace varka::proxy {
namespace {

/// One scope of names whose second part is a tag in Prometheus: "cluster.NAME.upstream_cx_total".
struct TagRule {
  std::string_view scope;
  std::string_view tag;
};
constexpr TagRule kTagRules[] = {{"cluster.", "cluster_name"},
                                 {"http.", "http_conn_manager_prefix"},
                                 {"listener.", "listener_address"},
                                 {"tcp.", "tcp_prefix"}};

std::string metricName(std::string_view name) {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return std::isalnum(c) || c == '_' ? static_cast<char>(c) : '_'; });
  return out;
}

void appendLabel(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() ? "" : ",";
  out += name;
  out += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  out += '"';
}

struct Metric {
  bool gauge = false;
  std::vector<std::string> lines;
};
using Metrics = std::map<std::string, Metric>;

/// The name of a cluster may hold dots: the statistic is what follows the last part that the tables know to be one word,
/// except for two-part names ("ssl.handshake").
std::size_t statisticStart(std::string_view rest) {
  std::size_t dot = rest.rfind('.');
  for (const std::string_view group : {"ssl", "outlier_detection", "fault", "rbac", "jwt_authn", "local_rate_limit", "ext_authz", "cors"}) {
    const auto before = dot == std::string_view::npos || dot < group.size() + 1 ? std::string_view() : rest.substr(0, dot);
    if (before.ends_with(group) && before.size() > group.size() && before[before.size() - group.size() - 1] == '.')
      return before.size() - group.size();
  }
  return dot == std::string_view::npos ? 0 : dot + 1;
}

void addEnvoy(Metrics& metrics, const StatValue& value) {
  for (const auto& rule : kTagRules) {
    if (!value.name.starts_with(rule.scope)) continue;
    const std::string_view rest = std::string_view(value.name).substr(rule.scope.size());
    const auto start = statisticStart(rest);
    if (start == 0) break;
    std::string labels;
    appendLabel(labels, rule.tag, rest.substr(0, start - 1));
    const std::string name = "envoy_" + metricName(rule.scope) + metricName(rest.substr(start));
    auto& metric = metrics[name];
    metric.gauge = value.gauge;
    metric.lines.push_back(name + '{' + labels + "} " + std::to_string(value.value));
    return;
  }
  const std::string name = "envoy_" + metricName(value.name);
  metrics[name].gauge = value.gauge;
  metrics[name].lines.push_back(name + "{} " + std::to_string(value.value));
}

// Source: istio.io, "Istio Standard Metrics".
using LabelMember = std::string RequestLabels::*;
constexpr std::pair<const char*, LabelMember> kLabels[] = {
    {"reporter", &RequestLabels::reporter},
    {"source_workload", &RequestLabels::sourceWorkload},
    {"source_workload_namespace", &RequestLabels::sourceWorkloadNamespace},
    {"source_principal", &RequestLabels::sourcePrincipal},
    {"source_app", &RequestLabels::sourceApp},
    {"source_version", &RequestLabels::sourceVersion},
    {"source_canonical_service", &RequestLabels::sourceCanonicalService},
    {"source_canonical_revision", &RequestLabels::sourceCanonicalRevision},
    {"destination_workload", &RequestLabels::destinationWorkload},
    {"destination_workload_namespace", &RequestLabels::destinationWorkloadNamespace},
    {"destination_principal", &RequestLabels::destinationPrincipal},
    {"destination_app", &RequestLabels::destinationApp},
    {"destination_version", &RequestLabels::destinationVersion},
    {"destination_service", &RequestLabels::destinationService},
    {"destination_service_name", &RequestLabels::destinationServiceName},
    {"destination_service_namespace", &RequestLabels::destinationServiceNamespace},
    {"destination_canonical_service", &RequestLabels::destinationCanonicalService},
    {"destination_canonical_revision", &RequestLabels::destinationCanonicalRevision},
    {"request_protocol", &RequestLabels::requestProtocol},
    {"response_code", &RequestLabels::responseCode},
    {"grpc_response_status", &RequestLabels::grpcResponseStatus},
    {"response_flags", &RequestLabels::responseFlags},
    {"connection_security_policy", &RequestLabels::connectionSecurityPolicy},
};

std::string labelText(const RequestLabels& labels) {
  std::string out;
  for (const auto& [name, member] : kLabels) {
    const auto& value = labels.*member;
    appendLabel(out, name, value.empty() && member != &RequestLabels::grpcResponseStatus ? "unknown" : value);
  }
  return out;
}

struct SeriesSum {
  std::uint64_t requests = 0, requestBytes = 0, responseBytes = 0, durationSum = 0, opened = 0, closed = 0, sent = 0, received = 0;
  std::array<std::uint64_t, LatencyHistogram::kBuckets> duration{};

  void add(const RequestSeries& series) {
    requests += series.requests.value();
    requestBytes += series.requestBytes.value();
    responseBytes += series.responseBytes.value();
    durationSum += series.duration.sumMicros();
    opened += series.tcpOpened.value();
    closed += series.tcpClosed.value();
    sent += series.tcpSent.value();
    received += series.tcpReceived.value();
    const auto counts = series.duration.counts();
    for (std::size_t i = 0; i < counts.size(); ++i) duration[i] += counts[i];
  }
};

void addLine(Metrics& metrics, const std::string& name, const std::string& series, const std::string& labels, std::uint64_t value) {
  metrics[name].lines.push_back(series + '{' + labels + "} " + std::to_string(value));
}

std::string boundText(double bound) {
  std::string text = std::to_string(bound);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void addIstio(Metrics& metrics, Metrics& histograms, const RequestLabels& key, const SeriesSum& sum) {
  const std::string labels = labelText(key);
  if (key.requestProtocol == "tcp") {
    addLine(metrics, "istio_tcp_connections_opened_total", "istio_tcp_connections_opened_total", labels, sum.opened);
    addLine(metrics, "istio_tcp_connections_closed_total", "istio_tcp_connections_closed_total", labels, sum.closed);
    addLine(metrics, "istio_tcp_sent_bytes_total", "istio_tcp_sent_bytes_total", labels, sum.sent);
    addLine(metrics, "istio_tcp_received_bytes_total", "istio_tcp_received_bytes_total", labels, sum.received);
    return;
  }
  addLine(metrics, "istio_requests_total", "istio_requests_total", labels, sum.requests);
  const std::string name = "istio_request_duration_milliseconds";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < sum.duration.size(); ++i) {
    below += sum.duration[i];
    const std::string bound = i < std::size(xds::kLatencyBoundsMs) ? boundText(xds::kLatencyBoundsMs[i]) : "+Inf";
    addLine(histograms, name, name + "_bucket", labels + ",le=\"" + bound + '"', below);
  }
  addLine(histograms, name, name + "_sum", labels, sum.durationSum / 1000);
  addLine(histograms, name, name + "_count", labels, below);
  addLine(metrics, "istio_request_bytes_sum", "istio_request_bytes_sum", labels, sum.requestBytes);
  addLine(metrics, "istio_response_bytes_sum", "istio_response_bytes_sum", labels, sum.responseBytes);
}

void print(std::string& out, const Metrics& metrics, const char* type) {
  for (const auto& [name, metric] : metrics) {
    out += "# TYPE " + name + ' ' + (type ? type : metric.gauge ? "gauge" : "counter") + '\n';
    for (const auto& line : metric.lines) out += line + '\n';
  }
}

}  // namespace

std::string Stats::prometheus() const {
  Metrics metrics, histograms;
  for (const auto& value : values()) addEnvoy(metrics, value);
  std::map<RequestLabels, SeriesSum> sums;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& shard : shards_) {
      const std::lock_guard shardLock(shard->mutex_);
      for (const auto& [labels, series] : shard->series_) sums[labels].add(*series);
    }
  }
  for (const auto& [labels, sum] : sums) addIstio(metrics, histograms, labels, sum);
  std::string out;
  print(out, metrics, nullptr);
  print(out, histograms, "histogram");
  return out;
}

}  // namespace varka::proxy
