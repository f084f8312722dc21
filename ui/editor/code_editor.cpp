#include "ui/editor/code_editor.h"

#include <QHelpEvent>
#include <QPainter>
#include <QTextBlock>
#include <QToolTip>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

constexpr int kMarkWidth = 20;
constexpr int kPadding = 8;

class Gutter : public QWidget {
 public:
  explicit Gutter(CodeEditor* editor) : QWidget(editor), editor_(editor) { setMouseTracking(true); }
  [[nodiscard]] QSize sizeHint() const override { return {editor_->gutterWidth(), 0}; }

 protected:
  void paintEvent(QPaintEvent* event) override { editor_->paintGutter(event); }
  bool event(QEvent* event) override {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), editor_->markTextAt(help->pos()), this);
    return true;
  }

 private:
  CodeEditor* editor_;
};

struct MarkLook {
  const char* icon;
  QColor ink;
};

MarkLook lookOf(LineMark::Kind kind) {
  switch (kind) {
    case LineMark::Kind::Error: return {"problem", tokens().failing};
    case LineMark::Kind::Warning: return {"alert", tokens().degraded};
    case LineMark::Kind::Approximate: return {"info", tokens().secondary};
  }
  return {"info", tokens().secondary};
}

}  // namespace

CodeEditor::CodeEditor(QWidget* parent) : QPlainTextEdit(parent), gutter_(new Gutter(this)) {
  setFont(monoFont(12));
  setLineWrapMode(QPlainTextEdit::NoWrap);
  setTabStopDistance(2 * fontMetrics().horizontalAdvance(u' '));
  setAccessibleName(tr("YAML editor"));
  connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { setViewportMargins(gutterWidth(), 0, 0, 0); });
  connect(this, &QPlainTextEdit::updateRequest, this, &CodeEditor::updateGutter);
  connect(this, &QPlainTextEdit::cursorPositionChanged, this, &CodeEditor::updateHighlights);
  connect(this, &QPlainTextEdit::textChanged, this, [this] { shownLine_ = 0; });
  connect(&Theme::instance(), &Theme::changed, this, [this] {
    updateHighlights();
    gutter_->update();
  });
  setViewportMargins(gutterWidth(), 0, 0, 0);
  updateHighlights();
}

void CodeEditor::setMarks(std::vector<LineMark> marks) {
  marks_ = std::move(marks);
  updateHighlights();
  gutter_->update();
}

void CodeEditor::goTo(int line, int column) {
  const QTextBlock block = document()->findBlockByNumber(line - 1);
  if (!block.isValid()) return;
  QTextCursor cursor(block);
  cursor.movePosition(QTextCursor::Right, QTextCursor::MoveAnchor, std::clamp(column - 1, 0, block.length() - 1));
  setTextCursor(cursor);
  centerCursor();
  shownLine_ = line;
  updateHighlights();
}

void CodeEditor::replaceText(const QString& text) {
  const QString old = toPlainText();
  if (old == text) return;
  qsizetype head = 0;
  const qsizetype shorter = std::min(old.size(), text.size());
  while (head < shorter && old[head] == text[head]) ++head;
  qsizetype tail = 0;
  while (tail < shorter - head && old[old.size() - 1 - tail] == text[text.size() - 1 - tail]) ++tail;
  QTextCursor cursor(document());
  cursor.setPosition(static_cast<int>(head));
  cursor.setPosition(static_cast<int>(old.size() - tail), QTextCursor::KeepAnchor);
  cursor.insertText(text.mid(head, text.size() - head - tail));
}

int CodeEditor::gutterWidth() const {
  const int digits = std::max(3, static_cast<int>(QString::number(blockCount()).size()));
  return kMarkWidth + digits * fontMetrics().horizontalAdvance(u'9') + kPadding;
}

const LineMark* CodeEditor::markOf(int line) const {
  const LineMark* worst = nullptr;
  for (const auto& mark : marks_)
    if (mark.line == line && (!worst || mark.kind < worst->kind)) worst = &mark;
  return worst;
}

