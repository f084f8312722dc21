#pragma once
// ShortcutSheet: F1. The keys that work, from one table; click or Escape closes it.

#include <QFrame>

namespace varka::ui {

class ShortcutSheet : public QFrame {
  Q_OBJECT
 public:
  explicit ShortcutSheet(QWidget* parent);
  void toggle();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
};

}  // namespace varka::ui
