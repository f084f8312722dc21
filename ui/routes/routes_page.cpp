#include "ui/routes/routes_page.h"

#include <QFileInfo>
#include <QLabel>
#include <QListWidget>
#include <QScrollArea>
#include <QShortcut>
#include <QSplitter>
#include <QUndoCommand>
#include <QVBoxLayout>
#include <algorithm>

#include "core/resource/yaml.h"
#include "ui/routes/rule_card.h"
#include "ui/routes/weight_edit.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

View* createRoutesPage(const ViewContext& context, QWidget* parent) {
  return new RoutesPage(context, parent);
}

/// One drag: the whole text before and after. Undo writes the exact bytes back, and only if nobody changed the file since.
class WeightCommand : public QUndoCommand {
 public:
  WeightCommand(RoutesPage* page, QString key, QString before, QString after)
      : QUndoCommand(QObject::tr("weights of %1").arg(key)), page_(page), key_(std::move(key)), before_(std::move(before)),
        after_(std::move(after)) {}
  void undo() override { write(after_, before_); }
  void redo() override { write(before_, after_); }

 private:
  void write(const QString& expected, const QString& text) {
    if (page_->shown_ != key_) page_->showTable(key_);
    page_->write(expected, text);
  }

  RoutesPage* page_;
  QString key_, before_, after_;
};

RoutesPage::RoutesPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context) {
  buildViews();
  buildActions();
  wire();
  refresh();
}

void RoutesPage::buildViews() {
  hosts_ = new QListWidget(this);
  hosts_->setMinimumWidth(180);
  hosts_->setTextElideMode(Qt::ElideMiddle);
  hosts_->setSpacing(2);
  hosts_->setAccessibleName(tr("Hosts with routes"));

  title_ = makeTitle(QString(), this);
  place_ = makeSecondary(QString(), this);
  sync_ = new Pill(this);
  undoButton_ = new QPushButton(tr("Undo"), this);
  undoButton_->setToolTip(tr("Puts the file back as it was (Ctrl+Z)"));
  redoButton_ = new QPushButton(tr("Redo"), this);
  redoButton_->setToolTip(tr("Ctrl+Shift+Z"));
  message_ = new QLabel(this);
  message_->setWordWrap(true);
  message_->hide();

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(12, 8, 12, 8);
  bar->setSpacing(8);
  bar->addWidget(title_);
  bar->addWidget(place_, 1);
  bar->addWidget(sync_);
  bar->addWidget(undoButton_);
  bar->addWidget(redoButton_);

  auto* page = new QWidget(this);
  cardLayout_ = new QVBoxLayout(page);
  cardLayout_->setContentsMargins(12, 4, 12, 12);
  cardLayout_->setSpacing(10);
  cardLayout_->addStretch(1);
  scroll_ = new QScrollArea(this);
  scroll_->setWidgetResizable(true);
  scroll_->setFrameShape(QFrame::NoFrame);
  scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll_->setWidget(page);

  auto* right = new QWidget(this);
  auto* rightLayout = tight(new QVBoxLayout(right));
  rightLayout->addLayout(bar);
  rightLayout->addWidget(message_);
  rightLayout->addWidget(scroll_, 1);

  auto* split = new QSplitter(Qt::Horizontal, this);
  split->addWidget(hosts_);
  split->addWidget(right);
  split->setStretchFactor(1, 1);
  split->setSizes({220, 780});
  split->setChildrenCollapsible(false);
  body_ = split;
  empty_ = new EmptyState("routes", tr("No routes yet: each service is balanced over all its versions"),
                          tr("A VirtualService decides who sees which version. Write one in Config, or apply Istio YAML."), this);
  empty_->addButton(tr("Open Config"), [this] { context_.selection.requestView("config"); });
  auto* layout = tight(new QVBoxLayout(this));
  layout->addWidget(body_, 1);
  layout->addWidget(empty_, 1);
}

void RoutesPage::buildActions() {
  const auto key = [this](const QKeySequence& keys, auto action) {
    auto* shortcut = new QShortcut(keys, this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, this, action);
  };
  key(QKeySequence::Undo, [this] { undo_.undo(); });
  key(QKeySequence::Redo, [this] { undo_.redo(); });
  connect(undoButton_, &QPushButton::clicked, &undo_, &QUndoStack::undo);
  connect(redoButton_, &QPushButton::clicked, &undo_, &QUndoStack::redo);
  connect(&undo_, &QUndoStack::canUndoChanged, undoButton_, &QWidget::setEnabled);
  connect(&undo_, &QUndoStack::canRedoChanged, redoButton_, &QWidget::setEnabled);
  undoButton_->setEnabled(false);
  redoButton_->setEnabled(false);
  undo_.setUndoLimit(200);
}

