#include "ui/editor/config_page.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QLineEdit>
#include <QShortcut>
#include <QSplitter>
#include <QTableView>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "core/resource/yaml.h"
#include "ui/editor/code_editor.h"
#include "ui/editor/yaml_highlighter.h"
#include "ui/models/events_model.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

constexpr int kPathRole = Qt::UserRole;
constexpr int kLineRole = Qt::UserRole + 1;
constexpr int kApiRole = Qt::UserRole + 2;
constexpr int kCheckDelayMs = 250;

LineMark::Kind markKind(const mesh::ProblemView& problem) {
  if (problem.severity == "error") return LineMark::Kind::Error;
  if (problem.code == "VARKA0001" || problem.code == "VARKA0002" || problem.severity == "info")
    return LineMark::Kind::Approximate;
  return LineMark::Kind::Warning;
}

QString objectTitle(const mesh::ObjectView& object) {
  return qs(object.kind + " " + (object.ns.empty() ? "" : object.ns + "/") + object.name);
}

}  // namespace

View* createConfigPage(const ViewContext& context, QWidget* parent) {
  return new ConfigPage(context, parent);
}

ConfigPage::ConfigPage(const ViewContext& context, QWidget* parent) : View(parent), context_(context) {
  buildViews();
  buildActions();
  wire();
  refreshTree();
  updateState();
}

void ConfigPage::buildViews() {
  tree_ = new QTreeWidget(this);
  tree_->setHeaderHidden(true);
  tree_->setMinimumWidth(180);
  tree_->setIndentation(14);
  tree_->setTextElideMode(Qt::ElideMiddle);
  tree_->setAccessibleName(tr("Files and objects"));

  title_ = makeTitle(QString(), this);
  verdict_ = makeSecondary(QString(), this);
  sync_ = new Pill(this);
  find_ = new QLineEdit(this);
  find_->setPlaceholderText(tr("Find in text"));
  find_->setClearButtonEnabled(true);
  find_->setFixedWidth(160);
  revert_ = new QPushButton(tr("Revert"), this);
  force_ = new QPushButton(tr("Save anyway"), this);
  force_->setToolTip(tr("Writes the file although it was refused; the live version keeps running"));
  save_ = makePrimary(tr("Save and apply"), this);
  save_->setToolTip(tr("Checks, writes the file and pushes it to all proxies (Ctrl+S)"));

  force_->hide();
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(12, 8, 12, 8);
  bar->setSpacing(8);
  bar->addWidget(title_);
  bar->addWidget(verdict_, 1);
  bar->addWidget(sync_);
  bar->addWidget(find_);
  bar->addWidget(revert_);
  bar->addWidget(force_);
  bar->addWidget(save_);

  editor_ = new CodeEditor(this);
  new YamlHighlighter(editor_->document());

  model_ = new ProblemsModel(this);
  problems_ = new QTableView(this);
  problems_->setModel(model_);
  problems_->setSelectionBehavior(QAbstractItemView::SelectRows);
  problems_->setSelectionMode(QAbstractItemView::SingleSelection);
  problems_->setShowGrid(false);
  problems_->setAlternatingRowColors(true);
  problems_->verticalHeader()->hide();
  problems_->verticalHeader()->setDefaultSectionSize(24);
  problems_->horizontalHeader()->setSectionResizeMode(ProblemsModel::Message, QHeaderView::Stretch);
  problems_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  problems_->setColumnWidth(ProblemsModel::Severity, 96);
  problems_->setColumnWidth(ProblemsModel::Code, 92);
  problems_->setColumnWidth(ProblemsModel::Object, 180);
  problems_->setColumnWidth(ProblemsModel::Place, 150);
  problems_->setAccessibleName(tr("Problems"));

  auto* right = new QWidget(this);
  auto* rightLayout = tight(new QVBoxLayout(right));
  rightLayout->addLayout(bar);
  auto* vertical = new QSplitter(Qt::Vertical, right);
  vertical->addWidget(editor_);
  vertical->addWidget(problems_);
  vertical->setStretchFactor(0, 1);
  vertical->setSizes({600, 120});
  vertical->setChildrenCollapsible(false);
  rightLayout->addWidget(vertical, 1);

  auto* split = new QSplitter(Qt::Horizontal, this);
  split->addWidget(tree_);
  split->addWidget(right);
  split->setStretchFactor(1, 1);
  split->setSizes({240, 760});
  split->setChildrenCollapsible(false);
  body_ = split;

  empty_ = new EmptyState("config", tr("No configuration yet"),
                          tr("Open a project, or apply Istio YAML with varka apply -f FILE."), this);
  auto* layout = tight(new QVBoxLayout(this));
  layout->addWidget(body_, 1);
  layout->addWidget(empty_, 1);
}

