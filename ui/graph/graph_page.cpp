#include "ui/graph/graph_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

#include "ui/graph/graph_canvas.h"
#include "ui/graph/graph_find.h"
#include "ui/graph/legend.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/query_edit.h"
#include "ui/window/process_menu.h"

namespace varka::ui {
namespace {

struct LayerChip {
  const char* title;
  bool GraphLayers::*layer;
  const char* tip;
};
const LayerChip kChips[] = {{QT_TR_NOOP("Rate"), &GraphLayers::rate, QT_TR_NOOP("Requests per second on the edges")},
                            {QT_TR_NOOP("Latency"), &GraphLayers::latency, QT_TR_NOOP("95th percentile on the edges")},
                            {QT_TR_NOOP("Errors"), &GraphLayers::errors, QT_TR_NOOP("Share of errors, with the letter of its origin")},
                            {QT_TR_NOOP("Routing"), &GraphLayers::routing, QT_TR_NOOP("Weights of routes")},
                            {QT_TR_NOOP("Animate"), &GraphLayers::animate, QT_TR_NOOP("One dot is one request")}};

class GraphPage final : public View {
 public:
  GraphPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context), canvas_(new GraphCanvas(context, this)) {
    buildViews();
    buildActions();
    wire();
    updateHint();
  }
  void focusFind() override {
    find_->setFocus();
    find_->selectAll();
  }
  void findNext(int step) override;
  void togglePause() override { canvas_->setPaused(!canvas_->isPaused()); }
  [[nodiscard]] bool settled() const override { return !canvas_->scene().edges.empty(); }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    View::resizeEvent(event);
    place();
  }

 private:
  void buildViews();
  void buildActions();
  void wire();
  void place();
  void search(const Query& query);
  void updateHint();
  void showMenu(const QString& nodeId, const QPoint& at);
  void showLayoutMenu();

  ViewContext context_;
  GraphCanvas* canvas_;
  QWidget* bar_ = nullptr;
  QueryEdit* find_ = nullptr;
  QLabel* hits_ = nullptr;
  QToolButton* layout_ = nullptr;
  QPushButton* legendChip_ = nullptr;
  QFrame* zoom_ = nullptr;
  QLabel* zoomText_ = nullptr;
  QFrame* hint_ = nullptr;
  QLabel* hintText_ = nullptr;
  EmptyState* empty_ = nullptr;
  Legend* legend_ = nullptr;
  std::vector<std::string> found_;
  std::size_t foundAt_ = 0;
};

void GraphPage::buildViews() {
  bar_ = new QWidget(this);
  find_ = new QueryEdit(graphQueryFields(), tr("Find: err > 5% or proto = tcp"), bar_);
  find_->setMaximumWidth(330);
  hits_ = makeSecondary({}, bar_);
  hits_->setMinimumWidth(44);
  auto* row = tight(new QHBoxLayout(bar_), 6);
  row->addWidget(find_, 1);
  row->addWidget(hits_);
  row->addStretch(1);
  for (const auto& chip : kChips) {
    auto* button = makeChip(tr(chip.title), canvas_->layers().*chip.layer, bar_);
    button->setToolTip(tr(chip.tip));
    connect(button, &QPushButton::toggled, this, [this, layer = chip.layer](bool on) {
      auto layers = canvas_->layers();
      layers.*layer = on;
      canvas_->setLayers(layers);
    });
    row->addWidget(button);
  }
  legendChip_ = makeChip(tr("Legend"), false, bar_);
  row->addWidget(legendChip_);
  legend_ = new Legend(this);
  legend_->hide();

  hint_ = new QFrame(this);
  hint_->setProperty("panel", "popup");
  hintText_ = new QLabel(hint_);
  auto* load = makePrimary(tr("Start sample load (5 rps)"), hint_);
  connect(load, &QPushButton::clicked, this, [this] { context_.client.setSampleLoad(5, {}); });
  auto* hintRow = new QHBoxLayout(hint_);
  hintRow->setContentsMargins(14, 10, 14, 10);
  hintRow->setSpacing(16);
  hintRow->addWidget(hintText_);
  hintRow->addWidget(load);
  empty_ = new EmptyState("graph", tr("No services yet"), tr("The project declares no workload, or it is still being read."), this);
}

void GraphPage::buildActions() {
  zoom_ = new QFrame(this);
  zoom_->setProperty("panel", "popup");
  auto* row = tight(new QHBoxLayout(zoom_), 2);
  row->setContentsMargins(4, 2, 4, 2);
  const auto add = [&](const char* name, const QString& tip, auto action) {
    auto* button = makeIconButton(name, tip, zoom_);
    button->setFixedSize(30, 30);
    connect(button, &QToolButton::clicked, canvas_, action);
    row->addWidget(button);
    return button;
  };
  add("zoom-out", tr("Zoom out  -"), [this] { canvas_->zoomBy(1 / 1.2); });
  zoomText_ = makeSecondary({}, zoom_);
  zoomText_->setAlignment(Qt::AlignCenter);
  zoomText_->setFixedWidth(40);
  row->addWidget(zoomText_);
  add("zoom-in", tr("Zoom in  +"), [this] { canvas_->zoomBy(1.2); });
  add("zoom-fit", tr("Show all  0"), [this] { canvas_->fitAll(); });
  layout_ = add("layout", tr("Layout"), [this] { showLayoutMenu(); });
}

