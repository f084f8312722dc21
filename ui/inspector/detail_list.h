#pragma once
// DetailList: name–value rows with section headings, values selectable and wrapped. The body of every inspector page.

#include <QScrollArea>
#include <vector>

namespace varka::ui {

struct Detail {
  QString name;   // empty: the value is a section heading
  QString value;
  QColor color;   // invalid = text
  bool mono = false;
  QString link;   // not empty: the value is a link
};

class DetailList : public QScrollArea {
  Q_OBJECT
 public:
  explicit DetailList(QWidget* parent);
  /// Keeps the scroll position when the number of rows stays.
  void show(const std::vector<Detail>& details);

 Q_SIGNALS:
  void linkActivated(const QString& link);
};

}  // namespace varka::ui
