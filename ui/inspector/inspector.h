#pragma once
// Inspector: what is selected, in full. Follows the selection unless pinned; has the selection's back and forward.

#include <QWidget>

#include "ui/window/view.h"

class QStackedLayout;
class QTabWidget;
class QLabel;
class QToolButton;

namespace varka::ui {

class DetailList;
class ElidedLabel;
class ExplainView;
class Sparkline;

class Inspector : public QWidget {
  Q_OBJECT
 public:
  Inspector(const ViewContext& context, QWidget* parent);
  /// Ctrl+E.
  void showExplain();
  [[nodiscard]] QString title() const { return title_; }

 Q_SIGNALS:
  void titleChanged(const QString& title);

 private:
  void buildViews();
  QWidget* buildRequestPage();
  QWidget* buildSummaryPage();
  void wire();
  void show(const SelectionItem& item);
  void showRequest(const SelectionItem& item);
  void refreshSummary();
  void setTitle(const QString& title);
  void followLink(const QString& link);
  [[nodiscard]] std::vector<struct Detail> summaryOf(const SelectionItem& item);

  ViewContext context_;
  SelectionItem item_;
  QString title_;
  bool sawTraffic_ = false;
  QStackedLayout* pages_ = nullptr;
  QTabWidget* requestTabs_ = nullptr;
  QWidget* requestPage_ = nullptr;
  QWidget* summaryPage_ = nullptr;
  QLabel* status_ = nullptr;
  QLabel* hop_ = nullptr;
  ExplainView* explain_ = nullptr;
  DetailList* request_ = nullptr;
  DetailList* response_ = nullptr;
  DetailList* timing_ = nullptr;
  DetailList* tls_ = nullptr;
  DetailList* summary_ = nullptr;
  Sparkline* sparkline_ = nullptr;
  QLabel* sparkTitle_ = nullptr;
  QToolButton* back_ = nullptr;
  QToolButton* forward_ = nullptr;
  QToolButton* pin_ = nullptr;
};

}  // namespace varka::ui
