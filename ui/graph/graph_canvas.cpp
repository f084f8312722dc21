#include "ui/graph/graph_canvas.h"

#include <QDateTime>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {
constexpr int kFrameMs = 33, kSlowFrameMs = 66;
constexpr std::size_t kSlowAboveEdges = 60;
constexpr int kHoverDelayMs = 120;
constexpr double kFitMargin = 20;
constexpr double kLargestFit = 1.15;  // four nodes are shown at 115 %, not blown up
constexpr std::size_t kQuietAbove = 60;
constexpr std::size_t kPlainLabels = 12;
}  // namespace

GraphCanvas::GraphCanvas(const ViewContext& context, QWidget* parent) : QWidget(parent), context_(context) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(tr("Traffic graph"));
  frames_.setInterval(kFrameMs);
  hoverDelay_.setSingleShot(true);
  hoverDelay_.setInterval(kHoverDelayMs);
  clock_.start();
  wire();
  updateModel();
}

void GraphCanvas::wire() {
  auto& client = context_.client;
  connect(&client, &MeshClient::graphChanged, this, &GraphCanvas::updateModel);
  connect(&client, &MeshClient::viewChanged, this, &GraphCanvas::updateModel);
  connect(&client, &MeshClient::projectChanged, this, [this] {
    model_.clear();
    placement_.clear();
    particles_.clear();
    fitted_ = userCamera_ = false;
    updateModel();
  });
  connect(&client, &MeshClient::traffic, this, [this](const TrafficBatchPtr& batch) {
    if (batch) addParticles(*batch);
  });
  connect(&context_.selection, &Selection::changed, this, &GraphCanvas::followSelection);
  connect(&Theme::instance(), &Theme::changed, this, &GraphCanvas::invalidate);
  connect(&frames_, &QTimer::timeout, this, &GraphCanvas::tick);
  connect(&hoverDelay_, &QTimer::timeout, this, [this] {
    dimming_ = hoverNode_ >= 0;
    if (dimming_) dimExcept_ = pathsThrough(scene_, static_cast<std::size_t>(hoverNode_));
    invalidate();
  });
}

void GraphCanvas::updateModel() {
  if (paused_) return;
  model_.update(*context_.client.view(), *context_.client.graph(), QDateTime::currentMSecsSinceEpoch());
  const bool moved = placement_.update(layoutRequest(model_));
  if (moved || !refreshScene(scene_, model_)) rebuild();
  invalidate();
}

void GraphCanvas::rebuild() {
  scene_ = buildScene(model_, placement_);
  edgeIndex_.clear();
  for (std::size_t i = 0; i < scene_.edges.size(); ++i) edgeIndex_[scene_.edges[i].link.edge.id] = i;
  hoverNode_ = hoverEdge_ = -1;
  dimming_ = false;
  frames_.setInterval(scene_.edges.size() > kSlowAboveEdges ? kSlowFrameMs : kFrameMs);
  if (!userCamera_) fitAll();
  Q_EMIT sceneChanged();
}

void GraphCanvas::updateCollapsedLayout() {
  placement_.clear();
  userCamera_ = false;
  model_.update(*context_.client.view(), *context_.client.graph(), QDateTime::currentMSecsSinceEpoch());
  placement_.update(layoutRequest(model_));
  rebuild();
  invalidate();
}

void GraphCanvas::addParticles(const mesh::TrafficBatch& batch) {
  if (paused_ || !layers_.animate || !isVisible()) return;
  std::map<std::pair<std::string, std::string>, std::string> byEnds;
  for (const auto& edge : scene_.edges) byEnds[{edge.link.edge.from, edge.link.edge.to}] = edge.link.edge.id;
  particles_.add(
      batch, nowMs(),
      [&](const std::string& from, const std::string& to) {
        const auto at = byEnds.find({model_.itemOf(from), model_.itemOf(to)});
        return at == byEnds.end() ? std::string() : at->second;
      },
      [&](const std::string& edge) { return scene_.edges[edgeIndex_.at(edge)].link.edge.rps; });
  if (!particles_.all().empty() && !frames_.isActive()) frames_.start();
}