void GraphPage::wire() {
  connect(find_, &QueryEdit::queryChanged, this, &GraphPage::search);
  connect(find_, &QLineEdit::returnPressed, this, [this] { findNext(1); });
  connect(canvas_, &GraphCanvas::zoomChanged, this, [this](double scale) { zoomText_->setText(QStringLiteral("%1%").arg(qRound(scale * 100))); });
  connect(canvas_, &GraphCanvas::nodeMenuWanted, this, &GraphPage::showMenu);
  connect(canvas_, &GraphCanvas::openWanted, &context_.selection, &Selection::requestView);
  connect(canvas_, &GraphCanvas::sceneChanged, this, [this] {
    updateHint();
    if (!find_->query().isEmpty()) search(find_->query());
  });
  connect(&context_.client, &MeshClient::graphChanged, this, [this] {
    updateHint();
    if (legend_->isVisible()) {
      legend_->follow(canvas_->scene());
      place();
    }
  });
  connect(legendChip_, &QPushButton::toggled, this, [this](bool on) {
    legend_->follow(canvas_->scene());
    legend_->setVisible(on);
    place();
  });
  setFocusProxy(canvas_);
}

void GraphPage::place() {
  canvas_->setGeometry(rect());
  bar_->setGeometry(12, 10, width() - 24, 30);
  zoom_->adjustSize();
  zoom_->move(width() - zoom_->width() - 14, height() - zoom_->height() - 14);
  legend_->resize(legend_->sizeHint());
  legend_->move(14, height() - legend_->height() - 14);
  hint_->adjustSize();
  hint_->move((width() - hint_->width()) / 2, height() - hint_->height() - 18);
  empty_->setGeometry(rect().adjusted(0, 50, 0, 0));
}

void GraphPage::updateHint() {
  const bool none = canvas_->isEmpty();
  empty_->setVisible(none);
  std::size_t ready = 0;
  for (const auto& pod : context_.client.view()->pods) ready += pod.state == "ready" && !pod.gateway ? 1 : 0;
  const bool quiet = !none && canvas_->scene().edges.empty();
  if (quiet) hintText_->setText(tr("No traffic yet. %1 services are ready.").arg(ready));
  hint_->setVisible(quiet);
  canvas_->setBottomInset(quiet ? 64 : 34);  // the hint, or the zoom buttons
  place();
}

void GraphPage::search(const Query& query) {
  found_ = findInGraph(canvas_->scene(), query);
  foundAt_ = 0;
  const auto all = canvas_->scene().nodes.size() + canvas_->scene().edges.size();
  hits_->setText(query.isEmpty() ? QString() : tr("%1 / %2").arg(found_.size()).arg(all));
  canvas_->setFound({found_.begin(), found_.end()}, found_.empty() ? std::string() : found_.front());
}

void GraphPage::findNext(int step) {
  if (found_.empty()) return;
  foundAt_ = (foundAt_ + found_.size() + static_cast<std::size_t>(step > 0 ? 1 : found_.size() - 1)) % found_.size();
  const auto& id = found_[foundAt_];
  hits_->setText(tr("%1 of %2").arg(foundAt_ + 1).arg(found_.size()));
  canvas_->setFound({found_.begin(), found_.end()}, id);
  context_.selection.select(canvas_->scene().nodeIndex(id) >= 0 ? Selection::Kind::Workload : Selection::Kind::Edge, qs(id));
}

void GraphPage::showMenu(const QString& nodeId, const QPoint& at) {
  const auto* item = canvas_->model().item(nodeId.toStdString());
  if (!item || item->workload.empty()) return;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  addProcessActions(*menu, context_.client, context_.selection, item->ns, item->workload);
  menu->popup(at);
}

void GraphPage::showLayoutMenu() {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  connect(menu->addAction(tr("Lay out anew")), &QAction::triggered, canvas_, &GraphCanvas::relayout);
  connect(menu->addAction(tr("Unpin all")), &QAction::triggered, canvas_, &GraphCanvas::unpinAll);
  menu->addSeparator();
  connect(menu->addAction(tr("Collapse namespaces")), &QAction::triggered, canvas_, [this] { canvas_->setCollapsed(true); });
  connect(menu->addAction(tr("Expand namespaces")), &QAction::triggered, canvas_, [this] { canvas_->setCollapsed(false); });
  menu->popup(layout_->mapToGlobal(QPoint(-menu->sizeHint().width(), 0)));
}

}  // namespace

View* createGraphPage(const ViewContext& context, QWidget* parent) {
  return new GraphPage(context, parent);
}

}  // namespace varka::ui
