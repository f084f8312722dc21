#include "ui/inspector/inspector.h"

#include <QDesktopServices>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QUrl>
#include <algorithm>

#include "ui/inspector/detail_list.h"
#include "ui/inspector/details.h"
#include "ui/inspector/explain.h"
#include "ui/inspector/explain_view.h"
#include "ui/models/format.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/sparkline.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

QString nodeTitle(const mesh::TrafficGraph& graph, const std::string& id) {
  const auto node = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const auto& n) { return n.id == id; });
  return node == graph.nodes.end() ? qs(id.substr(id.find_last_of("/:") + 1)) : qs(node->title);
}

QString edgeTitle(const mesh::TrafficGraph& graph, const std::string& id) {
  const auto edge = std::find_if(graph.edges.begin(), graph.edges.end(), [&](const auto& e) { return e.id == id; });
  return edge == graph.edges.end() ? Inspector::tr("edge") : QStringLiteral("%1 → %2").arg(nodeTitle(graph, edge->from), nodeTitle(graph, edge->to));
}

}  // namespace

Inspector::Inspector(const ViewContext& context, QWidget* parent) : QWidget(parent), context_(context) {
  setProperty("panel", "surface");
  setAttribute(Qt::WA_StyledBackground);
  buildViews();
  wire();
  show({});
}

void Inspector::buildViews() {
  back_ = makeIconButton("back", tr("Back  Alt+Left"), this);
  forward_ = makeIconButton("forward", tr("Forward  Alt+Right"), this);
  pin_ = makeIconButton("pin", tr("Keep this, do not follow the selection"), this);
  pin_->setCheckable(true);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(6, 4, 6, 0);
  bar->setSpacing(0);
  bar->addWidget(back_);
  bar->addWidget(forward_);
  bar->addStretch();
  bar->addWidget(pin_);
  pages_ = tight(new QStackedLayout);
  pages_->addWidget(summaryPage_ = buildSummaryPage());
  pages_->addWidget(requestPage_ = buildRequestPage());
  auto* layout = tight(new QVBoxLayout(this));
  layout->addLayout(bar);
  layout->addLayout(pages_, 1);
}

QWidget* Inspector::buildRequestPage() {
  auto* page = new QWidget(this);
  status_ = new QLabel(page);
  status_->setWordWrap(true);
  status_->setTextFormat(Qt::RichText);
  status_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
  hop_ = makeSecondary({}, page);
  hop_->setWordWrap(true);
  hop_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
  auto* head = new QVBoxLayout;
  head->setContentsMargins(12, 4, 12, 8);
  head->setSpacing(2);
  head->addWidget(status_);
  head->addWidget(hop_);
  requestTabs_ = new QTabWidget(page);
  requestTabs_->setDocumentMode(true);
  requestTabs_->addTab(explain_ = new ExplainView(context_.selection, page), tr("Explain"));
  requestTabs_->addTab(request_ = new DetailList(page), tr("Request"));
  requestTabs_->addTab(response_ = new DetailList(page), tr("Response"));
  requestTabs_->addTab(timing_ = new DetailList(page), tr("Timing"));
  requestTabs_->addTab(tls_ = new DetailList(page), tr("TLS"));
  auto* layout = tight(new QVBoxLayout(page));
  layout->addLayout(head);
  layout->addWidget(requestTabs_, 1);
  return page;
}

QWidget* Inspector::buildSummaryPage() {
  auto* page = new QWidget(this);
  sparkTitle_ = makeSecondary(tr("Requests per second, last minute"), page);
  sparkline_ = new Sparkline(page);
  auto* spark = new QVBoxLayout;
  spark->setContentsMargins(12, 4, 12, 4);
  spark->setSpacing(2);
  spark->addWidget(sparkTitle_);
  spark->addWidget(sparkline_);
  summary_ = new DetailList(page);
  auto* layout = tight(new QVBoxLayout(page));
  layout->addLayout(spark);
  layout->addWidget(summary_, 1);
  return page;
}

void Inspector::wire() {
  auto& selection = context_.selection;
  connect(back_, &QToolButton::clicked, &selection, &Selection::back);
  connect(forward_, &QToolButton::clicked, &selection, &Selection::forward);
  connect(pin_, &QToolButton::toggled, this, [this](bool pinned) {
    if (!pinned) show(context_.selection.current());
  });
  connect(&selection, &Selection::changed, this, [this](const SelectionItem& item) {
    back_->setEnabled(context_.selection.canGoBack());
    forward_->setEnabled(context_.selection.canGoForward());
    if (!pin_->isChecked()) show(item);
  });
  connect(summary_, &DetailList::linkActivated, this, &Inspector::followLink);
  connect(&Theme::instance(), &Theme::changed, this, [this] { show(item_); });
  auto* refresh = new QTimer(this);  // numbers change at most once a second, whatever the engine sends
  refresh->setInterval(1000);
  connect(refresh, &QTimer::timeout, this, &Inspector::refreshSummary);
  refresh->start();
  connect(&context_.client, &MeshClient::graphChanged, this, [this](const mesh::TrafficGraphPtr& graph) {
    const bool first = graph->totalRequests > 0 && !sawTraffic_;  // not a second late when it begins
    sawTraffic_ = graph->totalRequests > 0;
    if (first) refreshSummary();
  });
  connect(&context_.client, &MeshClient::projectChanged, this, [this] { show({}); });
}

