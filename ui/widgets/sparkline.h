#pragma once
// Sparkline: the shape of the last minute. A painting function (the graph's cards use it) and a widget.

#include <QWidget>
#include <vector>

class QPainter;

namespace varka::ui {

/// Baseline zero; `values` oldest first; fewer than `slots` values stand at the right end.
void paintSparkline(QPainter& painter, const QRectF& box, const std::vector<double>& values, const QColor& color,
                    std::size_t places = 60);

class Sparkline : public QWidget {
  Q_OBJECT
 public:
  explicit Sparkline(QWidget* parent);
  void setValues(std::vector<double> values);
  [[nodiscard]] QSize sizeHint() const override { return {200, 40}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<double> values_;
};

}  // namespace varka::ui