void ConfigPage::buildActions() {
  auto* saveKey = new QShortcut(QKeySequence::Save, this);
  saveKey->setContext(Qt::WidgetWithChildrenShortcut);
  connect(saveKey, &QShortcut::activated, this, [this] { save(false); });
  connect(save_, &QPushButton::clicked, this, [this] { save(false); });
  connect(force_, &QPushButton::clicked, this, [this] { save(true); });
  connect(revert_, &QPushButton::clicked, this, &ConfigPage::revert);
  connect(find_, &QLineEdit::returnPressed, this, [this] { find(false); });
}

void ConfigPage::wire() {
  checkTimer_.setSingleShot(true);
  checkTimer_.setInterval(kCheckDelayMs);
  treeTimer_.setSingleShot(true);
  treeTimer_.setInterval(100);
  connect(&treeTimer_, &QTimer::timeout, this, &ConfigPage::followView);
  connect(&context_.client, &MeshClient::viewChanged, this, [this] {
    if (!treeTimer_.isActive()) treeTimer_.start();
  });
  connect(&context_.selection, &Selection::changed, this, &ConfigPage::follow);
  connect(editor_, &QPlainTextEdit::textChanged, this, &ConfigPage::textEdited);
  connect(&checkTimer_, &QTimer::timeout, this, [this] {
    const quint64 id = ++checkId_;
    context_.client.check(editor_->toPlainText(), shown_, {this, [this, id](Problems problems) {
                            if (id == checkId_) showProblems(std::move(problems));
                          }});
  });
  connect(tree_, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) {
    if (item->data(0, kApiRole).toBool()) return showApiObject(item->data(0, kPathRole).toString());
    openPlace(item->data(0, kPathRole).toString(), item->data(0, kLineRole).toInt(), 1);
  });
  connect(problems_, &QTableView::clicked, this, [this](const QModelIndex& index) {
    const auto* problem = model_->problem(index.row());
    if (problem && problem->origin.file)
      openPlace(qs(*problem->origin.file), problem->origin.mark.line, problem->origin.mark.column);
  });
}

const mesh::FileView* ConfigPage::fileView(const QString& path) const {
  for (const auto& file : context_.client.view()->files)
    if (qs(file.path) == path) return &file;
  return nullptr;
}

QString ConfigPage::resolve(const QString& file) const {
  for (const auto& known : context_.client.view()->files) {
    const QString path = qs(known.path);
    if (path == file || path.endsWith(u'/' + file)) return path;
  }
  return {};
}

void ConfigPage::openPlace(const QString& file, int line, int column) {
  const QString path = resolve(file);
  if (path.isEmpty()) return;
  if (path != shown_ || api_) {
    if (dirty()) return;  // never loses what the user typed; the tree keeps showing which file is dirty
    showFile(path);
  }
  if (line > 0) editor_->goTo(line, column);
}

void ConfigPage::showFile(const QString& path) {
  const auto* file = fileView(path);
  if (!file) return;
  api_ = false;
  shown_ = path;
  rejected_ = false;
  clean_ = qs(file->text);
  {
    const QSignalBlocker quiet(editor_);
    editor_->setPlainText(clean_);
  }
  editor_->setReadOnly(false);
  checkTimer_.stop();
  showProblems(problemsOfShown());
  updateState();
}

