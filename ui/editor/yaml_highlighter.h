#pragma once
// Colours YAML by token: keys, strings, numbers, comments, document marks. Line based, no document knowledge.

#include <QSyntaxHighlighter>

namespace varka::ui {

class YamlHighlighter : public QSyntaxHighlighter {
  Q_OBJECT
 public:
  explicit YamlHighlighter(QTextDocument* document);

 protected:
  void highlightBlock(const QString& line) override;

 private:
  void highlightScalar(int start, const QString& text);
};

/// Where the comment of a YAML line begins ('#' at the start or after a blank, outside quotes); -1 = none.
int commentStart(const QString& line);

}  // namespace varka::ui
