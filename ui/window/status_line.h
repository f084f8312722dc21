#pragma once
// StatusLine: the 24 px at the bottom: certificates, traffic, processes; and the newest message of a failed command.

#include <QStatusBar>

#include "ui/bridge/mesh_client.h"

class QLabel;

namespace varka::ui {

class StatusLine : public QStatusBar {
  Q_OBJECT
 public:
  StatusLine(MeshClient& client, QWidget* parent);

 private:
  void update();
  [[nodiscard]] QString certificates(const mesh::MeshView& view) const;
  [[nodiscard]] QString traffic() const;
  [[nodiscard]] QString processes(const mesh::MeshView& view) const;

  MeshClient& client_;
  QLabel* certificates_;
  QLabel* traffic_;
  QLabel* processes_;
};

}  // namespace varka::ui
