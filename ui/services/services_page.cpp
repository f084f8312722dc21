#include "ui/services/services_page.h"

#include <QAction>
#include <QDesktopServices>
#include <QHeaderView>
#include <QMenu>
#include <QSplitter>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTabWidget>
#include <QTimer>
#include <QTreeView>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/inspector/detail_list.h"
#include "ui/inspector/details.h"
#include "ui/models/format.h"
#include "ui/models/health.h"
#include "ui/services/health_delegate.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"
#include "ui/window/process_menu.h"

namespace varka::ui {
namespace {

/// Rows of 24 px everywhere; the state's text in its health colour, error rates red.
class ServicesDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    const auto health = index.siblingAtColumn(0).data(ServicesModel::HealthRole);
    if (!health.isValid()) return;
    const auto state = static_cast<mesh::Health>(health.toInt());
    const bool process = option->text != QLatin1String("ready");  // a ready process with failing traffic is red in Errors only
    const bool bad = state == mesh::Health::Failing || state == mesh::Health::Crashed || state == mesh::Health::Degraded;
    if (bad && ((index.column() == ServicesModel::State && process) || (index.column() == ServicesModel::Errors && option->text != QLatin1String("0%"))))
      option->palette.setColor(QPalette::Text, healthColor(state));
    else if (index.column() == ServicesModel::LastEvent)
      option->palette.setColor(QPalette::Text, tokens().secondary);
    option->textElideMode = Qt::ElideMiddle;
  }
};

class ServicesPage final : public View {
 public:
  ServicesPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context) {
    setProperty("panel", "surface");
    buildViews();
    buildActions();
    wire();
    updateActions();
  }
  [[nodiscard]] bool settled() const override { return context_.models.services.podCount() > 0; }
  void activated() override {
    fitColumns();
    ensureCurrent();
  }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    View::resizeEvent(event);
    fitColumns();
  }

 private:
  void buildViews();
  void buildActions();
  void wire();
  void updateActions();
  void ensureCurrent();
  void fitColumns();
  void showDetails();
  void showSignals();
  [[nodiscard]] const PodRow* current() const { return context_.models.services.row(tree_->currentIndex()); }
  QAction* addCommand(const char* iconName, const QString& title, const QString& tip, std::function<void(const PodRow&)> run);

  ViewContext context_;
  QHBoxLayout* bar_ = nullptr;
  QTreeView* tree_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  DetailList* process_ = nullptr;
  DetailList* events_ = nullptr;
  QStackedLayout* pages_ = nullptr;
  bool quietly_ = false;  // choosing a row of our own accord is not the user's selection
  QAction *start_ = nullptr, *stop_ = nullptr, *restart_ = nullptr, *signal_ = nullptr, *open_ = nullptr;
};

void ServicesPage::buildViews() {
  tree_ = new QTreeView(this);
  tree_->setModel(&context_.models.services);
  tree_->setItemDelegate(new ServicesDelegate(tree_));
  tree_->setItemDelegateForColumn(ServicesModel::Name, new HealthDelegate(tree_));
  tree_->setUniformRowHeights(true);
  tree_->setIndentation(14);
  tree_->setAlternatingRowColors(false);
  tree_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  tree_->setContextMenuPolicy(Qt::CustomContextMenu);
  tree_->setAccessibleName(tr("Processes"));
  tree_->header()->setStretchLastSection(true);
  tree_->expandAll();

  process_ = new DetailList(this);
  events_ = new DetailList(this);
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->addTab(process_, tr("Process"));
  tabs_->addTab(events_, tr("Events"));
  auto* split = new QSplitter(Qt::Vertical, this);
  split->setHandleWidth(1);
  split->addWidget(tree_);
  split->addWidget(tabs_);
  split->setSizes({460, 300});
  split->setChildrenCollapsible(false);

  bar_ = new QHBoxLayout;
  bar_->setContentsMargins(8, 6, 8, 6);
  bar_->setSpacing(2);
  auto* content = new QWidget(this);
  auto* column = tight(new QVBoxLayout(content));
  column->addLayout(bar_);
  column->addWidget(split, 1);
  auto* empty = new EmptyState("services", tr("No services yet"), tr("The project declares no workload, or it is still being read."), this);
  pages_ = tight(new QStackedLayout(this));
  pages_->addWidget(empty);
  pages_->addWidget(content);
}

QAction* ServicesPage::addCommand(const char* iconName, const QString& title, const QString& tip, std::function<void(const PodRow&)> run) {
  auto* action = new QAction(icon(iconName), title, this);
  action->setToolTip(tip);
  connect(action, &QAction::triggered, this, [this, run = std::move(run)] {
    if (const auto* row = current()) run(*row);
  });
  bar_->addWidget(makeActionButton(action, this, true));
  return action;
}

