#pragma once
// LogStore: the newest 50 000 log lines of all pods, merged in arrival order. GUI thread.

#include <QObject>
#include <deque>
#include <set>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

class LogStore : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kLimit = 50'000;
  explicit LogStore(MeshClient& client, QObject* parent = nullptr);

  [[nodiscard]] const std::deque<mesh::LogLine>& lines() const { return lines_; }
  [[nodiscard]] const std::set<std::string>& apps() const { return apps_; }
  void append(const std::vector<mesh::LogLine>& lines);
  void clear();

 Q_SIGNALS:
  void appended(const std::vector<varka::mesh::LogLine>& lines);
  void dropping(std::size_t oldest);
  void cleared();
  void appsChanged();

 private:
  std::deque<mesh::LogLine> lines_;
  std::set<std::string> apps_;
};

/// Text without ANSI escape sequences and other control characters.
QString withoutAnsi(const std::string& text);

}  // namespace varka::ui
