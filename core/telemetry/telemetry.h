#pragma once
// Telemetry: the receiving end of all proxies' reports. Listens on telemetry.sock, counts into windows, joins
// the two records of a hop, builds the traffic graph. Lives on the mesh thread, owned by Mesh. At rest no
// timer runs.

#include <QObject>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/telemetry/topology.h"
#include "core/telemetry/traffic_graph.h"

namespace varka::telemetry {

struct PodRef {
  std::string ns, name;
  auto operator<=>(const PodRef&) const = default;
};

struct TelemetryOptions {
  std::size_t ringRows = 20000;
  double degradedShare = 0.001, failingShare = 0.05;
  std::function<std::int64_t()> nowMs;  // empty = the system's clock
};

/// One second of one edge, for history and charts.
struct MetricPoint {
  std::int64_t atMs = 0;  // start of the second
  std::string edge;       // GraphEdge::id
  std::uint64_t requests = 0, errors = 0, bytes = 0;
  double p50Ms = 0, p95Ms = 0, p99Ms = 0;
};

struct TelemetryStats {
  std::uint64_t records = 0, counterReports = 0, malformedLines = 0, refusedConnections = 0;
  std::uint64_t droppedByProxies = 0, droppedHere = 0;
};

class Telemetry : public QObject {
  Q_OBJECT
 public:
  explicit Telemetry(TelemetryOptions options = {}, QObject* parent = nullptr);
  ~Telemetry() override;

  /// Which pod's proxy has this process id; nothing refuses the connection. Set before `listen`.
  void setIdentity(std::function<std::optional<PodRef>(std::int64_t pid)> identity);
  /// Makes the socket (0600); only processes of this user may connect.
  Result<> listen(const std::string& socketPath);
  void setTopology(Topology topology);

  // The same entry the socket has, for tests and in-process reporters.
  void report(const PodRef& reporter, const xds::TelemetryMessage& message);

  [[nodiscard]] TrafficGraphPtr graph() const;
  /// Rows whose x-request-id or trace id is `id`, by start time.
  [[nodiscard]] std::vector<TrafficRowPtr> find(const std::string& id) const;
  /// The newest `max` rows, oldest first.
  [[nodiscard]] std::vector<TrafficRowPtr> recent(int max) const;
  [[nodiscard]] TelemetryStats stats() const;
  /// Everything counted since the start in Prometheus' text format 0.0.4.
  [[nodiscard]] std::string prometheusText() const;

 Q_SIGNALS:
  void graphChanged(varka::telemetry::TrafficGraphPtr graph);  // ≤ 2 Hz, only while it changes
  void traffic(std::shared_ptr<const varka::telemetry::TrafficBatch> batch);  // ≤ 10 Hz
  void metrics(std::shared_ptr<const std::vector<varka::telemetry::MetricPoint>>
                   points);  // once a second with traffic
  /// A connection was refused or closed, and why: for the mesh's events.
  void warning(std::string message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::telemetry
