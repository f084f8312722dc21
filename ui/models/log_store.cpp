#include "ui/models/log_store.h"

#include <algorithm>

namespace varka::ui {

LogStore::LogStore(MeshClient& client, QObject* parent) : QObject(parent) {
  connect(&client, &MeshClient::logLines, this, [this](const LogLinesPtr& lines) {
    if (lines) append(*lines);
  });
  connect(&client, &MeshClient::projectChanged, this, &LogStore::clear);
}

void LogStore::append(const std::vector<mesh::LogLine>& lines) {
  if (lines.empty()) return;
  const auto total = lines_.size() + lines.size();
  if (total > kLimit) {
    const auto oldest = std::min(total - kLimit, lines_.size());
    Q_EMIT dropping(oldest);
    lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(oldest));
  }
  lines_.insert(lines_.end(), lines.begin(), lines.end());
  bool newApp = false;
  for (const auto& line : lines) newApp |= apps_.insert(line.app.empty() ? line.pod : line.app).second;
  if (newApp) Q_EMIT appsChanged();
  Q_EMIT appended(lines);
}

void LogStore::clear() {
  lines_.clear();
  apps_.clear();
  Q_EMIT cleared();
  Q_EMIT appsChanged();
}

QString withoutAnsi(const std::string& text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {  // CSI: ESC [ parameters final; other escapes: two bytes
      if (i + 1 < text.size() && text[i + 1] == '[') {
        i += 2;
        while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7e)) ++i;
      } else {
        ++i;
      }
    } else if (c == '\t') {
      plain += "    ";
    } else if (c >= 0x20) {
      plain += static_cast<char>(c);
    }
  }
  return QString::fromStdString(plain);
}

}  // namespace varka::ui
