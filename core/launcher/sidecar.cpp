#include "core/launcher/sidecar.h"
#include "core/launcher/clock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QLocalSocket>
#include <algorithm>
#include <chrono>
#include <csignal>

#include "core/launcher/environment.h"
#include "core/launcher/exit_reason.h"

namespace varka::launcher {
namespace {

constexpr int kMostMissedPolls = 3;
constexpr int kEagerPollMs = 25, kPollMs = 1000, kGraceMs = 3000;
constexpr int kMaxDelayMs = 5000;
constexpr std::int64_t kQuickMs = 2000;  // dying faster than this slows the next start down

}  // namespace

Sidecar::Sidecar(SidecarPlan plan, OpenChannel channel, QObject* parent)
    : QObject(parent), plan_(std::move(plan)), channel_(std::move(channel)) {
  for (QTimer* timer : {&poll_, &again_, &grace_}) timer->setSingleShot(true);
  connect(&poll_, &QTimer::timeout, this, &Sidecar::askReady);
  connect(&again_, &QTimer::timeout, this, &Sidecar::launch);
  connect(&grace_, &QTimer::timeout, this, &Sidecar::killNow);
}

Sidecar::~Sidecar() = default;

void Sidecar::start() {
  launch();
}

void Sidecar::launch() {
  SpawnPlan spawn;
  std::vector<std::string> arguments = {"--node",          plan_.nodeId,
                                        "--node-metadata", plan_.nodeMetadata,
                                        "--xds",           plan_.runDirectory + "/xds.sock",
                                        "--telemetry",     plan_.runDirectory + "/telemetry.sock",
                                        "--pods",          plan_.runDirectory + "/pods",
                                        "--pod-ip",        plan_.ip,
                                        "--admin",         plan_.adminSocket,
                                        "--concurrency",   "1",
                                        "--drain-time",    "2"};
  auto channel = channel_();
  if (!channel) {
    Q_EMIT happened(QStringLiteral("error"), QString::fromStdString(channel.error().message));
    return;  // the pod learns of the lost agent by itself
  }
  if (*channel) {
    arguments.insert(arguments.end(), {"--capture-fd", std::to_string(3 + spawn.descriptors.size())});
    spawn.descriptors.push_back(channel->get());
  }
  const auto listeners = plan_.listeners ? plan_.listeners() : std::vector<std::pair<int, int>>();
  for (const auto& [port, descriptor] : listeners) {
    arguments.insert(arguments.end(), {"--listen-fd", std::to_string(port) + "=" +
                                                          std::to_string(3 + spawn.descriptors.size())});
    spawn.descriptors.push_back(descriptor);
  }
  unlink(plan_.adminSocket.c_str());
  spawn.arguments = {plan_.podProgram,         "exec", "--parent",
                     std::to_string(getpid()), "--",   plan_.proxyProgram};
  spawn.arguments.insert(spawn.arguments.end(), arguments.begin(), arguments.end());
  spawn.environment = inheritedEnvironment();
  child_ = std::make_unique<Child>();
  connect(child_.get(), &Child::line, this, [this](const QString&, const QString& text) {
    lastWords_ = text.toStdString();
    Q_EMIT line(text);
  });
  connect(child_.get(), &Child::exited, this, &Sidecar::onExit);
  startedMs_ = steadyMs();
  ready_ = false;
  if (const auto started = child_->start(spawn); !started) {
    Q_EMIT happened(QStringLiteral("error"), QString::fromStdString(started.error().message));
    again_.start(kMaxDelayMs);
    return;
  }
  poll_.start(kEagerPollMs);
  Q_EMIT changed();
}

void Sidecar::askReady() {
  question_ = std::make_unique<QLocalSocket>();
  QLocalSocket* socket = question_.get();
  connect(socket, &QLocalSocket::connected, this,
          [socket] { socket->write("GET /ready HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n"); });
  connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
    if (socket->bytesAvailable() < 12) return;
    missedPolls_ = 0;
    answered(socket->peek(12).mid(9, 3) == "200");
  });
  // A busy machine may miss a poll; only a proxy that stays silent takes its pod out of the endpoints.
  connect(socket, &QLocalSocket::errorOccurred, this, [this] { answered(ready_ && ++missedPolls_ < kMostMissedPolls); });
  socket->connectToServer(QString::fromStdString(plan_.adminSocket));
}

void Sidecar::answered(bool ready) {
  if (!question_) return;
  question_->disconnect(this);
  question_.release()->deleteLater();
  const bool different = ready != ready_;
  ready_ = ready;
  poll_.start(ready_ ? kPollMs : kEagerPollMs);
  if (different) Q_EMIT changed();
}

void Sidecar::stop() {
  stopping_ = true;
  again_.stop();
  poll_.stop();
  if (!child_ || !child_->running()) {
    QTimer::singleShot(0, this, &Sidecar::ended);
    return;
  }
  child_->kill(SIGTERM);
  grace_.start(kGraceMs);
}

void Sidecar::restart() {
  if (!child_ || stopping_) return;
  child_->kill(SIGTERM);
  grace_.start(kGraceMs);
}

void Sidecar::killNow() {
  if (child_) child_->kill(SIGKILL);
}

void Sidecar::onExit(int status) {
  poll_.stop();
  grace_.stop();
  if (question_) question_->disconnect(this), question_.release()->deleteLater();
  ready_ = false;
  if (stopping_) {
    Q_EMIT changed();
    Q_EMIT ended();
    return;
  }
  ++restarts_;
  quickDeaths_ = steadyMs() - startedMs_ < kQuickMs ? std::min(quickDeaths_ + 1, 10) : 0;
  const int delay = quickDeaths_ == 0 ? 0 : std::min(kMaxDelayMs, 50 << quickDeaths_);
  std::string text = "proxy: " + exitText(status);
  if (!WIFSIGNALED(status) && !lastWords_.empty()) text += " (" + lastWords_ + ")";
  const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  Q_EMIT happened(good ? QStringLiteral("info") : QStringLiteral("error"),
                  QString::fromStdString(text + ": started again"));
  again_.start(delay);
  Q_EMIT changed();
}

}  // namespace varka::launcher
