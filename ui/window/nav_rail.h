#pragma once
// NavRail: 68 px column of view buttons, icon over label, in three groups. The selected one has a bar and a tinted ground.

#include <QAbstractButton>
#include <QWidget>
#include <vector>

namespace varka::ui {

class RailButton : public QAbstractButton {
  Q_OBJECT
 public:
  RailButton(const char* icon, const QString& title, const QString& shortcut, QWidget* parent);
  void setDot(bool on);
  [[nodiscard]] QSize sizeHint() const override { return {68, 52}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  const char* icon_;
  bool dot_ = false;
};

class NavRail : public QWidget {
  Q_OBJECT
 public:
  explicit NavRail(QWidget* parent);
  void setCurrent(int view);
  void setDot(int view, bool on);

 Q_SIGNALS:
  void chosen(int view);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<RailButton*> buttons_;
};

}  // namespace varka::ui