void GraphCanvas::tick() {
  particles_.advance(nowMs());
  if (particles_.all().empty() || !isVisible()) frames_.stop();
  if (isVisible()) update();
}

void GraphCanvas::invalidate() {
  stale_ = true;
  update();
}

bool GraphCanvas::isQuiet() const {
  return scene_.nodes.size() > kQuietAbove || (scene_.edges.size() > 25 && scene_.edges.size() > 2 * scene_.nodes.size());
}

/// Where the picture may be without lying under the bars of the page.
QRectF GraphCanvas::freeArea() const {
  return QRectF(rect()).adjusted(kFitMargin, 52 + 12, -kFitMargin, -kFitMargin - bottomInset_);
}

void GraphCanvas::fitAll() {
  const auto area = freeArea();
  camera_.fit(scene_.bounds, area, kLargestFit);
  fitted_ = !scene_.nodes.empty();
  userCamera_ = false;
  invalidate();
  Q_EMIT zoomChanged(camera_.scale);
}

void GraphCanvas::fitSelection() {
  const int node = scene_.nodeIndex(selectedNode_);
  if (node < 0) return fitAll();
  camera_.fit(scene_.nodes[static_cast<std::size_t>(node)].box.adjusted(-260, -160, 260, 160), freeArea(), 1.5);
  cameraMoved();
}

void GraphCanvas::zoomBy(double factor) {
  camera_.zoomAt(QPointF(width() / 2.0, height() / 2.0), factor);
  cameraMoved();
}

void GraphCanvas::cameraMoved() {
  userCamera_ = true;
  invalidate();
  Q_EMIT zoomChanged(camera_.scale);
}

void GraphCanvas::setBottomInset(double pixels) {
  if (pixels == bottomInset_) return;
  bottomInset_ = pixels;
  if (!userCamera_) fitAll();
}

void GraphCanvas::relayout() {
  placement_.relayout(layoutRequest(model_));
  rebuild();
  invalidate();
}

void GraphCanvas::unpinAll() {
  placement_.unpinAll();
  relayout();
}

void GraphCanvas::setCollapsed(bool collapsed) {
  model_.setAllCollapsed(collapsed);
  updateCollapsedLayout();
}

void GraphCanvas::setLayers(const GraphLayers& layers) {
  layers_ = layers;
  if (!layers.animate) particles_.clear();
  invalidate();
}

void GraphCanvas::setPaused(bool paused) {
  paused_ = paused;
  if (paused) frames_.stop();
  else updateModel();
}

void GraphCanvas::setFound(std::set<std::string> ids, const std::string& current) {
  found_ = std::move(ids);
  if (const int node = scene_.nodeIndex(current); node >= 0) {
    const auto box = camera_.toScreen(scene_.nodes[static_cast<std::size_t>(node)].box);
    if (!freeArea().contains(box)) {
      camera_.panBy(freeArea().center() - box.center());
      cameraMoved();
    }
  }
  invalidate();
}

void GraphCanvas::followSelection(const SelectionItem& item) {
  selectedNode_.clear();
  selectedEdge_.clear();
  if (item.kind == Selection::Kind::Workload) selectedNode_ = model_.itemOf(item.id.toStdString());
  else if (item.kind == Selection::Kind::Edge) selectedEdge_ = item.id.toStdString();
  else if (item.kind == Selection::Kind::Request && item.row) {
    for (const auto& edge : scene_.edges)
      if (edge.link.edge.from == model_.itemOf(item.row->fromNode) && edge.link.edge.to == model_.itemOf(item.row->toNode)) selectedEdge_ = edge.link.edge.id;
  }
  invalidate();
}

