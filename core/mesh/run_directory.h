#pragma once
// RunDirectory: the runtime directory of one running mesh, held by a lock. Leftovers of a mesh that was killed are removed
// when it is claimed; everything is removed when it is given back.

#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/mesh/locations.h"

namespace varka::mesh {

class RunDirectory {
 public:
  /// Fails when another mesh holds it; the message has its pid.
  static Result<std::unique_ptr<RunDirectory>> claim(const std::string& path, const std::string& project);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Whether the claim found what a killed mesh had left.
  [[nodiscard]] bool hadLeftovers() const { return hadLeftovers_; }

  /// The mesh that holds the directory now, if one does.
  static std::optional<RunningMesh> owner(const std::string& path);

 private:
  RunDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
  bool hadLeftovers_ = false;
};

}  // namespace varka::mesh
