#include "ui/security/security_page.h"

#include <QClipboard>
#include <QComboBox>
#include <QDateTime>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/format.h"
#include "ui/security/certificates_model.h"
#include "ui/security/validity_delegate.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

struct Life {
  const char* title;
  std::int64_t seconds;
};
constexpr Life kLives[] = {{QT_TR_NOOP("1 minute"), 60},     {QT_TR_NOOP("10 minutes"), 600}, {QT_TR_NOOP("1 hour"), 3600},
                           {QT_TR_NOOP("24 hours"), 86'400}, {QT_TR_NOOP("7 days"), 604'800}};
constexpr int kDefaultLife = 3;

struct LockLook {
  const char* icon;
  QColor ink;
  QString word;
};

LockLook lockOf(mesh::GraphEdge::Mtls mtls) {
  switch (mtls) {
    case mesh::GraphEdge::Mtls::All: return {"lock", tokens().healthy, QObject::tr("mutual TLS")};
    case mesh::GraphEdge::Mtls::Mixed: return {"lock-half", tokens().degraded, QObject::tr("partly plaintext")};
    case mesh::GraphEdge::Mtls::None: return {"lock-open", tokens().failing, QObject::tr("plaintext")};
    case mesh::GraphEdge::Mtls::Unknown: break;
  }
  return {"idle", tokens().secondary, QObject::tr("no traffic yet")};
}

QTreeWidget* makeList(const QStringList& columns, const QString& name, QWidget* parent) {
  auto* list = new QTreeWidget(parent);
  list->setHeaderLabels(columns);
  list->setRootIsDecorated(false);
  list->setAlternatingRowColors(true);
  list->setUniformRowHeights(true);
  list->setTextElideMode(Qt::ElideMiddle);
  list->setAccessibleName(name);
  return list;
}

QWidget* titled(const QString& title, QWidget* content, QWidget* parent) {
  auto* box = new QWidget(parent);
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(12, 8, 12, 8);
  layout->setSpacing(6);
  auto* label = new QLabel(title, box);
  label->setFont(uiFont(13, QFont::Bold));
  layout->addWidget(label);
  layout->addWidget(content, 1);
  return box;
}

}  // namespace

View* createSecurityPage(const ViewContext& context, QWidget* parent) {
  return new SecurityPage(context, parent);
}

SecurityPage::SecurityPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context) {
  buildViews();
  wire();
  refresh();
  refreshObserved();
}

void SecurityPage::buildViews() {
  auto* bottom = new QSplitter(Qt::Horizontal, this);
  bottom->addWidget(buildDetails());
  bottom->addWidget(buildObserved());
  bottom->addWidget(buildPolicies());
  bottom->setChildrenCollapsible(false);
  bottom->setSizes({300, 320, 340});
  auto* split = new QSplitter(Qt::Vertical, this);
  split->addWidget(buildCertificates());
  split->addWidget(bottom);
  split->setChildrenCollapsible(false);
  split->setSizes({420, 260});
  body_ = split;
  empty_ = new EmptyState("security", tr("No certificates yet"),
                          tr("Each sidecar gets one from the mesh's own authority as soon as its pod starts."), this);
  auto* layout = tight(new QVBoxLayout(this));
  layout->addWidget(body_, 1);
  layout->addWidget(empty_, 1);
}

