#include "core/citadel/root_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace varka::citadel {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBeginCertificate = "-----BEGIN CERTIFICATE-----";
constexpr const char* kOldPrefix = "old-";

int numberOf(const fs::path& path) {
  return std::atoi(path.filename().string().c_str() + std::string(kOldPrefix).size());
}

Result<pki::Certificate> authorityFromPem(const fs::path& path, const std::string& pem) {
  auto certificate = pki::Certificate::fromPem(pem);
  if (!certificate) return fail(certificate.error().in(path.string()));
  if (!certificate->info().isAuthority)
    return fail(path.string() + " has a certificate that is not an authority's (CA:FALSE)");
  return certificate;
}

}  // namespace

Result<> RootStore::prepare() const {
  std::error_code ignored;
  fs::create_directories(directory_.parent_path(), ignored);
  if (::mkdir(directory_.c_str(), 0700) == 0) return {};
  if (errno != EEXIST)
    return fail("make the authority's folder " + directory_.string() + ": " + errnoText(errno));
  struct stat info {};
  if (::stat(directory_.c_str(), &info) != 0) return fail(directory_.string() + ": " + errnoText(errno));
  if (!S_ISDIR(info.st_mode))
    return fail(directory_.string() + " is not a folder; the authority keeps its root there");
  if (info.st_uid != ::geteuid())
    return fail(directory_.string() + " belongs to another user (uid " + std::to_string(info.st_uid) +
                "); the authority's key is not safe there");
  if ((info.st_mode & 0077) != 0)
    return fail(directory_.string() + " is open to other users; run: chmod 700 '" + directory_.string() +
                "'");
  return {};
}

Result<std::optional<Root>> RootStore::load(const char* name) const {
  const auto path = directory_ / name;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::optional<Root>();
  const auto text = pki::readPrivateFile(path);
  if (!text) return fail(text.error());
  const auto begin = text->find(kBeginCertificate);
  const std::string remedy = "; restore the file, or remove it to begin with a new root";
  if (begin == std::string::npos) return fail(path.string() + " has no certificate" + remedy);
  auto key = pki::PrivateKey::fromPem(text->substr(0, begin));
  if (!key)
    return fail(path.string() + " has no usable private key before its certificate (" + key.error().message +
                ")" + remedy);
  auto certificate = authorityFromPem(path, text->substr(begin));
  if (!certificate) return fail(certificate.error());
  if (!certificate->belongsTo(*key))
    return fail(path.string() + ": the private key does not belong to the certificate" + remedy);
  return std::optional<Root>(Root{std::move(*certificate), std::move(*key)});
}

Result<> RootStore::save(const char* name, const Root& root) const {
  return pki::writePrivateFile(directory_ / name, root.key.pem() + root.certificate.pem());
}

Result<> RootStore::saveRoot(const Root& root) const {
  if (auto done = save("root.pem", root); !done) return done;
  return pki::writePrivateFile(directory_ / "root-cert.pem", root.certificate.pem());
}

std::vector<fs::path> RootStore::oldFiles() const {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(kOldPrefix) && name.ends_with(".pem")) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return numberOf(a) > numberOf(b); });
  return out;
}

Result<std::vector<pki::Certificate>> RootStore::loadOld() const {
  std::vector<pki::Certificate> out;
  for (const auto& path : oldFiles()) {
    const auto text = pki::readPrivateFile(path);
    if (!text) return fail(text.error());
    auto certificate = authorityFromPem(path, *text);
    if (!certificate) return fail(certificate.error());
    out.push_back(std::move(*certificate));
  }
  return out;
}

Result<> RootStore::promote(const Root& next, const pki::Certificate& former) const {
  const auto old = oldFiles();
  const auto number = old.empty() ? 1 : numberOf(old.front()) + 1;
  const auto name = kOldPrefix + std::to_string(number) + ".pem";
  if (auto done = pki::writePrivateFile(directory_ / name, former.pem()); !done) return done;
  if (auto done = saveRoot(next); !done) return done;
  std::error_code ignored;
  fs::remove(directory_ / "next.pem", ignored);
  return {};
}

Result<> RootStore::removeOld() const {
  for (const auto& path : oldFiles()) {
    std::error_code failed;
    fs::remove(path, failed);
    if (failed) return fail("remove " + path.string() + ": " + failed.message());
  }
  return {};
}

}  // namespace varka::citadel
