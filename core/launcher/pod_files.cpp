#include "core/launcher/pod_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/launcher/environment.h"

namespace varka::launcher {
namespace {

namespace fs = std::filesystem;
using resource::Value;

// An address inside the mesh's service range; port 53 to anywhere is captured, so any would do.
constexpr const char* kNameserver = "240.240.0.1";

bool writeFile(const fs::path& path, const std::string& text, fs::perms mode = fs::perms(0644)) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  fs::permissions(path, mode, error);
  return static_cast<bool>(file);
}

void writeResolver(const PodSpec& spec, const std::string& podName, const std::string& ip,
                   const fs::path& etc) {
  writeFile(etc / "resolv.conf", std::string("nameserver ") + kNameserver + "\nsearch " + spec.ns +
                                     ".svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n");
  // The pod's own name only: a service's name here would lead calls to itself around its sidecar.
  writeFile(etc / "hosts",
            "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n" + ip + "\t" + podName + "\n");
  writeFile(
      etc / "nsswitch.conf",
      "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\n"
      "services: files\n");
  writeFile(etc / "hostname", podName + "\n");
}

struct Volume {
  std::map<std::string, std::string> files;
  bool empty = false;
};

Result<Volume> readVolume(const Value& volume, const PodSpec& spec,
                          const std::vector<resource::ObjectPtr>& configs) {
  Volume out;
  const bool secret = volume.has("secret");
  if (!secret && !volume.has("configMap")) {
    out.empty = true;
    return out;
  }
  const Value& source = secret ? volume["secret"] : volume["configMap"];
  const std::string name = secret ? source["secretName"].text() : source["name"].text();
  const char* kind = secret ? "Secret" : "ConfigMap";
  const auto object = findConfig(configs, kind, spec.ns, name);
  if (!object) {
    if (source["optional"].asBool()) return out;
    return fail(std::string(kind) + " " + spec.ns + "/" + name + " not found, which volume " +
                volume["name"].text() + " needs");
  }
  const auto data = configData(*object);
  if (source["items"].size() == 0) {
    out.files = data;
    return out;
  }
  for (const auto& item : source["items"].items())
    if (const auto found = data.find(item["key"].text()); found != data.end())
      out.files[item["path"].text()] = found->second;
  return out;
}

bool safeRelative(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return !normal.is_absolute() && !normal.empty() && *normal.begin() != "..";
}

// Volumes below /etc are part of the overlay; others need a directory that exists, because the host's tree is
// not ours to change.
void place(const std::string& path, const Volume& volume, const fs::path& pod, const fs::path& etc,
           PodFiles& files) {
  const fs::path target = fs::path(path).lexically_normal();
  const auto relative = target.lexically_relative("/etc");
  const bool belowEtc = !relative.empty() && *relative.begin() != ".." && relative != ".";
  if (volume.empty && target == "/tmp") {  // a private /tmp would hide the programs that live there
    fs::create_directories(pod / "tmp");
    files.environment.emplace_back("TMPDIR", (pod / "tmp").string());
    return;
  }
  const fs::path source = belowEtc ? etc / relative : pod / "volumes" / std::to_string(files.mounts.size());
  std::error_code error;
  fs::create_directories(source, error);
  for (const auto& [name, text] : volume.files)
    if (safeRelative(name)) writeFile(source / name, text, fs::perms(0600));
  if (belowEtc) return;
  if (fs::is_directory(target, error)) {
    files.mounts.emplace_back(source.string(), target.string());
  } else {
    files.notes.push_back("no volume at " + path +
                          ": there is no such directory on this machine (below /etc it would work)");
  }
}

}  // namespace

Result<PodFiles> makePodFiles(const PodSpec& spec, const std::string& podName, const std::string& ip,
                              const std::string& directory, const std::vector<resource::ObjectPtr>& configs) {
  PodFiles files;
  files.directory = directory;
  const fs::path pod(directory), etc = pod / "etc";
  removePodFiles(directory);
  std::error_code error;
  fs::create_directories(etc, error);
  if (error) return fail("cannot make " + etc.string() + ": " + error.message());
  fs::permissions(etc, fs::perms(0755), error);
  files.etcDirectory = etc.string();
  writeResolver(spec, podName, ip, etc);
  std::set<std::string> placed;
  for (const auto& container : spec.containers) {
    for (const auto& [name, path] : container.mounts) {
      if (!placed.insert(path).second) continue;
      for (const auto& volume : spec.volumes.items()) {
        if (volume["name"].text() != name) continue;
        auto content = readVolume(volume, spec, configs);
        if (!content) return fail(content.error());
        place(path, *content, pod, etc, files);
      }
    }
  }
  return files;
}

void removePodFiles(const std::string& directory) {
  std::error_code ignored;
  fs::remove_all(directory, ignored);
}

}  // namespace varka::launcher
