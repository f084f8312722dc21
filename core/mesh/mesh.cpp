#include "core/mesh/mesh.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/mesh/config_dump.h"
#include "core/mesh/mesh_state.h"
#include "core/mesh/problems.h"
#include "core/mesh/resource_commands.h"
#include "core/resource/yaml.h"

namespace varka::mesh {
namespace {

namespace fs = std::filesystem;

/// Replaces a file in one step: readers see the old text or the new one.
Result<> writeFile(const fs::path& path, const std::string& text) {
  const fs::path temporary = path.string() + ".varka-new";
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) return fail("write " + path.string() + ": " + errnoText(errno));
  }
  std::error_code error;
  if (const auto status = fs::status(path, error); !error) fs::permissions(temporary, status.permissions(), error);
  fs::rename(temporary, path, error);
  if (error) return fail("write " + path.string() + ": " + error.message());
  return {};
}

Mesh::ApplyResult refuse(const std::string& message) {
  Mesh::ApplyResult result;
  result.problems.push_back({"VARKA0014", "error", "", message, {}, ""});
  return result;
}

Result<> notRunning() {
  return fail("the mesh is not running");
}

}  // namespace

bool Mesh::ApplyResult::ok() const {
  return !anyError(problems);
}

Mesh::Mesh(MeshOptions options, QObject* parent) : QObject(parent), state_(std::make_unique<State>(*this, std::move(options))) {}

Mesh::~Mesh() {
  state_->companion.reset();  // it may still use the mesh
}

Result<> Mesh::start() {
  auto& s = *state_;
  s.setPhase("starting");
  const auto started = [&]() -> Result<> {
    if (auto opened = s.openDirectories(); !opened) return opened;
    auto loaded = s.readProject();
    if (!loaded) return fail(loaded.error());
    if (auto parts = s.startParts(loaded->project); !parts) return parts;
    s.takeFiles(std::move(*loaded), "start");
    s.reconcile();
    if (!s.options.companion) return {};
    auto companion = s.options.companion(*this);
    if (!companion) return fail(companion.error());
    s.companion = std::move(*companion);
    return {};
  }();
  if (!started) {
    s.setPhase("failed");
    s.addEvent("config", "error", "", started.error().message);
    return started;
  }
  s.setPhase("running");
  s.publishView();
  return {};
}

void Mesh::stop() {
  auto& s = *state_;
  if (s.phase == "stopping") return;
  s.load.run(0, "");
  s.setPhase("stopping");
  if (s.processes) {
    s.processes->stopAll();
  } else {
    QMetaObject::invokeMethod(this, [this] { state_->stopped(); }, Qt::QueuedConnection);
  }
}

// ---- queries ----

MeshViewPtr Mesh::view() const {
  return state_->view;
}

TrafficGraphPtr Mesh::graph() const {
  return state_->traffic ? state_->traffic->graph() : nullptr;
}

std::shared_ptr<const std::vector<resource::ObjectPtr>> Mesh::objects() const {
  auto& s = *state_;
  if (!s.objects || s.taggedRevision != s.store.revision()) {
    auto list = std::make_shared<std::vector<resource::ObjectPtr>>();
    for (const auto& [key, object] : s.store.snapshot()->objects) list->push_back(object);
    s.objects = std::move(list);
    s.taggedRevision = s.store.revision();
  }
  return s.objects;
}

std::shared_ptr<const pilot::PushContext> Mesh::routing() const {
  return state_->push ? state_->push->context() : nullptr;
}

std::vector<LogLine> Mesh::logs(const std::string& pod, int maxLines) const {
  std::vector<LogLine> out;
  if (!state_->processes) return out;
  for (auto& line : state_->processes->logs(pod, maxLines)) out.push_back(toLogLine(std::move(line)));
  return out;
}

std::vector<EventView> Mesh::events(int maxEvents) const {
  return state_->journal ? state_->journal->events(maxEvents) : std::vector<EventView>{};
}

std::vector<std::shared_ptr<const TrafficRow>> Mesh::findRequest(const std::string& id) const {
  return state_->traffic ? state_->traffic->find(id) : TrafficBatch{};
}

std::vector<std::shared_ptr<const TrafficRow>> Mesh::recentRequests(int max) const {
  return state_->traffic ? state_->traffic->recent(max) : TrafficBatch{};
}

std::string Mesh::runtimeDirectory() const {
  return state_->locations.runtime;
}

std::string Mesh::stateDirectory() const {
  return state_->locations.state;
}

Result<std::string> Mesh::configDump(const std::string& pod) const {
  const auto& s = *state_;
  const auto status = s.processes ? s.processes->pod(pod) : nullptr;
  if (!status) return fail("no pod '" + pod + "'");
  const auto snapshot = s.proxies->snapshotOf(status->ns + "/" + status->name);
  if (!snapshot) return fail("the proxy of " + status->name + " is not connected; its state is in `varka status`");
  return configDumpJson(*snapshot, status->nodeId);
}

// ---- resources ----

