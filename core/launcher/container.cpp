#include "core/launcher/container.h"
#include "core/launcher/clock.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>

#include "core/launcher/exit_reason.h"

namespace varka::launcher {
namespace {

constexpr std::int64_t kSettledMs =
    60'000;  // up this long: the next failure starts with the shortest back-off again
constexpr int kMaxBackOffSeconds = 30;

std::vector<std::pair<std::string, std::string>> complete(const Environment& own) {
  Environment all;
  for (auto& [name, value] : inheritedEnvironment()) all.set(name, value);
  for (const auto& [name, value] : own.variables) all.set(name, value);
  return all.variables;
}

}  // namespace

Container::Container(ContainerSpec spec, std::string restartPolicy, std::string podIp, int graceSeconds,
                     Capture* capture, QObject* parent)
    : QObject(parent),
      spec_(std::move(spec)),
      restartPolicy_(std::move(restartPolicy)),
      podIp_(std::move(podIp)),
      graceSeconds_(graceSeconds),
      capture_(capture) {
  grace_.setSingleShot(true);
  backOff_.setSingleShot(true);
  connect(&grace_, &QTimer::timeout, this, [this] {
    Q_EMIT happened(QStringLiteral("warning"),
                    QStringLiteral("did not stop in %1 s after SIGTERM: killed").arg(graceSeconds_));
    killNow();
  });
  connect(&backOff_, &QTimer::timeout, this, &Container::launch);
}

Container::~Container() = default;

void Container::start(Environment environment) {
  environment_ = std::move(environment);
  launch();
}

void Container::launch() {
  int status[2];
  if (pipe2(status, O_CLOEXEC | O_NONBLOCK) != 0) return;
  startStatus_.reset(status[0]);
  const UniqueFd childEnd(status[1]);
  SpawnPlan plan;
  plan.descriptors = {childEnd.get()};
  plan.environment = complete(environment_);
  capture_->enter(plan, spec_.workingDir, spec_.command, 3);
  child_ = std::make_unique<Child>();
  connect(child_.get(), &Child::line, this, &Container::line);
  connect(child_.get(), &Child::exited, this, &Container::onExit);
  ready_ = crashed_ = restartWanted_ = false;
  startedMs_ = wallMs();
  state_ = State::Running;
  reason_ = "starting";
  if (const auto started = child_->start(plan); !started) {
    reason_ = started.error().message;
    crashed_ = true;
    Q_EMIT happened(QStringLiteral("error"), QString::fromStdString(reason_));
    scheduleRestart();
    return;
  }
  startProbes();
  Q_EMIT changed();
}

int Container::portOf(const ProbeSpec& probe) const {
  if (probe.port != 0 || probe.kind == ProbeSpec::Kind::Exec) return probe.port;
  for (const auto& port : spec_.ports)
    if (port.name == probe.portName) return port.port;
  return 0;
}

ExecInPod Container::execInPod() {
  return [this](const std::vector<std::string>& command) -> Result<std::unique_ptr<Child>> {
    SpawnPlan plan;
    int status[2];
    if (pipe2(status, O_CLOEXEC) != 0) return fail("no pipe: " + errnoText(errno));
    const UniqueFd readEnd(status[0]), writeEnd(status[1]);
    plan.descriptors = {writeEnd.get()};
    plan.environment = complete(environment_);
    capture_->enter(plan, spec_.workingDir, command, 3);
    auto child = std::make_unique<Child>();
    if (const auto started = child->start(plan); !started) return fail(started.error());
    return child;
  };
}

// Without a readinessProbe a container is ready when its declared TCP ports accept; without ports when it
// runs.
void Container::startProbes() {
  probes_.clear();
  std::vector<ProbeSpec> readiness = spec_.readiness;
  if (readiness.empty()) {
    for (const auto& port : spec_.ports) {
      if (port.protocol != "TCP") continue;
      ProbeSpec accepts;
      accepts.port = port.port;
      accepts.periodSeconds = 3600;  // once it has accepted, only the end of the process makes it unready
      accepts.failureThreshold = 1'000'000;
      readiness.push_back(accepts);
    }
  }
  unmetReadiness_ = static_cast<int>(readiness.size());
  for (const auto& spec : readiness) {
    auto probe = std::make_unique<Probe>(spec, portOf(spec), podIp_, capture_, execInPod());
    connect(probe.get(), &Probe::passed, this, [this] {
      if (--unmetReadiness_ > 0) return;
      ready_ = true;
      reason_.clear();
      Q_EMIT changed();
    });
    const auto unready = [this](const QString& why) {
      reason_ = "readiness: " + why.toStdString();
      Q_EMIT changed();
    };
    connect(probe.get(), &Probe::attempted, this, [this, unready](const QString& why) {
      if (!ready_ && reason_ != "readiness: " + why.toStdString()) unready(why);
    });
    connect(probe.get(), &Probe::failedFor, this, [this, unready, raw = probe.get()](const QString& why) {
      if (!ready_ || raw->passing()) return;
      ready_ = false;
      ++unmetReadiness_;
      Q_EMIT happened(QStringLiteral("warning"), QStringLiteral("not ready any more: ") + why);
      unready(why);
    });
    probe->start();
    probes_.push_back(std::move(probe));
  }
  startLiveness();
  if (readiness.empty()) {
    ready_ = true;
    reason_.clear();
  }
}

// A startupProbe holds the livenessProbe back until it has passed, and restarts when it fails itself.
void Container::startLiveness() {
  const auto add = [this](const ProbeSpec& spec, const QString& kind) {
    auto probe = std::make_unique<Probe>(spec, portOf(spec), podIp_, capture_, execInPod());
    connect(probe.get(), &Probe::failedFor, this, [this, kind](const QString& why) {
      Q_EMIT happened(QStringLiteral("warning"),
                      kind + QStringLiteral(": ") + why + QStringLiteral(": restarting"));
      restart();
    });
    probes_.push_back(std::move(probe));
    return probes_.back().get();
  };
  std::vector<Probe*> held;
  for (const auto& spec : spec_.liveness) held.push_back(add(spec, QStringLiteral("liveness")));
  for (const auto& spec : spec_.startup) {
    Probe* probe = add(spec, QStringLiteral("startup"));
    connect(probe, &Probe::passed, this, [held, probe] {
      probe->stop();
      for (Probe* one : held) one->start();
    });
    probe->start();
  }
  if (spec_.startup.empty())
    for (Probe* one : held) one->start();
}

void Container::stop() {
  restartWanted_ = false;
  backOff_.stop();
  for (const auto& probe : probes_) probe->stop();
  if (state_ != State::Running || !child_ || !child_->running()) {
    if (state_ != State::Stopping) QTimer::singleShot(0, this, &Container::finish);
    return;
  }
  state_ = State::Stopping;
  child_->kill(SIGTERM);
  grace_.start(graceSeconds_ * 1000);
  Q_EMIT changed();
}

void Container::restart() {
  if (state_ == State::BackOff || state_ == State::Ended) {
    backOff_.stop();
    launch();
    return;
  }
  if (state_ != State::Running) return;
  stop();
  restartWanted_ = true;
}

bool Container::signal(int number) {
  return child_ && child_->kill(number);
}

void Container::killNow() {
  if (child_) child_->kill(SIGKILL);
}

std::string Container::exitReason(int status) {
  char text[512];
  const ssize_t got = read(startStatus_.get(), text, sizeof text - 1);
  if (got > 0) {
    text[got] = 0;
    const char* what = std::strchr(text, ' ');
    return startFailureText(std::atoi(text), what ? what + 1 : "", spec_.command.front(), spec_.workingDir,
                            Environment{complete(environment_), {}}.get("PATH"));
  }
  std::string reason = exitText(status);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return reason;
  if (capture_->agentPid() != 0) return reason;  // in a pod of its own nobody else can hold a port
  for (const auto& port : spec_.ports)
    if (const auto holder = portHolderText(port.port); !holder.empty()) reason += "; " + holder;
  return reason;
}

void Container::onExit(int status) {
  for (const auto& probe : probes_) probe->stop();
  grace_.stop();
  ready_ = false;
  reason_ = exitReason(status);
  const bool wanted = state_ == State::Stopping;
  const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  Q_EMIT exitedNow();
  if (wanted && !restartWanted_) {
    finish();
    return;
  }
  if (std::exchange(restartWanted_, false)) {
    ++restarts_;
    Q_EMIT happened(QStringLiteral("info"), QStringLiteral("restarted"));
    state_ = State::BackOff;
    backOff_.start(0);
    Q_EMIT changed();
    return;
  }
  crashed_ = !good;
  Q_EMIT happened(good ? QStringLiteral("info") : QStringLiteral("error"), QString::fromStdString(reason_));
  if (restartPolicy_ == "Never" || (good && restartPolicy_ == "OnFailure")) {
    finish();
    return;
  }
  scheduleRestart();
}

void Container::scheduleRestart() {
  if (wallMs() - startedMs_ > kSettledMs) failures_ = 0;
  const int seconds = std::min(kMaxBackOffSeconds, 1 << std::min(failures_, 5));
  ++failures_;
  ++restarts_;
  state_ = State::BackOff;
  reason_ += ", again in " + std::to_string(seconds) + " s";
  backOff_.start(seconds * 1000);
  Q_EMIT changed();
}

void Container::finish() {
  state_ = State::Ended;
  Q_EMIT changed();
  Q_EMIT ended();
}

}  // namespace varka::launcher
