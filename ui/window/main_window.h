#pragma once
// MainWindow: toolbar, rail, docks and the stack of views around one MeshClient, one Selection and one set of models.

#include <QMainWindow>
#include <memory>
#include <vector>

#include "ui/models/models.h"
#include "ui/models/selection.h"
#include "ui/window/view.h"

class QDockWidget;
class QStackedWidget;
class QTabWidget;

namespace varka::ui {

class BottomTabs;
class CommandPalette;
class FirstRunPage;
class Inspector;
class MainToolBar;
class NavRail;
class ServicesDock;
class ShortcutSheet;
class StatusLine;

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(MeshClient& client, QWidget* parent = nullptr);
  ~MainWindow() override;

  void showView(const QString& id);
  [[nodiscard]] QString currentViewId() const;
  [[nodiscard]] View* currentView() const;
  [[nodiscard]] Selection& selection() { return selection_; }
  [[nodiscard]] Models& models() { return models_; }

 Q_SIGNALS:
  /// The user closed the window; the mesh is to be stopped.
  void closing();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void buildViews();
  void buildDocks();
  void buildActions();
  void wire();
  QDockWidget* addDock(const char* name, const QString& title, QWidget* content, Qt::DockWidgetArea area);
  void showViewAt(int index);
  void followProject();
  void adaptToWidth();
  void updateTitle();
  void addShortcut(const QKeySequence& keys, std::function<void()> action);

  MeshClient& client_;
  Selection selection_;
  Models models_;
  ViewContext context_;

  MainToolBar* toolBar_ = nullptr;
  NavRail* rail_ = nullptr;
  QStackedWidget* centre_ = nullptr;     // first-run page, then the stack of views
  QStackedWidget* stack_ = nullptr;
  FirstRunPage* firstRun_ = nullptr;
  StatusLine* statusLine_ = nullptr;
  ServicesDock* servicesDock_ = nullptr;
  QDockWidget* servicesHolder_ = nullptr;
  QDockWidget* bottomHolder_ = nullptr;
  QDockWidget* inspectorHolder_ = nullptr;
  BottomTabs* bottomTabs_ = nullptr;
  Inspector* inspector_ = nullptr;
  CommandPalette* palette_ = nullptr;
  ShortcutSheet* sheet_ = nullptr;
  std::vector<View*> views_;  // created when first shown, else null
  bool bottomWanted_ = true, servicesWanted_ = true;
};

}  // namespace varka::ui
