#include "core/launcher/pod.h"
#include "core/launcher/clock.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <tuple>

#include "core/launcher/usage.h"
#include "core/resource/yaml.h"

namespace varka::launcher {
namespace {

constexpr int kSidecarPatienceMs =
    10'000;  // then the service starts without waiting for its proxy any longer
constexpr int kConfigRetryMs = 1000;
constexpr int kLeaveEndpointsMs =
    150;  // between leaving the endpoints and SIGTERM: proxies learn of it meanwhile

std::string label(const resource::Labels& labels, const char* first, const char* second) {
  if (const auto found = labels.find(first); found != labels.end()) return found->second;
  const auto found = labels.find(second);
  return found == labels.end() ? std::string() : found->second;
}

bool sameBesidesSamples(const PodStatus& a, const PodStatus& b) {
  const auto key = [](const PodStatus& s) {
    return std::tie(s.name, s.state, s.reason, s.ready, s.pid, s.proxyPid, s.agentPid, s.startedMs,
                    s.restarts, s.proxyRestarts, s.command, s.env, s.hostPorts);
  };
  return key(a) == key(b);
}

}  // namespace

struct Pod::Usage : ProcessUsage {};

Pod::Pod(PodSpec spec, std::string name, std::string ip, PodWorld world, QObject* parent)
    : QObject(parent),
      spec_(std::move(spec)),
      name_(std::move(name)),
      ip_(std::move(ip)),
      world_(std::move(world)),
      serviceUsage_(std::make_unique<Usage>()),
      proxyUsage_(std::make_unique<Usage>()),
      createdMs_(wallMs()) {
  again_.setSingleShot(true);
  patience_.setSingleShot(true);
  connect(&again_, &QTimer::timeout, this, &Pod::begin);
  connect(&patience_, &QTimer::timeout, this, [this] {
    Q_EMIT happened(
        QStringLiteral("proxy"), QStringLiteral("warning"),
        QStringLiteral("the proxy has no configuration after 10 s: the service starts without it"));
    startContainers();
  });
  status_ = std::make_shared<PodStatus>();
  updateStatus();
}

// Containers before the world they live in.
Pod::~Pod() {
  for (const auto& container : containers_) container->disconnect(this);
  containers_.clear();
  plain_.reset();
  sidecar_.reset();
  capture_.reset();
  if (!files_.directory.empty()) removePodFiles(files_.directory);
}

void Pod::begin() {
  if (terminating_) return;
  if (!spec_.error.empty()) return failForGood(spec_.error);
  const std::string missing = world_.missingDependency(spec_.dependsOn);
  waitReason_ = missing.empty() ? std::string() : "waits for " + missing;
  if (!waitReason_.empty()) return updateStatus();
  startWorld();
}

void Pod::poke() {
  if (!waitReason_.empty() && !terminating_) begin();
}

void Pod::failForGood(const std::string& why) {
  failure_ = why;
  Q_EMIT happened(QStringLiteral("process"), QStringLiteral("error"), QString::fromStdString(why));
  updateStatus();
}

// A Secret or ConfigMap may still come, as in Kubernetes.
void Pod::waitForConfig(const std::string& why) {
  containers_.clear();
  containersStarted_ = false;
  if (failure_ != why) failForGood(why);
  QTimer::singleShot(kConfigRetryMs, this, [this] {
    if (terminating_ || containersStarted_) return;
    if (worldUp_) return startContainers();
    begin();
  });
}

void Pod::startWorld() {
  if (spec_.gateway) {
    startSidecar();
    return;
  }
  auto files =
      makePodFiles(spec_, name_, ip_, world_.options->runDirectory + "/etc/" + name_, world_.configs());
  if (!files) return waitForConfig(files.error().message);
  files_ = std::move(*files);
  failure_.clear();
  for (const auto& text : files_.notes)
    Q_EMIT happened(QStringLiteral("process"), QStringLiteral("warning"), QString::fromStdString(text));
  CapturePlan plan;
  plan.podProgram = world_.options->podProgram;
  plan.podName = name_;
  plan.hostname = name_.substr(0, 63);  // the kernel's limit, cut as Kubernetes does
  plan.ip = ip_;
  plan.etcDirectory = files_.etcDirectory;
  plan.mounts = files_.mounts;
  for (const auto& container : spec_.containers)
    plan.ports.insert(plan.ports.end(), container.ports.begin(), container.ports.end());
  capture_ = world_.captureMode == "namespace" ? makeNamespaceCapture(std::move(plan))
                                               : makeEnvCapture(std::move(plan));
  connect(capture_.get(), &Capture::ready, this, &Pod::onWorldReady);
  connect(capture_.get(), &Capture::failed, this, &Pod::onWorldFailed);
  connect(capture_.get(), &Capture::lost, this, &Pod::onWorldLost);
  capture_->start();
  updateStatus();
}

void Pod::onWorldReady(const QString& warnings) {
  if (terminating_) return;
  worldUp_ = true;
  worldFailures_ = 0;
  for (const auto& text : warnings.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
    Q_EMIT happened(QStringLiteral("capture"), QStringLiteral("warning"), text);
  if (!spec_.sidecar) {
    startPlainNetwork();
    startContainers();
    return;
  }
  startSidecar();
  patience_.start(kSidecarPatienceMs);
}

void Pod::onWorldFailed(const QString& why) {
  failure_ = why.toStdString();
  Q_EMIT happened(QStringLiteral("capture"), QStringLiteral("error"), why);
  const int seconds = std::min(30, 1 << std::min(worldFailures_++, 5));
  if (!terminating_) again_.start(seconds * 1000);
  updateStatus();
}

// The agent was killed: the service and proxy have lost their world, so the pod starts anew with the same
// name and address.
void Pod::onWorldLost() {
  worldUp_ = false;
  if (terminating_ || rebuilding_) return;
  rebuilding_ = true;
  ++worldRestarts_;
  Q_EMIT happened(QStringLiteral("capture"), QStringLiteral("error"),
                  QStringLiteral("the pod's agent was killed: the pod starts anew"));
  tearDownThen([this] {
    rebuilding_ = false;
    begin();
  });
  updateStatus();
}

void Pod::tearDownThen(std::function<void()> next) {
  for (const auto& container : containers_) {
    container->disconnect(this);
    container->killNow();
  }
  if (sidecar_) {
    sidecar_->disconnect(this);
    sidecar_->killNow();
  }
  patience_.stop();
  QTimer::singleShot(0, this, [this, next = std::move(next)] {
    containers_.clear();  // reaps
    plain_.reset();
    sidecar_.reset();
    capture_.reset();
    containersStarted_ = false;
    if (terminating_) return stopSidecarAndWorld();
    next();
  });
}

void Pod::startPlainNetwork() {
  auto channel = capture_->openProxyChannel();
  if (!channel || !*channel) return;  // mode env: nothing is captured
  auto routes = world_.plainRoutes(spec_.ns, ip_);
  routes.enter = [this](int port, const RelayListener::Dialed& done) {
    if (!capture_) return done(fail("pod " + name_ + " is not running"), {});
    capture_->dial(port, [done](Result<UniqueFd> socket) { done(std::move(socket), {}); });
  };
  plain_ = std::make_unique<PlainNetwork>(
      std::move(*channel), world_.options->runDirectory + "/pods/" + ip_ + ".sock", std::move(routes));
}

void Pod::startSidecar() {
  SidecarPlan plan;
  plan.podProgram = world_.options->podProgram;
  plan.proxyProgram = world_.options->proxyProgram;
  plan.nodeId = status_->nodeId;
  plan.nodeMetadata = nodeMetadata();
  plan.runDirectory = world_.options->runDirectory;
  plan.ip = ip_;
  plan.adminSocket = status_->adminSocket;
  if (spec_.gateway) plan.listeners = [this] { return world_.gatewayListeners(spec_); };
  sidecar_ = std::make_unique<Sidecar>(std::move(plan), [this]() -> Result<UniqueFd> {
    return capture_ ? capture_->openProxyChannel() : Result<UniqueFd>(UniqueFd());
  });
  connect(sidecar_.get(), &Sidecar::changed, this, [this] {
    if (sidecar_->ready() && !containersStarted_) startContainers();
    updateStatus();
  });
  connect(sidecar_.get(), &Sidecar::line, this,
          [this](const QString& text) { keepLine("proxy", text.toStdString()); });
  connect(sidecar_.get(), &Sidecar::happened, this, [this](const QString& severity, const QString& message) {
    Q_EMIT happened(QStringLiteral("proxy"), severity, message);
  });
  connect(sidecar_.get(), &Sidecar::ended, this, &Pod::stopSidecarAndWorld);
  sidecar_->start();
}

void Pod::startContainers() {
  patience_.stop();
  if (containersStarted_ || terminating_ || spec_.gateway || !worldUp_) return;
  std::vector<Environment> environments;
  for (const auto& spec : spec_.containers) {
    auto environment = world_.environment(spec_, spec, PodIdentity{name_, ip_});
    if (!environment) return waitForConfig(environment.error().message);
    environments.push_back(std::move(*environment));
  }
  containersStarted_ = true;
  failure_.clear();
  for (std::size_t i = 0; i < spec_.containers.size(); ++i) {
    const ContainerSpec& spec = spec_.containers[i];
    Environment& environment = environments[i];
    for (const auto& [name, value] : files_.environment)
      if (environment.get(name).empty()) environment.set(name, value);
    capture_->adjust(environment);
    auto container =
        std::make_unique<Container>(spec, spec_.restartPolicy, ip_, spec_.graceSeconds, capture_.get());
    connect(container.get(), &Container::changed, this, &Pod::updateStatus);
    connect(container.get(), &Container::ended, this, &Pod::onContainerEnded);
    connect(container.get(), &Container::line, this, [this](const QString& stream, const QString& text) {
      keepLine(stream.toStdString(), text.toStdString());
    });
    connect(container.get(), &Container::happened, this,
            [this](const QString& severity, const QString& message) {
              keepLine("event", message.toStdString());
              Q_EMIT happened(QStringLiteral("process"), severity, message);
            });
    // What a dead service left behind would hold its port; with several containers the others live on.
    connect(container.get(), &Container::exitedNow, this, [this] {
      if (containers_.size() == 1 && capture_) capture_->sweep([] {});
    });
    containers_.push_back(std::move(container));
    containers_.back()->start(std::move(environment));
  }
  updateStatus();
}

void Pod::terminate(bool hurry) {
  if (std::exchange(terminating_, true)) return;
  again_.stop();
  patience_.stop();
  updateStatus();
  QTimer::singleShot(hurry || !status_->ready ? 0 : kLeaveEndpointsMs, this, [this] {
    if (containers_.empty()) return onContainerEnded();
    for (const auto& container : containers_) container->stop();
  });
}

void Pod::onContainerEnded() {
  updateStatus();
  if (!terminating_) return;
  const bool all = std::all_of(containers_.begin(), containers_.end(),
                               [](const auto& c) { return c->state() == Container::State::Ended; });
  if (!all) return;
  if (capture_ && worldUp_) {
    capture_->sweep([this] { stopSidecarAndWorld(); });
  } else {
    stopSidecarAndWorld();
  }
}

// Services first, then the proxy, then the namespaces: each may still need the next.
void Pod::stopSidecarAndWorld() {
  if (done_ || !terminating_) return;
  if (sidecar_ && sidecar_->pid() != 0) {
    sidecar_->stop();
    return;
  }
  done_ = true;
  plain_.reset();
  if (!capture_) {
    QTimer::singleShot(0, this, &Pod::gone);
    return;
  }
  connect(capture_.get(), &Capture::stopped, this, &Pod::gone, Qt::QueuedConnection);
  capture_->stop();
}

Result<> Pod::restart() {
  if (terminating_) return fail("pod " + name_ + " is terminating");
  if (spec_.gateway && sidecar_) {
    sidecar_->restart();
    return {};
  }
  if (containers_.empty()) {
    again_.stop();
    failure_.clear();
    begin();
    return {};
  }
  for (const auto& container : containers_) container->restart();
  return {};
}

Result<> Pod::signal(int number) {
  bool sent = false;
  for (const auto& container : containers_) sent = container->signal(number) || sent;
  if (spec_.gateway && sidecar_ && sidecar_->pid() > 0)
    sent = ::kill(static_cast<pid_t>(sidecar_->pid()), number) == 0;
  if (!sent) return fail("pod " + name_ + " has no running process");
  return {};
}

void Pod::keepLine(const std::string& stream, const std::string& text) {
  LogLine line{wallMs(), name_, spec_.ns, status_->app, stream, text};
  log_.push_back(line);
  if (log_.size() > kMaxLogLines) log_.pop_front();
  Q_EMIT logged(std::move(line));
}

std::string Pod::nodeMetadata() const {
  using resource::Value;
  Value labels = Value::map();
  for (const auto& [name, value] : spec_.labels) labels.set(name, value);
  std::string names;
  for (const auto& container : spec_.containers) names += (names.empty() ? "" : ",") + container.name;
  Value metadata = Value::map();
  metadata.set("NAMESPACE", spec_.ns).set("NAME", name_).set("LABELS", labels);
  metadata.set("SERVICE_ACCOUNT", spec_.serviceAccount).set("WORKLOAD_NAME", spec_.workload);
  metadata.set("INTERCEPTION_MODE",
               world_.captureMode == "namespace" && !spec_.gateway ? "REDIRECT" : "NONE");
  metadata.set("CLUSTER_ID", world_.options->clusterId).set("APP_CONTAINERS", names);
  metadata.set("INSTANCE_IPS", ip_);
  return resource::toJson(metadata);
}

PodState Pod::computeState(std::string& reason) const {
  if (terminating_) return done_ ? PodState::Stopped : PodState::Terminating;
  if (!failure_.empty()) return reason = failure_, PodState::Crashed;
  if (!waitReason_.empty()) return reason = waitReason_, PodState::Waiting;
  if (rebuilding_) return reason = "its agent was killed", PodState::Restarting;
  const bool proxyReady = !spec_.sidecar || (sidecar_ && sidecar_->ready());
  if (spec_.gateway)
    return proxyReady ? PodState::Ready : (reason = "its proxy is not ready", PodState::Starting);
  if (!containersStarted_) return reason = worldUp_ ? "waits for its proxy" : "", PodState::Starting;
  bool ended = true, ready = proxyReady, everRan = false;
  for (const auto& container : containers_) {
    if (container->state() == Container::State::BackOff) {
      reason = container->reason();
      return container->crashed() ? PodState::Crashed : PodState::Restarting;
    }
    if (container->state() == Container::State::Stopping) return PodState::Restarting;
    ended = ended && container->state() == Container::State::Ended;
    ready = ready && container->ready();
    if (!container->reason().empty()) reason = container->reason();
    everRan = everRan || status_->ready || container->restarts() > 0;
  }
  if (ended) return PodState::Stopped;
  if (ready) return PodState::Ready;
  if (!proxyReady) reason = "its proxy is not ready";
  return status_->state == PodState::Ready || status_->state == PodState::NotReady ? PodState::NotReady
                                                                                   : PodState::Starting;
}

void Pod::updateStatus() {
  auto next = std::make_shared<PodStatus>(*status_);
  next->name = name_;
  next->ns = spec_.ns;
  next->workload = spec_.workload;
  next->labels = spec_.labels;
  next->annotations = spec_.annotations;
  next->app = label(spec_.labels, "app", "app.kubernetes.io/name");
  next->version = label(spec_.labels, "version", "app.kubernetes.io/version");
  next->serviceAccount = spec_.serviceAccount;
  next->ip = ip_;
  next->origin = spec_.origin;
  next->sidecar = spec_.sidecar;
  next->gateway = spec_.gateway;
  next->captureMode = spec_.gateway ? "none" : world_.captureMode;
  if (spec_.sidecar) {
    const std::string role = spec_.gateway ? "router~" : "sidecar~";
    next->nodeId = role + ip_ + "~" + name_ + "." + spec_.ns + "~" + spec_.ns + ".svc.cluster.local";
    next->adminSocket = world_.options->runDirectory + "/pods/" + ip_ + ".admin.sock";
  }
  next->createdMs = createdMs_;
  next->ports.clear();
  for (const auto& container : spec_.containers)
    next->ports.insert(next->ports.end(), container.ports.begin(), container.ports.end());
  if (spec_.gateway) next->hostPorts = world_.gatewayHostPorts(spec_);
  next->agentPid = capture_ ? capture_->agentPid() : 0;
  next->proxyPid = sidecar_ ? sidecar_->pid() : 0;
  next->proxyRestarts = sidecar_ ? sidecar_->restarts() : 0;
  next->restarts = worldRestarts_;
  next->pid = 0;
  for (const auto& container : containers_) {
    if (next->pid == 0) next->pid = container->pid();
    next->restarts += container->restarts();
    next->startedMs = container->startedMs();
  }
  if (!spec_.containers.empty()) next->command = spec_.containers.front().command;
  if (!containers_.empty()) next->env = containers_.front()->environment().masked();
  next->reason.clear();
  next->state = computeState(next->reason);
  next->ready = next->state == PodState::Ready;
  if (next->ready) next->reason.clear();
  const bool different = !sameBesidesSamples(*status_, *next);
  status_ = std::move(next);
  if (different) Q_EMIT changed();
}

void Pod::sample(double seconds) {
  auto next = std::make_shared<PodStatus>(*status_);
  serviceUsage_->read(next->pid, seconds, next->cpuPercent, next->rssKiB);
  proxyUsage_->read(next->proxyPid, seconds, next->proxyCpuPercent, next->proxyRssKiB);
  status_ = std::move(next);
}

std::vector<std::int64_t> Pod::pids() const {
  std::vector<std::int64_t> out;
  for (const auto& container : containers_) out.push_back(container->pid());
  if (sidecar_) out.push_back(sidecar_->pid());
  if (capture_) out.push_back(capture_->agentPid());
  std::erase(out, 0);
  return out;
}

Result<std::vector<std::string>> Pod::joinCommand(const std::vector<std::string>& command) const {
  if (spec_.gateway) return fail("pod " + name_ + " is a gateway: it has no service process to join");
  if (!worldUp_ || !capture_) return fail("pod " + name_ + " is not running");
  std::vector<std::string> out = {world_.options->podProgram, "exec"};
  for (auto& option : capture_->joinOptions()) out.push_back(std::move(option));
  out.insert(out.end(), {"--cwd", spec_.containers.front().workingDir});
  if (status_->pid > 0) out.insert(out.end(), {"--env-of", std::to_string(status_->pid)});
  out.emplace_back("--");
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

}  // namespace varka::launcher
