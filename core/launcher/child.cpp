#include "core/launcher/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <QSocketNotifier>
#include <QString>
#include <cerrno>
#include <csignal>

namespace varka::launcher {
namespace {

constexpr std::size_t kMaxLine = 16 * 1024;  // longer lines are cut into pieces
constexpr int kReadsPerTurn = 16;            // a chatty service must not starve the engine
constexpr int kFirstDescriptor = 3;

struct FileActions {
  posix_spawn_file_actions_t actions;
  FileActions() { posix_spawn_file_actions_init(&actions); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void give(int from, int to) { posix_spawn_file_actions_adddup2(&actions, from, to); }
};

struct Attributes {
  posix_spawnattr_t attributes;
  explicit Attributes(bool ownGroup) {
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0);
    posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

// Numbers far above the targets 0, 1, 2, 3 …, so that no dup2 of the child overwrites a source that is still
// needed.
UniqueFd liftUp(int fd) {
  return UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 100));
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

// One output pipe, split into lines.
class Child::Pipe {
 public:
  Pipe(UniqueFd fd, QString stream, Child* child)
      : fd_(std::move(fd)),
        stream_(std::move(stream)),
        child_(child),
        notifier_(fd_.get(), QSocketNotifier::Read) {
    QObject::connect(&notifier_, &QSocketNotifier::activated, child, [this] { read(kReadsPerTurn); });
  }

  void read(int turns) {
    char data[16 * 1024];
    while (turns-- > 0) {
      const ssize_t got = ::read(fd_.get(), data, sizeof data);
      if (got > 0) {
        take(data, static_cast<std::size_t>(got));
      } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        notifier_.setEnabled(false);
        finish();
        return;
      } else if (errno == EAGAIN) {
        return;
      }
    }
  }

  void finish() {
    if (!partial_.empty()) emitLine(std::exchange(partial_, {}));
  }

 private:
  void take(const char* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      if (data[i] != '\n') partial_ += data[i];
      if (data[i] == '\n' || partial_.size() >= kMaxLine) emitLine(std::exchange(partial_, {}));
    }
  }
  void emitLine(std::string text) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    Q_EMIT child_->line(stream_, QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
  }

  UniqueFd fd_;
  QString stream_;
  Child* child_;
  QSocketNotifier notifier_;
  std::string partial_;
};

Child::Child(QObject* parent) : QObject(parent) {}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(static_cast<pid_t>(pid_), SIGKILL);
  waitpid(static_cast<pid_t>(pid_), nullptr, 0);
}

Result<> Child::start(const SpawnPlan& plan) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0) return fail("no pipe for a new process: " + errnoText(errno));
  UniqueFd outRead(out[0]), outWrite(out[1]);
  if (pipe2(err, O_CLOEXEC) != 0) return fail("no pipe for a new process: " + errnoText(errno));
  UniqueFd errRead(err[0]), errWrite(err[1]);
  fcntl(outRead.get(), F_SETFL, O_NONBLOCK);
  fcntl(errRead.get(), F_SETFL, O_NONBLOCK);

  FileActions files;
  posix_spawn_file_actions_addopen(&files.actions, 0, "/dev/null", O_RDONLY, 0);
  const UniqueFd outHigh = liftUp(outWrite.get()), errHigh = liftUp(errWrite.get());
  files.give(outHigh.get(), 1);
  files.give(errHigh.get(), 2);
  std::vector<UniqueFd> lifted;
  for (std::size_t i = 0; i < plan.descriptors.size(); ++i) {
    lifted.push_back(liftUp(plan.descriptors[i]));
    files.give(lifted.back().get(), kFirstDescriptor + static_cast<int>(i));
  }
  const Attributes attributes(plan.ownGroup);
  auto words = plan.arguments;
  std::vector<std::string> environment;
  for (const auto& [name, value] : plan.environment) environment.push_back(name + "=" + value);

  pid_t pid = 0;
  const int error = posix_spawn(&pid, words.front().c_str(), &files.actions, &attributes.attributes,
                                pointers(words).data(), pointers(environment).data());
  if (error != 0) return fail("cannot start " + words.front() + ": " + errnoText(error));
  pid_ = pid;
  pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  exitNotifier_ = std::make_unique<QSocketNotifier>(pidfd_.get(), QSocketNotifier::Read);
  connect(exitNotifier_.get(), &QSocketNotifier::activated, this, &Child::onExit);
  out_ = std::make_unique<Pipe>(std::move(outRead), QStringLiteral("stdout"), this);
  err_ = std::make_unique<Pipe>(std::move(errRead), QStringLiteral("stderr"), this);
  return {};
}

bool Child::kill(int signal) {
  return pid_ > 0 && syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0;
}

bool Child::killGroup(int signal) {
  return pid_ > 0 && ::kill(static_cast<pid_t>(-pid_), signal) == 0;
}

void Child::drainOutput() {
  // A grandchild may hold the pipe open for ever: what is there now is read, more is not waited for.
  if (out_) out_->read(kReadsPerTurn), out_->finish();
  if (err_) err_->read(kReadsPerTurn), err_->finish();
}

void Child::onExit() {
  int status = 0;
  if (waitpid(static_cast<pid_t>(pid_), &status, WNOHANG) <= 0) return;
  exitNotifier_->setEnabled(false);
  pid_ = 0;
  drainOutput();
  Q_EMIT exited(status);
}

}  // namespace varka::launcher
