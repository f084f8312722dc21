#include "core/mesh/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace varka::mesh {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "/lock";  // its text: the pid, a newline, the project

/// A private directory of ours at `path`; what is there and is not private is refused, since /tmp is everybody's.
Result<> makePrivate(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail("create " + path + ": " + errnoText(errno));
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return fail("look at " + path + ": " + errnoText(errno));
  if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid()) {
    return fail(path + " is not a directory of this user; remove it or set XDG_RUNTIME_DIR");
  }
  if ((found.st_mode & 077) != 0 && ::chmod(path.c_str(), 0700) != 0) return fail("chmod " + path + ": " + errnoText(errno));
  return {};
}

/// Opens and locks; the file may have been removed by its last owner between the two, then once more.
int lockFile(const std::string& file) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return -1;
    struct stat opened {}, named {};
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor);
      errno = EWOULDBLOCK;
      return -1;
    }
    if (::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 && opened.st_ino == named.st_ino) return descriptor;
    ::close(descriptor);
  }
  errno = EAGAIN;
  return -1;
}

bool removeAllButLock(const std::string& path) {
  bool removed = false;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.path().filename() == "lock") continue;
    removed = true;
    fs::remove_all(entry.path(), error);
  }
  return removed;
}

RunningMesh readOwner(const std::string& path) {
  RunningMesh owner{path, {}, 0};
  std::ifstream file(path + kLock);
  file >> owner.pid;
  file.ignore();
  std::getline(file, owner.project);
  return owner;
}

}  // namespace

Result<std::unique_ptr<RunDirectory>> RunDirectory::claim(const std::string& path, const std::string& project) {
  for (const auto& directory : {fs::path(path).parent_path().string(), path}) {
    if (auto made = makePrivate(directory); !made) return fail(made.error());
  }
  const int lock = lockFile(path + kLock);
  if (lock < 0 && errno == EWOULDBLOCK) {
    return fail("a mesh of this project runs already (pid " + std::to_string(readOwner(path).pid) +
                "); see it with `varka status -p " + project + "`, stop it with `varka down -p " + project + "`");
  }
  if (lock < 0) return fail("lock " + path + kLock + ": " + errnoText(errno));
  std::unique_ptr<RunDirectory> claimed(new RunDirectory(path, lock));
  claimed->hadLeftovers_ = removeAllButLock(path);
  const std::string text = std::to_string(::getpid()) + "\n" + project + "\n";
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return fail("write " + path + kLock + ": " + errnoText(errno));
  }
  return claimed;
}

RunDirectory::~RunDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);  // the lock file too, while it is still locked
  ::close(lock_);
}

std::optional<RunningMesh> RunDirectory::owner(const std::string& path) {
  const int descriptor = ::open((path + kLock).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return std::nullopt;
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0;
  ::close(descriptor);
  if (!held) return std::nullopt;
  return readOwner(path);
}

}  // namespace varka::mesh
