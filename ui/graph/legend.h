#pragma once
// Legend: explains each encoding that is on the screen, and nothing else.

#include <QFrame>

#include "ui/graph/scene.h"

class QPainter;

namespace varka::ui {

class Legend : public QFrame {
  Q_OBJECT
 public:
  explicit Legend(QWidget* parent);
  void follow(const Scene& scene);
  [[nodiscard]] QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  enum class Sign { Health, Line, Lock, Dot };
  struct Row {
    Sign sign;
    int value;
    QString text;
  };
  void paintSign(QPainter& painter, const Row& row, const QRectF& box);
  std::vector<Row> rows_;
};

}  // namespace varka::ui
