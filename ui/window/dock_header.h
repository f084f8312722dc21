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
  /// A strip without title and button, for a dock of 44 px.
  void setCompact(bool compact);
  /// Puts a small button before the close button.
  void addButton(QWidget* button);

 Q_SIGNALS:
  void closeWanted();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  ElidedLabel* title_;
  QWidget* close_;
};

}  // namespace varka::ui
