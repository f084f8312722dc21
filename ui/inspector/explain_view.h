#pragma once
// ExplainView: the decision list of one request; links open the configuration at the line that decided.

#include <QScrollArea>

#include "ui/bridge/mesh_client.h"
#include "ui/models/selection.h"

namespace varka::ui {

class ExplainView : public QScrollArea {
  Q_OBJECT
 public:
  ExplainView(Selection& selection, QWidget* parent);
  /// Null shows the empty state.
  void show(const TrafficRowPtr& row);

 private:
  Selection& selection_;
};

}  // namespace varka::ui
