#pragma once
// Screenshot: waits until the running project is worth a picture (pods ready, traffic seen, the view settled; 30 s at
// most), selects a telling request, writes the PNGs and stops the mesh. For `varka --screenshot`. Several views and themes are
// comma separated; in the file's name %v stands for the view and %t for the theme.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <vector>

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
  void show(std::size_t shot);
  void take(std::size_t shot);
  void finish();

  struct Shot {
    QString view, theme, file;
  };
  MeshClient& client_;
  MainWindow& window_;
  WindowOptions options_;
  QTimer poll_;
  QElapsedTimer waited_;
  int settledTicks_ = 0;
  std::vector<Shot> shots_;
  bool saved_ = true;
};

}  // namespace varka::ui
