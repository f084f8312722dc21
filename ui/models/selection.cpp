#include "ui/models/selection.h"

#include <QStringList>
#include <utility>

namespace varka::ui {

void Selection::select(Item item) {
  if (item == current_) return;
  current_ = std::move(item);
  if (current_.kind != Kind::None) {
    if (!history_.empty()) history_.resize(position_ + 1);
    history_.push_back(current_);
    if (history_.size() > kHistoryLimit) history_.erase(history_.begin());
    position_ = history_.size() - 1;
  }
  Q_EMIT changed(current_);
}

void Selection::select(Kind kind, const QString& id) {
  Item item;
  item.kind = kind;
  item.id = id;
  select(std::move(item));
}

void Selection::selectRequest(TrafficRowPtr row) {
  if (!row) return;
  Item item;
  item.kind = Kind::Request;
  item.id = qs(row->record.id);
  item.row = std::move(row);
  select(std::move(item));
}

void Selection::openSource(const QString& file, int line, int column) {
  Item item;
  item.kind = Kind::Source;
  item.file = file;
  item.line = line;
  item.column = column;
  select(std::move(item));
  Q_EMIT viewRequested(QStringLiteral("config"));
}

void Selection::openSource(const QString& location) {
  const auto item = parseLocation(location);
  openSource(item.file, item.line, item.column);
}

void Selection::back() {
  if (canGoBack()) moveTo(position_ - 1);
}

void Selection::forward() {
  if (canGoForward()) moveTo(position_ + 1);
}

void Selection::moveTo(std::size_t position) {
  position_ = position;
  current_ = history_[position_];
  Q_EMIT changed(current_);
}

SelectionItem parseLocation(const QString& location) {
  SelectionItem item;
  item.kind = SelectionItem::Kind::Source;
  QStringList parts = location.split(QLatin1Char(':'));
  int numbers[2] = {0, 0};  // read from the end: column, then line
  int count = 0;
  while (count < 2 && parts.size() > 1) {
    bool ok = false;
    const int number = parts.last().toInt(&ok);
    if (!ok) break;
    numbers[count++] = number;
    parts.removeLast();
  }
  item.file = parts.join(QLatin1Char(':'));
  item.line = count == 2 ? numbers[1] : numbers[0];
  item.column = count == 2 ? numbers[0] : 0;
  return item;
}

}  // namespace varka::ui
