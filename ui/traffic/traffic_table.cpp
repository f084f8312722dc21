#include "ui/traffic/traffic_table.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/models/format.h"
#include "ui/traffic/traffic_delegate.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/query_edit.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

TrafficTable::TrafficTable(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context), model_(new TrafficModel(context.models.traffic, this)) {
  buildViews();
  wire();
  updateCounts();
  updateEmpty();
}

void TrafficTable::buildViews() {
  filter_ = new QueryEdit(TrafficModel::queryFields(), tr("Filter: status = 503 and to = reviews"), this);
  errorsOnly_ = makeChip(tr("Errors"), false, this);
  pause_ = makeChip(tr("Pause"), false, this);
  pause_->setToolTip(tr("Freeze the table, not the recording  Space"));
  counts_ = makeSecondary({}, this);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 6, 8, 6);
  bar->setSpacing(8);
  bar->addWidget(filter_, 1);
  bar->addWidget(errorsOnly_);
  bar->addWidget(pause_);
  bar->addWidget(counts_);

  table_ = new QTableView(this);
  table_->setModel(model_);
  table_->setItemDelegate(new TrafficDelegate(table_));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setAlternatingRowColors(true);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setTextElideMode(Qt::ElideMiddle);
  table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  table_->setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  table_->setAccessibleName(tr("Requests"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(24);
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->horizontalHeader()->setMinimumSectionSize(40);

  newRows_ = makePrimary({}, table_);
  newRows_->hide();
  empty_ = new EmptyState("traffic", {}, {}, this);
  empty_->addButton(tr("Start sample load (5 rps)"), [this] { context_.client.setSampleLoad(5, {}); });
  empty_->addButton(tr("Clear the filter"), [this] { filter_->clear(); errorsOnly_->setChecked(false); });

  pages_ = tight(new QStackedLayout);
  pages_->addWidget(table_);
  pages_->addWidget(empty_);
  column_ = tight(new QVBoxLayout(this));
  column_->addLayout(bar);
  column_->addLayout(pages_, 1);
}

void TrafficTable::wire() {
  const auto applyQuery = [this] {
    auto text = filter_->query().isEmpty() ? QString() : filter_->text();
    if (errorsOnly_->isChecked()) text = text.isEmpty() ? QStringLiteral("error = yes") : QStringLiteral("error = yes and (%1)").arg(text);
    model_->setQuery(Query::parse(text, TrafficModel::queryFields()));
    jumpToNewest();
    updateCounts();
    updateEmpty();
  };
  connect(filter_, &QueryEdit::queryChanged, this, applyQuery);
  connect(errorsOnly_, &QPushButton::toggled, this, applyQuery);
  connect(pause_, &QPushButton::toggled, this, [this](bool paused) {
    model_->setPaused(paused);
    pause_->setText(paused ? tr("Paused") : tr("Pause"));
    if (!paused) jumpToNewest();
  });
  connect(model_, &QAbstractItemModel::rowsAboutToBeInserted, this, [this] { sticky_ = atTail(); });
  connect(model_, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex&, int first, int last) { tail(first, last); });
  connect(model_, &QAbstractItemModel::modelReset, this, &TrafficTable::updateEmpty);
  connect(newRows_, &QPushButton::clicked, this, &TrafficTable::jumpToNewest);
  connect(table_->verticalScrollBar(), &QScrollBar::valueChanged, this, [this] {
    if (!atTail()) return;
    unseen_ = 0;
    newRows_->hide();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
    if (!following_ && index.isValid()) context_.selection.selectRequest(model_->row(index.row()));
  });
  connect(table_, &QTableView::customContextMenuRequested, this, &TrafficTable::showMenu);
  connect(&context_.selection, &Selection::changed, this, &TrafficTable::followSelection);
}

bool TrafficTable::atTail() const {
  const auto* bar = table_->verticalScrollBar();
  return bar->value() >= bar->maximum();
}

void TrafficTable::tail(int first, int last) {
  if (sticky_) {
    table_->scrollToBottom();
  } else {
    unseen_ += last - first + 1;
    newRows_->setText(tr("%1 new").arg(withThousands(static_cast<std::uint64_t>(unseen_))));
    newRows_->adjustSize();
    placeNewRows();
    newRows_->show();
  }
  updateCounts();
  if (pages_->currentWidget() == empty_) updateEmpty();
}

void TrafficTable::placeNewRows() {
  newRows_->move(table_->width() / 2 - newRows_->width() / 2, table_->height() - newRows_->height() - 8);
}

void TrafficTable::jumpToNewest() {
  unseen_ = 0;
  newRows_->hide();
  table_->scrollToBottom();
}

