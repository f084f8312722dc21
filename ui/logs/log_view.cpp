#include "ui/logs/log_view.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/logs/log_model.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/query_edit.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

constexpr int kTimeWidth = 92, kAppWidth = 112, kStreamWidth = 52;

/// Gutter (time, service in its colour, stream), then the text in the code font.
class LogDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {kTimeWidth + kAppWidth + kStreamWidth, 20};  // the text takes what is left, elided; the tooltip has it whole
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const auto& t = tokens();
    const bool selected = option.state & QStyle::State_Selected;
    if (selected) painter->fillRect(option.rect, t.selectedRow);
    const auto app = index.data(LogModel::AppRole).toString();
    const auto stream = index.data(LogModel::StreamRole).toString();
    QRect box = option.rect.adjusted(8, 0, -4, 0);
    painter->setFont(monoFont(11));
    painter->setPen(selected ? t.selectedText : t.secondary);
    painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter, index.data(LogModel::TimeRole).toString());
    box.setLeft(box.left() + kTimeWidth);
    painter->setPen(selected ? t.selectedText : identityColor(app));
    painter->setFont(uiFont(12, QFont::Medium));
    painter->drawText(QRect(box.left(), box.top(), kAppWidth - 8, box.height()), Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(app, Qt::ElideMiddle, kAppWidth - 8));
    box.setLeft(box.left() + kAppWidth);
    painter->setFont(uiFont(11));
    painter->setPen(selected ? t.selectedText : stream == QLatin1String("stderr") ? t.failing : t.secondary);
    painter->drawText(QRect(box.left(), box.top(), kStreamWidth, box.height()), Qt::AlignLeft | Qt::AlignVCenter, stream);
    box.setLeft(box.left() + kStreamWidth);
    painter->setFont(monoFont(12));
    painter->setPen(selected ? t.selectedText : stream == QLatin1String("proxy") ? t.secondary : t.text);
    painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter, painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, box.width()));
  }
};

}  // namespace

LogView::LogView(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context), model_(new LogModel(context.models.logs, this)) {
  buildViews();
  wire();
  updateChips();
  updateEmpty();
}

void LogView::buildViews() {
  filter_ = new QueryEdit(LogModel::queryFields(), tr("Filter: error and not stream = proxy"), this);
  proxy_ = makeChip(tr("Proxy lines"), true, this);
  pause_ = makeChip(tr("Pause"), false, this);
  pause_->setToolTip(tr("Freeze the list, not the recording  Space"));
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 6, 8, 6);
  bar->setSpacing(8);
  bar->addWidget(filter_, 1);
  bar->addWidget(proxy_);
  bar->addWidget(pause_);

  auto* chipBox = new QWidget(this);
  chipRow_ = tight(new QHBoxLayout(chipBox), 6);
  chipRow_->setContentsMargins(8, 0, 8, 6);
  chipRow_->addStretch();
  auto* chipScroll = new QScrollArea(this);  // many services: the row scrolls instead of widening the window
  chipScroll->setFrameShape(QFrame::NoFrame);
  chipScroll->setWidgetResizable(true);
  chipScroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  chipScroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  chipScroll->setFixedHeight(36);
  chipScroll->setWidget(chipBox);

  list_ = new QListView(this);
  list_->setModel(model_);
  list_->setItemDelegate(new LogDelegate(list_));
  list_->setUniformItemSizes(true);
  list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setAccessibleName(tr("Log lines"));
  empty_ = new EmptyState("logs", {}, {}, this);
  empty_->addButton(tr("Show all"), [this] {
    filter_->clear();
    for (auto& [app, chip] : chips_) chip->setChecked(false);
    proxy_->setChecked(true);
  });
  pages_ = tight(new QStackedLayout);
  pages_->addWidget(list_);
  pages_->addWidget(empty_);
  auto* layout = tight(new QVBoxLayout(this));
  layout->addLayout(bar);
  layout->addWidget(chipScroll);
  layout->addLayout(pages_, 1);
}

void LogView::wire() {
  connect(filter_, &QueryEdit::queryChanged, this, [this](const Query& query) { model_->setQuery(query); });
  connect(proxy_, &QPushButton::toggled, this, [this](bool on) { model_->setProxyLines(on); });
  connect(pause_, &QPushButton::toggled, this, [this](bool on) {
    model_->setPaused(on);
    pause_->setText(on ? tr("Paused") : tr("Pause"));
  });
  connect(&context_.models.logs, &LogStore::appsChanged, this, &LogView::updateChips);
  connect(model_, &QAbstractItemModel::rowsAboutToBeInserted, this, [this] {
    const auto* bar = list_->verticalScrollBar();
    sticky_ = bar->value() >= bar->maximum() - 1;
  });
  connect(model_, &QAbstractItemModel::rowsInserted, this, [this] {
    if (sticky_) list_->scrollToBottom();
    updateEmpty();
  });
  connect(model_, &QAbstractItemModel::modelReset, this, [this] {
    list_->scrollToBottom();
    updateEmpty();
  });
  connect(&context_.selection, &Selection::changed, this, &LogView::followSelection);
}

void LogView::updateChips() {
  for (const auto& app : context_.models.logs.apps()) {
    if (chips_.contains(app)) continue;
    auto* chip = makeChip(qs(app), false, this);
    chip->setToolTip(tr("Show only the chosen services"));
    connect(chip, &QPushButton::toggled, this, &LogView::applyChips);
    chipRow_->insertWidget(chipRow_->count() - 1, chip);
    chips_[app] = chip;
  }
}

void LogView::applyChips() {
  std::set<std::string> chosen;
  for (const auto& [app, chip] : chips_)
    if (chip->isChecked()) chosen.insert(app);
  model_->setApps(std::move(chosen));
}

void LogView::followSelection(const SelectionItem& item) {
  if (item.kind != Selection::Kind::Workload) return;
  const auto index = context_.models.services.indexOfWorkload(item.id);
  const auto* row = context_.models.services.row(index);
  const auto wanted = row ? row->pod.app : std::string();
  if (!chips_.contains(wanted)) return;
  for (auto& [app, chip] : chips_) {
    const QSignalBlocker quiet(chip);
    chip->setChecked(app == wanted);
  }
  applyChips();
}

void LogView::updateEmpty() {
  if (model_->rowCount() > 0) {
    pages_->setCurrentWidget(list_);
    return;
  }
  if (context_.models.logs.lines().empty())
    empty_->setTexts(tr("Nothing written yet"), tr("What services and sidecars write to their output appears here."));
  else
    empty_->setTexts(tr("Nothing matches"), tr("%1 lines are there, none fits the filter and the chosen services.").arg(context_.models.logs.lines().size()));
  pages_->setCurrentWidget(empty_);
}

void LogView::copySelected() {
  auto rows = list_->selectionModel()->selectedIndexes();
  std::sort(rows.begin(), rows.end());
  QStringList lines;
  for (const auto& row : rows)
    lines << QStringLiteral("%1 %2 %3").arg(row.data(LogModel::TimeRole).toString(), row.data(LogModel::AppRole).toString(), row.data().toString());
  QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void LogView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  QTimer::singleShot(0, list_, [this] { list_->scrollToBottom(); });
}

void LogView::focusFilter() {
  filter_->setFocus();
  filter_->selectAll();
}

void LogView::togglePause() {
  pause_->toggle();
}

void LogView::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return copySelected();
  if (event->key() == Qt::Key_Space) return togglePause();
  if (event->key() == Qt::Key_End) return list_->scrollToBottom();
  QWidget::keyPressEvent(event);
}

}  // namespace varka::ui
