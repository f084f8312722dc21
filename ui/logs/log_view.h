#pragma once
// LogView: service chips, filter, and the merged lines with a sticky tail. Used by the Logs view and the bottom dock.

#include <QWidget>
#include <map>

#include "ui/window/view.h"

class QHBoxLayout;
class QListView;
class QPushButton;
class QStackedLayout;

namespace varka::ui {

class EmptyState;
class LogModel;
class QueryEdit;

class LogView : public QWidget {
  Q_OBJECT
 public:
  LogView(const ViewContext& context, QWidget* parent);
  void focusFilter();
  void togglePause();
  [[nodiscard]] LogModel& model() { return *model_; }

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void buildViews();
  void wire();
  void updateChips();
  void applyChips();
  void updateEmpty();
  void copySelected();
  void followSelection(const SelectionItem& item);

  ViewContext context_;
  LogModel* model_;
  QueryEdit* filter_ = nullptr;
  QHBoxLayout* chipRow_ = nullptr;
  QPushButton* proxy_ = nullptr;
  QPushButton* pause_ = nullptr;
  QListView* list_ = nullptr;
  EmptyState* empty_ = nullptr;
  QStackedLayout* pages_ = nullptr;
  std::map<std::string, QPushButton*> chips_;
  bool sticky_ = true;
};

}  // namespace varka::ui
