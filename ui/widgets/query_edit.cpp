#include "ui/widgets/query_edit.h"

#include <QKeyEvent>
#include <QStyle>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {

QueryEdit::QueryEdit(const QStringList& fields, const QString& placeholder, QWidget* parent) : QLineEdit(parent), fields_(fields) {
  setPlaceholderText(placeholder);
  setAccessibleName(placeholder);
  setClearButtonEnabled(true);
  addAction(mutedIcon("filter"), QLineEdit::LeadingPosition);
  setToolTip(tr("Fields: %1\nOperators: = != < <= > >= ~ !~, and or not ( )  Ctrl+F").arg(fields.join(QStringLiteral(" "))));
  connect(this, &QLineEdit::textChanged, this, &QueryEdit::parse);
}

void QueryEdit::parse(const QString& text) {
  const auto query = Query::parse(text, fields_);
  setProperty("invalid", !query.isValid());
  style()->unpolish(this);
  style()->polish(this);
  if (!query.isValid()) {
    setToolTip(tr("Column %1: %2").arg(query.error().position + 1).arg(query.error().message));
    return;
  }
  setToolTip({});
  query_ = query;
  Q_EMIT queryChanged(query_);
}

void QueryEdit::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
    clear();
    return;
  }
  QLineEdit::keyPressEvent(event);
}

}  // namespace varka::ui
