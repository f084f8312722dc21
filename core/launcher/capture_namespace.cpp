// Capture by namespaces: the pod has an agent that holds them; the service is started inside
// (docs/contracts.md).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTimer>
#include <csignal>
#include <filesystem>

#include "core/launcher/agent_channel.h"
#include "core/launcher/capture.h"

namespace varka::launcher {
namespace {

constexpr int kAgentPatienceMs = 2000;

class NamespaceCapture final : public Capture {
 public:
  explicit NamespaceCapture(CapturePlan plan) : plan_(std::move(plan)) {
    connect(&agent_, &Child::exited, this, [this](int) { onAgentExit(); });
    connect(&agent_, &Child::line, this, [this](const QString&, const QString& text) { lastWords_ = text; });
    connect(&channel_, &AgentChannel::ready, this, [this](const QString& warnings) {
      up_ = true;
      rememberNetwork();
      Q_EMIT ready(warnings);
    });
    connect(&channel_, &AgentChannel::failed, this, [this](const QString& why) { fail_ = why; });
  }

  ~NamespaceCapture() override {
    stopping_ = true;
    disconnect(&agent_, nullptr, this, nullptr);
    channel_.close();  // the agent sweeps and leaves by itself; Child's destructor would not let it
    for (int i = 0; agent_.running() && i < 100; ++i) {
      if (::kill(static_cast<pid_t>(agent_.pid()), 0) != 0) break;
      usleep(2000);
      if (zombie()) break;
    }
  }

  void start() override {
    SpawnPlan spawn;
    spawn.arguments = {plan_.podProgram, "agent",  "--control-fd", "3",
                       "--ip",           plan_.ip, "--hostname",   plan_.hostname};
    if (!plan_.etcDirectory.empty())
      spawn.arguments.insert(spawn.arguments.end(), {"--etc", plan_.etcDirectory});
    for (const auto& [from, to] : plan_.mounts)
      spawn.arguments.insert(spawn.arguments.end(), {"--mount", from + ":" + to});
    spawn.environment = {{"PATH", "/usr/bin:/bin"}};
    spawn.descriptors = {channel_.peer()};
    const auto started = agent_.start(spawn);
    channel_.releasePeer();
    if (!started) {
      const auto why = QString::fromStdString(started.error().message);
      QTimer::singleShot(0, this, [this, why] { Q_EMIT failed(why); });
    }
  }

  void enter(SpawnPlan& plan, const std::string& directory, const std::vector<std::string>& command,
             int statusDescriptor) const override {
    std::string namespaces;
    int number = 3 + static_cast<int>(plan.descriptors.size());
    for (const auto& [name, descriptor] : channel_.namespaces()) {
      namespaces += (namespaces.empty() ? "" : ",") + name + "=" + std::to_string(number++);
      plan.descriptors.push_back(descriptor.get());
    }
    plan.arguments = {plan_.podProgram,
                      "exec",
                      "--ns",
                      namespaces,
                      "--parent",
                      std::to_string(getpid()),
                      "--nofile",
                      "1024",
                      "--cwd",
                      directory,
                      "--status-fd",
                      std::to_string(statusDescriptor),
                      "--"};
    plan.arguments.insert(plan.arguments.end(), command.begin(), command.end());
  }

  void adjust(Environment&) const override {}

  void dial(int port, Dialed done) override {
    const std::string ip = plan_.ip;
    channel_.takeSocket([ip, port, done = std::move(done)](Result<UniqueFd> socket) {
      done(socket ? beginConnect(std::move(*socket), ip, port) : std::move(socket));
    });
  }

  Result<UniqueFd> openProxyChannel() override { return channel_.openProxyChannel(); }
  void sweep(std::function<void()> done) override { channel_.sweep(std::move(done)); }

  void stop() override {
    stopping_ = true;
    channel_.close();
    // It sweeps and leaves by itself within milliseconds; a stopped one (SIGSTOP) would keep the pod for
    // ever.
    QTimer::singleShot(kAgentPatienceMs, this, [this] { agent_.kill(SIGKILL); });
    if (!agent_.running()) QTimer::singleShot(0, this, [this] { Q_EMIT stopped(); });
  }

  [[nodiscard]] std::int64_t agentPid() const override { return agent_.pid(); }
  [[nodiscard]] std::vector<std::string> joinOptions() const override {
    return {"--join", std::to_string(agent_.pid())};
  }

 private:
  void rememberNetwork() {
    const auto found = channel_.namespaces().find("net");
    if (found != channel_.namespaces().end()) fstat(found->second.get(), &network_);
  }

  [[nodiscard]] bool zombie() const {
    struct stat info {};
    return stat(("/proc/" + std::to_string(agent_.pid()) + "/ns/net").c_str(), &info) != 0;
  }

  // The agent cannot sweep any more, so the engine does: everything whose network namespace is the pod's.
  void sweepFromOutside() const {
    if (network_.st_ino == 0) return;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
      const int pid = std::atoi(entry.path().filename().c_str());
      struct stat info {};
      if (pid <= 0 || stat((entry.path() / "ns/net").c_str(), &info) != 0) continue;
      if (info.st_ino == network_.st_ino && info.st_dev == network_.st_dev) ::kill(pid, SIGKILL);
    }
  }

  void onAgentExit() {
    if (stopping_) {
      Q_EMIT stopped();
      return;
    }
    if (!up_) {
      const QString why = fail_.isEmpty() ? lastWords_ : fail_;
      Q_EMIT failed(why.isEmpty() ? QStringLiteral("the pod's agent ended during its set-up") : why);
      return;
    }
    sweepFromOutside();
    channel_.close();
    Q_EMIT lost();
  }

  CapturePlan plan_;
  AgentChannel channel_;
  Child agent_;
  QString fail_, lastWords_;
  struct stat network_ {};
  bool up_ = false, stopping_ = false;
};

}  // namespace

std::unique_ptr<Capture> makeNamespaceCapture(CapturePlan plan) {
  return std::make_unique<NamespaceCapture>(std::move(plan));
}

}  // namespace varka::launcher