void Inspector::show(const SelectionItem& item) {
  // Following a link to the configuration keeps the explanation in sight: the editor shows the line.
  if (item.kind == Selection::Kind::Source && item_.kind == Selection::Kind::Request) return;
  item_ = item;
  back_->setEnabled(context_.selection.canGoBack());
  forward_->setEnabled(context_.selection.canGoForward());
  if (item.kind == Selection::Kind::Request && item.row) {
    showRequest(item);
    pages_->setCurrentWidget(requestPage_);
  } else {
    pages_->setCurrentWidget(summaryPage_);
    refreshSummary();
  }
}

void Inspector::showRequest(const SelectionItem& item) {
  const auto& row = *item.row;
  const auto explanation = explain(row);
  const auto& t = tokens();
  status_->setText(QStringLiteral("<b style='color:%1'>%2</b>&nbsp; <span style='color:%3'>%4</span>&nbsp; <span style='color:%5'>%6</span>")
                       .arg((explanation.error ? t.failing : t.healthy).name(), explanation.status.toHtmlEscaped(),
                            (explanation.error ? t.failing : t.text).name(), explanation.reason.toHtmlEscaped(), t.secondary.name(),
                            durationText(row.record.durationUs)));
  hop_->setText(QStringLiteral("%1   %2").arg(explanation.hop, clockText(row.record.startUs / 1000)));
  explain_->show(item.row);
  request_->show(requestDetails(row));
  response_->show(responseDetails(row));
  timing_->show(timingDetails(row));
  tls_->show(tlsDetails(row));
  const auto what = row.record.kind == xds::RecordKind::Tcp ? QStringLiteral("TCP") : qs(row.record.method + " " + row.record.path);
  setTitle(tr("Inspector — request %1").arg(what));
}

std::vector<Detail> Inspector::summaryOf(const SelectionItem& item) {
  const auto& view = *context_.client.view();
  const auto& graph = *context_.client.graph();
  const auto id = item.id.toStdString();
  switch (item.kind) {
    case Selection::Kind::Workload:
    case Selection::Kind::Service: return workloadDetails(view, graph, id);
    case Selection::Kind::Edge: return edgeDetails(graph, id);
    case Selection::Kind::Namespace: return namespaceDetails(view, id);
    case Selection::Kind::Pod:
      for (const auto& pod : view.pods)
        if (pod.name == id) return podDetails(view, pod);
      break;
    case Selection::Kind::Certificate:
      for (const auto& certificate : view.certificates)
        if (certificate.owner == id) return certificateDetails(certificate);
      break;
    default: break;
  }
  return meshDetails(view, graph);
}

void Inspector::refreshSummary() {
  if (pages_->currentWidget() != summaryPage_) return;
  const auto& graph = *context_.client.graph();
  const auto id = item_.id.toStdString();
  const auto node = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const auto& n) { return n.id == id; });
  const bool spark = item_.kind == Selection::Kind::Workload && node != graph.nodes.end();
  sparkline_->setVisible(spark);
  sparkTitle_->setVisible(spark);
  if (spark) sparkline_->setValues(node->history);
  summary_->show(summaryOf(item_));
  if (item_.kind == Selection::Kind::Edge) return setTitle(tr("Inspector — %1").arg(edgeTitle(graph, id)));
  const auto name = spark ? qs(node->title) : item_.id.section(QLatin1Char(':'), -1).section(QLatin1Char('/'), -1);
  setTitle(item_.kind == Selection::Kind::None ? tr("Inspector") : tr("Inspector — %1").arg(name));
}

void Inspector::followLink(const QString& link) {
  if (link.startsWith(QLatin1String("edge:"))) context_.selection.select(Selection::Kind::Edge, link.mid(5));
  else if (link.startsWith(QLatin1String("http"))) QDesktopServices::openUrl(QUrl(link));
  else context_.selection.openSource(link);
}

void Inspector::showExplain() {
  requestTabs_->setCurrentWidget(explain_);
}

void Inspector::setTitle(const QString& title) {
  if (title == title_) return;
  title_ = title;
  Q_EMIT titleChanged(title);
}

}  // namespace varka::ui
