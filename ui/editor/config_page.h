#pragma once
// Config: the project's files and what the API added, the text of one of them, its problems, and save = atomic apply.
// A save that galley refuses is not written (unless the user insists) and the live version keeps running.

#include <QTimer>

#include "ui/window/view.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QTreeWidget;
class QTreeWidgetItem;

namespace varka::ui {

class CodeEditor;
class EmptyState;
class Pill;
class ProblemsModel;

class ConfigPage : public View {
  Q_OBJECT
 public:
  ConfigPage(const ViewContext& context, QWidget* parent);
  void focusFind() override;
  void findNext(int step) override;
  [[nodiscard]] bool settled() const override;
  /// Shows a file (absolute, or the end of a path) and a line of it.
  void openPlace(const QString& file, int line, int column);

 private:
  void buildViews();
  void buildActions();
  void wire();

  void refreshTree();
  void followView();
  void showFile(const QString& path);
  void showApiObject(const QString& key);
  void follow(const SelectionItem& item);
  void textEdited();
  void save(bool force);
  void revert();
  void saved(const ApplyResult& result);
  void showProblems(Problems problems);
  void updateState();
  void find(bool backwards);
  [[nodiscard]] const mesh::FileView* fileView(const QString& path) const;
  [[nodiscard]] QString resolve(const QString& file) const;
  [[nodiscard]] Problems problemsOfShown() const;
  [[nodiscard]] bool dirty() const;

  ViewContext context_;
  QTreeWidget* tree_ = nullptr;
  CodeEditor* editor_ = nullptr;
  QLabel* title_ = nullptr;
  Pill* sync_ = nullptr;
  QPushButton* save_ = nullptr;
  QPushButton* force_ = nullptr;
  QPushButton* revert_ = nullptr;
  QLineEdit* find_ = nullptr;
  QLabel* verdict_ = nullptr;
  QTableView* problems_ = nullptr;
  ProblemsModel* model_ = nullptr;
  EmptyState* empty_ = nullptr;
  QWidget* body_ = nullptr;

  QString shown_;      // absolute path, or "Kind ns/name" for what came through the API
  bool api_ = false;
  QString clean_;      // text as last read or saved
  quint64 checkId_ = 0;  // newest result wins
  QTimer checkTimer_;
  QTimer treeTimer_;
  bool rejected_ = false;
};

View* createConfigPage(const ViewContext& context, QWidget* parent);

}  // namespace varka::ui
