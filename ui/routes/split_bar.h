#pragma once
// SplitBar: weights of a rule as a bar whose dividers can be dragged (1 % steps, with Shift 5 %) or moved by the arrow keys.
// Shows weights and reports wishes; it changes nothing itself.

#include <QWidget>
#include <vector>

namespace varka::ui {

/// Moves the divider after segment `divider` so that it stands at `position` (0…100, of the whole bar); the two neighbours keep
/// their sum. Pure, tested alone.
std::vector<int> moveDivider(std::vector<int> weights, int divider, int position, int step);

class SplitBar : public QWidget {
  Q_OBJECT
 public:
  struct Segment {
    QString title;
    int weight = 0;
  };

  explicit SplitBar(QWidget* parent);
  void setSegments(std::vector<Segment> segments);
  [[nodiscard]] std::vector<int> weights() const;
  [[nodiscard]] bool dragging() const { return dragged_ >= 0; }
  void setHatched(bool hatched);

  [[nodiscard]] QSize sizeHint() const override { return {420, 34}; }
  [[nodiscard]] QSize minimumSizeHint() const override { return {160, 34}; }
  /// x of the divider after segment `index`, for tests and painting.
  [[nodiscard]] double dividerX(int index) const;

 Q_SIGNALS:
  void previewed(const std::vector<int>& weights);   // while dragging
  void committed(const std::vector<int>& weights);   // released, or a key
  void cancelled();                                  // Esc while dragging

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  [[nodiscard]] int dividerAt(const QPointF& point) const;
  [[nodiscard]] int total() const;
  void setWeights(const std::vector<int>& weights);

  std::vector<Segment> segments_;
  std::vector<int> before_;  // weights when the drag began
  int dragged_ = -1;
  int focused_ = 0;
  bool hatched_ = false;
};

}  // namespace varka::ui
