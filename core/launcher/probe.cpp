#include "core/launcher/probe.h"
#include "core/launcher/clock.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <QPointer>
#include <QSocketNotifier>
#include <cerrno>
#include <chrono>

#include "core/launcher/exit_reason.h"

namespace varka::launcher {
namespace {

constexpr int kEagerMs = 100;

std::string request(const ProbeSpec& spec, const std::string& host, int port) {
  std::string text = "GET " + spec.path + " HTTP/1.1\r\n";
  bool hostGiven = false;
  for (const auto& [name, value] : spec.headers) {
    text += name + ": " + value + "\r\n";
    if (name == "Host" || name == "host") hostGiven = true;
  }
  if (!hostGiven) text += "Host: " + host + ":" + std::to_string(port) + "\r\n";
  return text + "User-Agent: varka-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

// The status of "HTTP/1.1 200 OK", 0 = not yet or not HTTP.
int statusOf(const std::string& head) {
  if (head.size() < 12 || head.compare(0, 5, "HTTP/") != 0) return 0;
  return std::atoi(head.c_str() + head.find(' ') + 1);
}

}  // namespace

// The socket side: connect, for http write and read the status line.
class ProbeAttempt::Exchange {
 public:
  Exchange(ProbeAttempt* owner, UniqueFd fd, std::string request)
      : owner_(owner), fd_(std::move(fd)), request_(std::move(request)) {
    write_ = std::make_unique<QSocketNotifier>(fd_.get(), QSocketNotifier::Write);
    QObject::connect(write_.get(), &QSocketNotifier::activated, owner, [this] { onWritable(); });
  }

 private:
  void onWritable() {
    write_->setEnabled(false);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return owner_->finish(false, errnoText(error));
    if (request_.empty()) return owner_->finish(true, "accepts");
    if (send(fd_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) < 0)
      return owner_->finish(false, errnoText(errno));
    read_ = std::make_unique<QSocketNotifier>(fd_.get(), QSocketNotifier::Read);
    QObject::connect(read_.get(), &QSocketNotifier::activated, owner_, [this] { onReadable(); });
  }

  void onReadable() {
    char data[512];
    const ssize_t got = recv(fd_.get(), data, sizeof data, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) head_.append(data, static_cast<std::size_t>(got));
    const int status = statusOf(head_);
    if (got > 0 && head_.size() < 12) return;
    read_->setEnabled(false);
    if (status == 0) return owner_->finish(false, got > 0 ? "no HTTP answer" : "closed without an answer");
    owner_->finish(status >= 200 && status < 400, std::to_string(status));
  }

  ProbeAttempt* owner_;
  UniqueFd fd_;
  std::string request_, head_;
  std::unique_ptr<QSocketNotifier> write_, read_;
};

ProbeAttempt::ProbeAttempt(const ProbeSpec& spec, int port, std::string podIp, Capture* capture,
                           const ExecInPod& exec, QObject* parent)
    : QObject(parent), spec_(spec) {
  if (spec_.port == 0) spec_.port = port;
  timeout_.setSingleShot(true);
  connect(&timeout_, &QTimer::timeout, this,
          [this] { finish(false, "no answer in " + std::to_string(spec_.timeoutSeconds) + " s"); });
  timeout_.start(spec_.timeoutSeconds * 1000);
  if (spec_.kind == ProbeSpec::Kind::Exec) {
    startExec(exec);
    return;
  }
  const QPointer<ProbeAttempt> self(this);
  capture->dial(port, [self, port, podIp = std::move(podIp)](Result<UniqueFd> socket) {
    if (!self || self->finished_) return;
    if (!socket) {
      const auto message = socket.error().message;
      QTimer::singleShot(0, self, [self, message] { self->finish(false, message); });
      return;
    }
    const bool http = self->spec_.kind == ProbeSpec::Kind::Http;
    self->exchange_ = std::make_unique<Exchange>(self, std::move(*socket),
                                                 http ? request(self->spec_, podIp, port) : std::string());
  });
}

ProbeAttempt::~ProbeAttempt() = default;

void ProbeAttempt::startExec(const ExecInPod& exec) {
  auto child = exec(spec_.command);
  if (!child) {
    const auto message = child.error().message;
    QTimer::singleShot(0, this, [this, message] { finish(false, message); });
    return;
  }
  child_ = std::move(*child);
  connect(child_.get(), &Child::exited, this,
          [this](int status) { finish(WIFEXITED(status) && WEXITSTATUS(status) == 0, exitText(status)); });
}

void ProbeAttempt::finish(bool ok, const std::string& detail) {
  if (std::exchange(finished_, true)) return;
  timeout_.stop();
  Q_EMIT done(ok, QString::fromStdString(spec_.text() + " → " + detail));
}

Probe::Probe(ProbeSpec spec, int port, std::string podIp, Capture* capture, ExecInPod exec, QObject* parent)
    : QObject(parent),
      spec_(std::move(spec)),
      port_(port),
      podIp_(std::move(podIp)),
      capture_(capture),
      exec_(std::move(exec)) {
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &Probe::ask);
}

void Probe::start() {
  lastCountedMs_ = steadyMs() + spec_.initialDelaySeconds * 1000;
  timer_.start(spec_.initialDelaySeconds * 1000);
}

void Probe::stop() {
  timer_.stop();
  attempt_.reset();
}

void Probe::ask() {
  attempt_ = std::make_unique<ProbeAttempt>(spec_, port_, podIp_, capture_, exec_);
  connect(attempt_.get(), &ProbeAttempt::done, this, &Probe::onDone, Qt::QueuedConnection);
}

void Probe::onDone(bool ok, const QString& detail) {
  attempt_.reset();
  const bool eager = !everPassed_;
  timer_.start(eager && !ok ? kEagerMs : spec_.periodSeconds * 1000);
  if (ok) {
    failures_ = 0;
    everPassed_ = true;
    if (++successes_ >= spec_.successThreshold && !std::exchange(passing_, true)) Q_EMIT passed();
    if (successes_ < spec_.successThreshold) timer_.start(spec_.periodSeconds * 1000);
    return;
  }
  successes_ = 0;
  Q_EMIT attempted(detail);
  if (steadyMs() - lastCountedMs_ < spec_.periodSeconds * 1000 && eager) return;
  lastCountedMs_ = steadyMs();
  if (++failures_ < spec_.failureThreshold) return;
  failures_ = 0;
  passing_ = false;
  Q_EMIT failedFor(detail);
}

}  // namespace varka::launcher
