#pragma once
// A plain text editor with line numbers and marks in a gutter. Knows text and lines, nothing of YAML or meshes.

#include <QPlainTextEdit>
#include <vector>

namespace varka::ui {

struct LineMark {
  enum class Kind { Error, Warning, Approximate };
  int line = 0;  // 1-based
  Kind kind = Kind::Error;
  QString text;
};

class CodeEditor : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit CodeEditor(QWidget* parent = nullptr);

  void setMarks(std::vector<LineMark> marks);
  [[nodiscard]] const std::vector<LineMark>& marks() const { return marks_; }
  /// Moves the cursor there, shows the line in the middle and tints it until the next edit or click.
  void goTo(int line, int column = 0);
  /// Changes only what differs, so that the cursor, the view and the undo history stay.
  void replaceText(const QString& text);

  [[nodiscard]] int gutterWidth() const;
  void paintGutter(QPaintEvent* event);
  [[nodiscard]] QString markTextAt(const QPoint& gutterPosition) const;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void updateGutter(const QRect& rect, int dy);
  void updateHighlights();
  void indentSelection(bool less);
  [[nodiscard]] const LineMark* markOf(int line) const;

  QWidget* gutter_;
  std::vector<LineMark> marks_;
  int shownLine_ = 0;  // tinted by goTo
};

}  // namespace varka::ui