QWidget* SecurityPage::buildCertificates() {
  model_ = new CertificatesModel(this);
  table_ = new QTableView(this);
  table_->setModel(model_);
  table_->setItemDelegateForColumn(CertificatesModel::Validity, new ValidityDelegate(table_));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setShowGrid(false);
  table_->setAlternatingRowColors(true);
  table_->setTextElideMode(Qt::ElideMiddle);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(28);
  auto* header = table_->horizontalHeader();
  header->setSectionResizeMode(CertificatesModel::SpiffeId, QHeaderView::Stretch);
  static constexpr std::pair<int, int> kWidths[] = {{CertificatesModel::Owner, 200},  {CertificatesModel::Validity, 170},
                                                    {CertificatesModel::Expires, 100}, {CertificatesModel::Serial, 130},
                                                    {CertificatesModel::Algorithm, 90}};
  for (const auto& [column, width] : kWidths) table_->setColumnWidth(column, width);
  table_->setAccessibleName(tr("Certificates"));

  auto* bar = tight(new QHBoxLayout, 8);
  bar->setContentsMargins(12, 8, 12, 8);
  bar->addWidget(makeTitle(tr("Certificates"), this));
  summary_ = makeSecondary(QString(), this);
  bar->addWidget(summary_, 1);
  bar->addWidget(makeSecondary(tr("Life of new ones"), this));
  ttl_ = new QComboBox(this);
  for (const auto& life : kLives) ttl_->addItem(tr(life.title), QVariant::fromValue<qlonglong>(life.seconds));
  ttl_->setCurrentIndex(kDefaultLife);
  ttl_->setAccessibleName(tr("Life of new certificates"));
  bar->addWidget(ttl_);
  rotateAll_ = new QPushButton(tr("Rotate all"), this);
  bar->addWidget(rotateAll_);
  rotate_ = makePrimary(tr("Rotate"), this);
  rotate_->setToolTip(tr("A new key and certificate for the selected proxy; open connections live on"));
  bar->addWidget(rotate_);

  message_ = new QLabel(this);
  message_->setWordWrap(true);
  message_->setContentsMargins(12, 0, 12, 4);
  message_->hide();
  auto* box = new QWidget(this);
  auto* layout = tight(new QVBoxLayout(box));
  layout->addLayout(bar);
  layout->addWidget(message_);
  layout->addWidget(table_, 1);
  return box;
}

QWidget* SecurityPage::buildDetails() {
  details_ = new QPlainTextEdit(this);
  details_->setReadOnly(true);
  details_->setFont(monoFont(11));
  details_->setPlaceholderText(tr("Select a certificate"));
  details_->setAccessibleName(tr("Certificate, public part"));
  copy_ = new QPushButton(tr("Copy PEM"), this);
  copy_->setToolTip(tr("The public certificate; keys never leave the proxies"));
  auto* box = titled(tr("Certificate"), details_, this);
  box->layout()->addWidget(copy_);
  return box;
}

QWidget* SecurityPage::buildObserved() {
  observed_ = makeList({tr("Caller → callee"), tr("Wire")}, tr("Mutual TLS as observed"), this);
  observed_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  observed_->header()->setStretchLastSection(false);
  observed_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  return titled(tr("On the wire"), observed_, this);
}

QWidget* SecurityPage::buildPolicies() {
  policies_ = makeList({tr("Policy"), tr("Mode"), tr("Place")}, tr("Authentication policies"), this);
  policies_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  policies_->header()->setStretchLastSection(false);
  policies_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  policies_->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
  return titled(tr("Policies"), policies_, this);
}

void SecurityPage::wire() {
  connect(&context_.client, &MeshClient::viewChanged, this, [this] { refresh(); });
  connect(&context_.client, &MeshClient::objectsChanged, this, [this] { refresh(); });
  connect(&context_.client, &MeshClient::graphChanged, this, [this] {
    if (isVisible()) refreshObserved();
  });
  connect(&context_.selection, &Selection::changed, this, &SecurityPage::follow);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &SecurityPage::showDetails);
  connect(model_, &QAbstractItemModel::modelReset, this, &SecurityPage::showDetails);
  connect(rotate_, &QPushButton::clicked, this, [this] { rotate(selectedOwner()); });
  connect(rotateAll_, &QPushButton::clicked, this, [this] { rotate(QString()); });
  connect(copy_, &QPushButton::clicked, this, [this] {
    if (const auto* shown = model_->at(table_->currentIndex().row())) QGuiApplication::clipboard()->setText(qs(shown->pem));
  });
  connect(ttl_, &QComboBox::activated, this, &SecurityPage::changeTtl);
  connect(policies_, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
    context_.selection.openSource(item->data(0, Qt::UserRole).toString());
  });
  clock_.setInterval(1000);
  connect(&clock_, &QTimer::timeout, this, [this] {
    if (isVisible()) model_->tick(QDateTime::currentMSecsSinceEpoch());
  });
  clock_.start();
}