void TrafficTable::updateCounts() {
  const auto& store = context_.models.traffic;
  auto text = tr("%1 of %2 shown").arg(withThousands(model_->shown()), withThousands(store.totalSeen()));
  if (store.dropped() > 0) text += tr("  ·  %1 oldest dropped").arg(withThousands(store.dropped()));
  counts_->setText(text);
}

void TrafficTable::updateEmpty() {
  if (model_->shown() > 0) {
    pages_->setCurrentWidget(table_);
    return;
  }
  if (context_.models.traffic.rows().empty())
    empty_->setTexts(tr("No request yet"), tr("Requests appear here as the sidecars report them."));
  else
    empty_->setTexts(tr("Nothing matches"), tr("%1 requests were recorded, none fits the filter.").arg(withThousands(context_.models.traffic.rows().size())));
  pages_->setCurrentWidget(empty_);
}

void TrafficTable::followSelection(const SelectionItem& item) {
  if (item.kind != Selection::Kind::Request || !item.row) return;
  const int row = model_->indexOf(item.row);
  if (row < 0 || row == table_->currentIndex().row()) return;
  following_ = true;
  table_->selectRow(row);
  table_->scrollTo(model_->index(row, 0));
  following_ = false;
}

void TrafficTable::showMenu(const QPoint& at) {
  const auto row = model_->row(table_->indexAt(at).row());
  if (!row) return;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto narrow = [this, menu](const QString& title, const QString& query) {
    connect(menu->addAction(title), &QAction::triggered, this, [this, query] { filter_->setText(query); });
  };
  narrow(tr("Only to %1").arg(qs(row->to)), QStringLiteral("to = \"%1\"").arg(qs(row->to)));
  narrow(tr("Only from %1").arg(qs(row->from)), QStringLiteral("from = \"%1\"").arg(qs(row->from)));
  narrow(tr("Only status %1").arg(row->record.status), QStringLiteral("status = %1").arg(row->record.status));
  if (!row->record.id.empty()) narrow(tr("All hops of this request"), QStringLiteral("id = \"%1\"").arg(qs(row->record.id)));
  menu->addSeparator();
  connect(menu->addAction(tr("Copy request id")), &QAction::triggered, this, [row] { QGuiApplication::clipboard()->setText(qs(row->record.id)); });
  menu->popup(table_->viewport()->mapToGlobal(at));
}

void TrafficTable::focusFilter() {
  filter_->setFocus();
  filter_->selectAll();
}

void TrafficTable::setFilter(const QString& text) {
  filter_->setText(text);
}

void TrafficTable::togglePause() {
  pause_->toggle();
}

void TrafficTable::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space) return togglePause();
  if (event->key() == Qt::Key_End) return jumpToNewest();
  QWidget::keyPressEvent(event);
}

void TrafficTable::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fitColumns();
  // Whole rows only: what does not fill one is left free at the bottom.
  const int header = table_->horizontalHeader()->sizeHint().height();
  const int rows = height() - (filter_->sizeHint().height() + 12) - header;
  column_->setContentsMargins(0, 0, 0, rows > 24 ? rows % 24 : 0);
  column_->activate();
  placeNewRows();
}

/// Shown for the first time or again: the selected request in sight, else the newest.
void TrafficTable::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  QTimer::singleShot(0, this, [this] {  // after the layout has given the table its height
    jumpToNewest();
    followSelection(context_.selection.current());
  });
}

/// Fixed columns keep their width, the three texts share the rest; columns of least use go first when it is narrow.
void TrafficTable::fitColumns() {
  static constexpr int kFixed[TrafficModel::ColumnCount] = {92, 0, 58, 0, 96, 0, 62, 44, 66, 84};
  const int width = this->width() - table_->verticalScrollBar()->sizeHint().width();  // the table has not been given its new width yet
  table_->setColumnHidden(TrafficModel::Attempts, width < 900);
  table_->setColumnHidden(TrafficModel::Size, width < 760);
  table_->setColumnHidden(TrafficModel::Rule, width < 640);
  int rest = width;
  for (int column = 0; column < TrafficModel::ColumnCount; ++column) {
    if (table_->isColumnHidden(column)) continue;
    if (kFixed[column] > 0) table_->setColumnWidth(column, kFixed[column]);
    rest -= kFixed[column];
  }
  const bool rule = !table_->isColumnHidden(TrafficModel::Rule);
  rest = std::max(rest, 200);
  const int ruleWidth = rule ? rest / 4 : 0;
  const int fromTo = (rest - ruleWidth) * 6 / 10;
  table_->setColumnWidth(TrafficModel::FromTo, fromTo);
  table_->setColumnWidth(TrafficModel::Rule, ruleWidth);
  table_->setColumnWidth(TrafficModel::Path, rest - ruleWidth - fromTo);
}

}  // namespace varka::ui