void ServicesPage::buildActions() {
  auto& client = context_.client;
  start_ = addCommand("start", tr("Start"), tr("Start the workload"), [&client](const PodRow& row) { client.startWorkload(qs(row.pod.ns), qs(row.pod.workload)); });
  stop_ = addCommand("stop", tr("Stop"), tr("Stop the workload  Del"), [&client](const PodRow& row) { client.stopWorkload(qs(row.pod.ns), qs(row.pod.workload)); });
  restart_ = addCommand("restart", tr("Restart"), tr("Restart the pod  F5"), [&client](const PodRow& row) { client.restartPod(qs(row.pod.name)); });
  signal_ = addCommand("kill", tr("Signal"), tr("Send a signal to the process"), [this](const PodRow&) { showSignals(); });
  open_ = addCommand("open-url", tr("Open URL"), tr("Open the service in the browser"), [this](const PodRow& row) {
    QDesktopServices::openUrl(QUrl(hostUrlOf(*context_.client.view(), row.pod)));
  });
  bar_->addStretch();
  for (const auto& [action, key] : {std::pair{stop_, Qt::Key_Delete}, std::pair{restart_, Qt::Key_F5}}) {
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(action);
  }
}

void ServicesPage::wire() {
  auto& model = context_.models.services;
  const auto choosePage = [this] { pages_->setCurrentIndex(context_.models.services.podCount() > 0 ? 1 : 0); };
  connect(&model, &QAbstractItemModel::rowsInserted, this, [this, choosePage] {
    tree_->expandAll();
    choosePage();
    ensureCurrent();
  });
  connect(&model, &QAbstractItemModel::rowsRemoved, this, choosePage);
  connect(tree_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
    if (const auto* row = context_.models.services.row(index); row && !quietly_)
      context_.selection.select(Selection::Kind::Workload, qs(workloadNodeId(row->pod.ns, row->pod.workload)));
    showDetails();
    updateActions();
  });
  connect(&context_.selection, &Selection::changed, this, [this](const SelectionItem& item) {
    const auto index = item.kind == Selection::Kind::Workload ? context_.models.services.indexOfWorkload(item.id)
                       : item.kind == Selection::Kind::Pod ? context_.models.services.indexOfPod(item.id) : QModelIndex();
    const auto* row = current();
    if (index.isValid() && !(row && qs(workloadNodeId(row->pod.ns, row->pod.workload)) == item.id)) tree_->setCurrentIndex(index);
  });
  connect(tree_, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
    const auto* row = context_.models.services.row(tree_->indexAt(at));
    if (!row) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    addProcessActions(*menu, context_.client, context_.selection, row->pod.ns, row->pod.workload);
    menu->popup(tree_->viewport()->mapToGlobal(at));
  });
  auto* refresh = new QTimer(this);
  refresh->setInterval(1000);
  connect(refresh, &QTimer::timeout, this, [this] {
    if (!isVisible()) return;
    showDetails();
    updateActions();
  });
  refresh->start();
  choosePage();
}

/// There is always a process whose details are shown: the selected one, else the first.
void ServicesPage::ensureCurrent() {
  auto& model = context_.models.services;
  if (current() || model.podCount() == 0) return;
  quietly_ = true;
  const auto selected = model.indexOfWorkload(context_.selection.current().id);
  tree_->setCurrentIndex(selected.isValid() ? selected : model.index(0, 0, model.index(0, 0)));
  quietly_ = false;
}

void ServicesPage::updateActions() {
  const auto* row = current();
  const bool running = row && !row->pod.name.empty() && row->pod.state != "stopped";
  start_->setEnabled(row && !running);
  stop_->setEnabled(running && !row->pod.gateway);
  restart_->setEnabled(running);
  signal_->setEnabled(running);
  open_->setEnabled(running && !hostUrlOf(*context_.client.view(), row->pod).isEmpty());
}

void ServicesPage::showDetails() {
  const auto* row = current();
  if (!row) return process_->show({});
  process_->show(podDetails(*context_.client.view(), row->pod));
  std::vector<Detail> lines;
  const auto& events = context_.models.events.events();
  for (auto at = events.rbegin(); at != events.rend() && lines.size() < 100; ++at)
    if (at->object.find(row->pod.workload) != std::string::npos)
      lines.push_back({clockText(at->timeMs), qs(at->message), at->severity == "error" ? tokens().failing : QColor(), false, {}});
  if (lines.empty()) lines.push_back({tr("Events"), tr("Nothing has happened to this process yet."), tokens().secondary, false, {}});
  events_->show(lines);
}

void ServicesPage::showSignals() {
  const auto* row = current();
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  addProcessActions(*menu, context_.client, context_.selection, row->pod.ns, row->pod.workload);
  menu->popup(QCursor::pos());
}

void ServicesPage::fitColumns() {
  static constexpr int kWidths[ServicesModel::ColumnCount] = {190, 190, 64, 64, 76, 66, 56, 78, 64, 64, 0};
  const int width = this->width();  // the tree has not been given its new width yet
  tree_->setColumnHidden(ServicesModel::LastEvent, width < 1100);
  tree_->setColumnHidden(ServicesModel::Restarts, width < 760);
  int used = 0;
  for (int column = 0; column < ServicesModel::ColumnCount; ++column)
    if (!tree_->isColumnHidden(column)) used += kWidths[column];
  const int spare = tree_->isColumnHidden(ServicesModel::LastEvent) ? std::max(0, width - used - 14) : 0;
  for (int column = 0; column + 1 < ServicesModel::ColumnCount; ++column)
    tree_->setColumnWidth(column, kWidths[column] + (column == ServicesModel::Name || column == ServicesModel::State ? spare / 2 : 0));
}

}  // namespace

View* createServicesPage(const ViewContext& context, QWidget* parent) {
  return new ServicesPage(context, parent);
}

}  // namespace varka::ui
