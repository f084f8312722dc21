#include "ui/services/services_dock.h"

#include <QHeaderView>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/models/health.h"
#include "ui/services/health_delegate.h"
#include "ui/widgets/controls.h"

namespace varka::ui {

ServicesDock::ServicesDock(Models& models, Selection& selection, QWidget* parent)
    : QWidget(parent), models_(models), selection_(selection), tree_(new QTreeView(this)) {
  tree_->setModel(&models.services);
  tree_->setItemDelegateForColumn(ServicesModel::Name, new HealthDelegate(tree_));
  tree_->setUniformRowHeights(true);
  tree_->setIndentation(12);
  tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  tree_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  tree_->setContextMenuPolicy(Qt::CustomContextMenu);
  tree_->setAccessibleName(tr("Services"));
  for (int column = 0; column < ServicesModel::ColumnCount; ++column)
    tree_->setColumnHidden(column, column != ServicesModel::Name && column != ServicesModel::Rate && column != ServicesModel::Cpu);
  auto* header = tree_->header();
  header->setStretchLastSection(false);
  header->setMinimumSectionSize(24);
  header->setSectionResizeMode(ServicesModel::Name, QHeaderView::Stretch);
  header->setSectionResizeMode(ServicesModel::Rate, QHeaderView::Fixed);
  header->setSectionResizeMode(ServicesModel::Cpu, QHeaderView::Fixed);
  header->resizeSection(ServicesModel::Rate, 48);
  header->resizeSection(ServicesModel::Cpu, 52);
  tight(new QVBoxLayout(this))->addWidget(tree_);

  connect(&models.services, &QAbstractItemModel::rowsInserted, tree_, [this] { tree_->expandAll(); });
  connect(tree_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) { selectRow(index); });
  connect(tree_, &QTreeView::doubleClicked, this, [this](const QModelIndex&) { selection_.requestView(QStringLiteral("logs")); });
  connect(tree_, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
    if (const auto* row = models_.services.row(tree_->indexAt(at))) Q_EMIT menuWanted(qs(row->pod.ns), qs(row->pod.workload), tree_->viewport()->mapToGlobal(at));
  });
  connect(&selection, &Selection::changed, this, &ServicesDock::followSelection);
  tree_->expandAll();
}

void ServicesDock::setCompact(bool compact) {
  if (compact_ == compact) return;
  compact_ = compact;
  static_cast<HealthDelegate*>(tree_->itemDelegateForColumn(ServicesModel::Name))->setCompact(compact);
  tree_->setColumnHidden(ServicesModel::Rate, compact);
  tree_->setColumnHidden(ServicesModel::Cpu, compact);
  tree_->setHeaderHidden(compact);
  tree_->setRootIsDecorated(!compact);
  tree_->setIndentation(compact ? 6 : 12);
  tree_->viewport()->update();
}

void ServicesDock::selectRow(const QModelIndex& index) {
  if (following_) return;
  if (const auto* row = models_.services.row(index))
    selection_.select(Selection::Kind::Workload, qs(workloadNodeId(row->pod.ns, row->pod.workload)));
  else if (index.isValid())
    selection_.select(Selection::Kind::Namespace, index.siblingAtColumn(0).data().toString());
}

void ServicesDock::followSelection(const SelectionItem& item) {
  following_ = true;
  QModelIndex index;
  if (item.kind == Selection::Kind::Workload) index = models_.services.indexOfWorkload(item.id);
  if (item.kind == Selection::Kind::Pod) index = models_.services.indexOfPod(item.id);
  if (index.isValid()) {
    tree_->setCurrentIndex(index);
    tree_->scrollTo(index);
  } else if (item.kind != Selection::Kind::Namespace) {
    tree_->selectionModel()->clear();
  }
  following_ = false;
}

}  // namespace varka::ui
