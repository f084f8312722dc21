#pragma once
// Routes: hosts on the left, the rules of the chosen VirtualService as cards. A drag is a minimal splice of the user's file,
// saved and applied at once; undo and redo put the exact bytes back.

#include <QTimer>
#include <QUndoStack>
#include <map>

#include "ui/routes/route_table.h"
#include "ui/window/view.h"

class QLabel;
class QListWidget;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace varka::ui {

class EmptyState;
class Pill;
class RuleCard;

class RoutesPage : public View {
  Q_OBJECT
 public:
  RoutesPage(const ViewContext& context, QWidget* parent);
  [[nodiscard]] bool settled() const override { return !tables_.empty(); }
  [[nodiscard]] QUndoStack* undoStack() { return &undo_; }

 private:
  void buildViews();
  void buildActions();
  void wire();

  void refresh();
  void showTable(const QString& key);
  void showCards();
  void showHits();
  void countHits(const TrafficBatchPtr& batch);
  void follow(const SelectionItem& item);
  void preview(const RuleCard& card, const std::vector<int>& weights);
  void commit(const RuleCard& card, const std::vector<int>& weights);
  void write(const QString& expected, const QString& text);
  void updateSync();
  [[nodiscard]] const RouteTable* table() const;
  [[nodiscard]] Result<QString> currentText() const;
  [[nodiscard]] resource::Key shownKey() const;

  friend class WeightCommand;

  struct Hits {
    quint64 total = 0, lastTotal = 0;
    double perSecond = 0;
  };

  ViewContext context_;
  std::vector<RouteTable> tables_;
  QString shown_;
  QUndoStack undo_;
  std::map<QString, Hits> hits_;  // by "key rule-path"
  std::vector<RuleCard*> cards_;
  QTimer refreshTimer_;
  QTimer hitsTimer_;

  QListWidget* hosts_ = nullptr;
  QLabel* title_ = nullptr;
  QLabel* place_ = nullptr;
  QLabel* message_ = nullptr;
  Pill* sync_ = nullptr;
  QPushButton* undoButton_ = nullptr;
  QPushButton* redoButton_ = nullptr;
  QScrollArea* scroll_ = nullptr;
  QVBoxLayout* cardLayout_ = nullptr;
  QWidget* body_ = nullptr;
  EmptyState* empty_ = nullptr;
};

View* createRoutesPage(const ViewContext& context, QWidget* parent);

}  // namespace varka::ui
