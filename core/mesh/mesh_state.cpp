#include "core/mesh/mesh_state.h"

#include <algorithm>
#include <filesystem>

#include "core/base/log.h"
#include "core/mesh/builtin.h"
#include "core/mesh/problems.h"
#include "core/mesh/resource_commands.h"

namespace varka::mesh {
namespace {

namespace fs = std::filesystem;
using launcher::Launcher;
using telemetry::Telemetry;

constexpr int kViewMs = 100;     // views at most ten times a second
constexpr int kAnalyseMs = 150;  // after the resources are quiet
constexpr int kLogMs = 100;

void singleShot(QTimer& timer, int ms, QObject* context, std::function<void()> work) {
  timer.setSingleShot(true);
  timer.setInterval(ms);
  QObject::connect(&timer, &QTimer::timeout, context, std::move(work));
}

void startOnce(QTimer& timer) {
  if (!timer.isActive()) timer.start();
}

}  // namespace

Mesh::State::State(Mesh& owner, MeshOptions given) : mesh(owner), options(std::move(given)) {
  singleShot(viewTimer, kViewMs, &mesh, [this] { publishView(); });
  singleShot(reconcileTimer, 0, &mesh, [this] { reconcile(); });
  singleShot(analyseTimer, kAnalyseMs, &mesh, [this] { analyse(); });
  singleShot(expireTimer, 0, &mesh, [this] { expireCertificates(); });
  singleShot(logTimer, kLogMs, &mesh, [this] {
    Q_EMIT mesh.logLines(std::make_shared<const std::vector<LogLine>>(std::exchange(pendingLogs, {})));
  });
  view = std::make_shared<const MeshView>();
}

Mesh::State::~State() {
  companion.reset();
  if (processes) processes->disconnect();
  if (proxies) proxies->disconnect();
  push.reset();
  proxies.reset();
}

// ---- start ----

Result<> Mesh::State::openDirectories() {
  auto located = locate(options);
  if (!located) return fail(located.error());
  locations = std::move(*located);
  name = fs::path(locations.project).stem().string();
  auto claimed = RunDirectory::claim(locations.runtime, locations.project);
  if (!claimed) return fail(claimed.error());
  runDirectory = std::move(*claimed);
  std::error_code error;
  fs::create_directories(locations.state, error);
  fs::permissions(locations.state, fs::perms::owner_all, error);
  if (error) return fail("prepare " + locations.state + ": " + error.message());

  store::HistoryOptions history;
  history.path = locations.state + "/history.db";
  history.onWarning = [](const std::string& message) { log::warn("history", message); };
  journal = std::make_unique<Journal>(std::make_unique<store::History>(std::move(history)));
  if (runDirectory->hadLeftovers()) {
    addEvent("process", "info", "Mesh " + name, "the last run was killed; what it left in " + locations.runtime + " was removed");
  }
  return {};
}

Result<ProjectSource::Loaded> Mesh::State::readProject() {
  source = std::make_unique<ProjectSource>(locations.project);
  auto loaded = source->load();
  if (anyError(loaded.problems)) {
    fileProblems = loaded.problems;
    std::vector<ProblemView> errors;
    std::copy_if(loaded.problems.begin(), loaded.problems.end(), std::back_inserter(errors),
                 [](const auto& problem) { return problem.severity == "error"; });
    return fail(describe(errors));
  }
  name = loaded.project.name.empty() ? name : loaded.project.name;
  settings = loaded.project.settings;
  return loaded;
}

Result<> Mesh::State::startParts(const resource::Project& project) {
  citadel::AuthorityOptions authorityOptions;
  authorityOptions.directory = locations.state + "/ca";
  auto opened = citadel::Authority::open(std::move(authorityOptions));
  if (!opened) return fail(opened.error().in("certificate authority"));
  authority = std::move(*opened);

  traffic = std::make_unique<Telemetry>();
  processes = std::make_unique<Launcher>();
  proxies = std::make_unique<XdsServer>([this](std::int64_t pid) { return processes->podOfProcess(pid); },
                                    [this](const xds::Csr& csr, const launcher::PodStatus& pod) { return sign(csr, pod); });
  push = std::make_unique<ConfigPush>([this] { return pilotInput(); }, *proxies);
  wire();

  if (auto listening = proxies->listen(locations.runtime + "/xds.sock"); !listening) return listening;
  if (auto listening = traffic->listen(locations.runtime + "/telemetry.sock"); !listening) return listening;

  launcher::LauncherOptions run;
  run.runDirectory = locations.runtime;
  run.binDirectory = locations.bin;
  run.samplesDirectory = locations.samples;
  run.projectDirectory = locations.directory;
  run.captureMode = options.captureMode;
  run.trustDomain = authority->trustDomain();
  run.images = project.images;
  if (options.ingressPort > 0) run.gatewayHostPorts[80] = options.ingressPort;
  return processes->start(std::move(run));
}

void Mesh::State::wire() {
  store.watch([this](const auto& changes, std::uint64_t revision) { resourcesChanged(changes, revision); });
  connect(source.get(), &ProjectSource::changed, &mesh, [this] { reload(); });

  connect(processes.get(), &Launcher::podChanged, &mesh, [this](const launcher::PodStatusPtr& pod) { podChanged(pod); });
  connect(processes.get(), &Launcher::podRemoved, &mesh, [this](const QString& ns, const QString& pod) {
    authority->forget(ns.toStdString(), pod.toStdString());
    if (readiness.erase(ns.toStdString() + "/" + pod.toStdString()) > 0) push->endpointsChanged();
    touchView();
  });
  connect(processes.get(), &Launcher::sampled, &mesh, [this] {
    usage.sample();
    touchView();
  });
  connect(processes.get(), &Launcher::logLine, &mesh, [this](launcher::LogLine line) { addLogLine(std::move(line)); });
  connect(processes.get(), &Launcher::event, &mesh, [this](const launcher::LauncherEvent& happened) {
    addEvent({happened.timeMs, happened.kind, happened.severity, happened.object, happened.message, happened.origin});
  });
  connect(processes.get(), &Launcher::hostAddressesChanged, &mesh, [this] { touchView(); });
  connect(processes.get(), &Launcher::allStopped, &mesh, [this] { stopped(); });

  connect(proxies.get(), &XdsServer::changed, &mesh, [this] { touchView(); });
  connect(proxies.get(), &XdsServer::refused, &mesh, [this](const QString& message) {
    addEvent("proxy", "warning", "", message.toStdString());
  });
  connect(proxies.get(), &XdsServer::nacked, &mesh, [this](const QString& pod, const QString& message) {
    addEvent("proxy", "error", "Pod " + pod.toStdString(), "the proxy refused its configuration: " + message.toStdString());
  });
  connect(push.get(), &ConfigPush::built, &mesh, [this] { traffic->setTopology(buildTopology(viewInput())); });
  connect(push.get(), &ConfigPush::synced, &mesh, [this] { touchView(); });

  traffic->setIdentity([this](std::int64_t pid) -> std::optional<telemetry::PodRef> {
    const auto pod = processes->podOfProcess(pid);
    if (!pod) return std::nullopt;
    return telemetry::PodRef{pod->ns, pod->name};
  });
  connect(traffic.get(), &Telemetry::graphChanged, &mesh, &Mesh::graphChanged);
  connect(traffic.get(), &Telemetry::traffic, &mesh, [this](const std::shared_ptr<const telemetry::TrafficBatch>& batch) {
    journal->requests(*batch);
    Q_EMIT mesh.traffic(batch);
  });
  connect(traffic.get(), &Telemetry::metrics, &mesh, [this](const auto& points) { journal->metrics(*points); });
  connect(traffic.get(), &Telemetry::warning, &mesh, [this](const std::string& message) {
    addEvent("proxy", "warning", "", message);
  });
  authority->onJournal([this](const citadel::JournalEntry& entry) {
    journal->certificate(entry);
    const std::string object = entry.certificate.root ? "Root" : "Pod " + entry.certificate.ns + "/" + entry.certificate.owner;
    addEvent("certificate", entry.kind == "expired" ? "warning" : "info", object,
             "certificate " + entry.kind + (entry.certificate.spiffeId.empty() ? "" : ": " + entry.certificate.spiffeId));
    startOnce(expireTimer);
  });
}

// ---- controllers ----

void Mesh::State::resourcesChanged(const std::vector<resource::Change>& changes, std::uint64_t revision) {
  journal->revision(changes, revision, cause);
  push->changed();
  startOnce(reconcileTimer);
  startOnce(analyseTimer);
  touchView();
}

void Mesh::State::reconcile() {
  if (phase == "stopping" || phase == "stopped") return;
  const auto before = store.revision();
  cause = "controller";
  auto builtin = builtinNamespaces(*store.snapshot());
  for (auto& object : ingressGateway(*store.snapshot())) builtin.push_back(std::move(object));
  if (!builtin.empty()) store.apply(std::move(builtin), resource::Source::Controller);
  if (store.revision() != before) reconcileTimer.stop();  // this pass already sees what it added
  processes->reconcile(launcher::desiredFrom(*store.snapshot()));
}

void Mesh::State::reload() {
  if (phase == "stopping" || phase == "stopped") return;
  takeFiles(source->load(), "files");
}

Mesh::ApplyResult Mesh::State::takeFiles(ProjectSource::Loaded loaded, const std::string& reason) {
  ApplyResult result;
  fileProblems = loaded.problems;
  result.problems = std::move(loaded.problems);
  result.revision = store.revision();
  touchView();
  if (!result.ok()) {
    const auto first = std::find_if(result.problems.begin(), result.problems.end(), [](const auto& p) { return p.severity == "error"; });
    addEvent({nowMs(), "config", "error", first->object, first->message + " The last good version stays live.", first->origin});
    return result;
  }
  source->markApplied();
  settings = loaded.project.settings;
  cause = reason;
  const auto changes = store.replaceFiles(std::move(loaded.project.objects));
  for (const auto& change : changes) {
    const char* word = change.kind == resource::ChangeKind::Added     ? " created"
                       : change.kind == resource::ChangeKind::Deleted ? " deleted"
                                                                      : " configured";
    result.lines.push_back(kubectlName(change.object->key()) + word);
  }
  result.revision = store.revision();
  if (!changes.empty() && phase == "running") {
    addEvent("config", "info", "Mesh " + name, "reloaded: " + std::to_string(changes.size()) +
                                                   (changes.size() == 1 ? " object changed" : " objects changed"));
  }
  return result;
}

void Mesh::State::podChanged(const launcher::PodStatusPtr& pod) {
  const auto key = pod->ns + "/" + pod->name;
  const auto known = readiness.find(key);
  const bool was = known != readiness.end() && known->second;
  if (known == readiness.end() || was != pod->ready) {
    readiness[key] = pod->ready;
    push->endpointsChanged();
  }
  touchView();
}

pilot::PilotInput Mesh::State::pilotInput() const {
  pilot::PilotInput input;
  input.resources = store.snapshot();
  for (const auto& pod : processes->pods()) {
    if (!pod->ip.empty()) input.endpoints.push_back(endpoint(*pod));
  }
  input.rootsPem = authority->rootsPem();
  input.trustDomain = authority->trustDomain();
  input.mesh = pilot::meshConfigFrom(*input.resources);
  return input;
}

Result<xds::CertificateIssued> Mesh::State::sign(const xds::Csr& csr, const launcher::PodStatus& pod) {
  const auto issued = authority->sign(csr.pem, {pod.name, pod.ns, pod.serviceAccount}, std::chrono::seconds(csr.ttlSeconds));
  if (!issued) return fail(issued.error());
  touchView();
  return xds::CertificateIssued{csr.id, csr.name, issued->chainPem, issued->rootsPem, issued->notAfterMs, issued->renewAtMs};
}

void Mesh::State::expireCertificates() {
  const auto next = authority->expire();
  if (next <= 0) return;
  constexpr std::int64_t kDay = 24 * 3600 * 1000;
  expireTimer.start(static_cast<int>(std::clamp<std::int64_t>(next - nowMs(), 1000, kDay)));
}

// ---- views ----

void Mesh::State::touchView() {
  startOnce(viewTimer);
}

void Mesh::State::analyse() {
  std::vector<ProblemView> fresh;
  for (const auto& problem : galley::validateSet(*mesh.objects())) fresh.push_back(toProblem(problem));
  setProblems = std::move(fresh);
  touchView();
}

ViewInput Mesh::State::viewInput() const {
  ViewInput input;
  input.name = name;
  input.directory = locations.directory;
  input.state = phase;
  input.resources = store.snapshot();
  if (processes) {
    input.pods = processes->pods();
    input.hostAddresses = processes->hostAddresses();
    input.captureMode = processes->captureMode();
    input.captureDetail = processes->captureDetail();
  }
  if (proxies) input.streams = proxies->streams();
  if (authority) {
    input.trustDomain = authority->trustDomain();
    input.certificates = authority->certificates();
  }
  input.problems = fileProblems;
  input.problems.insert(input.problems.end(), setProblems.begin(), setProblems.end());
  if (source) input.files = source->files();
  for (const auto& [key, object] : input.resources->objects) {
    const auto from = store.sourceOf(key).value_or(resource::Source::File);
    const char* word = from == resource::Source::File ? "file" : from == resource::Source::Api ? "api" : "controller";
    input.objects.push_back({key.group, object->version(), key.kind, key.ns, key.name, object->origin, word});
  }
  if (push) {
    input.routing = push->context();
    input.sync = push->sync();
  }
  input.rssKiB = usage.rssKiB();
  input.cpuPercent = usage.cpuPercent();
  return input;
}

void Mesh::State::publishView() {
  viewTimer.stop();
  const auto input = viewInput();
  view = std::make_shared<const MeshView>(buildView(input));
  if (traffic) traffic->setTopology(buildTopology(input));
  startWantedLoad();
  Q_EMIT mesh.viewChanged(view);
}

void Mesh::State::startWantedLoad() {
  if (wantedRps <= 0 || view->ingress.empty()) return;
  const bool starting = std::any_of(view->pods.begin(), view->pods.end(), [](const auto& pod) {
    return pod.state == "waiting" || pod.state == "starting";
  });
  if (starting || view->pods.empty()) return;  // the first picture shall not be one of errors
  load.run(std::exchange(wantedRps, 0), view->ingress.front().url + view->ingress.front().path);
}

void Mesh::State::addEvent(EventView happened) {
  if (journal) journal->event(happened);
  Q_EMIT mesh.event(happened);
}

void Mesh::State::addEvent(std::string kind, std::string severity, std::string object, std::string message) {
  addEvent({nowMs(), std::move(kind), std::move(severity), std::move(object), std::move(message), {}});
}

LogLine toLogLine(launcher::LogLine line) {
  return {line.timeMs, std::move(line.pod), std::move(line.app), std::move(line.stream), std::move(line.text)};
}

void Mesh::State::addLogLine(launcher::LogLine line) {
  constexpr std::size_t kMaxPending = 5000;  // between two signals; the launcher keeps its own ring
  if (pendingLogs.size() < kMaxPending) pendingLogs.push_back(toLogLine(std::move(line)));
  startOnce(logTimer);
}

void Mesh::State::setPhase(const std::string& value) {
  phase = value;
  touchView();
}

void Mesh::State::stopped() {
  if (phase == "stopped") return;
  setPhase("stopped");
  publishView();
  Q_EMIT mesh.stopped();
}

}  // namespace varka::mesh