void CodeEditor::paintGutter(QPaintEvent* event) {
  QPainter painter(gutter_);
  painter.fillRect(event->rect(), tokens().ground);
  painter.setFont(font());
  painter.setPen(tokens().border);
  painter.drawLine(gutter_->width() - 1, event->rect().top(), gutter_->width() - 1, event->rect().bottom());
  const int current = textCursor().blockNumber();
  for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
    const QRectF box = blockBoundingGeometry(block).translated(contentOffset());
    if (box.top() > event->rect().bottom()) break;
    painter.setPen(block.blockNumber() == current ? tokens().text : tokens().secondary);
    painter.drawText(QRectF(0, box.top(), gutter_->width() - kPadding, fontMetrics().height()), Qt::AlignRight,
                     QString::number(block.blockNumber() + 1));
    if (const LineMark* mark = markOf(block.blockNumber() + 1)) {
      const auto look = lookOf(mark->kind);
      const double side = 14;
      paintIcon(painter, look.icon, QRectF(4, box.top() + (fontMetrics().height() - side) / 2, side, side), look.ink);
    }
  }
}

QString CodeEditor::markTextAt(const QPoint& gutterPosition) const {
  const int line = cursorForPosition(QPoint(0, gutterPosition.y())).blockNumber() + 1;
  QStringList texts;
  for (const auto& mark : marks_)
    if (mark.line == line) texts << mark.text;
  return texts.join(u'\n');
}

void CodeEditor::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  const QRect area = contentsRect();
  gutter_->setGeometry(QRect(area.left(), area.top(), gutterWidth(), area.height()));
}

void CodeEditor::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Tab && !event->modifiers()) {
    if (textCursor().hasSelection()) return indentSelection(false);
    insertPlainText("  ");
  } else if (event->key() == Qt::Key_Backtab) {
    indentSelection(true);
  } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && !event->modifiers()) {
    const QString line = textCursor().block().text();
    qsizetype indent = 0;
    while (indent < line.size() && line[indent] == u' ') ++indent;
    insertPlainText(u'\n' + QString(indent, u' '));
  } else {
    QPlainTextEdit::keyPressEvent(event);
  }
}

void CodeEditor::indentSelection(bool less) {
  QTextCursor cursor = textCursor();
  const int last = document()->findBlock(cursor.selectionEnd()).blockNumber();
  QTextBlock block = document()->findBlock(cursor.selectionStart());
  cursor.beginEditBlock();
  for (; block.isValid() && block.blockNumber() <= last; block = block.next()) {
    QTextCursor edit(block);
    if (!less) {
      edit.insertText("  ");
    } else if (block.text().startsWith("  ")) {
      edit.movePosition(QTextCursor::Right, QTextCursor::KeepAnchor, 2);
      edit.removeSelectedText();
    }
  }
  cursor.endEditBlock();
}

void CodeEditor::updateGutter(const QRect& rect, int dy) {
  if (dy) {
    gutter_->scroll(0, dy);
  } else {
    gutter_->update(0, rect.y(), gutter_->width(), rect.height());
  }
  if (gutter_->width() != gutterWidth()) gutter_->resize(gutterWidth(), gutter_->height());
}

void CodeEditor::updateHighlights() {
  QList<QTextEdit::ExtraSelection> selections;
  const auto wholeLine = [&](int line, const QColor& ground) {
    const QTextBlock block = document()->findBlockByNumber(line - 1);
    if (!block.isValid()) return;
    QTextEdit::ExtraSelection selection;
    selection.cursor = QTextCursor(block);
    selection.format.setBackground(ground);
    selection.format.setProperty(QTextFormat::FullWidthSelection, true);
    selections.append(selection);
  };
  wholeLine(textCursor().blockNumber() + 1, tokens().raised);
  for (const auto& mark : marks_)
    if (mark.kind != LineMark::Kind::Approximate) wholeLine(mark.line, mixed(tokens().surface, lookOf(mark.kind).ink, 0.14));
  if (shownLine_ > 0) wholeLine(shownLine_, tokens().accentTint);
  setExtraSelections(selections);
  gutter_->update();
}

}  // namespace varka::ui
