#pragma once
// LogModel: the lines of the LogStore that pass the chips and the filter. One column; LogDelegate paints it.

#include <QAbstractListModel>
#include <deque>
#include <set>

#include "ui/models/log_store.h"
#include "ui/models/query.h"

namespace varka::ui {

class LogModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { TimeRole = Qt::UserRole, AppRole, StreamRole };
  explicit LogModel(LogStore& store, QObject* parent = nullptr);

  bool setQuery(const Query& query);
  /// Empty = all.
  void setApps(std::set<std::string> apps);
  void setProxyLines(bool shown);
  void setPaused(bool paused);
  [[nodiscard]] bool isPaused() const { return paused_; }

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  static const QStringList& queryFields();

 private:
  struct Line {
    std::int64_t timeMs;
    QString app, text;
    std::string stream, pod;
  };
  void append(const std::vector<mesh::LogLine>& lines);
  void rebuild();
  [[nodiscard]] bool accepts(const mesh::LogLine& line) const;
  static Line toLine(const mesh::LogLine& line);

  LogStore& store_;
  Query query_;
  std::set<std::string> apps_;
  bool proxyLines_ = true;
  bool paused_ = false;
  std::deque<Line> lines_;
};

}  // namespace varka::ui
