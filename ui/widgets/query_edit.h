#pragma once
// QueryEdit: the filter box. Parses while typing, marks errors with a red frame and a tooltip, gives completions.

#include <QLineEdit>

#include "ui/models/query.h"

namespace varka::ui {

class QueryEdit : public QLineEdit {
  Q_OBJECT
 public:
  QueryEdit(const QStringList& fields, const QString& placeholder, QWidget* parent);
  [[nodiscard]] const Query& query() const { return query_; }

 Q_SIGNALS:
  /// Only with valid queries.
  void queryChanged(const varka::ui::Query& query);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void parse(const QString& text);
  QStringList fields_;
  Query query_;
};

}  // namespace varka::ui
