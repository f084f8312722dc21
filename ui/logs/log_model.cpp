#include "ui/logs/log_model.h"

#include <algorithm>

#include "ui/models/format.h"

namespace varka::ui {
namespace {

QueryValue logField(const mesh::LogLine& line, const QString& field) {
  if (field == QLatin1String("app")) return QueryValue::of(qs(line.app));
  if (field == QLatin1String("pod")) return QueryValue::of(qs(line.pod));
  if (field == QLatin1String("stream")) return QueryValue::of(qs(line.stream));
  if (field.isEmpty() || field == QLatin1String("text")) return QueryValue::of(qs(line.text));
  return {};
}

const std::string& appOf(const mesh::LogLine& line) {
  return line.app.empty() ? line.pod : line.app;
}

}  // namespace

LogModel::LogModel(LogStore& store, QObject* parent) : QAbstractListModel(parent), store_(store) {
  connect(&store, &LogStore::appended, this, &LogModel::append);
  connect(&store, &LogStore::cleared, this, &LogModel::rebuild);
  rebuild();
}

const QStringList& LogModel::queryFields() {
  static const QStringList names = {QStringLiteral("app"), QStringLiteral("pod"), QStringLiteral("stream"), QStringLiteral("text")};
  return names;
}

bool LogModel::setQuery(const Query& query) {
  if (!query.isValid()) return false;
  query_ = query;
  rebuild();
  return true;
}

void LogModel::setApps(std::set<std::string> apps) {
  apps_ = std::move(apps);
  rebuild();
}

void LogModel::setProxyLines(bool shown) {
  proxyLines_ = shown;
  rebuild();
}

void LogModel::setPaused(bool paused) {
  paused_ = paused;
  if (!paused) rebuild();
}

bool LogModel::accepts(const mesh::LogLine& line) const {
  if (!apps_.empty() && !apps_.contains(appOf(line))) return false;
  if (!proxyLines_ && line.stream == "proxy") return false;
  return query_.isEmpty() || query_.matches([&line](const QString& field) { return logField(line, field); });
}

LogModel::Line LogModel::toLine(const mesh::LogLine& line) {
  return {line.timeMs, qs(appOf(line)), withoutAnsi(line.text), line.stream, line.pod};
}

void LogModel::append(const std::vector<mesh::LogLine>& lines) {
  if (paused_) return;
  std::vector<Line> fresh;
  for (const auto& line : lines)
    if (accepts(line)) fresh.push_back(toLine(line));
  if (fresh.empty()) return;
  const auto total = lines_.size() + fresh.size();
  if (total > LogStore::kLimit) {  // bounded like the store, without a second accounting of what it dropped
    const auto oldest = std::min(total - LogStore::kLimit, lines_.size());
    if (oldest > 0) {
      beginRemoveRows({}, 0, static_cast<int>(oldest) - 1);
      lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(oldest));
      endRemoveRows();
    }
  }
  const int first = rowCount();
  beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
  std::move(fresh.begin(), fresh.end(), std::back_inserter(lines_));
  endInsertRows();
}

void LogModel::rebuild() {
  beginResetModel();
  lines_.clear();
  for (const auto& line : store_.lines())
    if (accepts(line)) lines_.push_back(toLine(line));
  endResetModel();
}

int LogModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

QVariant LogModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const auto& line = lines_[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole: return line.text;
    case TimeRole: return clockText(line.timeMs);
    case AppRole: return line.app;
    case StreamRole: return qs(line.stream);
    case Qt::ToolTipRole: return QStringLiteral("%1  %2  %3\n%4").arg(clockText(line.timeMs), qs(line.pod), qs(line.stream), line.text);
    case Qt::AccessibleTextRole: return QStringLiteral("%1 %2: %3").arg(line.app, qs(line.stream), line.text);
    default: return {};
  }
}

}  // namespace varka::ui
