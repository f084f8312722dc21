#pragma once
// Small controls with the look of the program. All take a parent, which owns them.

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <functional>

class QBoxLayout;

namespace varka::ui {

/// A checkable filter or layer: rounded, accent when on.
QPushButton* makeChip(const QString& text, bool checked, QWidget* parent);
/// The one accented button of an empty state or a form.
QPushButton* makePrimary(const QString& text, QWidget* parent);
QToolButton* makeIconButton(const char* icon, const QString& tip, QWidget* parent);
QToolButton* makeActionButton(QAction* action, QWidget* parent, bool withText = false);
QLabel* makeTitle(const QString& text, QWidget* parent);
QLabel* makeSecondary(const QString& text, QWidget* parent);
QFrame* makeSeparator(QWidget* parent);  // vertical, 1 px
/// Zero margins and the given spacing.
template <typename Layout>
Layout* tight(Layout* layout, int spacing = 0) {
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(spacing);
  return layout;
}

/// A label that elides its text (in the middle, or at the end) instead of cutting it.
class ElidedLabel : public QWidget {
  Q_OBJECT
 public:
  explicit ElidedLabel(QWidget* parent, Qt::TextElideMode mode = Qt::ElideMiddle);
  void setText(const QString& text);
  [[nodiscard]] const QString& text() const { return text_; }
  void setColor(std::function<QColor()> color) { color_ = std::move(color); }
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString text_;
  Qt::TextElideMode mode_;
  std::function<QColor()> color_;
};

/// A bordered status pill: icon, text, one of the health colours. "n/n acked in 38 ms".
class Pill : public QWidget {
  Q_OBJECT
 public:
  enum class Tone { Neutral, Good, Warn, Bad, Accent };
  explicit Pill(QWidget* parent);
  void show(const char* icon, const QString& text, Tone tone);
  [[nodiscard]] const QString& text() const { return text_; }
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

 Q_SIGNALS:
  void clicked();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  const char* icon_ = nullptr;
  QString text_;
  Tone tone_ = Tone::Neutral;
};

}  // namespace varka::ui
