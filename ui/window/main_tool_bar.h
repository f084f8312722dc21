#pragma once
// MainToolBar: start/stop, what is open, whether all proxies have the configuration, the command box, load and theme.

#include <QToolBar>

#include "ui/bridge/mesh_client.h"
#include "ui/models/models.h"

class QPushButton;
class QToolButton;

namespace varka::ui {

class ElidedLabel;
class Pill;

class MainToolBar : public QToolBar {
  Q_OBJECT
 public:
  MainToolBar(MeshClient& client, Models& models, QWidget* parent);
  void setNarrow(bool narrow);

 Q_SIGNALS:
  void paletteWanted();
  void problemsWanted();

 private:
  void buildViews();
  void buildActions();
  void wire();
  void update();
  void updateSync(const mesh::MeshView& view);
  void startAll();
  void stopAll();
  void chooseLoad();
  void setLoad(double rps);

  MeshClient& client_;
  Models& models_;
  QAction* startAll_ = nullptr;
  QAction* stopAll_ = nullptr;
  QAction* load_ = nullptr;
  QAction* theme_ = nullptr;
  ElidedLabel* workspace_ = nullptr;
  Pill* sync_ = nullptr;
  QAction* syncAction_ = nullptr;  // what shows and hides a widget of a toolbar
  QPushButton* command_ = nullptr;
  QToolButton* loadButton_ = nullptr;
  double loadRps_ = 0;
};

}  // namespace varka::ui
