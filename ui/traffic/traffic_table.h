#pragma once
// TrafficTable: filter box, table, sticky tail. Used by the Traffic view and the bottom dock, each with its own filter.

#include <QWidget>

#include "ui/models/traffic_model.h"
#include "ui/window/view.h"

class QLabel;
class QPushButton;
class QStackedLayout;
class QTableView;
class QVBoxLayout;

namespace varka::ui {

class EmptyState;
class QueryEdit;

class TrafficTable : public QWidget {
  Q_OBJECT
 public:
  TrafficTable(const ViewContext& context, QWidget* parent);
  void focusFilter();
  void setFilter(const QString& text);
  void togglePause();
  [[nodiscard]] TrafficModel& model() { return *model_; }

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void buildViews();
  void wire();
  void tail(int first, int last);
  void updateCounts();
  void updateEmpty();
  void followSelection(const SelectionItem& item);
  void jumpToNewest();
  void placeNewRows();
  void showMenu(const QPoint& at);
  void fitColumns();
  [[nodiscard]] bool atTail() const;

  ViewContext context_;
  TrafficModel* model_;
  QueryEdit* filter_ = nullptr;
  QTableView* table_ = nullptr;
  QLabel* counts_ = nullptr;
  QPushButton* pause_ = nullptr;
  QPushButton* errorsOnly_ = nullptr;
  QPushButton* newRows_ = nullptr;
  EmptyState* empty_ = nullptr;
  QStackedLayout* pages_ = nullptr;
  QVBoxLayout* column_ = nullptr;
  int unseen_ = 0;
  bool sticky_ = true;
  bool following_ = false;
};

}  // namespace varka::ui
