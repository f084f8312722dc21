#pragma once
// The image catalogue: what runs instead of a container image. A value, any thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/resource/project.h"
#include "core/resource/value.h"

namespace varka::launcher {

struct ImageProgram {
  std::string pattern;
  std::vector<std::string> command;
  std::map<std::string, std::string> env;
  std::string workingDir;
  bool keepCommand =
      false;  // also where the manifest has a `command:` of its own, which names a program of the image
};

class ImageCatalogue {
 public:
  /// `variables`: what ${NAME} means in commands, env and workingDir; other names come from the environment.
  ImageCatalogue() = default;
  explicit ImageCatalogue(std::map<std::string, std::string> variables);

  void addProject(const std::vector<resource::ImageEntry>& images);
  /// `images:` of samples/images.yaml. Later additions come after earlier ones; the first match wins.
  Result<> addFile(const std::string& path);
  void add(const resource::Value& images);

  /// Variables expanded. nullopt when no pattern matches.
  [[nodiscard]] std::optional<ImageProgram> find(const std::string& image) const;
  [[nodiscard]] std::string expand(const std::string& text) const;

 private:
  std::map<std::string, std::string> variables_;
  std::vector<ImageProgram> programs_;
};

/// `*` is any run of characters. A pattern without a registry matches below any registry or mirror.
[[nodiscard]] bool imageMatches(const std::string& pattern, const std::string& image);
/// The error for an image without an entry, with the lines to add to varka.yaml.
[[nodiscard]] std::string missingImageText(const std::string& image);

}  // namespace varka::launcher
