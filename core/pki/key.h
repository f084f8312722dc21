#pragma once
// A P-256 private key as a value (shared, immutable). It is printed only by pem(), which callers keep off disks they do
// not own and out of every log. Any thread.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

struct evp_pkey_st;

namespace varka::pki {

class PrivateKey {
 public:
  static Result<PrivateKey> generate();
  static Result<PrivateKey> fromPem(std::string_view pem);

  /// PKCS#8 PEM.
  [[nodiscard]] std::string pem() const;
  /// Borrowed; for core/pki and proxy/tls.
  [[nodiscard]] evp_pkey_st* handle() const { return key_.get(); }

 private:
  friend class CertificateRequest;
  friend class Certificate;
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

/// Writes `content` to `path` with mode 0600: a temporary file beside it, fsync, rename. A reader sees the old or the new.
Result<> writePrivateFile(const std::filesystem::path& path, std::string_view content);
/// The file's text; refuses a file that others can read or that is not ours.
Result<std::string> readPrivateFile(const std::filesystem::path& path);

}  // namespace varka::pki
