#pragma once
// Screenshot: waits until the running project is worth a picture (pods ready, traffic seen, the view settled; 30 s at
// most), selects a telling request, writes the PNG and stops the mesh. For `varka --screenshot`.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/window/run_window.h"

namespace varka::ui {

class MainWindow;
class MeshClient;

class Screenshot : public QObject {
  Q_OBJECT
 public:
  Screenshot(MeshClient& client, MainWindow& window, const WindowOptions& options);

 private:
  void check();
  [[nodiscard]] bool ready() const;
  bool select();
  void take();

  MeshClient& client_;
  MainWindow& window_;
  WindowOptions options_;
  QTimer poll_;
  QElapsedTimer waited_;
  int settledTicks_ = 0;
};

}  // namespace varka::ui
