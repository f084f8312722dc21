#pragma once
// RuleCard: one rule of a VirtualService: number, conditions as chips, split bar, policies, live hits. Shows and reports.

#include <QFrame>

#include "ui/routes/route_table.h"
#include "ui/routes/split_bar.h"

class QLabel;
class QHBoxLayout;

namespace varka::ui {

class RuleCard : public QFrame {
  Q_OBJECT
 public:
  RuleCard(int number, QWidget* parent);
  void setRule(const RouteRule& rule);
  [[nodiscard]] const RouteRule& rule() const { return rule_; }
  void setHits(quint64 hits, double perSecond);
  /// Lines "- …" and "+ …" of the text that a drag would change; empty hides them.
  void setDiff(const QStringList& lines);
  [[nodiscard]] bool dragging() const { return bar_->dragging(); }
  [[nodiscard]] SplitBar* bar() const { return bar_; }

 Q_SIGNALS:
  void previewed(const std::vector<int>& weights);
  void committed(const std::vector<int>& weights);
  void cancelled();
  void sourceAsked(int line);

 private:
  void showChips(QHBoxLayout* row, const QStringList& texts, const char* icon);

  int number_;
  RouteRule rule_;
  QLabel* title_;
  QLabel* hits_;
  QLabel* dead_;
  QLabel* diff_;
  QLabel* policyTitle_;
  QLabel* source_;
  QHBoxLayout* conditions_;
  QHBoxLayout* policies_;
  SplitBar* bar_;
};

}  // namespace varka::ui
