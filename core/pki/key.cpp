#include "core/pki/key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/pki/openssl.h"

namespace varka::pki {
namespace {

std::shared_ptr<EVP_PKEY> share(KeyPtr key) {
  return {key.release(), EVP_PKEY_free};
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool writeAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<PrivateKey> PrivateKey::generate() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return sslFailure("generate a P-256 key");
  return PrivateKey(share(std::move(key)));
}

Result<PrivateKey> PrivateKey::fromPem(std::string_view pem) {
  const BioPtr bio = readBio(pem);
  // No passphrase is ever asked for: an encrypted key fails.
  const auto noPassphrase = [](char*, int, int, void*) { return -1; };
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr));
  if (!key) return sslFailure("read a private key");
  return PrivateKey(share(std::move(key)));
}

std::string PrivateKey::pem() const {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) return {};
  return takeText(bio.get());
}

Result<> writePrivateFile(const std::filesystem::path& path, std::string_view content) {
  const auto failed = [&](std::string_view what) {
    return fail(std::string(what) + " " + path.string() + ": " + errnoText(errno));
  };
  std::string temporary = path.string() + ".XXXXXX";
  const FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
  if (file.get() < 0) return failed("cannot create");
  const bool written = writeAll(file.get(), content) && ::fchmod(file.get(), 0600) == 0 && ::fsync(file.get()) == 0 &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const auto result = failed("cannot write");
    ::unlink(temporary.c_str());
    return result;
  }
  const FileDescriptor directory(::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());  // so that the rename survives a power cut
  return {};
}

Result<std::string> readPrivateFile(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return fail("cannot open " + path.string() + ": " + errnoText(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail("cannot examine " + path.string() + ": " + errnoText(errno));
  if (!S_ISREG(status.st_mode)) return fail(path.string() + " is not a file");
  if (status.st_uid != ::geteuid()) return fail(path.string() + " belongs to another user; it must be yours");
  if ((status.st_mode & 077) != 0) return fail(path.string() + " can be read by others; run: chmod 600 " + path.string());
  constexpr off_t kLimit = 1 << 20;
  if (status.st_size > kLimit) return fail(path.string() + " is too large for a key or certificate");
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + length, content.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("cannot read " + path.string() + ": " + errnoText(errno));
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  content.resize(length);
  return content;
}

}  // namespace varka::pki
