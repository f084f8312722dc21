#include "core/telemetry/prometheus.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace varka::telemetry {
namespace {

std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string label(const char* name, const std::string& value) {
  return std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string numberText(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", value);
  return buffer;
}

void header(std::string& out, const std::string& name, const char* type, const char* help) {
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

void sample(std::string& out, const std::string& name, const std::string& labels, std::uint64_t value) {
  out += name;
  if (!labels.empty()) out += "{" + labels + "}";
  out += " " + std::to_string(value) + "\n";
}

struct Column {
  const char* name;
  const char* help;
  std::uint64_t xds::EdgeCounters::*value;
};

constexpr Column kColumns[] = {
    {"varka_request_retries_total", "Attempts after the first.", &xds::EdgeCounters::retries},
    {"varka_request_faults_total", "Requests that an injected fault delayed or aborted.",
     &xds::EdgeCounters::faults},
    {"varka_request_denied_total", "Requests refused by policy.", &xds::EdgeCounters::denied},
    {"varka_tcp_connections_opened_total", "TCP connections opened.", &xds::EdgeCounters::tcpOpened},
    {"varka_tcp_connections_closed_total", "TCP connections closed.", &xds::EdgeCounters::tcpClosed},
    {"varka_received_bytes_total", "Bytes received from downstream.", &xds::EdgeCounters::bytesReceived},
    {"varka_sent_bytes_total", "Bytes sent to downstream.", &xds::EdgeCounters::bytesSent},
};

struct Class {
  const char* name;
  std::uint64_t xds::EdgeCounters::*value;
};

constexpr Class kClasses[] = {{"2xx", &xds::EdgeCounters::status2xx},
                              {"3xx", &xds::EdgeCounters::status3xx},
                              {"4xx", &xds::EdgeCounters::errors4xx},
                              {"5xx", &xds::EdgeCounters::errors5xx},
                              {"none", &xds::EdgeCounters::noResponse}};

void histogram(std::string& out, const std::string& labels, const std::vector<std::uint64_t>& latency) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < latency.size(); ++i) {
    sum += latency[i];
    const auto bound =
        i < std::size(xds::kLatencyBoundsMs) ? numberText(xds::kLatencyBoundsMs[i]) : std::string("+Inf");
    sample(out, "varka_request_duration_milliseconds_bucket", labels + ",le=\"" + bound + "\"", sum);
  }
  sample(out, "varka_request_duration_milliseconds_count", labels, sum);
}

void addTo(xds::EdgeCounters& sum, const xds::EdgeCounters& more) {
  sum.requests += more.requests;
  for (const auto& column : kColumns) sum.*column.value += more.*column.value;
  for (const auto& each : kClasses) sum.*each.value += more.*each.value;
  sum.latency.resize(std::size(xds::kLatencyBoundsMs) + 1);
  for (std::size_t i = 0; i < std::min(sum.latency.size(), more.latency.size()); ++i)
    sum.latency[i] += more.latency[i];
}

void ownStats(std::string& out, const TelemetryStats& stats, std::uint64_t leftOut) {
  const struct {
    const char* name;
    const char* help;
    std::uint64_t value;
  } rows[] = {
      {"varka_telemetry_records_total", "Records of requests received from proxies.", stats.records},
      {"varka_telemetry_reports_total", "Reports of counters received from proxies.", stats.counterReports},
      {"varka_telemetry_malformed_lines_total",
       "Lines that were not understood; their connections were closed.", stats.malformedLines},
      {"varka_telemetry_refused_connections_total", "Connections refused.", stats.refusedConnections},
      {"varka_telemetry_dropped_by_proxies_total", "Records that proxies had to drop.",
       stats.droppedByProxies},
      {"varka_telemetry_dropped_total", "Reports dropped here because a table was full.",
       stats.droppedHere + leftOut},
  };
  for (const auto& row : rows) {
    header(out, row.name, "counter", row.help);
    sample(out, row.name, {}, row.value);
  }
}

}  // namespace

std::string CounterTotals::labels(const Key& key) {
  return label("reporter", key.reporter) + "," + label("source", key.source) + "," +
         label("destination", key.destination) + "," + label("cluster", key.cluster) + "," +
         label("protocol", key.protocol) + "," + label("security_policy", key.mtls ? "mutual_tls" : "none");
}

void CounterTotals::add(const PodRef& reporter, const Flow& flow, const xds::EdgeCounters& counters) {
  Key key{reporter.ns + "/" + reporter.name,
          flow.from,
          flow.to,
          counters.cluster,
          counters.protocol,
          counters.mtls};
  if (!totals_.contains(key) && totals_.size() >= kMaxSeries) {
    ++leftOut_;
    return;
  }
  addTo(totals_[std::move(key)], counters);
}

std::string CounterTotals::text(const TelemetryStats& stats) const {
  std::string out;
  header(out, "varka_requests_total", "counter", "Requests by status class; none = no response.");
  for (const auto& [key, sums] : totals_)
    for (const auto& each : kClasses)
      if (sums.*each.value > 0)
        sample(out, "varka_requests_total", labels(key) + "," + label("response_class", each.name),
               sums.*each.value);
  header(out, "varka_request_duration_milliseconds", "histogram",
         "Time from the request's first byte to the response's last.");
  for (const auto& [key, sums] : totals_)
    if (sums.requests > 0) histogram(out, labels(key), sums.latency);
  for (const auto& column : kColumns) {
    header(out, column.name, "counter", column.help);
    for (const auto& [key, sums] : totals_)
      if (sums.*column.value > 0) sample(out, column.name, labels(key), sums.*column.value);
  }
  ownStats(out, stats, leftOut_);
  return out;
}

}  // namespace varka::telemetry
