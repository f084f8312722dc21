#include "ui/editor/yaml_highlighter.h"

#include <QRegularExpression>

#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

QTextCharFormat colour(const QColor& ink, bool italic = false, bool bold = false) {
  QTextCharFormat format;
  format.setForeground(ink);
  format.setFontItalic(italic);
  if (bold) format.setFontWeight(QFont::DemiBold);
  return format;
}

}  // namespace

int commentStart(const QString& line) {
  QChar quote;
  for (qsizetype i = 0; i < line.size(); ++i) {
    const QChar c = line[i];
    if (!quote.isNull()) {
      if (c == quote) quote = QChar();
    } else if ((c == u'\'' || c == u'"') && (i == 0 || !line[i - 1].isLetterOrNumber())) {
      quote = c;
    } else if (c == u'#' && (i == 0 || line[i - 1].isSpace())) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

YamlHighlighter::YamlHighlighter(QTextDocument* document) : QSyntaxHighlighter(document) {
  connect(&Theme::instance(), &Theme::changed, this, &QSyntaxHighlighter::rehighlight);
}

void YamlHighlighter::highlightBlock(const QString& line) {
  static const QRegularExpression keyPattern(R"(^(\s*(?:-\s+)*)([^\s#\[\]{},"'][^#:]*|"[^"]*"|'[^']*')\s*:(?=\s|$))");
  static const QRegularExpression flowKeyPattern(R"((?<=[{,])\s*([\w.\-/"']+)\s*:(?=\s))");
  const int comment = commentStart(line);
  const QString code = comment >= 0 ? line.left(comment) : line;
  if (code.startsWith("---") || code.startsWith("...")) setFormat(0, 3, colour(tokens().secondary, false, true));
  int valueStart = 0;
  if (const auto key = keyPattern.match(code); key.hasMatch()) {
    setFormat(static_cast<int>(key.capturedStart(2)), static_cast<int>(key.capturedLength(2)), colour(tokens().accent));
    valueStart = static_cast<int>(key.capturedEnd(0));
  }
  highlightScalar(valueStart, code.mid(valueStart));
  for (auto found = flowKeyPattern.globalMatch(code); found.hasNext();) {
    const auto key = found.next();
    setFormat(static_cast<int>(key.capturedStart(1)), static_cast<int>(key.capturedLength(1)), colour(tokens().accent));
  }
  if (comment >= 0) setFormat(comment, static_cast<int>(line.size()) - comment, colour(tokens().secondary, true));
}

void YamlHighlighter::highlightScalar(int start, const QString& text) {
  static const QRegularExpression numberPattern(R"((?<![\w.\-/])-?\d+(?:\.\d+)?(?:ms|s|m|h|%)?(?![\w.\-/]))");
  static const QRegularExpression stringPattern(R"("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')");
  static const QRegularExpression wordPattern(R"(\b(true|false|null)\b)");
  const auto paint = [&](const QRegularExpression& pattern, const QColor& ink) {
    for (auto found = pattern.globalMatch(text); found.hasNext();) {
      const auto match = found.next();
      setFormat(start + static_cast<int>(match.capturedStart()), static_cast<int>(match.capturedLength()), colour(ink));
    }
  };
  paint(numberPattern, tokens().status4xx);
  paint(wordPattern, tokens().status4xx);
  paint(stringPattern, tokens().healthy);
}

}  // namespace varka::ui
