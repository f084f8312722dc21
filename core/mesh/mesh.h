#pragma once
// Mesh: the whole engine behind one facade. Owns store, galley, pilot, citadel, launcher, telemetry and history on ONE
// thread (the one the object lives on). app/, core/api and ui/bridge see only
// this and view.h. Commands are asynchronous and answer by a callback on the mesh thread; queries return values.

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/mesh/view.h"
#include "core/resource/object.h"

namespace varka::pilot {
class PushContext;
}

namespace varka::mesh {

class Mesh;

struct MeshOptions {
  std::string project;          // directory, file, or "sample:NAME"
  std::string stateDirectory;   // "" = $XDG_STATE_HOME/varka/<name>-<hash>
  std::string runtimeDirectory; // "" = $XDG_RUNTIME_DIR/varka/<name>-<hash>, else below /tmp, 0700
  std::string binDirectory;     // where varka-proxy and varka-pod are; "" = beside this program
  std::string samplesDirectory; // "" = found beside the program or in the source tree
  std::string captureMode;      // "" = the best that works; "namespace", "env"
  /// Made by start() beside the mesh and destroyed before it, on its thread: how app/ adds the control socket, also in a window.
  std::function<Result<std::unique_ptr<QObject>>(Mesh&)> companion;
  int ingressPort = 0;          // host port for port 80 of the gateway; 0 = 8080, or a free one when taken
};

class Mesh : public QObject {
  Q_OBJECT
 public:
  explicit Mesh(MeshOptions options, QObject* parent = nullptr);
  ~Mesh() override;

  /// Loads the project and starts everything. Problems of the project come back at once; processes report by events.
  Result<> start();
  /// SIGTERM to services, grace, then sidecars, agents; `stopped` is emitted when nothing is left.
  void stop();

  // Queries
  [[nodiscard]] MeshViewPtr view() const;
  [[nodiscard]] TrafficGraphPtr graph() const;
  [[nodiscard]] std::shared_ptr<const std::vector<resource::ObjectPtr>> objects() const;
  /// Pilot's model of the live revision: routes of a host with their places. Immutable, may be read on any thread.
  [[nodiscard]] std::shared_ptr<const pilot::PushContext> routing() const;
  [[nodiscard]] std::vector<LogLine> logs(const std::string& pod, int maxLines) const;
  [[nodiscard]] std::vector<EventView> events(int maxEvents) const;
  /// Records whose id (x-request-id) or trace id equals `id`, outbound first.
  [[nodiscard]] std::vector<std::shared_ptr<const TrafficRow>> findRequest(const std::string& id) const;
  [[nodiscard]] std::vector<std::shared_ptr<const TrafficRow>> recentRequests(int max) const;
  /// Where this mesh keeps its sockets (0700) and its durable state; known after start().
  [[nodiscard]] std::string runtimeDirectory() const;
  [[nodiscard]] std::string stateDirectory() const;
  /// Envoy config_dump JSON of what Pilot last generated for the pod's proxy.
  [[nodiscard]] Result<std::string> configDump(const std::string& pod) const;

  // Resources. `apply` parses, validates the whole, and either takes everything or nothing (problems tell why).
  struct ApplyResult {
    std::vector<ProblemView> problems;        // errors: nothing was applied
    std::vector<std::string> lines;           // kubectl's words: "virtualservice.networking.istio.io/reviews created"
    std::uint64_t revision = 0;
    [[nodiscard]] bool ok() const;
  };
  ApplyResult apply(const std::string& yaml, const std::string& sourceName, const std::string& defaultNamespace = "default");
  ApplyResult remove(const resource::Key& key);
  /// Validation only: what `apply` would answer.
  std::vector<ProblemView> check(const std::string& yaml, const std::string& sourceName) const;
  /// Writes a project file (temp + rename) and reloads; on problems the file is written only if `force`.
  ApplyResult saveFile(const std::string& path, const std::string& text, bool force = false);

  // Processes
  Result<> restartPod(const std::string& pod);
  Result<> signalPod(const std::string& pod, int signal);
  Result<> scale(const std::string& ns, const std::string& deployment, int replicas);
  Result<> stopWorkload(const std::string& ns, const std::string& deployment);
  Result<> startWorkload(const std::string& ns, const std::string& deployment);
  /// A command line that joins the pod's namespaces and runs `command`: what `varka exec` runs in the caller's terminal.
  Result<std::vector<std::string>> execCommand(const std::string& pod, const std::vector<std::string>& command) const;

  // Certificates
  Result<> rotateCertificate(const std::string& pod);  // "" = all
  Result<> setCertificateTtl(std::int64_t seconds);

  // Sample load, in process: GET `url` at `rps` until stopped (0 stops). "" = the first page of the ingress, as soon as there is one.
  void setSampleLoad(double rps, const std::string& url);

 Q_SIGNALS:
  void viewChanged(varka::mesh::MeshViewPtr view);
  void graphChanged(varka::mesh::TrafficGraphPtr graph);                               // 2 Hz
  void traffic(std::shared_ptr<const varka::mesh::TrafficBatch> batch);                // ≤ 10 Hz
  void logLines(std::shared_ptr<const std::vector<varka::mesh::LogLine>> lines);       // ≤ 10 Hz
  void event(varka::mesh::EventView event);
  void stopped();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::mesh
