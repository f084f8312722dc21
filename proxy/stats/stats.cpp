#include "proxy/stats/stats.h"

#include <algorithm>

#include "core/xds/json_writer.h"
#include "proxy/stats/stat_names.h"

namespace varka::proxy {
namespace {

Counter* classOf(int status, std::initializer_list<Counter*> classes) {
  const int index = status / 100 - 1;
  return index >= 0 && index < static_cast<int>(classes.size()) ? classes.begin()[index] : nullptr;
}

/// Envoy replaces ':' in addresses and names of statistics, which would be a separator of tags.
std::string statSafe(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), ':', '_');
  return out;
}

using Values = std::map<std::string, StatValue>;

void sum(Values& out, std::string name, std::uint64_t value, bool gauge) {
  auto& entry = out[name];
  entry.value += value;
  entry.gauge = gauge;
}

template <typename Map, typename Counters, typename Gauges>
void sumAll(Values& out, const char* scope, const Map& map, const Counters& counters, const Gauges& gauges) {
  for (const auto& [name, stats] : map) {
    const std::string prefix = scope + statSafe(name) + '.';
    for (const auto& row : counters) sum(out, prefix + row.name, (*stats.*row.member).value(), false);
    for (const auto& row : gauges) sum(out, prefix + row.name, (*stats.*row.member).value(), true);
  }
}

bool shown(const StatValue& value, std::string_view filter, bool usedOnly) {
  return (filter.empty() || value.name.find(filter) != std::string::npos) && (!usedOnly || value.value != 0);
}

void addEdge(xds::EdgeCounters& sum, const EdgeStats& edge) {
  sum.requests += edge.requests.value();
  sum.errors5xx += edge.errors5xx.value();
  sum.errors4xx += edge.errors4xx.value();
  sum.status2xx += edge.status2xx.value();
  sum.status3xx += edge.status3xx.value();
  sum.noResponse += edge.noResponse.value();
  sum.faults += edge.faults.value();
  sum.denied += edge.denied.value();
  sum.retries += edge.retries.value();
  sum.tcpOpened += edge.tcpOpened.value();
  sum.tcpClosed += edge.tcpClosed.value();
  sum.bytesReceived += edge.bytesReceived.value();
  sum.bytesSent += edge.bytesSent.value();
  const auto counts = edge.latency.counts();
  sum.latency.resize(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) sum.latency[i] += counts[i];
}

}  // namespace

void ClusterStats::countStatus(int status) {
  if (auto* counter = classOf(status, {&upstreamRq1xx, &upstreamRq2xx, &upstreamRq3xx, &upstreamRq4xx, &upstreamRq5xx})) counter->add();
}

void HttpStats::countStatus(int status) {
  if (auto* counter = classOf(status, {&downstreamRq1xx, &downstreamRq2xx, &downstreamRq3xx, &downstreamRq4xx, &downstreamRq5xx}))
    counter->add();
}

void EdgeStats::countRequest(int status, std::int64_t durationUs) {
  requests.add();
  if (status == 0) noResponse.add();
  else if (status >= 500) errors5xx.add();
  else if (status >= 400) errors4xx.add();
  else if (status >= 300) status3xx.add();
  else if (status >= 200) status2xx.add();
  latency.record(durationUs);
}

template <typename T, typename Key>
T& StatsShard::entry(std::map<Key, std::unique_ptr<T>, std::less<>>& map, const Key& key) {
  const std::lock_guard lock(mutex_);
  auto& slot = map[key];
  if (!slot) slot = std::make_unique<T>();
  return *slot;
}

ClusterStats& StatsShard::cluster(std::string_view name) { return entry(clusters_, std::string(name)); }
HttpStats& StatsShard::http(std::string_view prefix) { return entry(http_, std::string(prefix)); }
ListenerStats& StatsShard::listener(std::string_view address) { return entry(listeners_, std::string(address)); }
TcpStats& StatsShard::tcp(std::string_view prefix) { return entry(tcp_, std::string(prefix)); }
EdgeStats& StatsShard::edge(const EdgeKey& key) { return entry(edges_, key); }
RequestSeries& StatsShard::series(const RequestLabels& labels) { return entry(series_, labels); }

StatsShard& Stats::addShard() {
  const std::lock_guard lock(mutex_);
  return *shards_.emplace_back(std::make_unique<StatsShard>());
}

void Stats::set(std::string_view name, std::uint64_t value, bool gauge) {
  const std::lock_guard lock(mutex_);
  process_[std::string(name)] = {std::string(name), value, gauge};
}

void Stats::add(std::string_view name, std::uint64_t amount) {
  const std::lock_guard lock(mutex_);
  auto& entry = process_[std::string(name)];
  entry.name = name;
  entry.value += amount;
}

std::vector<StatValue> Stats::values() const {
  Values sums;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, value] : process_) sum(sums, name, value.value, value.gauge);
  for (const auto& shard : shards_) {
    const std::lock_guard shardLock(shard->mutex_);
    sumAll(sums, "cluster.", shard->clusters_, kClusterCounters, kClusterGauges);
    sumAll(sums, "http.", shard->http_, kHttpCounters, kHttpGauges);
    sumAll(sums, "listener.", shard->listeners_, kListenerCounters, kListenerGauges);
    sumAll(sums, "tcp.", shard->tcp_, kTcpCounters, kTcpGauges);
  }
  std::vector<StatValue> out;
  out.reserve(sums.size());
  for (auto& [name, value] : sums) {
    value.name = name;
    out.push_back(std::move(value));
  }
  return out;
}

std::string Stats::text(std::string_view filter, bool usedOnly) const {
  std::string out;
  for (const auto& value : values())
    if (shown(value, filter, usedOnly)) out += value.name + ": " + std::to_string(value.value) + '\n';
  return out;
}

std::string Stats::json(std::string_view filter, bool usedOnly) const {
  std::string out;
  xds::JsonWriter writer(out);
  writer.beginObject();
  writer.key("stats");
  writer.beginArray();
  for (const auto& value : values()) {
    if (!shown(value, filter, usedOnly)) continue;
    writer.beginObject();
    writer.field("name", value.name);
    writer.key("value");
    writer.unsignedInteger(value.value);
    writer.endObject();
  }
  writer.endArray();
  writer.endObject();
  return out;
}

std::map<EdgeKey, xds::EdgeCounters> Stats::edges() const {
  std::map<EdgeKey, xds::EdgeCounters> out;
  const std::lock_guard lock(mutex_);
  for (const auto& shard : shards_) {
    const std::lock_guard shardLock(shard->mutex_);
    for (const auto& [key, edge] : shard->edges_) {
      auto& sum = out[key];
      sum.side = key.side;
      sum.cluster = key.cluster;
      sum.peerWorkload = key.peerWorkload;
      sum.protocol = key.protocol;
      sum.mtls = key.mtls;
      addEdge(sum, *edge);
    }
  }
  return out;
}

}  // namespace varka::proxy
