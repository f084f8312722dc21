#include "ui/inspector/explain_view.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/inspector/explain.h"
#include "ui/models/format.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

/// One step: glyph at the left, rich text at the right.
class StepWidget final : public QWidget {
 public:
  StepWidget(const ExplainLine& line, Selection& selection, QWidget* parent) : QWidget(parent), mark_(line.mark) {
    auto* label = new QLabel(html(line), this);
    label->setTextFormat(Qt::RichText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextBrowserInteraction);
    label->setFocusPolicy(Qt::StrongFocus);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    QObject::connect(label, &QLabel::linkActivated, this, [&selection](const QString& link) { selection.openSource(link); });
    auto* layout = tight(new QHBoxLayout(this));
    layout->setContentsMargins(30, 6, 8, 6);
    layout->addWidget(label);
    setAccessibleName(QStringLiteral("%1 %2 %3").arg(line.verb, line.subject, line.sentence));
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const auto& t = tokens();
    struct Glyph {
      const char* icon;
      QColor color;
    };
    const Glyph glyphs[] = {{"check", t.healthy}, {"cross", t.failing}, {"alert", t.degraded}, {"minus", t.idle}};
    const auto& glyph = glyphs[static_cast<int>(mark_)];
    paintIcon(painter, glyph.icon, QRectF(8, 7, 16, 16), glyph.color);
  }

 private:
  static QString html(const ExplainLine& line) {
    const auto& t = tokens();
    const auto breakable = [](const QString& text) {  // long names may wrap after their separators
      auto escaped = text.toHtmlEscaped();
      for (const char c : {'/', '|', '.', '_'}) escaped.replace(QLatin1Char(c), QString(QLatin1Char(c)) + QChar(0x200B));
      return escaped;
    };
    const bool skipped = line.mark == ExplainLine::Mark::Skipped;
    const auto ink = skipped ? t.secondary.name() : t.text.name();
    auto text = QStringLiteral("<span style='color:%1'><b>%2</b> %3</span>").arg(ink, line.verb.toHtmlEscaped(), breakable(line.subject));
    if (!line.sentence.isEmpty())
      text += QStringLiteral("<br><span style='color:%1'>%2</span>").arg(t.secondary.name(), breakable(line.sentence));
    if (!line.source.isEmpty())
      text += QStringLiteral("<br><a href='%1' style='color:%2'>%3</a>").arg(line.source.toHtmlEscaped(), t.accent.name(), breakable(line.source));
    return text;
  }
  ExplainLine::Mark mark_;
};

}  // namespace

ExplainView::ExplainView(Selection& selection, QWidget* parent) : QScrollArea(parent), selection_(selection) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void ExplainView::show(const TrafficRowPtr& row) {
  auto* content = new QWidget;
  content->setProperty("panel", "surface");
  auto* layout = tight(new QVBoxLayout(content));
  layout->setContentsMargins(4, 8, 4, 8);
  if (row) {
    const auto explanation = explain(*row);
    auto* heading = new QLabel(tr("Why this answer"), content);
    heading->setFont(uiFont(12, QFont::Bold));
    heading->setContentsMargins(8, 4, 8, 4);
    layout->addWidget(heading);
    for (const auto& line : explanation.lines) layout->addWidget(new StepWidget(line, selection_, content));
    if (explanation.lines.empty()) {
      auto* none = makeSecondary(tr("No decision was recorded for this request: the sidecar reported it without its steps (sampling)."), content);
      none->setWordWrap(true);
      none->setContentsMargins(8, 4, 8, 4);
      layout->addWidget(none);
    }
  }
  layout->addStretch();
  setWidget(content);
}

}  // namespace varka::ui
