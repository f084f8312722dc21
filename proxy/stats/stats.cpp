#include "proxy/stats/stats.h"

#include <algorithm>
#include <set>

#include "proxy/stats/stat_names.h"

namespace varka::proxy {

// --- recording -----------------------------------------------------------------------------------
namespace {
template <typename Stats>
Counter* byClass(Stats& stats, int status, Counter Stats::*const (&classes)[5]) {
  const int index = status / 100 - 1;
  return index >= 0 && index < 5 ? &(stats.*classes[index]) : nullptr;
}
}  // namespace

void ClusterStats::countStatus(int status) {
  constexpr Counter ClusterStats::*kClasses[5] = {&ClusterStats::upstreamRq1xx, &ClusterStats::upstreamRq2xx, &ClusterStats::upstreamRq3xx,
                                                  &ClusterStats::upstreamRq4xx, &ClusterStats::upstreamRq5xx};
  if (Counter* counter = byClass(*this, status, kClasses)) counter->add();
  upstreamRqCompleted.add();
}

void HttpStats::countStatus(int status) {
  constexpr Counter HttpStats::*kClasses[5] = {&HttpStats::downstreamRq1xx, &HttpStats::downstreamRq2xx, &HttpStats::downstreamRq3xx,
                                               &HttpStats::downstreamRq4xx, &HttpStats::downstreamRq5xx};
  if (Counter* counter = byClass(*this, status, kClasses)) counter->add();
  downstreamRqCompleted.add();
}

void EdgeStats::countRequest(int status, std::int64_t durationUs) {
  requests.add();
  if (status == 0) noResponse.add();
  else if (status < 300) status2xx.add();
  else if (status < 400) status3xx.add();
  else if (status < 500) errors4xx.add();
  else errors5xx.add();
  latency.record(durationUs);
}

template <typename T, typename Key>
T& StatsShard::entry(std::map<Key, std::unique_ptr<T>, std::less<>>& map, const Key& key) {
  const std::lock_guard lock(mutex_);
  auto& value = map[key];
  if (!value) value = std::make_unique<T>();
  return *value;
}

ClusterStats& StatsShard::cluster(std::string_view name) { return entry(clusters_, std::string(name)); }
HttpStats& StatsShard::http(std::string_view prefix) { return entry(http_, std::string(prefix)); }
ListenerStats& StatsShard::listener(std::string_view address) { return entry(listeners_, std::string(address)); }
TcpStats& StatsShard::tcp(std::string_view prefix) { return entry(tcp_, std::string(prefix)); }
EdgeStats& StatsShard::edge(const EdgeKey& key) { return entry(edges_, key); }
RequestSeries& StatsShard::series(const RequestLabels& labels) { return entry(series_, labels); }

// --- reading -------------------------------------------------------------------------------------
StatsShard& Stats::addShard() {
  const std::lock_guard lock(mutex_);
  return *shards_.emplace_back(std::make_unique<StatsShard>());
}

void Stats::set(std::string_view name, std::uint64_t value, bool gauge) {
  const std::lock_guard lock(mutex_);
  auto& stat = process_[std::string(name)];
  stat = {std::string(name), value, gauge};
}

void Stats::add(std::string_view name, std::uint64_t amount) {
  const std::lock_guard lock(mutex_);
  auto& stat = process_[std::string(name)];
  stat.name = name;
  stat.value += amount;
}

namespace {

/// Adds one object's members, each under "prefix.name".
template <typename T, std::size_t N>
void collect(const T& object, const StatMember<T> (&members)[N], const std::string& prefix, std::map<std::string, StatValue>& out) {
  for (const auto& member : members) {
    auto& stat = out[prefix + member.name];
    if (stat.name.empty()) stat.name = prefix + member.name;
    stat.gauge = member.gauge != nullptr;
    stat.value += member.gauge ? (object.*member.gauge).value() : (object.*member.counter).value();
  }
}

}  // namespace

std::vector<StatValue> Stats::values() const {
  std::map<std::string, StatValue> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, stat] : process_) all[name] = stat;
  for (const auto& shard : shards_) {
    const std::lock_guard shardLock(shard->mutex_);
    for (const auto& [name, each] : shard->clusters_) collect(*each, kClusterMembers, "cluster." + name + ".", all);
    for (const auto& [name, each] : shard->http_) collect(*each, kHttpMembers, "http." + name + ".", all);
    for (const auto& [name, each] : shard->listeners_) collect(*each, kListenerMembers, "listener." + name + ".", all);
    for (const auto& [name, each] : shard->tcp_) collect(*each, kTcpMembers, "tcp." + name + ".", all);
  }
  std::vector<StatValue> values;
  values.reserve(all.size());
  for (auto& [name, stat] : all) values.push_back(std::move(stat));
  return values;
}

std::map<EdgeKey, xds::EdgeCounters> Stats::edges() const {
  std::map<EdgeKey, xds::EdgeCounters> all;
  const std::lock_guard lock(mutex_);
  for (const auto& shard : shards_) {
    const std::lock_guard shardLock(shard->mutex_);
    for (const auto& [key, stats] : shard->edges_) {
      xds::EdgeCounters& edge = all[key];
      edge.side = key.side, edge.cluster = key.cluster, edge.peerWorkload = key.peerWorkload, edge.protocol = key.protocol, edge.mtls = key.mtls;
      for (const auto& member : kEdgeMembers) edge.*member.total += (stats.get()->*member.counter).value();
      const auto counts = stats->latency.counts();
      edge.latency.resize(counts.size());
      for (std::size_t i = 0; i < counts.size(); ++i) edge.latency[i] += counts[i];
    }
  }
  return all;
}

std::map<RequestLabels, RequestTotals> Stats::series() const {
  std::map<RequestLabels, RequestTotals> all;
  const std::lock_guard lock(mutex_);
  for (const auto& shard : shards_) {
    const std::lock_guard shardLock(shard->mutex_);
    for (const auto& [labels, stats] : shard->series_) {
      RequestTotals& total = all[labels];
      total.requests += stats->requests.value();
      total.requestBytes += stats->requestBytes.value();
      total.responseBytes += stats->responseBytes.value();
      total.tcpOpened += stats->tcpOpened.value();
      total.tcpClosed += stats->tcpClosed.value();
      total.tcpSent += stats->tcpSent.value();
      total.tcpReceived += stats->tcpReceived.value();
      total.durationSumUs += stats->duration.sumMicros();
      const auto counts = stats->duration.counts();
      for (std::size_t i = 0; i < counts.size(); ++i) total.duration[i] += counts[i];
    }
  }
  return all;
}

}  // namespace varka::proxy
