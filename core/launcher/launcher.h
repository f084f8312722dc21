#pragma once
// Launcher: Deployments and Pods become processes. A pod is a service process in its own namespaces, a
// varka-proxy beside it on the host and an agent (varka-pod) that holds the namespaces. Lives on the mesh
// thread, which must outlive it: the children die with the thread that started them (PR_SET_PDEATHSIG).
// Nothing here blocks.

#include <QObject>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/status.h"
#include "core/resource/object.h"
#include "core/resource/project.h"
#include "core/resource/store.h"

namespace varka::launcher {

struct LauncherOptions {
  std::string runDirectory;      // RUN of docs/contracts.md, exists, 0700; pods/ and etc/ are made in it
  std::string binDirectory;      // varka-pod and varka-proxy
  std::string samplesDirectory;  // ${VARKA_SAMPLES}; images.yaml in it is the built-in catalogue
  std::string projectDirectory;  // working directory of services and base of relative paths
  std::string captureMode;       // "" = the best that works; "namespace", "env"
  std::string clusterId = "Kubernetes";
  std::string trustDomain = "cluster.local";
  std::vector<resource::ImageEntry> images;  // of the project; they win over the built-in ones
  std::map<int, int> gatewayHostPorts = {{80, 8080},
                                         {443, 8443}};  // Service port → wanted host port; taken = a free one
  std::map<std::string, int>
      hostPorts;         // "ns/service:port" → wanted host port of the forwarder; others get a free one
  int graceSeconds = 5;  // where the pod has no terminationGracePeriodSeconds of its own
  std::string podProgram, proxyProgram;  // "" = in binDirectory; tests bring stand-ins
};

/// What shall run. All of them are read as Kubernetes does; kinds in the wrong list are ignored.
struct Desired {
  std::vector<resource::ObjectPtr>
      workloads;  // Deployment, Pod (also StatefulSet, ReplicaSet: their template)
  std::vector<resource::ObjectPtr> services;
  std::vector<resource::ObjectPtr> configs;     // ConfigMap, Secret
  std::vector<resource::ObjectPtr> namespaces;  // istio-injection: disabled switches sidecars off
};
[[nodiscard]] Desired desiredFrom(const resource::Snapshot& snapshot);

/// What this machine allows; `mode` is what a start with captureMode "" would use.
struct DoctorReport {
  bool namespaces = false;
  std::string mode;                   // "namespace" or "env"
  std::string step, error, advice;    // the first failing step of the real set-up, why, and what to do
  std::vector<std::string> warnings;  // works, but: "no overlay on /etc: …"
};
/// Runs the real set-up in a throw-away child; takes about 10 ms, at most 5 s.
[[nodiscard]] DoctorReport doctor(const std::string& podProgram);

class Launcher : public QObject {
  Q_OBJECT
 public:
  explicit Launcher(QObject* parent = nullptr);
  ~Launcher() override;  // kills what stopAll has not stopped

  /// Chooses the capture mode. Fails when the programs are missing or a mode was asked for that does not work
  /// here.
  Result<> start(LauncherOptions options);
  [[nodiscard]] std::string captureMode() const;
  [[nodiscard]] std::string captureDetail() const;  // why this mode, its limits; "" when there are none

  /// Starts, replaces and stops pods until they match. Idempotent: unchanged templates keep their pods.
  void reconcile(const Desired& desired);
  /// The project's catalogue after a reload; the next reconcile replaces pods whose command it changes.
  void setImages(std::vector<resource::ImageEntry> images);
  /// SIGTERM to services, grace, then proxies, then agents. `allStopped` when nothing is left.
  void stopAll();

  [[nodiscard]] std::vector<PodStatusPtr> pods() const;  // by namespace and name
  /// `pod` everywhere below: "name" or "ns/name". Null when unknown.
  [[nodiscard]] PodStatusPtr pod(const std::string& pod) const;
  /// Whose proxy (or service) has this pid: how citadel learns who asks. Null for strangers.
  [[nodiscard]] PodStatusPtr podOfProcess(std::int64_t pid) const;
  [[nodiscard]] std::vector<LogLine> logs(const std::string& pod, int maxLines) const;
  [[nodiscard]] std::vector<HostAddress> hostAddresses() const;

  Result<> restart(const std::string& pod);  // SIGTERM → grace → SIGKILL → start, no back-off
  Result<> signal(const std::string& pod, int signal);                        // to the service process
  Result<> stopWorkload(const std::string& ns, const std::string& workload);  // as scaled to 0, until started
  Result<> startWorkload(const std::string& ns, const std::string& workload);
  /// A command line that joins the pod's namespaces, directory and environment and runs `command` there.
  [[nodiscard]] Result<std::vector<std::string>> execCommand(const std::string& pod,
                                                             const std::vector<std::string>& command) const;

 Q_SIGNALS:
  void podChanged(varka::launcher::PodStatusPtr pod);  // any field but the sampled ones
  void podRemoved(QString ns, QString name);
  void sampled();  // 1 Hz: CPU and RSS of all pods are new
  void logLine(varka::launcher::LogLine line);
  void event(varka::launcher::LauncherEvent event);
  void hostAddressesChanged();
  void allStopped();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::launcher

Q_DECLARE_METATYPE(varka::launcher::PodStatusPtr)
Q_DECLARE_METATYPE(varka::launcher::LogLine)
Q_DECLARE_METATYPE(varka::launcher::LauncherEvent)