void SecurityPage::refresh() {
  const auto view = context_.client.view();
  model_->setCertificates(view->certificates);
  body_->setVisible(!view->certificates.empty());
  empty_->setVisible(view->certificates.empty());
  const auto workloads = std::count_if(view->certificates.begin(), view->certificates.end(), [](const auto& c) { return !c.root; });
  std::int64_t next = 0;
  for (const auto& certificate : view->certificates)
    if (!certificate.root && certificate.renewAtMs > 0 && (next == 0 || certificate.renewAtMs < next)) next = certificate.renewAtMs;
  const std::int64_t left = next - QDateTime::currentMSecsSinceEpoch();
  summary_->setText(next > 0 ? tr("%1 workloads · next renewal in %2").arg(workloads).arg(countdownText(std::max<std::int64_t>(0, left)))
                             : tr("%1 workloads").arg(workloads));

  policies_->clear();
  for (const auto& object : *context_.client.objects()) {
    if (object->kind != "PeerAuthentication") continue;
    const auto& mode = object->spec()["mtls"]["mode"];
    const QString scope = object->spec()["selector"].isMap() ? tr("selected workloads")
                          : object->ns == "istio-system"     ? tr("whole mesh")
                                                             : tr("namespace %1").arg(qs(object->ns));
    auto* item = new QTreeWidgetItem(policies_, {QStringLiteral("%1 (%2)").arg(qs(object->name), scope),
                                                 mode.isNull() ? tr("UNSET") : qs(mode.text()),
                                                 qs(object->origin.text()).section(u'/', -1)});
    item->setToolTip(0, item->text(0));
    item->setData(0, Qt::UserRole, qs(object->origin.text()));
  }
  if (policies_->topLevelItemCount() == 0)
    new QTreeWidgetItem(policies_, {tr("none written"), tr("PERMISSIVE"), QString()});
  showDetails();
}

void SecurityPage::refreshObserved() {
  const auto graph = context_.client.graph();
  std::map<std::string, QString> titles;
  for (const auto& node : graph->nodes) titles[node.id] = qs(node.title);
  const QSignalBlocker quiet(observed_);
  observed_->clear();
  for (const auto& edge : graph->edges) {
    const auto look = lockOf(edge.mtls);
    auto* item = new QTreeWidgetItem(observed_, {titles[edge.from] + QStringLiteral(" → ") + titles[edge.to], look.word});
    item->setIcon(1, icon(look.icon, look.ink));
    item->setToolTip(0, item->text(0));
  }
  if (graph->edges.empty()) new QTreeWidgetItem(observed_, {tr("no traffic yet"), QString()});
}

QString SecurityPage::selectedOwner() const {
  const auto* shown = model_->at(table_->currentIndex().row());
  return shown && !shown->root ? qs(shown->owner) : QString();
}

void SecurityPage::showDetails() {
  const auto* shown = model_->at(table_->currentIndex().row());
  if (!shown && model_->rowCount() > 0) {
    table_->selectRow(std::min(1, model_->rowCount() - 1));
    return;
  }
  rotate_->setEnabled(shown && !shown->root);
  copy_->setEnabled(shown != nullptr);
  if (!shown) return details_->clear();
  const auto time = [](std::int64_t ms) { return QDateTime::fromMSecsSinceEpoch(ms).toString("yyyy-MM-dd HH:mm:ss"); };
  const QString text = tr("identity   %1\nissuer     %2\nserial     %3\nkey        %4\nfrom       %5\nuntil      %6\nrenewal    %7\nsha256     %8\n\n%9")
                           .arg(qs(shown->spiffeId), qs(shown->issuer), qs(shown->serial), qs(shown->algorithm),
                                time(shown->notBeforeMs), time(shown->notAfterMs),
                                shown->renewAtMs > 0 ? time(shown->renewAtMs) : tr("never"), qs(shown->sha256), qs(shown->pem));
  if (text != details_->toPlainText()) details_->setPlainText(text);
}

void SecurityPage::rotate(const QString& owner) {
  context_.client.rotateCertificate(owner, {this, [this](Result<> result) {
                                              message_->setText(result ? QString() : qs(result.error().message));
                                              message_->setVisible(!result);
                                            }});
}

void SecurityPage::changeTtl() {
  context_.client.setCertificateTtl(ttl_->currentData().toLongLong(), {this, [this](Result<> result) {
                                      message_->setText(result ? tr("From the next renewal on; Rotate all applies it now.")
                                                               : qs(result.error().message));
                                      message_->show();
                                    }});
}

void SecurityPage::follow(const SelectionItem& item) {
  if (item.kind != SelectionItem::Kind::Certificate && item.kind != SelectionItem::Kind::Pod) return;
  if (const int row = model_->rowOf(item.id); row >= 0) table_->selectRow(row);
}

bool SecurityPage::settled() const {
  return model_->rowCount() > 1;
}

}  // namespace varka::ui
