#pragma once
// View: one page of the centre stack, and the table of them. Adding a view is one folder with a factory
// and one row in view_registry.cpp.

#include <QWidget>
#include <vector>

#include "ui/bridge/mesh_client.h"
#include "ui/models/models.h"
#include "ui/models/selection.h"

namespace varka::ui {

/// What every view may use. The window owns all of it and outlives the views.
struct ViewContext {
  MeshClient& client;
  Selection& selection;
  Models& models;
};

class View : public QWidget {
  Q_OBJECT
 public:
  using QWidget::QWidget;
  virtual void focusFind() {}              // Ctrl+F
  virtual void findNext(int /*step*/) {}   // F3, Shift+F3
  virtual void togglePause() {}            // Space
  virtual void activated() {}              // became the current view
  /// Whether a screenshot of the view would be meaningful (data came, layout done).
  [[nodiscard]] virtual bool settled() const { return true; }
};

enum class ViewGroup { Observe, Configure, Act };

struct ViewEntry {
  const char* id;     // "graph": --view, shortcuts, Selection::requestView
  const char* title;  // translated by the user of the table
  const char* icon;
  ViewGroup group;
  View* (*create)(const ViewContext& context, QWidget* parent);
};

/// In the rail's order.
const std::vector<ViewEntry>& viewEntries();

}  // namespace varka::ui
