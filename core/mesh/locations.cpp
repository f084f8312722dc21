#include "core/mesh/locations.h"

#include <unistd.h>

#include <QCryptographicHash>
#include <cstdlib>
#include <filesystem>

#include "core/mesh/mesh.h"
#include "core/mesh/run_directory.h"

namespace varka::mesh {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string hashOf(const std::string& text) {
  const auto digest = QCryptographicHash::hash(QByteArray::fromStdString(text), QCryptographicHash::Sha256);
  return digest.toHex().left(8).toStdString();
}

std::string stateBase() {
  if (const auto base = environment("XDG_STATE_HOME"); !base.empty()) return base + "/varka";
  return environment("HOME") + "/.local/state/varka";
}

Result<std::string> resolveProject(const std::string& project, const std::string& samples) {
  constexpr std::string_view kSample = "sample:";
  std::error_code error;
  if (project.starts_with(kSample)) {
    const auto name = project.substr(kSample.size());
    const fs::path folder = fs::path(samples) / name;
    if (samples.empty()) return fail("the samples are not installed beside this program; set VARKA_SAMPLES to their folder");
    if (name.empty() || name.find('/') != std::string::npos || !fs::exists(folder / "varka.yaml", error)) {
      return fail("there is no sample '" + name + "'; `varka samples` lists them");
    }
    return fs::canonical(folder, error).string();
  }
  const fs::path path = fs::canonical(project.empty() ? "." : project, error);
  if (error) return fail(project + ": " + error.message());
  // The folder and the varka.yaml in it are one project.
  return path.filename() == "varka.yaml" ? path.parent_path().string() : path.string();
}

}  // namespace

std::string programDirectory() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string samplesDirectory() {
  const fs::path program = programDirectory();
  for (const auto& candidate : {fs::path(environment("VARKA_SAMPLES")), program / "../share/varka/samples", program / "../../samples",
                                fs::path(VARKA_SOURCE_SAMPLES)}) {
    std::error_code error;
    if (!candidate.empty() && fs::exists(candidate / "images.yaml", error)) return fs::canonical(candidate, error).string();
  }
  return {};
}

std::string runtimeBase() {
  // A runtime directory of the session is private already; /tmp is shared, so the name has the user and it is 0700.
  const auto session = environment("XDG_RUNTIME_DIR");
  constexpr std::size_t kRoomForSockets = 60;  // "/<hash>/pods/255.255.255.255.admin.sock" and the temporary name Qt listens on first
  if (!session.empty() && ::access(session.c_str(), W_OK) == 0 && session.size() + kRoomForSockets < 108) return session + "/varka";
  return "/tmp/varka-" + std::to_string(::getuid());
}

Result<Locations> locate(const MeshOptions& options) {
  Locations out;
  out.bin = options.binDirectory.empty() ? programDirectory() : options.binDirectory;
  out.samples = options.samplesDirectory.empty() ? samplesDirectory() : options.samplesDirectory;
  auto project = resolveProject(options.project, out.samples);
  if (!project) return fail(project.error());
  out.project = *project;
  std::error_code error;
  out.directory = fs::is_directory(out.project, error) ? out.project : fs::path(out.project).parent_path().string();
  out.key = hashOf(out.project);
  const auto name = fs::path(out.project).stem().string();
  out.state = options.stateDirectory.empty() ? stateBase() + "/" + name + "-" + out.key : options.stateDirectory;
  out.runtime = options.runtimeDirectory.empty() ? runtimeBase() + "/" + out.key : options.runtimeDirectory;
  return out;
}

std::vector<RunningMesh> runningMeshes() {
  std::vector<RunningMesh> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runtimeBase(), error)) {
    if (const auto owner = RunDirectory::owner(entry.path().string())) found.push_back(*owner);
  }
  return found;
}

}  // namespace varka::mesh
