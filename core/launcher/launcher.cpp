#include "core/launcher/launcher.h"
#include "core/launcher/clock.h"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "core/launcher/exit_reason.h"
#include "core/launcher/forwarders.h"
#include "core/launcher/gateway_ports.h"
#include "core/launcher/orphans.h"
#include "core/launcher/plan.h"
#include "core/launcher/pod.h"

namespace varka::launcher {
namespace {

constexpr int kSampleMs = 1000;
constexpr std::string_view kDomain = ".cluster.local";
const std::string kHostVip = "240.240.255.254";  // of host.mesh.internal, as in proxy/dns

// Descriptors of 100 pods and their pipes; services get 1024 back (varka-pod exec --nofile).
void raiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string workloadKey(const PodSpec& spec) {
  return spec.ns + "/" + spec.workload;
}

}  // namespace

std::string_view stateName(PodState state) {
  static constexpr std::string_view kNames[] = {"waiting", "starting",   "ready",       "notready",
                                                "crashed", "restarting", "terminating", "stopped"};
  return kNames[static_cast<std::size_t>(state)];
}

struct Launcher::State {
  explicit State(Launcher* owner) : self(owner) {}

  Launcher* self;
  LauncherOptions options;
  std::string mode, detail;
  bool started = false, stopping = false;
  ImageCatalogue images;
  Desired desired;
  std::vector<ServiceSpec> services;
  std::map<std::string, WorkloadSpec> workloads;     // "ns/name"
  std::set<std::string> stopped;                     // workloads switched off by hand
  std::map<std::string, int> ordinals;               // pods ever made of a workload
  std::map<std::string, std::unique_ptr<Pod>> pods;  // "ns/name"
  std::map<std::string, std::vector<LogLine>> lastLogs;
  std::map<std::string, std::string> plainVips;  // "ns/service" → address
  unsigned plainTurn = 0;
  GatewayPorts gateways;
  std::unique_ptr<Forwarders> forwarders;
  OrphanReaper orphans;
  std::uint32_t nextAddress = 2;
  std::set<std::string> warned;
  QTimer sampler, settle;
  QElapsedTimer sampleClock;

