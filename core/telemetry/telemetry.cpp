#include "core/telemetry/telemetry.h"

#include <QTimer>
#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/telemetry/graph_builder.h"
#include "core/telemetry/hop_joiner.h"
#include "core/telemetry/line_server.h"
#include "core/telemetry/prometheus.h"
#include "core/telemetry/row_ring.h"

namespace varka::telemetry {
namespace {

constexpr int kBatchMs = 100;
constexpr int kTickMs = 500;
constexpr std::int64_t kActiveMs = (kHistorySeconds + 2) * 1000LL;  // until the last sparkline has run out
constexpr std::size_t kMaxBatch = 2000;  // rows in one signal; the ring has the rest

std::int64_t systemNowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct Telemetry::State {
  State(Telemetry& owner, TelemetryOptions given)
      : self(owner), options(std::move(given)), ring(options.ringRows), server(callbacks()) {
    if (!options.nowMs) options.nowMs = systemNowMs;
    health.degradedShare = options.degradedShare;
    health.failingShare = options.failingShare;
    for (auto* timer : {&batchTimer, &joinTimer, &graphTimer}) timer->setSingleShot(true);
    QObject::connect(&batchTimer, &QTimer::timeout, &self, [this] { sendBatch(); });
    QObject::connect(&joinTimer, &QTimer::timeout, &self, [this] { expireJoins(); });
    QObject::connect(&graphTimer, &QTimer::timeout, &self, [this] { tick(); });
  }

  LineServer::Callbacks callbacks() {
    return {[this](const LineServer::Peer& peer) { return admit(peer); },
            [this](const LineServer::Peer& peer, std::string_view line) { return take(peer, line); },
            [this](const LineServer::Peer& peer) { reporters.erase(peer.connection); },
            [this](const std::string& message) { Q_EMIT self.warning("telemetry: " + message); }};
  }

  bool admit(const LineServer::Peer& peer) {
    const auto pod = identity ? identity(peer.pid) : std::nullopt;
    if (pod)
      reporters[peer.connection] = {*pod, false};
    else
      ++stats.refusedConnections;
    return pod.has_value();
  }

  bool take(const LineServer::Peer& peer, std::string_view line) {
    auto& reporter = reporters[peer.connection];
    const auto message = xds::parseTelemetryLine(line);
    const bool expected =
        message && (reporter.greeted || message->kind == xds::TelemetryMessage::Kind::Hello);
    if (!expected) {
      ++stats.malformedLines;
      Q_EMIT self.warning("telemetry: closed the connection of " + reporter.pod.ns + "/" + reporter.pod.name +
                          ": " + (message ? "its first line is not a hello" : message.error().message));
      return false;
    }
    reporter.greeted = true;
    handle(reporter.pod, *message);
    return true;
  }

  void handle(const PodRef& reporter, const xds::TelemetryMessage& message) {
    stats.droppedByProxies += message.dropped;
    if (message.kind == xds::TelemetryMessage::Kind::Counters) return count(reporter, message.counters);
    if (message.kind == xds::TelemetryMessage::Kind::Request)
      record(reporter, message.request, message.sampledOneOf);
  }

  void count(const PodRef& reporter, const std::vector<xds::EdgeCounters>& counters) {
    ++stats.counterReports;
    for (const auto& each : counters) {
      const auto flows = attribute(index, reporter, {each.side, each.cluster, each.peerWorkload, each.mtls});
      if (!flows.empty()) totals.add(reporter, flows.front(), each);
      if (!flows.empty() && !flows_.count(now(), flows, each)) ++stats.droppedHere;
    }
    scheduleTick();
  }

  void record(const PodRef& reporter, xds::RequestRecord record, int sampledOneOf) {
    ++stats.records;
    record.workload = reporter.name;  // what the kernel says of the sender, not what the sender says
    const auto flow = hopOf(reporter, record);
    HopRecord hop{std::make_shared<const xds::RequestRecord>(std::move(record)),
                  flow.from,
                  flow.to,
                  true,
                  false,
                  std::max(1, sampledOneOf)};
    hop.client = hop.record->side != "inbound";
    hop.otherReports = otherSideReports(reporter, *hop.record, flow);
    if (!hop.client && attachLate(hop)) return;
    for (auto& row : joiner.add(now(), std::move(hop))) show(std::move(row));
    if (const auto next = joiner.nextMs(); next > 0 && !joinTimer.isActive())
      joinTimer.start(static_cast<int>(std::clamp<std::int64_t>(next - now(), 1, kServerWaitMs)));
  }

  // The ends of a record's hop. An inbound record without a known client is of some proxy of the mesh: from
  // stays "".
  Flow hopOf(const PodRef& reporter, const xds::RequestRecord& record) const {
    const auto& peer =
        record.peerWorkload.empty() && record.side == "inbound" ? record.peer : record.peerWorkload;
    const auto flows = attribute(index, reporter, {record.side, record.clusterName, peer, record.mtls});
    if (!flows.empty()) return flows.front();
    const auto* pod = index.pod(reporter);
    return {"", pod ? TopologyIndex::nodeId(*pod) : "workload:" + reporter.ns + "/" + reporter.name, false,
            true};
  }

  bool otherSideReports(const PodRef& reporter, const xds::RequestRecord& record, const Flow& flow) const {
    if (record.side == "inbound") return !flow.counts;
    const auto* pod = index.peer(record.peerWorkload, reporter.ns);
    return pod && pod->sidecar && !record.upstreamHost.empty();
  }

  // The client's record is out already (it gave up before the server did): the row gets the server's part in
  // place.
  bool attachLate(const HopRecord& late) {
    const auto& id = late.record->id.empty() ? late.record->traceId : late.record->id;
    for (const auto& row : ring.find(id)) {
      if (row->record.side == "inbound") continue;
      const HopRecord client{RecordPtr(row, &row->record), row->fromNode, row->toNode, true, true, 1};
      if (!HopJoiner::sameHop(client, late)) continue;
      auto changed = std::make_shared<TrafficRow>(*row);
      changed->server.push_back(late.record);
      ring.replace(changed);
      return true;
    }
    return false;
  }

  void show(TrafficRow row) {
    row.from = row.fromNode.empty() ? row.record.peer : index.title(row.fromNode);
    row.to = index.title(row.toNode);
    voteFor(row);
    const auto added = ring.add(std::move(row));
    if (batch.size() < kMaxBatch)
      batch.push_back(added);
    else
      ++stats.droppedHere;
    if (!batchTimer.isActive()) batchTimer.start(kBatchMs);
  }

  void voteFor(const TrafficRow& row) {
    const auto origin = originIndex(row.record.origin);
    if (origin < 0 || row.fromNode.empty()) return;
    std::vector<Flow> flows{{row.fromNode, row.toNode, true, true}};
    if (row.record.side == "gateway" && row.fromNode != kOutside)
      flows.push_back({std::string(kOutside), row.fromNode, true, false});
    flows_.vote(now(), flows, origin, row.sampledOneOf);
  }

  void expireJoins() {
    for (auto& row : joiner.expire(now())) show(std::move(row));
    if (const auto next = joiner.nextMs(); next > 0)
      joinTimer.start(static_cast<int>(std::clamp<std::int64_t>(next - now(), 1, kServerWaitMs)));
  }

  void sendBatch() { Q_EMIT self.traffic(std::make_shared<const TrafficBatch>(std::exchange(batch, {}))); }

  // At most two graphs a second; while nothing happens the timer waits for the next edge to go, or not at
  // all.
  void scheduleTick() {
    const auto wait = static_cast<int>(std::clamp<std::int64_t>(lastTickMs + kTickMs - now(), 0, kTickMs));
    if (!graphTimer.isActive() || graphTimer.remainingTime() > wait) graphTimer.start(wait);
  }

  void tick() {
    lastTickMs = now();
    flows_.prune(lastTickMs);
    sendMetrics();
    graph = std::make_shared<const TrafficGraph>(buildGraph({index, flows_, health, lastTickMs}));
    if (lastTickMs - flows_.lastSeenMs() < kActiveMs)
      graphTimer.start(kTickMs);
    else if (const auto gone = flows_.nextGoneMs(); gone > 0)
      graphTimer.start(static_cast<int>(std::clamp<std::int64_t>(gone - lastTickMs, kTickMs, kEdgeLifeMs)));
    Q_EMIT self.graphChanged(graph);
  }

  // Seconds that are over, each once. Reports of a second come up to one second later but are counted in
  // theirs.
  void sendMetrics() {
    const auto end = lastTickMs / 1000 * 1000;
    auto from = std::max(lastMetricMs, end - std::int64_t{kWindowSeconds} * 1000);
    lastMetricMs = end;
    auto points = std::make_shared<std::vector<MetricPoint>>();
    for (; from < end; from += 1000) {
      auto second = flows_.pointsOf(from);
      points->insert(points->end(), std::make_move_iterator(second.begin()),
                     std::make_move_iterator(second.end()));
    }
    if (!points->empty()) Q_EMIT self.metrics(points);
  }

  [[nodiscard]] std::int64_t now() const { return options.nowMs(); }

  struct Reporter {
    PodRef pod;
    bool greeted = false;
  };

  Telemetry& self;
  TelemetryOptions options;
  std::function<std::optional<PodRef>(std::int64_t)> identity;
  TopologyIndex index;
  FlowTable flows_;
  HealthMemory health;
  HopJoiner joiner;
  RowRing ring;
  CounterTotals totals;
  TelemetryStats stats;
  TrafficGraphPtr graph = std::make_shared<const TrafficGraph>();
  TrafficBatch batch;
  std::int64_t lastTickMs = 0, lastMetricMs = 0;
  std::map<std::uint64_t, Reporter> reporters;
  QTimer batchTimer{&self}, joinTimer{&self},
      graphTimer{&self};  // children: they follow the object to its thread
  LineServer server;      // last: its connections end first
};

Telemetry::Telemetry(TelemetryOptions options, QObject* parent)
    : QObject(parent), state_(std::make_unique<State>(*this, std::move(options))) {}

Telemetry::~Telemetry() = default;

void Telemetry::setIdentity(std::function<std::optional<PodRef>(std::int64_t)> identity) {
  state_->identity = std::move(identity);
}

Result<> Telemetry::listen(const std::string& socketPath) {
  return state_->server.listen(socketPath);
}

void Telemetry::setTopology(Topology topology) {
  state_->index = TopologyIndex(std::move(topology));
  state_->scheduleTick();
}

void Telemetry::report(const PodRef& reporter, const xds::TelemetryMessage& message) {
  state_->handle(reporter, message);
}

TrafficGraphPtr Telemetry::graph() const {
  return state_->graph;
}

std::vector<TrafficRowPtr> Telemetry::find(const std::string& id) const {
  return state_->ring.find(id);
}

std::vector<TrafficRowPtr> Telemetry::recent(int max) const {
  return state_->ring.recent(static_cast<std::size_t>(std::max(0, max)));
}

TelemetryStats Telemetry::stats() const {
  return state_->stats;
}

std::string Telemetry::prometheusText() const {
  return state_->totals.text(state_->stats);
}

}  // namespace varka::telemetry
