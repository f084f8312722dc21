#pragma once
// BottomTabs: Traffic | Logs | Problems | Events, under every view.

#include <QTabWidget>

#include "ui/window/view.h"

namespace varka::ui {

class BottomTabs : public QTabWidget {
  Q_OBJECT
 public:
  BottomTabs(const ViewContext& context, QWidget* parent);
  void showProblems();
  void showEvents();

 private:
  QWidget* makeProblems();
  QWidget* makeEvents();
  void updateTitles();

  ViewContext context_;
  QWidget* problems_ = nullptr;
  QWidget* events_ = nullptr;
};

}  // namespace varka::ui
