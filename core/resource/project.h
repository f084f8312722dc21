#pragma once
// A project: a folder or file the user opened. Reads varka.yaml (short form) and its includes, or plain
// manifests, and expands everything to Objects. No watching here: core/mesh watches `files` and calls load
// again.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/resource/object.h"

namespace varka::resource {

/// An image pattern of `images:` and what it runs instead. `*` matches any run of characters.
struct ImageEntry {
  std::string pattern;
  std::vector<std::string> command;  // ${VARKA_SAMPLES} etc. are expanded by the launcher
  std::map<std::string, std::string> env;
  std::string workingDir;
};

struct Project {
  std::string name;                // metadata.name, or the folder's name
  std::string directory;           // absolute
  std::vector<std::string> files;  // every file read, absolute, and `globs` to watch for new ones
  std::vector<std::string> globs;
  std::vector<Object> objects;
  std::vector<ImageEntry> images;
  Value settings;  // `mesh:` of varka.yaml: ports, telemetry limits, capture mode
};

/// A problem with its place; `severity` is error for what stops the load of that file.
struct LoadProblem {
  Origin origin;
  std::string message;
};

struct LoadResult {
  Project project;
  std::vector<LoadProblem> problems;  // non-empty: nothing of this load may be applied
};

/// `path`: a directory (varka.yaml in it, else all *.yaml), or one YAML file.
LoadResult loadProject(const std::string& path);
/// What `varka render` prints: the objects of the short form as manifests.
std::string renderProject(const Project& project);

}  // namespace varka::resource
