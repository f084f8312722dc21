#include "ui/window/bottom_tabs.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/logs/log_view.h"
#include "ui/traffic/traffic_table.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"

namespace varka::ui {
namespace {

QTableView* makeTable(QAbstractItemModel* model, const QString& name, int wide, QWidget* parent) {
  auto* table = new QTableView(parent);
  table->setModel(model);
  table->setAccessibleName(name);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setSelectionMode(QAbstractItemView::SingleSelection);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setAlternatingRowColors(true);
  table->setShowGrid(false);
  table->setWordWrap(false);
  table->setTextElideMode(Qt::ElideMiddle);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(24);
  table->horizontalHeader()->setHighlightSections(false);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
  table->horizontalHeader()->setSectionResizeMode(wide, QHeaderView::Stretch);
  return table;
}

/// The table when it has rows, else the empty state.
QWidget* withEmpty(QTableView* table, EmptyState* empty, QWidget* parent) {
  auto* pane = new QWidget(parent);
  auto* pages = tight(new QStackedLayout(pane));
  pages->addWidget(table);
  pages->addWidget(empty);
  const auto choose = [table, empty, pages] { pages->setCurrentWidget(table->model()->rowCount() > 0 ? static_cast<QWidget*>(table) : empty); };
  for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
    QObject::connect(table->model(), signal, pane, choose);
  QObject::connect(table->model(), &QAbstractItemModel::modelReset, pane, choose);
  choose();
  return pane;
}

}  // namespace

BottomTabs::BottomTabs(const ViewContext& context, QWidget* parent) : QTabWidget(parent), context_(context) {
  setDocumentMode(true);
  addTab(new TrafficTable(context, this), tr("Traffic"));
  addTab(new LogView(context, this), tr("Logs"));
  addTab(problems_ = makeProblems(), tr("Problems"));
  addTab(events_ = makeEvents(), tr("Events"));
  connect(&context.client, &MeshClient::viewChanged, this, &BottomTabs::updateTitles);
  updateTitles();
}

QWidget* BottomTabs::makeProblems() {
  auto* model = new ProblemsModel(context_.client, this);
  auto* table = makeTable(model, tr("Problems"), ProblemsModel::Message, this);
  table->setColumnWidth(ProblemsModel::Severity, 96);
  table->setColumnWidth(ProblemsModel::Code, 92);
  table->setColumnWidth(ProblemsModel::Object, 220);
  table->setColumnWidth(ProblemsModel::Place, 240);
  connect(table, &QTableView::clicked, this, [this, model](const QModelIndex& index) {
    if (const auto* problem = model->problem(index.row()); problem && problem->origin.file)
      context_.selection.openSource(qs(*problem->origin.file), problem->origin.mark.line, problem->origin.mark.column);
  });
  auto* empty = new EmptyState("check", tr("No problems"), tr("The configuration was analysed as a whole; nothing was found."), this);
  return withEmpty(table, empty, this);
}

QWidget* BottomTabs::makeEvents() {
  auto& model = context_.models.events;
  auto* table = makeTable(&model, tr("Events"), EventsModel::Message, this);
  table->setColumnWidth(EventsModel::Time, 100);
  table->setColumnWidth(EventsModel::Kind, 110);
  table->setColumnWidth(EventsModel::Object, 220);
  table->setColumnWidth(EventsModel::Place, 200);
  connect(&model, &QAbstractItemModel::rowsInserted, table, [table] {
    const auto* bar = table->verticalScrollBar();
    if (bar->value() >= bar->maximum() - 1) table->scrollToBottom();
  });
  connect(table, &QTableView::clicked, this, [this, &model](const QModelIndex& index) {
    const auto* event = model.event(index.row());
    if (event && index.column() == EventsModel::Place && event->origin.file)
      context_.selection.openSource(qs(*event->origin.file), event->origin.mark.line, event->origin.mark.column);
  });
  auto* empty = new EmptyState("events", tr("No events yet"), tr("Starts, crashes, configuration changes and rotations are listed here."), this);
  return withEmpty(table, empty, this);
}

void BottomTabs::updateTitles() {
  const auto count = context_.client.view()->problems.size();
  setTabText(indexOf(problems_), count == 0 ? tr("Problems") : tr("Problems %1").arg(count));
}

void BottomTabs::showProblems() {
  setCurrentWidget(problems_);
}

void BottomTabs::showEvents() {
  setCurrentWidget(events_);
}

}  // namespace varka::ui
