#pragma once
// DockHeader: the 28 px title of a dock: text (elided), and a close button.

#include <QWidget>

namespace varka::ui {

class ElidedLabel;

class DockHeader : public QWidget {
  Q_OBJECT
 public:
  DockHeader(const QString& title, QWidget* parent);
  void setTitle(const QString& title);
  /// Puts a small button before the close button.
  void addButton(QWidget* button);

 Q_SIGNALS:
  void closeWanted();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  ElidedLabel* title_;
};

}  // namespace varka::ui
