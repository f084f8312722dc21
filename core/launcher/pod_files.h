#pragma once
// The files a pod sees instead of the host's: /etc/resolv.conf and friends, ConfigMaps, Secrets and
// emptyDirs.

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/plan.h"

namespace varka::launcher {

struct PodFiles {
  std::string directory;     // everything of this pod, removed with it
  std::string etcDirectory;  // goes over /etc
  std::vector<std::pair<std::string, std::string>>
      mounts;  // directory → existing path of the host outside /etc
  std::vector<std::pair<std::string, std::string>> environment;  // TMPDIR for an emptyDir on /tmp
  std::vector<std::string>
      notes;  // what could not be done: "no volume at /data: no such directory on this machine"
};

/// Makes them below `directory` (replacing what is there). Fails when a volume's Secret or ConfigMap is
/// missing.
Result<PodFiles> makePodFiles(const PodSpec& spec, const std::string& podName, const std::string& ip,
                              const std::string& directory, const std::vector<resource::ObjectPtr>& configs);
void removePodFiles(const std::string& directory);

}  // namespace varka::launcher
