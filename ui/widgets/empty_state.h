#pragma once
// EmptyState: what a view shows instead of a blank pane: an icon, what is, why, and buttons that help.

#include <QWidget>
#include <functional>

class QLabel;
class QHBoxLayout;

namespace varka::ui {

class EmptyState : public QWidget {
  Q_OBJECT
 public:
  EmptyState(const char* icon, const QString& what, const QString& why, QWidget* parent);
  void setTexts(const QString& what, const QString& why);
  /// The first button is the accented one.
  void addButton(const QString& text, std::function<void()> action);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  const char* icon_;
  QLabel* what_;
  QLabel* why_;
  QHBoxLayout* buttons_;
};

}  // namespace varka::ui
