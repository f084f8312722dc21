#include "ui/window/process_menu.h"

#include <QAction>
#include <QClipboard>
#include <QCoreApplication>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QUrl>
#include <algorithm>
#include <csignal>

#include "ui/models/health.h"
#include "ui/models/words.h"
#include "ui/widgets/icons.h"

namespace varka::ui {
namespace {

struct SignalEntry {
  int number;
  const char* title;
};
constexpr SignalEntry kSignals[] = {{SIGKILL, QT_TRANSLATE_NOOP("ProcessMenu", "Kill (SIGKILL)")},
                                    {SIGTERM, QT_TRANSLATE_NOOP("ProcessMenu", "Terminate (SIGTERM)")},
                                    {SIGSTOP, QT_TRANSLATE_NOOP("ProcessMenu", "Freeze (SIGSTOP)")},
                                    {SIGCONT, QT_TRANSLATE_NOOP("ProcessMenu", "Continue (SIGCONT)")},
                                    {SIGHUP, QT_TRANSLATE_NOOP("ProcessMenu", "Hang up (SIGHUP)")}};

std::vector<mesh::PodView> podsOf(const mesh::MeshView& view, const std::string& ns, const std::string& workload) {
  std::vector<mesh::PodView> pods;
  std::copy_if(view.pods.begin(), view.pods.end(), std::back_inserter(pods),
               [&](const auto& pod) { return pod.ns == ns && pod.workload == workload; });
  return pods;
}

}  // namespace

QString hostUrlOf(const mesh::MeshView& view, const mesh::PodView& pod) {
  if (pod.gateway && !view.ingress.empty()) return qs(view.ingress.front().url);
  for (const auto& service : view.services) {
    if (service.ns != pod.ns || std::find(service.pods.begin(), service.pods.end(), pod.name) == service.pods.end()) continue;
    for (const auto& port : service.ports)
      if (!port.hostAddress.empty()) return QStringLiteral("http://") + qs(port.hostAddress);
  }
  return {};
}

void addProcessActions(QMenu& menu, MeshClient& client, Selection& selection, const std::string& ns, const std::string& workload) {
  const auto pods = podsOf(*client.view(), ns, workload);
  const auto nodeId = qs(workloadNodeId(ns, workload));
  const auto add = [&](QMenu& target, const char* iconName, const QString& title, bool enabled, auto action) {
    auto* entry = iconName ? target.addAction(icon(iconName), title) : target.addAction(title);
    entry->setEnabled(enabled);
    QObject::connect(entry, &QAction::triggered, &client, action);
  };
  const auto show = [&selection, nodeId](const char* view) {
    return [&selection, nodeId, view] {
      selection.select(Selection::Kind::Workload, nodeId);
      selection.requestView(QString::fromLatin1(view));
    };
  };
  add(menu, "logs", tr("Logs"), true, show("logs"));
  add(menu, "traffic", tr("Traffic"), true, show("traffic"));
  menu.addSeparator();
  const bool running = !pods.empty();
  const bool gateway = running && pods.front().gateway;
  add(menu, "start", tr("Start"), !running, [&client, ns, workload] { client.startWorkload(qs(ns), qs(workload)); });
  add(menu, "stop", tr("Stop"), running && !gateway, [&client, ns, workload] { client.stopWorkload(qs(ns), qs(workload)); });
  add(menu, "restart", tr("Restart"), running, [&client, pods] {
    for (const auto& pod : pods) client.restartPod(qs(pod.name));
  });
  auto* signalMenu = menu.addMenu(icon("kill"), tr("Send a signal"));
  signalMenu->setEnabled(running);
  for (const auto& entry : kSignals)
    add(*signalMenu, nullptr, tr(entry.title), true, [&client, pods, number = entry.number] {
      for (const auto& pod : pods) client.signalPod(qs(pod.name), number);
    });
  menu.addSeparator();
  const auto url = running ? hostUrlOf(*client.view(), pods.front()) : QString();
  add(menu, "open-url", url.isEmpty() ? tr("Open in the browser") : tr("Open %1").arg(url), !url.isEmpty(),
      [url] { QDesktopServices::openUrl(QUrl(url)); });
  add(menu, "copy", tr("Copy name"), true, [workload] { QGuiApplication::clipboard()->setText(qs(workload)); });
}

}  // namespace varka::ui