void ConfigPage::showApiObject(const QString& key) {
  if (dirty()) return;
  for (const auto& object : *context_.client.objects()) {
    if (qs(object->key().text()) != key) continue;
    api_ = true;
    shown_ = key;
    rejected_ = false;
    clean_ = qs(resource::toYaml(object->root));
    const QSignalBlocker quiet(editor_);
    editor_->setPlainText(clean_);
    showProblems({});
    updateState();
    return;
  }
}

Problems ConfigPage::problemsOfShown() const {
  Problems mine;
  for (const auto& problem : context_.client.view()->problems)
    if (problem.origin.file && resolve(qs(*problem.origin.file)) == shown_) mine.push_back(problem);
  return mine;
}

void ConfigPage::follow(const SelectionItem& item) {
  if (item.kind == SelectionItem::Kind::Source) return openPlace(item.file, item.line, item.column);
  if (item.kind != SelectionItem::Kind::Object) return;
  for (const auto& object : context_.client.view()->objects) {
    if (objectTitle(object) != item.id) continue;
    if (object.origin.file && !resolve(qs(*object.origin.file)).isEmpty())
      openPlace(qs(*object.origin.file), object.origin.mark.line, 1);
    else
      showApiObject(item.id);
    return;
  }
}

void ConfigPage::followView() {
  refreshTree();
  if (shown_.isEmpty()) {
    // The first routing file is more interesting than varka.yaml.
    const auto& files = context_.client.view()->files;
    const auto routing = std::find_if(files.begin(), files.end(), [](const auto& file) {
      return file.text.find("kind: VirtualService") != std::string::npos;
    });
    if (routing != files.end()) showFile(qs(routing->path));
    else if (!files.empty()) showFile(qs(files.front().path));
  } else if (!api_) {
    if (const auto* file = fileView(shown_); file && !dirty() && qs(file->text) != clean_) {
      clean_ = qs(file->text);
      const QSignalBlocker quiet(editor_);
      editor_->replaceText(clean_);  // changed on disk, or by the route editor: undo stays possible
    }
    if (!dirty() && !rejected_) showProblems(problemsOfShown());
  }
  updateState();
}

void ConfigPage::refreshTree() {
  const auto view = context_.client.view();
  const QString directory = qs(view->directory);
  std::map<QString, QTreeWidgetItem*> items;
  const QSignalBlocker quiet(tree_);
  tree_->clear();
  for (const auto& file : view->files) {
    const QString path = qs(file.path);
    auto* item = new QTreeWidgetItem(tree_);
    item->setText(0, path.startsWith(directory + u'/') ? path.mid(directory.size() + 1) : path);
    item->setToolTip(0, path);
    item->setData(0, kPathRole, path);
    item->setIcon(0, icon(file.text == file.applied ? "config" : "alert"));
    item->setExpanded(true);
    items[path] = item;
  }
  QTreeWidgetItem* api = nullptr;
  for (const auto& object : view->objects) {
    if (object.source == "controller" || object.kind == "Pod") continue;
    const QString path = object.origin.file ? resolve(qs(*object.origin.file)) : QString();
    const auto parent = items.find(path);
    // varka.yaml expands to many objects of the same lines: the file itself says it better.
    if (parent != items.end() && path.endsWith("varka.yaml")) continue;
    if (parent == items.end() && !api && object.source == "api") {
      api = new QTreeWidgetItem(tree_, {tr("Applied by command")});
      api->setIcon(0, icon("terminal"));
      api->setFlags(api->flags() & ~Qt::ItemIsSelectable);
    }
    QTreeWidgetItem* under = parent != items.end() ? parent->second : api;
    if (!under) continue;
    auto* item = new QTreeWidgetItem(under, {objectTitle(object)});
    item->setToolTip(0, item->text(0));
    item->setData(0, kPathRole, parent != items.end() ? path : item->text(0));
    item->setData(0, kLineRole, object.origin.mark.line);
    item->setData(0, kApiRole, parent == items.end());
  }
  tree_->expandAll();
}

