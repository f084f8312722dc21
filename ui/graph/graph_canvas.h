#pragma once
// GraphCanvas: the picture itself. Three layers: a cached pixmap of groups, edges, labels and nodes; particles; overlay.
// Camera moves only by the user (or by fit). GUI thread.

#include <QElapsedTimer>
#include <QPixmap>
#include <QTimer>
#include <QWidget>
#include <set>

#include "ui/graph/camera.h"
#include "ui/graph/edge_painter.h"
#include "ui/graph/graph_model.h"
#include "ui/graph/labels.h"
#include "ui/graph/node_painter.h"
#include "ui/graph/particles.h"
#include "ui/graph/placement.h"
#include "ui/graph/scene.h"
#include "ui/window/view.h"

namespace varka::ui {

class GraphCanvas : public QWidget {
  Q_OBJECT
 public:
  GraphCanvas(const ViewContext& context, QWidget* parent);

  void setLayers(const GraphLayers& layers);
  [[nodiscard]] const GraphLayers& layers() const { return layers_; }
  void setPaused(bool paused);
  [[nodiscard]] bool isPaused() const { return paused_; }
  /// Highlights what matches; -1 matches none. `current` is brought into view.
  void setFound(std::set<std::string> ids, const std::string& current);
  void fitAll();
  void fitSelection();
  void zoomBy(double factor);
  void relayout();
  void unpinAll();
  /// Keeps the picture above something that lies at the bottom.
  void setBottomInset(double pixels);
  void setCollapsed(bool collapsed);

  [[nodiscard]] const Scene& scene() const { return scene_; }
  [[nodiscard]] const GraphModel& model() const { return model_; }
  [[nodiscard]] const Camera& camera() const { return camera_; }
  [[nodiscard]] const std::vector<LabelPill>& labels() const { return labels_; }
  [[nodiscard]] const Particles& particles() const { return particles_; }
  [[nodiscard]] bool isEmpty() const { return scene_.nodes.empty(); }
  /// For tests and measurements: paints the static layer now.
  void renderStatic();

 Q_SIGNALS:
  void sceneChanged();
  void zoomChanged(double scale);
  void nodeMenuWanted(const QString& nodeId, const QPoint& at);
  void openWanted(const QString& view);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void wire();
  void updateModel();
  void rebuild();
  void updateCollapsedLayout();
  void addParticles(const mesh::TrafficBatch& batch);
  void tick();
  void invalidate();
  void followSelection(const SelectionItem& item);
  void selectNode(int node);
  void selectEdge(int edge);
  void walk(int key);
  void setHover(int node, int edge);
  void cameraMoved();
  [[nodiscard]] bool isQuiet() const;
  [[nodiscard]] QRectF freeArea() const;
  [[nodiscard]] int particleAt(QPointF screen) const;
  void paintParticles(QPainter& painter);
  [[nodiscard]] std::int64_t nowMs() const { return clock_.elapsed(); }

  ViewContext context_;
  GraphModel model_;
  Placement placement_;
  Scene scene_;
  Camera camera_;
  GraphLayers layers_;
  std::vector<LabelPill> labels_;
  Particles particles_;
  std::map<std::string, std::size_t> edgeIndex_;
  QPixmap static_;
  bool stale_ = true;
  bool fitted_ = false;    // the first fit; the camera is the user's after it
  bool userCamera_ = false;
  bool paused_ = false;
  std::set<std::string> found_;
  std::string selectedNode_, selectedEdge_;
  double bottomInset_ = 0;
  int hoverNode_ = -1, hoverEdge_ = -1;
  Paths dimExcept_;
  bool dimming_ = false;
  QTimer frames_, hoverDelay_;
  QElapsedTimer clock_;
  enum class Drag { None, Pan, Node } drag_ = Drag::None;
  int dragNode_ = -1;
  QPointF dragStart_, dragLast_;
};

}  // namespace varka::ui
