#pragma once
// RootStore: roots as files of the authority's folder. Private to core/citadel.
//
//   ca/root.pem        key and certificate of the root that signs: one file, so that it changes in one rename
//   ca/next.pem        a prepared root: trusted, does not sign yet
//   ca/old-N.pem       certificates of former roots, still trusted; their keys are gone
//   ca/root-cert.pem   a copy of the certificate for people (curl --cacert); never read
//
// All files are 0600, the folder 0700.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/pki/certificate.h"

namespace varka::citadel {

struct Root {
  pki::Certificate certificate;
  pki::PrivateKey key;
};

class RootStore {
 public:
  explicit RootStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Makes the folder (0700) or refuses one that others may enter.
  Result<> prepare() const;
  /// Nothing when the file is not there; an error when half of it is missing, others can read it, or the
  /// halves differ.
  [[nodiscard]] Result<std::optional<Root>> loadRoot() const { return load("root.pem"); }
  [[nodiscard]] Result<std::optional<Root>> loadNext() const { return load("next.pem"); }
  /// Newest first.
  [[nodiscard]] Result<std::vector<pki::Certificate>> loadOld() const;

  Result<> saveRoot(const Root& root) const;
  Result<> saveNext(const Root& root) const { return save("next.pem", root); }
  /// next becomes root, root becomes old-N. A crash between two steps leaves a root twice, which loading
  /// ignores.
  Result<> promote(const Root& next, const pki::Certificate& former) const;
  Result<> removeOld() const;

 private:
  [[nodiscard]] Result<std::optional<Root>> load(const char* name) const;
  Result<> save(const char* name, const Root& root) const;
  [[nodiscard]] std::vector<std::filesystem::path> oldFiles() const;
  std::filesystem::path directory_;
};

}  // namespace varka::citadel
