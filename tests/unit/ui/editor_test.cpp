// The editor without a mesh: minimal replacement keeps undo, marks and comments are where they belong.

#include <QTextBlock>

#include "tests/support/test.h"
#include "ui/editor/code_editor.h"
#include "ui/editor/yaml_highlighter.h"

using namespace varka::ui;

class EditorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void commentsBeginOutsideQuotesOnly() {
    QCOMPARE(commentStart("a: b # c"), 5);
    QCOMPARE(commentStart("# all"), 0);
    QCOMPARE(commentStart("a: 'x # y'"), -1);
    QCOMPARE(commentStart("a: \"x # y\" # z"), 11);
    QCOMPARE(commentStart("a: b#c"), -1);
    QCOMPARE(commentStart("it: don't # stop"), 10);
  }

  void replacingKeepsCursorAndUndo() {
    CodeEditor editor;
    editor.setPlainText("one\nweight: 80\nthree\n");
    QTextCursor cursor(editor.document()->findBlockByNumber(2));
    editor.setTextCursor(cursor);
    editor.replaceText("one\nweight: 75\nthree\n");
    QCOMPARE(editor.toPlainText(), QString("one\nweight: 75\nthree\n"));
    QCOMPARE(editor.textCursor().blockNumber(), 2);
    editor.undo();
    QCOMPARE(editor.toPlainText(), QString("one\nweight: 80\nthree\n"));
  }

  void goToShowsTheLineAndMarksAreTold() {
    CodeEditor editor;
    editor.setPlainText("a\nb\nc\n");
    editor.goTo(2, 1);
    QCOMPARE(editor.textCursor().blockNumber(), 1);
    editor.goTo(99);  // beyond the end: nothing happens
    QCOMPARE(editor.textCursor().blockNumber(), 1);
    editor.setMarks({{1, LineMark::Kind::Error, "broken"}, {1, LineMark::Kind::Warning, "odd"}});
    editor.resize(300, 200);
    QCOMPARE(editor.markTextAt(QPoint(4, 4)), QString("broken\nodd"));
  }

  void tabsIndentBySpaces() {
    CodeEditor editor;
    editor.setPlainText("a\nb\n");
    editor.selectAll();
    QTest::keyClick(&editor, Qt::Key_Tab);
    QVERIFY(editor.toPlainText().startsWith("  a\n  b\n"));
    editor.selectAll();
    QTest::keyClick(&editor, Qt::Key_Backtab);
    QVERIFY(editor.toPlainText().startsWith("a\nb\n"));
  }
};

VARKA_TEST(EditorTest)
#include "editor_test.moc"
