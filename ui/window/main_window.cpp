#include "ui/window/main_window.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QLayout>
#include <QMenu>
#include <QShortcut>
#include <QStackedWidget>
#include <QToolBar>

#include "ui/inspector/inspector.h"
#include "ui/palette/command_palette.h"
#include "ui/services/services_dock.h"
#include "ui/widgets/theme.h"
#include "ui/window/bottom_tabs.h"
#include "ui/window/dock_header.h"
#include "ui/window/first_run_page.h"
#include "ui/window/main_tool_bar.h"
#include "ui/window/nav_rail.h"
#include "ui/window/process_menu.h"
#include "ui/window/shortcut_sheet.h"
#include "ui/window/status_line.h"

namespace varka::ui {
namespace {
constexpr int kServicesWidth = 232, kServicesCompact = 44, kInspectorWidth = 372, kBottomHeight = 276, kBottomLow = 200;
constexpr int kCompactBelow = 1440;  // window width under which the Services dock is a strip of glyphs
}  // namespace

MainWindow::MainWindow(MeshClient& client, QWidget* parent)
    : QMainWindow(parent), client_(client), models_(client), context_{client, selection_, models_} {
  setMinimumSize(1024, 640);
  setDockNestingEnabled(false);
  buildViews();
  buildDocks();
  buildActions();
  wire();
  followProject();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildViews() {
  toolBar_ = new MainToolBar(client_, models_, this);
  addToolBar(Qt::TopToolBarArea, toolBar_);
  rail_ = new NavRail(this);
  auto* railBar = new QToolBar(tr("Views"), this);
  railBar->setObjectName(QStringLiteral("rail"));
  railBar->setMovable(false);
  railBar->setContextMenuPolicy(Qt::PreventContextMenu);
  railBar->setStyleSheet(QStringLiteral("QToolBar { border: 0; padding: 0; margin: 0; spacing: 0; }"));
  railBar->addWidget(rail_);
  rail_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
  addToolBar(Qt::LeftToolBarArea, railBar);
  railBar->layout()->setContentsMargins(0, 0, 0, 0);

  firstRun_ = new FirstRunPage(client_, this);
  stack_ = new QStackedWidget(this);
  views_.resize(viewEntries().size(), nullptr);
  for (std::size_t i = 0; i < views_.size(); ++i) stack_->addWidget(new QWidget(this));  // replaced when first shown
  centre_ = new QStackedWidget(this);
  centre_->addWidget(firstRun_);
  centre_->addWidget(stack_);
  setCentralWidget(centre_);
  statusLine_ = new StatusLine(client_, this);
  setStatusBar(statusLine_);
}

QDockWidget* MainWindow::addDock(const char* name, const QString& title, QWidget* content, Qt::DockWidgetArea area) {
  auto* dock = new QDockWidget(title, this);
  dock->setObjectName(QLatin1String(name));
  dock->setFeatures(QDockWidget::DockWidgetClosable);
  auto* header = new DockHeader(title, dock);
  dock->setTitleBarWidget(header);
  dock->setWidget(content);
  connect(header, &DockHeader::closeWanted, dock, &QDockWidget::hide);
  addDockWidget(area, dock);
  return dock;
}

void MainWindow::buildDocks() {
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
  servicesDock_ = new ServicesDock(models_, selection_, this);
  servicesHolder_ = addDock("services", tr("Services"), servicesDock_, Qt::LeftDockWidgetArea);
  inspector_ = new Inspector(context_, this);
  inspectorHolder_ = addDock("inspector", tr("Inspector"), inspector_, Qt::RightDockWidgetArea);
  bottomTabs_ = new BottomTabs(context_, this);
  bottomHolder_ = addDock("bottom", tr("Traffic, logs, problems, events"), bottomTabs_, Qt::BottomDockWidgetArea);
  bottomHolder_->setTitleBarWidget(new QWidget(bottomHolder_));  // its tabs are title enough
  resizeDocks({servicesHolder_, inspectorHolder_}, {kServicesWidth, kInspectorWidth}, Qt::Horizontal);
  resizeDocks({bottomHolder_}, {kBottomHeight}, Qt::Vertical);
  palette_ = new CommandPalette(context_, this);
  sheet_ = new ShortcutSheet(this);
}

void MainWindow::addShortcut(const QKeySequence& keys, std::function<void()> action) {
  auto* shortcut = new QShortcut(keys, this);
  connect(shortcut, &QShortcut::activated, this, [action = std::move(action)] { action(); });
}

void MainWindow::buildActions() {
  addShortcut(QKeySequence(QStringLiteral("Ctrl+K")), [this] { palette_->open(); });
  addShortcut(QKeySequence(Qt::Key_F1), [this] { sheet_->toggle(); });
  addShortcut(QKeySequence(QStringLiteral("Ctrl+F")), [this] { if (auto* view = currentView()) view->focusFind(); });
  addShortcut(QKeySequence(Qt::Key_F3), [this] { if (auto* view = currentView()) view->findNext(1); });
  addShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F3), [this] { if (auto* view = currentView()) view->findNext(-1); });
  addShortcut(QKeySequence(QStringLiteral("Alt+Left")), [this] { selection_.back(); });
  addShortcut(QKeySequence(QStringLiteral("Alt+Right")), [this] { selection_.forward(); });
  addShortcut(QKeySequence(QStringLiteral("Ctrl+E")), [this] {
    inspectorHolder_->show();
    inspector_->showExplain();
  });
  addShortcut(QKeySequence(QStringLiteral("Ctrl+J")), [this] {
    bottomWanted_ = !bottomHolder_->isVisible();
    bottomHolder_->setVisible(bottomWanted_);
  });
  addShortcut(QKeySequence(QStringLiteral("Ctrl+I")), [this] { inspectorHolder_->setVisible(!inspectorHolder_->isVisible()); });
  addShortcut(QKeySequence(QStringLiteral("Ctrl+B")), [this] {
    servicesWanted_ = !servicesHolder_->isVisible();
    servicesHolder_->setVisible(servicesWanted_);
  });
  const auto count = std::min<std::size_t>(viewEntries().size(), 10);
  for (std::size_t i = 0; i < count; ++i)
    addShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg((i + 1) % 10)), [this, i] { showViewAt(static_cast<int>(i)); });
}