Mesh::ApplyResult Mesh::apply(const std::string& yaml, const std::string& sourceName, const std::string& defaultNamespace) {
  state_->cause = "apply " + sourceName;
  return applyManifest(state_->store, yaml, sourceName, defaultNamespace);
}

Mesh::ApplyResult Mesh::remove(const resource::Key& key) {
  state_->cause = "delete";
  return removeObject(state_->store, key);
}

std::vector<ProblemView> Mesh::check(const std::string& yaml, const std::string& sourceName) const {
  const auto documents = resource::parseYaml(yaml, sourceName);
  if (!documents) return {toProblem(documents.error(), sourceName)};
  const bool shortForm = std::any_of(documents->begin(), documents->end(), [](const resource::Value& document) {
    return document["kind"].text() == "Mesh" && document["apiVersion"].text().starts_with("varka.dev/");
  });
  if (shortForm) return {};  // the loader checks it, against the folder it is in
  return checkManifest(yaml, sourceName, "default", *state_->store.snapshot()).problems;
}

Mesh::ApplyResult Mesh::saveFile(const std::string& path, const std::string& text, bool force) {
  auto& s = *state_;
  if (!s.source) return refuse("the mesh is not running");
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  const auto inside = fs::relative(target, s.locations.directory, error).string();
  if (error || inside.starts_with("..")) return refuse(path + " is not a file of the project in " + s.locations.directory);

  ApplyResult result;
  if (!force) {
    result.problems = check(text, target.string());
    if (!result.ok()) return result;
  }
  const bool existed = fs::exists(target, error);
  std::string before;
  if (existed) {
    std::ifstream file(target, std::ios::binary);
    before.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (auto written = writeFile(target, text); !written) return refuse(written.error().message);
  auto loaded = s.source->load();
  if (anyError(loaded.problems) && !force) {  // what only the loader sees: the short form
    const auto undone = existed ? writeFile(target, before) : Result<>{};
    if (!existed) fs::remove(target, error);
    result.problems = std::move(loaded.problems);
    if (!undone) result.problems.push_back({"VARKA0014", "error", "", undone.error().message, {}, ""});
    s.source->load();
    return result;
  }
  return s.takeFiles(std::move(loaded), "save " + inside);
}

// ---- processes ----

Result<> Mesh::restartPod(const std::string& pod) {
  return state_->processes ? state_->processes->restart(pod) : notRunning();
}

Result<> Mesh::signalPod(const std::string& pod, int signal) {
  return state_->processes ? state_->processes->signal(pod, signal) : notRunning();
}

Result<> Mesh::scale(const std::string& ns, const std::string& deployment, int replicas) {
  auto& s = *state_;
  if (replicas < 0 || replicas > 100) return fail("replicas must be between 0 and 100");
  const auto found = s.store.snapshot()->find({"apps", "Deployment", ns, deployment});
  if (!found) return fail("deployments.apps \"" + deployment + "\" not found in namespace " + ns);
  resource::Object changed = *found;
  changed.root.mutableAt("spec").set("replicas", replicas);
  s.cause = "scale " + deployment;
  // It stays what it was: a file's object is replaced by the file at the next reload.
  s.store.apply({std::move(changed)}, s.store.sourceOf(found->key()).value_or(resource::Source::Api));
  return {};
}

Result<> Mesh::stopWorkload(const std::string& ns, const std::string& deployment) {
  return state_->processes ? state_->processes->stopWorkload(ns, deployment) : notRunning();
}

Result<> Mesh::startWorkload(const std::string& ns, const std::string& deployment) {
  return state_->processes ? state_->processes->startWorkload(ns, deployment) : notRunning();
}

Result<std::vector<std::string>> Mesh::execCommand(const std::string& pod, const std::vector<std::string>& command) const {
  if (!state_->processes) return fail("the mesh is not running");
  return state_->processes->execCommand(pod, command);
}

// ---- certificates, load ----

Result<> Mesh::rotateCertificate(const std::string& pod) {
  auto& s = *state_;
  if (!s.processes) return notRunning();
  if (pod.empty()) {
    for (const auto& stream : s.proxies->streams()) s.proxies->rotate(stream.pod->ns, stream.pod->name);
    return {};
  }
  const auto status = s.processes->pod(pod);
  if (!status) return fail("no pod '" + pod + "'");
  if (!s.proxies->rotate(status->ns, status->name)) return fail("the proxy of " + status->name + " is not connected");
  return {};
}

Result<> Mesh::setCertificateTtl(std::int64_t seconds) {
  if (!state_->authority) return notRunning();
  if (seconds < citadel::kMinTtl.count() || seconds > citadel::kMaxTtl.count()) {
    return fail("the life of certificates is between " + std::to_string(citadel::kMinTtl.count()) + " seconds and a year");
  }
  state_->authority->setDefaultTtl(std::chrono::seconds(seconds));
  return {};
}

void Mesh::setSampleLoad(double rps, const std::string& url) {
  state_->wantedRps = url.empty() ? rps : 0;
  state_->load.run(url.empty() ? 0 : rps, url);
  state_->startWantedLoad();
}

}  // namespace varka::mesh
