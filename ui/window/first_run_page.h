#pragma once
// FirstRunPage: three cards for a window without a project, and a place to drop a folder on.

#include <QWidget>

#include "ui/bridge/mesh_client.h"

class QLabel;

namespace varka::ui {

class FirstRunPage : public QWidget {
  Q_OBJECT
 public:
  FirstRunPage(MeshClient& client, QWidget* parent);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void chooseFolder();
  void chooseFile();

  MeshClient& client_;
  QLabel* error_;
};

}  // namespace varka::ui
