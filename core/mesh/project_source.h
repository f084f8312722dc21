#pragma once
// ProjectSource: the project's files, read and watched. Editors rename over files, so folders are watched as well; a burst of
// changes is one reload, 50 ms after the last of it and at most 200 ms after the first. Mesh thread.

#include <QElapsedTimer>
#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>
#include <string>
#include <vector>

#include "core/mesh/view.h"
#include "core/resource/project.h"

namespace varka::mesh {

class ProjectSource : public QObject {
  Q_OBJECT
 public:
  explicit ProjectSource(std::string path, QObject* parent = nullptr);

  /// Reads everything now; what fails galley's validation is among the problems. Does not emit.
  struct Loaded {
    resource::Project project;
    std::vector<ProblemView> problems;  // any error: nothing of this load may be applied
  };
  Loaded load();
  /// The caller took the last load over: its texts are what is live.
  void markApplied();
  [[nodiscard]] const std::vector<FileView>& files() const { return files_; }

 Q_SIGNALS:
  void changed();  // after the debounce, only when a text differs or a file came or went

 private:
  void touched();
  void settle();
  void watch(const resource::Project& project);

  std::string path_;
  std::vector<FileView> files_;
  QFileSystemWatcher watcher_;
  QTimer quiet_;
  QElapsedTimer burst_;
};

}  // namespace varka::mesh
