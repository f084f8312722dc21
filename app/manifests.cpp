#include "app/manifests.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "app/print.h"

namespace varka::app {
namespace {

namespace fs = std::filesystem;

bool isManifest(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

}  // namespace

Result<std::vector<Manifest>> readManifests(const std::vector<std::string>& paths) {
  if (paths.empty()) return fail("say which manifests: -f FILE, -f DIR or -f -");
  std::vector<Manifest> out;
  for (const auto& path : paths) {
    std::vector<std::string> files;
    std::error_code error;
    if (path.starts_with("http://") || path.starts_with("https://")) {
      return fail(path + ": addresses are not fetched; download the file and give its path");
    }
    if (fs::is_directory(path, error)) {
      for (const auto& entry : fs::directory_iterator(path, error)) {
        if (entry.is_regular_file() && isManifest(entry.path())) files.push_back(entry.path().string());
      }
      std::sort(files.begin(), files.end());
      if (files.empty()) return fail(path + " has no .yaml, .yml or .json files");
    } else {
      files.push_back(path);
    }
    for (const auto& file : files) {
      Manifest manifest{file == "-" ? "stdin" : file, {}};
      if (!readAll(file, manifest.text)) return fail("cannot read " + file + ": " + errnoText(errno));
      out.push_back(std::move(manifest));
    }
  }
  return out;
}

}  // namespace varka::app
