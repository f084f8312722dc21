#include "ui/palette/command_palette.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "ui/models/health.h"
#include "ui/models/traffic_model.h"
#include "ui/models/words.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

void addViews(std::vector<PaletteEntry>& out, const ViewContext& context) {
  for (const auto& entry : viewEntries())
    out.push_back({QLatin1Char(' '), entry.icon, tr(entry.title), tr("view"),
                   [&s = context.selection, id = entry.id] { s.requestView(QLatin1String(id)); }});
}

void addServices(std::vector<PaletteEntry>& out, const ViewContext& context) {
  std::set<std::pair<std::string, std::string>> workloads;
  for (const auto& pod : context.client.view()->pods) workloads.insert({pod.ns, pod.workload});
  for (const auto& [ns, workload] : workloads) {
    const auto name = qs(workload);
    const auto space = qs(ns);
    out.push_back({QLatin1Char('@'), "services", name, space,
                   [&s = context.selection, id = qs(workloadNodeId(ns, workload))] { s.select(Selection::Kind::Workload, id); }});
    out.push_back({QLatin1Char('>'), "restart", tr("Restart %1").arg(name), space, [&client = context.client, ns = ns, workload = workload] {
                     for (const auto& pod : client.view()->pods)
                       if (pod.ns == ns && pod.workload == workload) client.restartPod(qs(pod.name));
                   }});
    out.push_back({QLatin1Char('>'), "stop", tr("Stop %1").arg(name), space,
                   [&client = context.client, space, name] { client.stopWorkload(space, name); }});
  }
}

void addActions(std::vector<PaletteEntry>& out, const ViewContext& context) {
  auto& client = context.client;
  out.push_back({QLatin1Char('>'), "theme", tr("Light theme"), {}, [] { Theme::instance().setMode(Theme::Mode::Light); }});
  out.push_back({QLatin1Char('>'), "theme", tr("Dark theme"), {}, [] { Theme::instance().setMode(Theme::Mode::Dark); }});
  out.push_back({QLatin1Char('>'), "load", tr("Sample load 5 rps"), {}, [&client] { client.setSampleLoad(5, {}); }});
  out.push_back({QLatin1Char('>'), "load", tr("Sample load off"), {}, [&client] { client.setSampleLoad(0, {}); }});
  out.push_back({QLatin1Char('>'), "certificate", tr("Rotate all certificates"), {}, [&client] { client.rotateCertificate({}); }});
}

void addObjects(std::vector<PaletteEntry>& out, const ViewContext& context) {
  for (const auto& object : context.client.view()->objects) {
    const auto place = qs(object.origin.text());
    if (place.isEmpty()) continue;
    out.push_back({QLatin1Char(':'), "config", qs(object.kind + " " + (object.ns.empty() ? "" : object.ns + "/") + object.name), place,
                   [&s = context.selection, place] { s.openSource(place); }});
  }
}

void addRequests(std::vector<PaletteEntry>& out, const ViewContext& context) {
  const auto& rows = context.models.traffic.rows();
  std::size_t count = 0;
  for (auto at = rows.rbegin(); at != rows.rend() && count < 500; ++at, ++count) {
    const auto& record = (*at)->record;
    if (record.id.empty()) continue;
    out.push_back({QLatin1Char('#'), "traffic", qs(record.id),
                   QStringLiteral("%1 → %2  %3 %4  %5").arg(qs((*at)->from), qs((*at)->to), qs(record.method), qs(record.path), statusText(record)),
                   [&s = context.selection, row = *at] { s.selectRequest(row); }});
  }
}

