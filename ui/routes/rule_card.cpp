#include "ui/routes/rule_card.h"

#include <QLabel>
#include <QVBoxLayout>
#include <cmath>

#include "ui/models/format.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

/// A read-only chip; elides rather than pushing the card wider than the page.
QWidget* chipLabel(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setProperty("chip", true);
  label->setToolTip(text);
  label->setTextFormat(Qt::PlainText);
  label->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
  label->setStyleSheet(QStringLiteral("QLabel{background:%1;border:1px solid %2;border-radius:9px;padding:2px 8px;color:%3}")
                           .arg(tokens().raised.name(), tokens().border.name(), tokens().text.name()));
  return label;
}

void clear(QLayout* layout) {
  while (auto* item = layout->takeAt(0)) {
    delete item->widget();
    delete item;
  }
}

}  // namespace

RuleCard::RuleCard(int number, QWidget* parent) : QFrame(parent), number_(number) {
  setObjectName("card");
  setFrameShape(QFrame::StyledPanel);
  title_ = new QLabel(this);
  title_->setFont(uiFont(13, QFont::Bold));
  hits_ = makeSecondary(QString(), this);
  source_ = new QLabel(this);
  source_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
  source_->setToolTip(tr("Show the rule in the file"));
  conditions_ = tight(new QHBoxLayout, 6);
  policies_ = tight(new QHBoxLayout, 6);
  bar_ = new SplitBar(this);
  dead_ = new QLabel(this);
  dead_->setWordWrap(true);
  diff_ = new QLabel(this);
  diff_->setFont(monoFont(11));
  diff_->setTextFormat(Qt::RichText);
  diff_->hide();
  policyTitle_ = makeSecondary(tr("and"), this);

  auto* head = tight(new QHBoxLayout, 8);
  head->addWidget(title_);
  head->addLayout(conditions_, 1);
  head->addWidget(hits_);
  head->addWidget(source_);
  auto* extra = tight(new QHBoxLayout, 6);
  extra->addWidget(policyTitle_);
  extra->addLayout(policies_, 1);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(12, 10, 12, 10);
  layout->setSpacing(8);
  layout->addLayout(head);
  layout->addWidget(bar_);
  layout->addLayout(extra);
  layout->addWidget(dead_);
  layout->addWidget(diff_);

  connect(bar_, &SplitBar::previewed, this, &RuleCard::previewed);
  connect(bar_, &SplitBar::committed, this, &RuleCard::committed);
  connect(bar_, &SplitBar::cancelled, this, &RuleCard::cancelled);
  connect(source_, &QLabel::linkActivated, this, [this] { Q_EMIT sourceAsked(rule_.line); });
}

void RuleCard::setRule(const RouteRule& rule) {
  rule_ = rule;
  title_->setText(rule.name.isEmpty() ? tr("Rule %1").arg(number_) : tr("%1  %2").arg(number_).arg(rule.name));
  source_->setText(QStringLiteral("<a href='#' style='color:%1'>%2</a>").arg(tokens().accent.name(), tr("line %1").arg(rule.line)));
  source_->setVisible(rule.line > 0);
  showChips(conditions_, rule.conditions.isEmpty() ? QStringList{tr("every request")} : rule.conditions, "filter");
  showChips(policies_, rule.policies, "info");
  policyTitle_->setVisible(!rule.policies.isEmpty());
  std::vector<SplitBar::Segment> segments;
  const auto parts = shares(rule);
  for (std::size_t i = 0; i < rule.destinations.size(); ++i) {
    const auto& destination = rule.destinations[i];
    const QString port = destination.port ? QStringLiteral(":%1").arg(destination.port) : QString();
    const QString title = destination.subset.isEmpty() ? destination.host + port : destination.subset;
    segments.push_back({title, static_cast<int>(std::lround(parts[i]))});
  }
  bar_->setSegments(std::move(segments));
  bar_->setVisible(!rule.destinations.empty());
  bar_->setHatched(!rule.deadBecause.isEmpty());
  dead_->setText(tr("No request reaches this rule: %1.").arg(rule.deadBecause));
  dead_->setVisible(!rule.deadBecause.isEmpty());
}

void RuleCard::setHits(quint64 hits, double perSecond) {
  hits_->setText(hits == 0 ? tr("no hits yet") : tr("%1 · %2 hits").arg(rateText(perSecond), withThousands(hits)));
}

void RuleCard::setDiff(const QStringList& lines) {
  QStringList rich;
  for (const auto& line : lines)
    rich << QStringLiteral("<span style='color:%1'>%2</span>")
                .arg((line.startsWith(u'-') ? tokens().failing : tokens().healthy).name(), line.toHtmlEscaped());
  diff_->setText(rich.join("<br>"));
  diff_->setVisible(!lines.isEmpty());
}

void RuleCard::showChips(QHBoxLayout* row, const QStringList& texts, const char*) {
  clear(row);
  for (const auto& text : texts) row->addWidget(chipLabel(text, this));
  row->addStretch(1);
}

}  // namespace varka::ui