void RoutesPage::wire() {
  refreshTimer_.setSingleShot(true);
  refreshTimer_.setInterval(50);
  connect(&refreshTimer_, &QTimer::timeout, this, &RoutesPage::refresh);
  const auto later = [this] {
    if (!refreshTimer_.isActive()) refreshTimer_.start();
  };
  connect(&context_.client, &MeshClient::objectsChanged, this, later);
  connect(&context_.client, &MeshClient::viewChanged, this, [this] { updateSync(); });
  connect(&context_.client, &MeshClient::traffic, this, &RoutesPage::countHits);
  connect(&context_.selection, &Selection::changed, this, &RoutesPage::follow);
  connect(&Theme::instance(), &Theme::changed, this, [this] { showCards(); });
  hitsTimer_.setInterval(500);
  connect(&hitsTimer_, &QTimer::timeout, this, &RoutesPage::showHits);
  hitsTimer_.start();
  connect(hosts_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
    if (item && item->data(Qt::UserRole).toString() != shown_) showTable(item->data(Qt::UserRole).toString());
  });
}

const RouteTable* RoutesPage::table() const {
  for (const auto& table : tables_)
    if (table.key == shown_) return &table;
  return nullptr;
}

void RoutesPage::refresh() {
  auto fresh = routeTables(*context_.client.objects());
  for (auto& table : fresh) {
    const bool known = std::any_of(context_.client.view()->files.begin(), context_.client.view()->files.end(),
                                   [&](const auto& file) { return qs(file.path).endsWith(table.file); });
    table.fromApi = table.file.isEmpty() || !known;
  }
  const bool keysChanged =
      !std::equal(fresh.begin(), fresh.end(), tables_.begin(), tables_.end(), [](const auto& a, const auto& b) { return a.key == b.key; });
  tables_ = std::move(fresh);
  if (keysChanged) {
    const QSignalBlocker quiet(hosts_);
    hosts_->clear();
    for (const auto& table : tables_) {
      QString title = table.hosts == QStringList{"*"} ? tr("any host") : table.hosts.join(u", ");
      if (!table.gateways.isEmpty()) title += tr("  at %1").arg(table.gateways.join(u", "));
      auto* item = new QListWidgetItem(title, hosts_);
      item->setData(Qt::UserRole, table.key);
      item->setToolTip(table.key);
    }
  }
  if (!table() && !tables_.empty()) {
    // A rule with a weight to drag is the better first sight than the catch-all of the gateway.
    const auto split = std::find_if(tables_.begin(), tables_.end(), [](const auto& table) {
      return std::any_of(table.rules.begin(), table.rules.end(), [](const auto& rule) { return rule.destinations.size() > 1; });
    });
    shown_ = (split != tables_.end() ? *split : tables_.front()).key;
  }
  body_->setVisible(!tables_.empty());
  empty_->setVisible(tables_.empty());
  showTable(shown_);
}

void RoutesPage::showTable(const QString& key) {
  if (key != shown_) message_->hide();
  shown_ = key;
  for (int row = 0; row < hosts_->count(); ++row)
    if (hosts_->item(row)->data(Qt::UserRole).toString() == key) {
      const QSignalBlocker quiet(hosts_);
      hosts_->setCurrentRow(row);
    }
  showCards();
  updateSync();
}

void RoutesPage::showCards() {
  const auto* shown = table();
  const std::size_t wanted = shown ? shown->rules.size() : 0;
  while (cards_.size() > wanted) {
    delete cards_.back();
    cards_.pop_back();
  }
  while (cards_.size() < wanted) {
    auto* card = new RuleCard(static_cast<int>(cards_.size()) + 1, scroll_->widget());
    connect(card, &RuleCard::previewed, this, [this, card](const auto& weights) { preview(*card, weights); });
    connect(card, &RuleCard::committed, this, [this, card](const auto& weights) { commit(*card, weights); });
    connect(card, &RuleCard::cancelled, this, [card] { card->setDiff({}); });
    connect(card, &RuleCard::sourceAsked, this, [this](int line) {
      if (const auto* of = table()) context_.selection.openSource(of->file, line);
    });
    cardLayout_->insertWidget(cardLayout_->count() - 1, card);
    cards_.push_back(card);
  }
  for (std::size_t i = 0; i < wanted; ++i)
    if (!cards_[i]->dragging()) cards_[i]->setRule(shown->rules[i]);
  if (!shown) return;
  title_->setText(shown->hosts.join(u", "));
  QString where = shown->key;
  if (shown->fromApi) where += tr(" · applied by command");
  else where += QStringLiteral(" · %1:%2").arg(QFileInfo(shown->file).fileName()).arg(shown->line);
  if (!shown->gateways.isEmpty()) where += tr(" · at %1").arg(shown->gateways.join(u", "));
  place_->setText(where);
  showHits();
}

