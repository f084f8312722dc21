#include "ui/window/run_window.h"

#include <QApplication>
#include <QSettings>
#include <QTimer>
#include <memory>

#include "ui/bridge/mesh_thread.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"
#include "ui/window/screenshot.h"

namespace varka::ui {
namespace {

constexpr int kStopDeadlineMs = 12'000;  // SIGTERM, grace, SIGKILL; the destructor ends what is left

void chooseTheme(const WindowOptions& options) {
  auto name = QString::fromStdString(options.theme);
  if (name.isEmpty() && options.screenshotFile.empty()) name = QSettings().value(QStringLiteral("theme")).toString();
  if (name.isEmpty() && !options.screenshotFile.empty()) name = QStringLiteral("light");
  name = name.section(u',', 0, 0);
  Theme::instance().setMode(themeModeFromName(name));
}

/// The last window is gone: stop the mesh, leave when it says so.
void stopAndQuit(MeshClient& client) {
  QObject::connect(&client, &MeshClient::stopped, qApp, &QApplication::quit);
  QTimer::singleShot(kStopDeadlineMs, qApp, &QApplication::quit);
  client.stop();
}

}  // namespace

int runWindow(int& argc, char** argv, const WindowOptions& options) {
  QApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("Varka"));
  QApplication::setOrganizationName(QStringLiteral("varka"));
  QApplication::setApplicationVersion(QStringLiteral(VARKA_VERSION));
  QApplication::setQuitOnLastWindowClosed(false);
  Theme::instance().install();
  chooseTheme(options);

  MeshThread client(options.mesh);
  MainWindow window(client);
  window.resize(options.width, options.height);
  if (!options.view.empty()) window.showView(QString::fromStdString(options.view).section(u',', 0, 0));
  if (options.sampleLoadRps > 0) client.setSampleLoad(options.sampleLoadRps, {});
  QObject::connect(&window, &MainWindow::closing, &app, [&client] { stopAndQuit(client); });
  window.show();

  std::unique_ptr<Screenshot> screenshot;
  if (!options.screenshotFile.empty()) screenshot = std::make_unique<Screenshot>(client, window, options);
  return QApplication::exec();
}

}  // namespace varka::ui