  Result<> choosePrograms();
  Result<> chooseMode();
  void loadImages();
  std::string allocateIp();
  PodWorld worldFor();
  std::optional<std::vector<std::string>> resolvePlain(const std::string& ns, const std::string& name);
  std::string plainVip(const ServiceSpec& service);
  void routePlain(const std::string& from, const Arrival& arrival, const RelayListener::Dialed& done);
  std::string missingDependency(const std::vector<std::string>& names) const;
  Result<Environment> environmentFor(const PodSpec& pod, const ContainerSpec& container,
                                     const PodIdentity& identity) const;
  std::vector<Pod*> podsOf(const std::string& workload) const;
  std::vector<Pod*> readyPods(const ServiceSpec& service) const;
  void settleWorkloads();
  void settleWorkload(const std::string& key, const WorkloadSpec& workload);
  void addPod(const PodSpec& spec);
  void onPodChanged(const std::string& key);
  void onPodGone(const std::string& key);
  void report(const Pod* pod, const std::string& kind, const std::string& severity,
              const std::string& message);
  void sampleAll();
  Pod* find(const std::string& name) const;
};

Result<> Launcher::State::choosePrograms() {
  const auto choose = [&](std::string& program, const char* name) -> Result<> {
    if (program.empty()) program = options.binDirectory + "/" + name;
    if (access(program.c_str(), X_OK) == 0) return {};
    return fail(std::string(name) + " is missing: there is no program " + program);
  };
  if (auto chosen = choose(options.podProgram, "varka-pod"); !chosen) return chosen;
  return choose(options.proxyProgram, "varka-proxy");
}

Result<> Launcher::State::chooseMode() {
  if (options.captureMode == "env") {
    mode = "env";
    detail = "asked for";
  } else {
    const auto answer = doctor(options.podProgram);
    mode = answer.mode;
    if (!answer.namespaces) detail = answer.step + ": " + answer.error + ". " + answer.advice;
    for (const auto& warning : answer.warnings) detail += (detail.empty() ? "" : "; ") + warning;
    if (options.captureMode == "namespace" && !answer.namespaces)
      return fail("capture mode 'namespace' does not work here: " + detail);
  }
  if (mode == "env")
    report(nullptr, "capture", "warning",
           "no transparent capture (" + detail +
               "). Services must listen on $PORT and call others by *_SERVICE_HOST and *_SERVICE_PORT; "
               "calls between them meet the receiver's policies but not the caller's routes");
  return {};
}

void Launcher::State::loadImages() {
  images = ImageCatalogue(
      {{"VARKA_SAMPLES", options.samplesDirectory}, {"VARKA_PROJECT", options.projectDirectory}});
  images.addProject(options.images);
  if (options.samplesDirectory.empty()) return;
  if (const auto read = images.addFile(options.samplesDirectory + "/images.yaml"); !read)
    report(nullptr, "process", "warning", read.error().message);
}

std::string Launcher::State::allocateIp() {
  const std::string prefix = mode == "namespace" ? "10.244." : "127.244.";
  for (;;) {
    const std::uint32_t number = nextAddress;
    nextAddress = nextAddress >= 0xfffd ? 2 : nextAddress + 1;
    if ((number & 0xff) == 0 || (number & 0xff) == 255) continue;
    const std::string ip = prefix + std::to_string(number >> 8) + "." + std::to_string(number & 0xff);
    const bool taken =
        std::any_of(pods.begin(), pods.end(), [&](const auto& p) { return p.second->status()->ip == ip; });
    if (!taken) return ip;
  }
}

PodWorld Launcher::State::worldFor() {
  PodWorld world;
  world.options = &options;
  world.captureMode = mode;
  world.missingDependency = [this](const auto& names) { return missingDependency(names); };
  world.environment = [this](const PodSpec& pod, const ContainerSpec& container,
                             const PodIdentity& identity) {
    return environmentFor(pod, container, identity);
  };
  world.plainRoutes = [this](const std::string& ns, const std::string& ip) {
    PlainRoutes routes;
    routes.resolve = [this, ns](const std::string& name) { return resolvePlain(ns, name); };
    routes.route = [this, ip](const Arrival& arrival, const RelayListener::Dialed& done) {
      routePlain(ip, arrival, done);
    };
    return routes;
  };
  world.configs = [this]() -> const std::vector<resource::ObjectPtr>& { return desired.configs; };
  world.gatewayListeners = [this](const PodSpec& pod) { return gateways.listeners(workloadKey(pod)); };
  world.gatewayHostPorts = [this](const PodSpec& pod) { return gateways.hostPorts(workloadKey(pod)); };
  return world;
}

Result<Environment> Launcher::State::environmentFor(const PodSpec& pod, const ContainerSpec& container,
                                                    const PodIdentity& identity) const {
  const auto address = [this](const ServiceSpec& service,
                              const ServicePort& port) -> std::pair<std::string, int> {
    const int forwarded = mode == "env" ? forwarders->hostPort(service.ns, service.name, port.port) : 0;
    if (forwarded != 0) return {"127.0.0.1", forwarded};
    const bool numeric = !service.clusterIp.empty() && service.clusterIp != "None";
    return {numeric ? service.clusterIp : service.name + "." + service.ns + ".svc.cluster.local", port.port};
  };
  return serviceEnvironment(pod, container, identity, services, desired.configs, address);
}

// The part of the cluster's DNS: a Service's address, or its pods' when it is headless.
std::optional<std::vector<std::string>> Launcher::State::resolvePlain(const std::string& ns,
                                                                      const std::string& name) {
  if (name == "host.mesh.internal") return {{kHostVip}};
  for (const auto& service : services) {
    const std::string full = service.name + "." + service.ns;
    const bool asked = (name == service.name && service.ns == ns) || name == full || name == full + ".svc" ||
                       name == full + ".svc.cluster.local";
    if (!asked) continue;
    if (service.clusterIp != "None") return {{plainVip(service)}};
    std::vector<std::string> ips;
    for (const Pod* pod : readyPods(service)) ips.push_back(pod->status()->ip);
    return ips;
  }
  const bool below = name.size() > kDomain.size() &&
                     name.compare(name.size() - kDomain.size(), kDomain.size(), kDomain) == 0;
  if (below || name.find('.') == std::string::npos) return std::vector<std::string>();
  return std::nullopt;
}

// Services without an address of their own get one that only pods without a sidecar see.
std::string Launcher::State::plainVip(const ServiceSpec& service) {
  if (!service.clusterIp.empty()) return service.clusterIp;
  const auto [entry, added] = plainVips.try_emplace(service.ns + "/" + service.name);
  if (added)
    entry->second =
        "240.241." + std::to_string(plainVips.size() >> 8) + "." + std::to_string(plainVips.size() & 0xff);
  return entry->second;
}

// The part of kube-proxy: a Service's port leads to one of its ready pods, a pod's address to it, all else to
// the world.
void Launcher::State::routePlain(const std::string& from, const Arrival& arrival,
                                 const RelayListener::Dialed& done) {
  for (const auto& service : services) {
    if (service.clusterIp == "None" || plainVip(service) != arrival.ip) continue;
    for (const auto& port : service.ports) {
      if (port.port != arrival.port) continue;
      const auto ready = readyPods(service);
      if (ready.empty()) return done(fail("no pod of " + service.name + " is ready"), {});
      const Pod* pod = ready[plainTurn++ % ready.size()];
      return dialPod(*pod, targetPort(port, pod->status()->ports), from, options.runDirectory, done);
    }
    return done(fail("service " + service.name + " has no port " + std::to_string(arrival.port)), {});
  }
  for (const auto& [key, pod] : pods)
    if (pod->status()->ip == arrival.ip) return dialPod(*pod, arrival.port, from, options.runDirectory, done);
  // A pod's loopback is never captured: this one was dialled at the listener itself and would reach the
  // host's loopback.
  if (arrival.ip.empty() || arrival.ip.rfind("127.", 0) == 0)
    return done(fail("direct connection to the capture port"), {});
  auto socket = newTcpSocket();
  if (socket)
    socket =
        beginConnect(std::move(*socket), arrival.ip == kHostVip ? "127.0.0.1" : arrival.ip, arrival.port);
  done(std::move(socket), {});
}

// A name is a Service (all ports of it: one ready pod is enough), a workload or a pod.
std::string Launcher::State::missingDependency(const std::vector<std::string>& names) const {
  std::string missing;
  for (const auto& name : names) {
    bool ready = false;
    for (const auto& service : services)
      if (service.name == name || service.ns + "/" + service.name == name)
        ready = ready || !readyPods(service).empty();
    for (const auto& [key, pod] : pods) {
      const auto status = pod->status();
      const bool named =
          status->workload == name || status->ns + "/" + status->workload == name || status->app == name;
      ready = ready || (named && status->ready);
    }
    if (!ready) missing += (missing.empty() ? "" : ", ") + name;
  }
  return missing;
}

std::vector<Pod*> Launcher::State::podsOf(const std::string& workload) const {
  std::vector<Pod*> out;
  for (const auto& [key, pod] : pods)
    if (workloadKey(pod->spec()) == workload) out.push_back(pod.get());
  return out;
}

std::vector<Pod*> Launcher::State::readyPods(const ServiceSpec& service) const {
  std::vector<Pod*> out;
  for (const auto& [key, pod] : pods) {
    const auto status = pod->status();
    if (status->ready && status->ns == service.ns && resource::mapMatches(service.selector, status->labels))
      out.push_back(pod.get());
  }
  return out;
}

void Launcher::State::report(const Pod* pod, const std::string& kind, const std::string& severity,
                             const std::string& message) {
  LauncherEvent out;
  out.timeMs = wallMs();
  out.kind = kind;
  out.severity = severity;
  out.message = message;
  if (pod) {
    out.object = "Pod " + pod->status()->ns + "/" + pod->status()->name;
    out.origin = pod->status()->origin;
  }
  Q_EMIT self->event(out);
}

void Launcher::State::addPod(const PodSpec& spec) {
  const std::string name = podName(spec, ordinals[workloadKey(spec)]++);
  const std::string key = spec.ns + "/" + name;
  if (pods.count(key) != 0) return;  // a bare Pod whose predecessor is still leaving: its end settles again
  auto made = std::make_unique<Pod>(spec, name, allocateIp(), worldFor());
  Pod* pod = made.get();
  pods[key] = std::move(made);
  QObject::connect(pod, &Pod::changed, self, [this, key] { onPodChanged(key); });
  QObject::connect(
      pod, &Pod::gone, self, [this, key] { onPodGone(key); }, Qt::QueuedConnection);
  QObject::connect(pod, &Pod::logged, self, &Launcher::logLine);
  QObject::connect(pod, &Pod::happened, self,
                   [this, pod](const QString& kind, const QString& severity, const QString& message) {
                     // What the kernel cannot do is the same for every pod: said once.
                     if (kind == QLatin1String("capture") && severity == QLatin1String("warning") &&
                         !warned.insert(message.toStdString()).second)
                       return;
                     report(pod, kind.toStdString(), severity.toStdString(), message.toStdString());
                   });
  pod->begin();
}

void Launcher::State::settleWorkload(const std::string& key, const WorkloadSpec& workload) {
  const int replicas = stopped.count(key) ? 0 : workload.replicas;
  std::vector<Pod*> current, old;
  int ready = 0;
  for (Pod* pod : podsOf(key)) {
    if (pod->terminating()) continue;
    const bool same = pod->spec().templateHash == workload.pod.templateHash;
    (same ? current : old).push_back(pod);
    if (same && pod->status()->ready) ++ready;
  }
  for (int i = static_cast<int>(current.size()); i < replicas; ++i) addPod(workload.pod);
  while (static_cast<int>(current.size()) > replicas) {
    current.back()->terminate(false);
    current.pop_back();
  }
  // Old pods serve until as many new ones are ready, as in a rolling update; a fixed name cannot overlap.
  if (ready >= replicas || !workload.pod.fixedName.empty())
    for (Pod* pod : old) pod->terminate(false);
}

void Launcher::State::settleWorkloads() {
  if (stopping) return;
  for (const auto& [key, workload] : workloads) settleWorkload(key, workload);
  for (const auto& [key, pod] : pods)
    if (workloads.count(workloadKey(pod->spec())) == 0) pod->terminate(false);
}

void Launcher::State::onPodChanged(const std::string& key) {
  const auto found = pods.find(key);
  if (found == pods.end()) return;
  Q_EMIT self->podChanged(found->second->status());
  settle.start(0);
}

void Launcher::State::onPodGone(const std::string& key) {
  auto node = pods.extract(key);
  if (node.empty()) return;
  const auto status = node.mapped()->status();
  node.mapped().reset();
  Q_EMIT self->podRemoved(QString::fromStdString(status->ns), QString::fromStdString(status->name));
  settle.start(0);
  if (stopping && pods.empty()) {
    forwarders->clear();
    gateways.clear();
    Q_EMIT self->allStopped();
  }
}

void Launcher::State::sampleAll() {
  const double seconds = static_cast<double>(sampleClock.restart()) / 1000.0;
  std::set<std::int64_t> ours;
  for (const auto& [key, pod] : pods) {
    pod->sample(seconds);
    for (const auto pid : pod->pids()) ours.insert(pid);
  }
  orphans.reap(ours);
  Q_EMIT self->sampled();
}

Pod* Launcher::State::find(const std::string& name) const {
  if (const auto found = pods.find(name); found != pods.end()) return found->second.get();
  for (const auto& [key, pod] : pods)
    if (pod->status()->name == name) return pod.get();
  return nullptr;
}

Launcher::Launcher(QObject* parent) : QObject(parent), state_(std::make_unique<State>(this)) {
  qRegisterMetaType<varka::launcher::PodStatusPtr>();
  qRegisterMetaType<varka::launcher::LogLine>();
  qRegisterMetaType<varka::launcher::LauncherEvent>();
  state_->settle.setSingleShot(true);
  connect(&state_->settle, &QTimer::timeout, this, [this] {
    state_->settleWorkloads();
    std::vector<Pod*> waiting;
    for (const auto& [key, pod] : state_->pods) waiting.push_back(pod.get());
    for (Pod* pod : waiting) pod->poke();
  });
  connect(&state_->sampler, &QTimer::timeout, this, [this] { state_->sampleAll(); });
}

Launcher::~Launcher() {
  for (const auto& [key, pod] : state_->pods) pod->disconnect(this);
  state_->pods.clear();
}

Result<> Launcher::start(LauncherOptions options) {
  State& s = *state_;
  s.options = std::move(options);
  if (auto chosen = s.choosePrograms(); !chosen) return chosen;
  // "/pods/10.244.255.254.admin.sock" must fit into a socket's address too.
  if (s.options.runDirectory.size() > 75)
    return fail("the runtime directory's path is too long for sockets (75 characters at most): " +
                s.options.runDirectory);
  std::error_code error;
  for (const char* folder : {"/pods", "/etc"}) {
    std::filesystem::create_directories(s.options.runDirectory + folder, error);
    if (error) return fail("cannot make " + s.options.runDirectory + folder + ": " + error.message());
    std::filesystem::permissions(s.options.runDirectory + folder, std::filesystem::perms(0700), error);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  raiseDescriptorLimit();
  if (auto chosen = s.chooseMode(); !chosen) return chosen;
  s.loadImages();
  s.gateways.configure(s.options.gatewayHostPorts);
  s.forwarders =
      std::make_unique<Forwarders>(s.options.runDirectory, s.options.hostPorts,
                                   [this](const ServiceSpec& service) { return state_->readyPods(service); });
  s.started = true;
  s.sampleClock.start();
  s.sampler.start(kSampleMs);
  return {};
}

std::string Launcher::captureMode() const {
  return state_->mode;
}
std::string Launcher::captureDetail() const {
  return state_->detail;
}

void Launcher::setImages(std::vector<resource::ImageEntry> images) {
  state_->options.images = std::move(images);
  state_->loadImages();
}

void Launcher::reconcile(const Desired& desired) {
  State& s = *state_;
  if (!s.started || s.stopping) return;
  s.desired = desired;
  s.services = planServices(desired);
  s.workloads.clear();
  for (auto& workload : planWorkloads(desired, s.images, s.options)) {
    const std::string key = workloadKey(workload.pod);
    s.workloads[key] = std::move(workload);
  }
  std::vector<std::string> problems;
  std::vector<ServiceSpec> forwarded;
  bool different = false;
  for (const auto& service : s.services) {
    bool gateway = false;
    for (const auto& [key, workload] : s.workloads) {
      if (!workload.pod.gateway || workload.pod.ns != service.ns) continue;
      if (!resource::mapMatches(service.selector, workload.pod.labels)) continue;
      gateway = true;
      if (!s.gateways.add(key, service, problems)) continue;
      different = true;
      for (Pod* pod : s.podsOf(key)) (void)pod->restart();  // a proxy inherits its sockets at its start only
    }
    if (!gateway) forwarded.push_back(service);
  }
  different = s.forwarders->update(forwarded, problems) || different;
  for (const auto& problem : problems) s.report(nullptr, "process", "warning", problem);
  if (different) Q_EMIT hostAddressesChanged();
  s.settleWorkloads();
}

void Launcher::stopAll() {
  State& s = *state_;
  s.stopping = true;
  if (s.pods.empty()) {
    QTimer::singleShot(0, this, &Launcher::allStopped);
    return;
  }
  std::vector<Pod*> all;
  for (const auto& [key, pod] : s.pods) all.push_back(pod.get());
  for (Pod* pod : all) pod->terminate(true);
}

std::vector<PodStatusPtr> Launcher::pods() const {
  std::vector<PodStatusPtr> out;
  for (const auto& [key, pod] : state_->pods) out.push_back(pod->status());
  return out;
}

PodStatusPtr Launcher::pod(const std::string& name) const {
  const Pod* found = state_->find(name);
  return found ? found->status() : nullptr;
}

PodStatusPtr Launcher::podOfProcess(std::int64_t pid) const {
  if (pid <= 0) return nullptr;
  for (const auto& [key, pod] : state_->pods) {
    const auto pids = pod->pids();
    if (std::find(pids.begin(), pids.end(), pid) != pids.end()) return pod->status();
  }
  return nullptr;
}

std::vector<LogLine> Launcher::logs(const std::string& name, int maxLines) const {
  const Pod* found = state_->find(name);
  if (!found || maxLines <= 0) return {};
  const auto& log = found->log();
  const std::size_t skip =
      log.size() > static_cast<std::size_t>(maxLines) ? log.size() - static_cast<std::size_t>(maxLines) : 0;
  return {log.begin() + static_cast<std::ptrdiff_t>(skip), log.end()};
}

std::vector<HostAddress> Launcher::hostAddresses() const {
  auto out = state_->forwarders ? state_->forwarders->addresses() : std::vector<HostAddress>();
  const auto gateways = state_->gateways.addresses();
  out.insert(out.end(), gateways.begin(), gateways.end());
  return out;
}

Result<> Launcher::restart(const std::string& name) {
  Pod* found = state_->find(name);
  return found ? found->restart() : Result<>(fail("no pod " + name));
}

Result<> Launcher::signal(const std::string& name, int number) {
  Pod* found = state_->find(name);
  return found ? found->signal(number) : Result<>(fail("no pod " + name));
}

Result<> Launcher::stopWorkload(const std::string& ns, const std::string& workload) {
  const std::string key = ns + "/" + workload;
  if (state_->workloads.count(key) == 0) return fail("no workload " + key);
  state_->stopped.insert(key);
  state_->settleWorkloads();
  return {};
}

Result<> Launcher::startWorkload(const std::string& ns, const std::string& workload) {
  const std::string key = ns + "/" + workload;
  if (state_->workloads.count(key) == 0) return fail("no workload " + key);
  state_->stopped.erase(key);
  state_->settleWorkloads();
  return {};
}

Result<std::vector<std::string>> Launcher::execCommand(const std::string& name,
                                                       const std::vector<std::string>& command) const {
  const Pod* found = state_->find(name);
  if (!found) return fail("no pod " + name);
  return found->joinCommand(command);
}

}  // namespace varka::launcher