void GraphCanvas::renderStatic() {
  const double ratio = devicePixelRatioF();
  if (static_.size() != size() * ratio) {
    static_ = QPixmap(size() * ratio);
    static_.setDevicePixelRatio(ratio);
  }
  static_.fill(tokens().ground);
  QPainter painter(&static_);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing | QPainter::SmoothPixmapTransform);
  const QRectF visible = QRectF(rect()).adjusted(-40, -40, 40, 40);
  for (const auto& group : scene_.groups) paintGroup(painter, group, camera_);

  const bool quiet = isQuiet();
  const auto dimmedEdge = [&](std::size_t i) { return dimming_ && !dimExcept_.edges.contains(i); };
  for (std::size_t i = 0; i < scene_.edges.size(); ++i) {
    const auto& edge = scene_.edges[i];
    if (!camera_.toScreen(edge.path.boundingRect().adjusted(-1, -1, 1, 1)).intersects(visible)) continue;
    const auto& id = edge.link.edge.id;
    paintEdge(painter, edge, camera_, {id == selectedEdge_, dimmedEdge(i), static_cast<int>(i) == hoverEdge_, found_.contains(id), quiet});
  }
  for (const auto& group : scene_.groups) paintGroupTitle(painter, group, camera_);
  for (std::size_t i = 0; i < scene_.nodes.size(); ++i) {
    const auto& node = scene_.nodes[i];
    if (!camera_.toScreen(node.box).intersects(visible)) continue;
    const auto& id = node.item.id;
    paintNode(painter, node, camera_, {id == selectedNode_, found_.contains(id), dimming_ && !dimExcept_.nodes.contains(i), static_cast<int>(i) == hoverNode_});
  }
  labels_.clear();
  if (formAt(camera_.scale) != NodeForm::Dot) {
    const QFontMetricsF metrics(uiFont(11));
    const std::size_t plain = quiet ? 0 : scene_.edges.size() <= 16 ? 16 : kPlainLabels;
    labels_ = placeLabels(scene_, camera_, layers_, plain, [&](const QString& text) { return metrics.horizontalAdvance(text); });
    for (const auto& pill : labels_) {
      const auto& edge = scene_.edges[pill.edge];
      paintLabel(painter, pill, edge, edge.link.edge.id == selectedEdge_, dimmedEdge(pill.edge));
    }
  }
  stale_ = false;
}

void GraphCanvas::paintParticles(QPainter& painter) {
  const auto& t = tokens();
  const auto now = nowMs();
  for (const auto& particle : particles_.all()) {
    const double progress = Particles::progress(particle, now);
    const auto at = edgeIndex_.find(particle.edge);
    if (progress < 0 || progress > 1 || at == edgeIndex_.end()) continue;
    const auto& edge = scene_.edges[at->second];
    const auto point = camera_.toScreen(edge.at(progress));
    painter.setPen(QPen(particle.error ? t.failing : edgeColor(edge.link), 1.4));
    painter.setBrush(t.surface);
    if (particle.error) {
      painter.setBrush(t.failing);
      painter.drawRect(QRectF(point - QPointF(3, 3), QSizeF(6, 6)));
    } else if (particle.tcp) {
      const auto along = edge.direction(progress) * 3.5;
      painter.setPen(QPen(t.tcp, 5, Qt::SolidLine, Qt::RoundCap));
      painter.drawLine(point - along, point + along);
      painter.setPen(QPen(t.surface, 2.2, Qt::SolidLine, Qt::RoundCap));
      painter.drawLine(point - along, point + along);
    } else {
      painter.drawEllipse(point, 2.8, 2.8);
    }
  }
}

void GraphCanvas::paintEvent(QPaintEvent*) {
  if (stale_ || static_.size() != size() * devicePixelRatioF()) renderStatic();
  QPainter painter(this);
  painter.drawPixmap(0, 0, static_);
  if (particles_.all().empty() || isQuiet()) return;
  // Pills and cards lie above the dots: what moves must not cover what is read.
  QRegion clip(rect());
  for (const auto& pill : labels_) clip -= pill.box.toAlignedRect();
  painter.setClipRegion(clip);
  painter.setRenderHint(QPainter::Antialiasing);
  paintParticles(painter);
}

int GraphCanvas::particleAt(QPointF screen) const {
  const auto now = nowMs();
  for (std::size_t i = 0; i < particles_.all().size(); ++i) {
    const auto& particle = particles_.all()[i];
    const auto at = edgeIndex_.find(particle.edge);
    if (at == edgeIndex_.end()) continue;
    const auto point = camera_.toScreen(scene_.edges[at->second].at(Particles::progress(particle, now)));
    if (std::hypot(point.x() - screen.x(), point.y() - screen.y()) < 8) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace varka::ui
