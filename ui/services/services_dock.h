#pragma once
// ServicesDock: the tree beside every view: state glyph, name, rate, CPU. Compact = 44 px of glyphs.

#include <QWidget>

#include "ui/models/models.h"
#include "ui/models/selection.h"

class QTreeView;

namespace varka::ui {

class ServicesDock : public QWidget {
  Q_OBJECT
 public:
  ServicesDock(Models& models, Selection& selection, QWidget* parent);
  void setCompact(bool compact);
  [[nodiscard]] bool isCompact() const { return compact_; }

 Q_SIGNALS:
  void menuWanted(const QString& ns, const QString& workload, const QPoint& at);

 private:
  void followSelection(const SelectionItem& item);
  void selectRow(const QModelIndex& index);

  Models& models_;
  Selection& selection_;
  QTreeView* tree_;
  bool compact_ = false;
  bool following_ = false;
};

}  // namespace varka::ui