resource::Key RoutesPage::shownKey() const {
  const auto* shown = table();
  return shown ? resource::Key{"networking.istio.io", "VirtualService", shown->ns.toStdString(), shown->name.toStdString()}
               : resource::Key{};
}

Result<QString> RoutesPage::currentText() const {
  const auto* shown = table();
  if (!shown) return fail("nothing is shown");
  if (!shown->fromApi) {
    for (const auto& file : context_.client.view()->files)
      if (qs(file.path).endsWith(shown->file)) return qs(file.text);
    return fail("the file " + shown->file.toStdString() + " is not part of the project any more");
  }
  const auto key = shownKey();
  for (const auto& object : *context_.client.objects())
    if (object->key() == key) return qs(resource::toYaml(object->root));
  return fail(key.text() + " does not exist any more");
}

void RoutesPage::preview(const RuleCard& card, const std::vector<int>& weights) {
  const auto before = currentText();
  if (!before) return;
  const auto after = withWeights(*before, shownKey(), card.rule(), weights);
  const_cast<RuleCard&>(card).setDiff(after ? changedLines(*before, *after) : QStringList{"- " + qs(after.error().message)});
}

void RoutesPage::commit(const RuleCard& card, const std::vector<int>& weights) {
  const auto before = currentText();
  const auto after = before ? withWeights(*before, shownKey(), card.rule(), weights) : before;
  const_cast<RuleCard&>(card).setDiff({});
  if (!after) {
    message_->setText(qs(after.error().message));
    message_->show();
    return showCards();
  }
  undo_.push(new WeightCommand(this, shown_, *before, *after));
}

void RoutesPage::write(const QString& expected, const QString& text) {
  const auto now = currentText();
  if (!now || *now != expected) {
    message_->setText(now ? tr("The file was changed in the meantime; this step is left out.") : qs(now.error().message));
    message_->show();
    return;
  }
  const Reply<ApplyResult> reply{this, [this](ApplyResult result) {
                                   QStringList texts;
                                   for (const auto& problem : result.problems)
                                     if (problem.severity == "error") texts << qs(problem.message);
                                   message_->setText(texts.join(u'\n'));
                                   message_->setVisible(!texts.isEmpty());
                                   if (!texts.isEmpty()) showCards();
                                 }};
  const auto* shown = table();
  if (shown->fromApi) return context_.client.apply(text, "window", reply);
  for (const auto& file : context_.client.view()->files)
    if (qs(file.path).endsWith(shown->file)) return context_.client.saveFile(qs(file.path), text, false, reply);
}

void RoutesPage::countHits(const TrafficBatchPtr& batch) {
  for (const auto& row : *batch) {
    for (const auto& step : row->record.steps) {
      if (step.kind != "route" || !step.taken || step.source.empty()) continue;
      const auto place = parseLocation(qs(step.source));
      for (const auto& table : tables_) {
        if (table.file != place.file && !place.file.endsWith(table.file) && !table.file.endsWith(place.file)) continue;
        for (const auto& rule : table.rules)
          if (place.line >= rule.line && place.line <= rule.lastLine) ++hits_[table.key + u' ' + rule.path].total;
      }
    }
  }
}

void RoutesPage::showHits() {
  for (auto& [key, hits] : hits_) {
    const double now = static_cast<double>(hits.total - hits.lastTotal) * 2;  // the timer runs twice a second
    hits.perSecond += (now - hits.perSecond) * 0.2;
    hits.lastTotal = hits.total;
  }
  for (auto* card : cards_) {
    const auto found = hits_.find(shown_ + u' ' + card->rule().path);
    card->setHits(found == hits_.end() ? 0 : found->second.total, found == hits_.end() ? 0 : found->second.perSecond);
  }
}

void RoutesPage::follow(const SelectionItem& item) {
  if (item.kind == SelectionItem::Kind::Object && item.id.startsWith("VirtualService ")) return showTable(item.id);
  if (item.kind != SelectionItem::Kind::Service) return;
  const QString name = item.id.section(u'/', -1);
  for (const auto& table : tables_)
    if (std::any_of(table.hosts.begin(), table.hosts.end(), [&](const QString& host) { return host.section(u'.', 0, 0) == name; }))
      return showTable(table.key);
}

void RoutesPage::updateSync() {
  const auto& sync = context_.client.view()->sync;
  if (sync.total == 0) return sync_->show("info", tr("no proxies"), Pill::Tone::Neutral);
  const bool all = sync.acked >= sync.total;
  const QString text = all && sync.tookMs >= 0 ? tr("%1/%2 acked in %3 ms").arg(sync.acked).arg(sync.total).arg(sync.tookMs)
                                               : tr("%1/%2 acked").arg(sync.acked).arg(sync.total);
  sync_->show(all ? "check" : "restart", text, all ? Pill::Tone::Good : Pill::Tone::Warn);
}

}  // namespace varka::ui
