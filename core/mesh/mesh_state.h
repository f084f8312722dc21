#pragma once
// Mesh::State: the parts of a running mesh and the wires between them. Order of members is order of construction, and the
// reverse of it the order in which they go. Private to core/mesh; mesh thread.

#include <QTimer>
#include <memory>
#include <string>
#include <vector>

#include "core/citadel/authority.h"
#include "core/launcher/launcher.h"
#include "core/mesh/config_push.h"
#include "core/mesh/journal.h"
#include "core/mesh/locations.h"
#include "core/mesh/mesh.h"
#include "core/mesh/own_usage.h"
#include "core/mesh/project_source.h"
#include "core/mesh/run_directory.h"
#include "core/mesh/sample_load.h"
#include "core/mesh/view_builder.h"
#include "core/mesh/xds_server.h"
#include "core/resource/store.h"
#include "core/telemetry/telemetry.h"

namespace varka::mesh {

struct Mesh::State {
  State(Mesh& owner, MeshOptions given);
  ~State();

  Mesh& mesh;
  MeshOptions options;
  Locations locations;
  std::string phase = "stopped";  // MeshView::state
  std::string name;
  resource::Value settings;       // `mesh:` of varka.yaml

  std::unique_ptr<RunDirectory> runDirectory;
  resource::Store store;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<citadel::Authority> authority;
  std::unique_ptr<ProjectSource> source;
  std::unique_ptr<telemetry::Telemetry> traffic;
  std::unique_ptr<launcher::Launcher> processes;
  std::unique_ptr<XdsServer> proxies;
  std::unique_ptr<ConfigPush> push;
  SampleLoad load;
  double wantedRps = 0;             // asked for without a URL, not yet started
  OwnUsage usage;
  std::unique_ptr<QObject> companion;

  // start, in this order
  Result<> openDirectories();
  Result<ProjectSource::Loaded> readProject();
  Result<> startParts(const resource::Project& project);
  void wire();

  // controllers
  void resourcesChanged(const std::vector<resource::Change>& changes, std::uint64_t revision);
  void reconcile();                 // built-in objects, then processes
  void reload();                    // of the files
  ApplyResult takeFiles(ProjectSource::Loaded loaded, const std::string& cause);
  void podChanged(const launcher::PodStatusPtr& pod);
  void expireCertificates();
  [[nodiscard]] pilot::PilotInput pilotInput() const;
  [[nodiscard]] Result<xds::CertificateIssued> sign(const xds::Csr& csr, const launcher::PodStatus& pod);

  // views
  void touchView();
  void publishView();
  void analyse();                   // galley over the whole set, after the resources settled
  [[nodiscard]] ViewInput viewInput() const;
  void addEvent(EventView event);
  void addEvent(std::string kind, std::string severity, std::string object, std::string message);
  void addLogLine(launcher::LogLine line);

  void startWantedLoad();           // once a gateway pod is ready
  void setPhase(const std::string& value);
  void stopped();

  std::string cause = "start";      // of the next revision, for the history
  std::vector<ProblemView> fileProblems, setProblems;
  std::vector<ObjectView> objectViews;
  std::shared_ptr<const std::vector<resource::ObjectPtr>> objects;
  MeshViewPtr view;
  std::uint64_t taggedRevision = 0;  // the revision `objects` is of
  QTimer viewTimer, reconcileTimer, analyseTimer, expireTimer, logTimer;
  std::vector<LogLine> pendingLogs;
  std::map<std::string, bool> readiness;  // "ns/pod" → in the endpoints, as last pushed
};

/// Launcher's values as the view's.
LogLine toLogLine(launcher::LogLine line);

}  // namespace varka::mesh
