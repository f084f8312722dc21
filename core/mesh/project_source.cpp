#include "core/mesh/project_source.h"

#include <QFileInfo>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/mesh/problems.h"

namespace varka::mesh {
namespace {

namespace fs = std::filesystem;

constexpr int kFilesQuietMs = 50;
constexpr int kFilesMaxDelayMs = 200;

std::string readText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

ProjectSource::ProjectSource(std::string path, QObject* parent) : QObject(parent), path_(std::move(path)) {
  quiet_.setSingleShot(true);
  connect(&watcher_, &QFileSystemWatcher::fileChanged, this, &ProjectSource::touched);
  connect(&watcher_, &QFileSystemWatcher::directoryChanged, this, &ProjectSource::touched);
  connect(&quiet_, &QTimer::timeout, this, &ProjectSource::settle);
}

ProjectSource::Loaded ProjectSource::load() {
  auto result = resource::loadProject(path_);
  Loaded out;
  for (const auto& problem : result.problems) out.problems.push_back(toProblem(problem));
  for (auto& problem : validateAll(result.project.objects)) out.problems.push_back(std::move(problem));
  out.project = std::move(result.project);

  std::vector<FileView> fresh;
  for (const auto& path : out.project.files) {
    FileView file{path, readText(path), {}};
    const auto old = std::find_if(files_.begin(), files_.end(), [&](const auto& known) { return known.path == path; });
    if (old != files_.end()) file.applied = old->applied;
    fresh.push_back(std::move(file));
  }
  files_ = std::move(fresh);
  watch(out.project);
  return out;
}

void ProjectSource::markApplied() {
  for (auto& file : files_) file.applied = file.text;
}

void ProjectSource::watch(const resource::Project& project) {
  std::set<QString> wanted;
  const auto add = [&](const fs::path& path) {
    std::error_code error;
    if (fs::exists(path, error)) wanted.insert(QString::fromStdString(path.string()));
  };
  for (const auto& file : project.files) {
    add(file);
    add(fs::path(file).parent_path());
  }
  for (const auto& glob : project.globs) add(fs::path(glob).parent_path());
  add(path_);
  for (const auto& path : wanted) {
    if (!watcher_.files().contains(path) && !watcher_.directories().contains(path)) watcher_.addPath(path);
  }
}

void ProjectSource::touched() {
  if (!quiet_.isActive()) burst_.restart();
  const auto left = kFilesMaxDelayMs - static_cast<int>(burst_.elapsed());
  quiet_.start(std::clamp(kFilesQuietMs, 0, std::max(0, left)));
}

void ProjectSource::settle() {
  // Folders report everything that happens in them: logs, byte code, swap files. Only our own texts and new files count.
  bool differs = false;
  for (const auto& file : files_) {
    std::error_code error;
    if (!watcher_.files().contains(QString::fromStdString(file.path)) && fs::exists(file.path, error)) {
      watcher_.addPath(QString::fromStdString(file.path));  // a rename over the file ends its watch
    }
    differs = differs || !fs::exists(file.path, error) || readText(file.path) != file.text;
  }
  if (!differs) {
    const auto again = resource::loadProject(path_);
    std::set<std::string> known, now(again.project.files.begin(), again.project.files.end());
    for (const auto& file : files_) known.insert(file.path);
    differs = known != now;
  }
  if (differs) Q_EMIT changed();
}

}  // namespace varka::mesh
