#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/commands/commands.h"
#include "app/print.h"
#include "core/mesh/locations.h"

namespace varka::app {
namespace {

namespace fs = std::filesystem;

/// The first comment line of a sample's varka.yaml says what it is.
std::string titleOf(const fs::path& folder) {
  std::ifstream file(folder / "varka.yaml");
  std::string line;
  std::getline(file, line);
  return line.starts_with("# ") ? line.substr(2) : "";
}

int samples(const Invocation&) {
  const auto directory = mesh::samplesDirectory();
  if (directory.empty()) return complain(kFailed, "the samples are not installed beside this program; set VARKA_SAMPLES to their folder");
  std::vector<std::vector<std::string>> rows;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (fs::exists(entry.path() / "varka.yaml", error)) {
      rows.push_back({"sample:" + entry.path().filename().string(), titleOf(entry.path())});
    }
  }
  std::sort(rows.begin(), rows.end());
  std::fputs(tableText({}, rows).c_str(), stdout);
  return kOk;
}

}  // namespace

Command samplesCommand() {
  return {"samples", "", "The bundled samples: varka up sample:bookinfo", {}, samples};
}

}  // namespace varka::app
