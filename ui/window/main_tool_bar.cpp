#include "ui/window/main_tool_bar.h"

#include <QAction>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <algorithm>
#include <set>

#include "ui/models/format.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

MainToolBar::MainToolBar(MeshClient& client, Models& models, QWidget* parent)
    : QToolBar(parent), client_(client), models_(models) {
  setObjectName(QStringLiteral("mainToolBar"));
  setWindowTitle(tr("Main toolbar"));
  setMovable(false);
  setFloatable(false);
  setContextMenuPolicy(Qt::PreventContextMenu);
  setFixedHeight(44);
  buildActions();
  buildViews();
  wire();
  update();
}

void MainToolBar::buildActions() {
  startAll_ = new QAction(icon("start"), tr("Start all"), this);
  startAll_->setToolTip(tr("Start every stopped service"));
  stopAll_ = new QAction(icon("stop"), tr("Stop all"), this);
  stopAll_->setToolTip(tr("Stop every service; the mesh stays open  Shift+F5"));
  stopAll_->setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F5));
  load_ = new QAction(icon("load"), tr("Sample load"), this);
  load_->setToolTip(tr("Steady requests to the ingress, to see the mesh at work"));
  theme_ = new QAction(icon("theme"), tr("Light or dark"), this);
  theme_->setToolTip(tr("Switch between light and dark"));
}

void MainToolBar::buildViews() {
  addWidget(makeActionButton(startAll_, this, true));
  addWidget(makeActionButton(stopAll_, this, true));
  auto* line = makeSeparator(this);
  line->setFixedHeight(20);
  addWidget(line);

  workspace_ = new ElidedLabel(this, Qt::ElideRight);
  workspace_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
  workspace_->setContentsMargins(12, 0, 12, 0);
  addWidget(workspace_);
  sync_ = new Pill(this);
  syncAction_ = addWidget(sync_);

  auto* spring = new QWidget(this);
  spring->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  addWidget(spring);

  command_ = new QPushButton(this);
  command_->setIcon(mutedIcon("search"));
  command_->setText(tr("Go to service, request, config, command…   Ctrl+K"));
  command_->setAccessibleName(tr("Command palette"));
  command_->setStyleSheet(QStringLiteral("QPushButton { text-align: left; padding: 3px 10px; }"));
  command_->setFixedWidth(360);
  addWidget(command_);
  loadButton_ = makeActionButton(load_, this, true);
  addWidget(loadButton_);
  addWidget(makeActionButton(theme_, this));
}

void MainToolBar::wire() {
  connect(startAll_, &QAction::triggered, this, &MainToolBar::startAll);
  connect(stopAll_, &QAction::triggered, this, &MainToolBar::stopAll);
  connect(load_, &QAction::triggered, this, &MainToolBar::chooseLoad);
  connect(theme_, &QAction::triggered, this, [] {
    auto& theme = Theme::instance();
    theme.setMode(theme.isDark() ? Theme::Mode::Light : Theme::Mode::Dark);
    QSettings().setValue(QStringLiteral("theme"), theme.isDark() ? QStringLiteral("dark") : QStringLiteral("light"));
  });
  connect(command_, &QPushButton::clicked, this, &MainToolBar::paletteWanted);
  connect(sync_, &Pill::clicked, this, &MainToolBar::problemsWanted);
  connect(&client_, &MeshClient::viewChanged, this, &MainToolBar::update);
  connect(&client_, &MeshClient::projectChanged, this, &MainToolBar::update);
}

void MainToolBar::setNarrow(bool narrow) {
  command_->setFixedWidth(narrow ? 200 : 360);
  command_->setText(narrow ? tr("Go to…   Ctrl+K") : tr("Go to service, request, config, command…   Ctrl+K"));
}

void MainToolBar::update() {
  const auto view = client_.view();
  const bool open = client_.hasProject();
  for (auto* action : {startAll_, stopAll_, load_}) action->setEnabled(open);
  syncAction_->setVisible(open);
  if (!open) {
    workspace_->setText(tr("No project"));
    return;
  }
  const int pods = models_.services.podCount();
  QStringList parts{pods == 1 ? tr("1 workload") : tr("%1 workloads").arg(pods)};
  if (const int waiting = models_.services.notReadyCount(); waiting > 0) parts << tr("%1 not ready").arg(waiting);
  parts << tr("cfg r%1").arg(view->revision);
  workspace_->setText(QStringLiteral("%1 ▸ %2").arg(view->name.empty() ? tr("project") : qs(view->name),
                                                    parts.join(QStringLiteral("  ·  "))));
  updateSync(*view);
}

void MainToolBar::updateSync(const mesh::MeshView& view) {
  const bool rejected = std::any_of(view.proxies.begin(), view.proxies.end(), [](const auto& p) { return !p.lastError.empty(); });
  const auto count = QStringLiteral("%1/%2").arg(view.sync.acked).arg(view.sync.total);
  if (rejected)
    sync_->show("cross", tr("%1 synced, one refused").arg(count), Pill::Tone::Bad);
  else if (view.sync.acked < view.sync.total)
    sync_->show("restart", tr("%1 synced").arg(count), Pill::Tone::Warn);
  else if (view.sync.tookMs >= 0)
    sync_->show("check", tr("%1 synced in %2 ms").arg(count).arg(view.sync.tookMs), Pill::Tone::Good);
  else
    sync_->show("check", tr("%1 synced").arg(count), Pill::Tone::Good);
}

void MainToolBar::startAll() {
  const auto view = client_.view();
  if (view->state == "stopped" || view->state == "failed") {
    client_.open(view->directory.empty() ? qs(view->name) : qs(view->directory));
    return;
  }
  std::set<std::pair<std::string, std::string>> running;
  for (const auto& pod : view->pods)
    if (pod.state != "stopped") running.insert({pod.ns, pod.workload});
  for (const auto& object : view->objects)
    if (object.kind == "Deployment" && !running.contains({object.ns, object.name}))
      client_.startWorkload(qs(object.ns), qs(object.name));
}

void MainToolBar::stopAll() {
  std::set<std::pair<std::string, std::string>> running;
  for (const auto& pod : client_.view()->pods)
    if (!pod.gateway && pod.state != "stopped") running.insert({pod.ns, pod.workload});
  for (const auto& [ns, workload] : running) client_.stopWorkload(qs(ns), qs(workload));
}

void MainToolBar::chooseLoad() {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  for (const double rps : {0.0, 1.0, 5.0, 20.0, 100.0}) {
    auto* action = menu->addAction(rps == 0 ? tr("Off") : tr("%1 requests per second").arg(rps));
    action->setCheckable(true);
    action->setChecked(rps == loadRps_);
    connect(action, &QAction::triggered, this, [this, rps] { setLoad(rps); });
  }
  menu->popup(loadButton_->mapToGlobal(QPoint(0, loadButton_->height())));
}

void MainToolBar::setLoad(double rps) {
  loadRps_ = rps;
  client_.setSampleLoad(rps, {});
  load_->setText(rps > 0 ? tr("Load %1 rps").arg(rps) : tr("Sample load"));
}

}  // namespace varka::ui