/// 0 = no match; letters in order count, a prefix and a word's start count more.
int score(const PaletteEntry& entry, const QString& needle) {
  if (needle.isEmpty()) return entry.prefix == QLatin1Char('#') ? 0 : 1;
  if (entry.title.startsWith(needle, Qt::CaseInsensitive)) return 100;
  if (entry.title.contains(QLatin1Char(' ') + needle, Qt::CaseInsensitive) || entry.title.contains(QLatin1Char('/') + needle, Qt::CaseInsensitive)) return 80;
  if (entry.title.contains(needle, Qt::CaseInsensitive)) return 60;
  if (entry.detail.contains(needle, Qt::CaseInsensitive)) return 30;
  qsizetype at = 0;
  for (const QChar c : needle) {
    at = entry.title.indexOf(c, at, Qt::CaseInsensitive);
    if (at++ < 0) return 0;
  }
  return 10;
}

}  // namespace

std::vector<PaletteEntry> paletteEntries(const ViewContext& context) {
  std::vector<PaletteEntry> entries;
  for (const auto add : {addViews, addServices, addActions, addObjects, addRequests}) add(entries, context);
  return entries;
}

std::vector<PaletteEntry> narrowed(std::vector<PaletteEntry> entries, const QString& typed, std::size_t limit) {
  auto needle = typed.trimmed();
  QChar prefix;
  if (!needle.isEmpty() && QStringLiteral(">@#:").contains(needle.front())) {
    prefix = needle.front();
    needle = needle.mid(1).trimmed();
  }
  std::vector<std::pair<int, PaletteEntry>> scored;
  for (auto& entry : entries) {
    if (!prefix.isNull() && entry.prefix != prefix) continue;
    const int value = score(entry, needle);
    if (value > 0 || (needle.isEmpty() && !prefix.isNull())) scored.emplace_back(value, std::move(entry));
  }
  std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (scored.size() > limit) scored.resize(limit);
  std::vector<PaletteEntry> result;
  for (auto& [value, entry] : scored) result.push_back(std::move(entry));
  return result;
}

CommandPalette::CommandPalette(const ViewContext& context, QWidget* parent)
    : QFrame(parent), context_(context), input_(new QLineEdit(this)), list_(new QListWidget(this)) {
  setProperty("panel", "popup");
  input_->setPlaceholderText(CommandPalette::tr("Type a name.   > actions   @ services   # request   : file"));
  input_->setAccessibleName(CommandPalette::tr("Command"));
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setUniformItemSizes(true);
  list_->setFocusPolicy(Qt::NoFocus);
  list_->setAccessibleName(CommandPalette::tr("Matches"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->setSpacing(6);
  layout->addWidget(input_);
  layout->addWidget(list_);
  input_->installEventFilter(this);
  connect(input_, &QLineEdit::textChanged, this, &CommandPalette::refresh);
  connect(list_, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
  hide();
}

void CommandPalette::open(const QString& text) {
  all_ = paletteEntries(context_);
  const int width = std::min(640, parentWidget()->width() - 40);
  setGeometry((parentWidget()->width() - width) / 2, 52, width, std::min(420, parentWidget()->height() - 100));
  show();
  raise();
  input_->setText(text);
  input_->setFocus();
  refresh();
}

void CommandPalette::refresh() {
  shown_ = narrowed(all_, input_->text());
  list_->clear();
  for (const auto& entry : shown_) {
    auto* item = new QListWidgetItem(icon(entry.icon), entry.detail.isEmpty() ? entry.title : QStringLiteral("%1     %2").arg(entry.title, entry.detail), list_);
    item->setSizeHint(QSize(0, 28));
  }
  if (!shown_.empty()) list_->setCurrentRow(0);
}

void CommandPalette::runCurrent() {
  const auto row = list_->currentRow();
  hide();
  if (row >= 0 && static_cast<std::size_t>(row) < shown_.size()) shown_[static_cast<std::size_t>(row)].run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusOut) hide();
  if (event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
  switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Escape: hide(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: runCurrent(); return true;
    case Qt::Key_Down: list_->setCurrentRow(std::min(list_->currentRow() + 1, list_->count() - 1)); return true;
    case Qt::Key_Up: list_->setCurrentRow(std::max(list_->currentRow() - 1, 0)); return true;
    default: return QFrame::eventFilter(watched, event);
  }
}

}  // namespace varka::ui