void ConfigPage::textEdited() {
  rejected_ = false;
  checkTimer_.start();
  updateState();
}

bool ConfigPage::dirty() const {
  return !shown_.isEmpty() && editor_->toPlainText() != clean_;
}

void ConfigPage::save(bool force) {
  if (shown_.isEmpty()) return;
  const Reply<ApplyResult> reply{this, [this](ApplyResult result) { saved(result); }};
  if (api_) context_.client.apply(editor_->toPlainText(), "window", reply);
  else context_.client.saveFile(shown_, editor_->toPlainText(), force, reply);
  if (force) clean_ = editor_->toPlainText();
}

void ConfigPage::saved(const ApplyResult& result) {
  ++checkId_;  // what an older check says no longer matters
  rejected_ = !result.ok();
  if (!rejected_) clean_ = editor_->toPlainText();
  showProblems(result.problems);
  updateState();
}

void ConfigPage::revert() {
  const auto* file = api_ ? nullptr : fileView(shown_);
  editor_->replaceText(file ? qs(file->text) : clean_);
  if (file) clean_ = qs(file->text);
  rejected_ = false;
  updateState();
}

void ConfigPage::showProblems(Problems problems) {
  std::vector<LineMark> marks;
  for (const auto& problem : problems)
    if (problem.origin.mark.line > 0)
      marks.push_back({problem.origin.mark.line, markKind(problem), qs(problem.code + ": " + problem.message)});
  if (marks.size() != editor_->marks().size() || !marks.empty()) editor_->setMarks(std::move(marks));
  model_->setProblems(std::move(problems));
  problems_->setVisible(model_->rowCount() > 0);
  updateState();
}

void ConfigPage::updateState() {
  const auto view = context_.client.view();
  const bool any = !view->files.empty() || !view->objects.empty();
  body_->setVisible(any);
  empty_->setVisible(!any);
  const bool changed = dirty();
  const QString name = api_ ? shown_ : QFileInfo(shown_).fileName();
  title_->setText(changed ? name + QStringLiteral(" *") : name);
  save_->setEnabled(changed || rejected_);
  revert_->setEnabled(changed);
  force_->setVisible(rejected_ && !api_);
  const int errors = model_->errors();
  if (rejected_) {
    verdict_->setText(tr("refused: r%1 is live").arg(view->revision));
  } else if (changed) {
    verdict_->setText(errors ? tr("%n error(s), nothing is applied", nullptr, errors) : tr("not saved"));
  } else {
    verdict_->setText(shown_.isEmpty() ? QString() : tr("r%1 is live").arg(view->revision));
  }
  const auto& sync = view->sync;
  if (sync.total == 0) {
    sync_->show("info", tr("no proxies"), Pill::Tone::Neutral);
  } else if (sync.acked < sync.total) {
    sync_->show("restart", tr("%1/%2 acked").arg(sync.acked).arg(sync.total), Pill::Tone::Warn);
  } else {
    const QString text = sync.tookMs >= 0 ? tr("%1/%2 acked in %3 ms").arg(sync.acked).arg(sync.total).arg(sync.tookMs)
                                          : tr("%1/%2 acked").arg(sync.acked).arg(sync.total);
    sync_->show("check", text, Pill::Tone::Good);
  }
}

bool ConfigPage::settled() const {
  return !shown_.isEmpty();
}

void ConfigPage::focusFind() {
  find_->setFocus(Qt::ShortcutFocusReason);
  find_->selectAll();
}

void ConfigPage::findNext(int step) {
  find(step < 0);
}

void ConfigPage::find(bool backwards) {
  const auto flags = backwards ? QTextDocument::FindBackward : QTextDocument::FindFlags();
  if (editor_->find(find_->text(), flags)) return;
  QTextCursor cursor = editor_->textCursor();
  cursor.movePosition(backwards ? QTextCursor::End : QTextCursor::Start);
  editor_->setTextCursor(cursor);
  editor_->find(find_->text(), flags);
}

}  // namespace varka::ui