void MainWindow::wire() {
  connect(rail_, &NavRail::chosen, this, &MainWindow::showViewAt);
  connect(toolBar_, &MainToolBar::paletteWanted, this, [this] { palette_->open(); });
  connect(toolBar_, &MainToolBar::problemsWanted, this, [this] {
    bottomHolder_->show();
    bottomTabs_->showProblems();
  });
  connect(&selection_, &Selection::viewRequested, this, &MainWindow::showView);
  connect(inspector_, &Inspector::titleChanged, this, [this](const QString& title) {
    static_cast<DockHeader*>(inspectorHolder_->titleBarWidget())->setTitle(title);
  });
  connect(servicesDock_, &ServicesDock::menuWanted, this, [this](const QString& ns, const QString& workload, const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    addProcessActions(*menu, client_, selection_, ns.toStdString(), workload.toStdString());
    menu->popup(at);
  });
  connect(&client_, &MeshClient::projectChanged, this, &MainWindow::followProject);
  connect(&client_, &MeshClient::viewChanged, this, [this] {
    const int count = models_.services.podCount();
    if (!servicesDock_->isCompact())
      static_cast<DockHeader*>(servicesHolder_->titleBarWidget())->setTitle(count > 0 ? tr("Services  %1").arg(count) : tr("Services"));
    updateTitle();
  });
  connect(&client_, &MeshClient::failed, this, [this] {
    if (!client_.startError().isEmpty()) followProject();
  });
}

void MainWindow::followProject() {
  const bool open = client_.hasProject() && client_.startError().isEmpty();
  centre_->setCurrentWidget(open ? static_cast<QWidget*>(stack_) : firstRun_);
  for (auto* dock : {servicesHolder_, inspectorHolder_, bottomHolder_}) dock->setVisible(open);
  rail_->setEnabled(open);
  if (open) showView(currentView() ? currentViewId() : QStringLiteral("graph"));
  updateTitle();
}

void MainWindow::updateTitle() {
  const auto name = qs(client_.view()->name);
  setWindowTitle(name.isEmpty() ? QStringLiteral("Varka") : tr("%1 — LIVE — Varka").arg(name));
}

void MainWindow::showView(const QString& id) {
  const auto& entries = viewEntries();
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (id == QLatin1String(entries[i].id)) return showViewAt(static_cast<int>(i));
}

void MainWindow::showViewAt(int index) {
  if (index < 0 || index >= static_cast<int>(views_.size())) return;
  auto& view = views_[static_cast<std::size_t>(index)];
  if (!view) {
    view = viewEntries()[static_cast<std::size_t>(index)].create(context_, this);
    auto* placeholder = stack_->widget(index);
    stack_->insertWidget(index, view);
    stack_->removeWidget(placeholder);
    placeholder->deleteLater();
  }
  stack_->setCurrentIndex(index);
  rail_->setCurrent(index);
  // A view that is itself a full-height table of the same rows needs no second one beside or below it.
  const auto id = currentViewId();
  const bool below = id == QLatin1String("graph") || id == QLatin1String("routes");
  if (client_.hasProject() && client_.startError().isEmpty()) {
    bottomHolder_->setVisible(bottomWanted_ && below);
    servicesHolder_->setVisible(servicesWanted_ && id != QLatin1String("services"));
  }
  view->activated();
  view->setFocus();
}

QString MainWindow::currentViewId() const {
  return QLatin1String(viewEntries()[static_cast<std::size_t>(std::max(stack_->currentIndex(), 0))].id);
}

View* MainWindow::currentView() const {
  return views_[static_cast<std::size_t>(std::max(stack_->currentIndex(), 0))];
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  adaptToWidth();
}

void MainWindow::adaptToWidth() {
  const bool compact = width() < kCompactBelow;
  if (compact != servicesDock_->isCompact()) {
    servicesDock_->setCompact(compact);
    static_cast<DockHeader*>(servicesHolder_->titleBarWidget())->setCompact(compact);
    toolBar_->setNarrow(compact);
  }
  servicesDock_->setFixedWidth(compact ? kServicesCompact : QWIDGETSIZE_MAX);
  if (!compact) servicesDock_->setMinimumWidth(160);
  resizeDocks({servicesHolder_, inspectorHolder_}, {compact ? kServicesCompact : kServicesWidth, compact ? 320 : kInspectorWidth}, Qt::Horizontal);
  resizeDocks({bottomHolder_}, {height() < 900 ? kBottomLow : kBottomHeight}, Qt::Vertical);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  event->accept();
  Q_EMIT closing();
}

}  // namespace varka::ui
