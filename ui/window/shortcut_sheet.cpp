#include "ui/window/shortcut_sheet.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <iterator>

#include "ui/widgets/controls.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

struct Row {
  const char* keys;
  const char* action;
};

constexpr Row kRows[] = {{"Ctrl+K", QT_TR_NOOP("Go to anything: view, service, request, file, action")},
                         {"Ctrl+1 … 7", QT_TR_NOOP("Views in the rail's order")},
                         {"Ctrl+F, F3, Shift+F3", QT_TR_NOOP("Find or filter in the view; next, previous")},
                         {"Alt+Left, Alt+Right", QT_TR_NOOP("Back and forward over what was selected")},
                         {"Ctrl+E", QT_TR_NOOP("Explain the selected request")},
                         {"Ctrl+B, Ctrl+I, Ctrl+J", QT_TR_NOOP("Services, Inspector, tables below: show or hide")},
                         {"Space", QT_TR_NOOP("Pause and resume the picture or table; recording goes on")},
                         {"End", QT_TR_NOOP("Newest row")},
                         {"+  -  0  Z", QT_TR_NOOP("Graph: zoom in, out, show all, show the selection")},
                         {"Arrows", QT_TR_NOOP("Graph: along the edges and between neighbours")},
                         {"Enter", QT_TR_NOOP("Graph: logs of the selected workload")},
                         {"F5, Del", QT_TR_NOOP("Services: restart, stop")},
                         {"Shift+F5", QT_TR_NOOP("Stop every service")},
                         {"Ctrl+S", QT_TR_NOOP("Config: save and apply")},
                         {"F1", QT_TR_NOOP("This sheet")}};

}  // namespace

ShortcutSheet::ShortcutSheet(QWidget* parent) : QFrame(parent) {
  setProperty("panel", "popup");
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Keyboard shortcuts"));
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(20, 16, 20, 16);
  grid->setHorizontalSpacing(24);
  grid->setVerticalSpacing(8);
  grid->addWidget(makeTitle(tr("Keyboard"), this), 0, 0, 1, 2);
  for (int i = 0; i < static_cast<int>(std::size(kRows)); ++i) {
    auto* keys = new QLabel(QString::fromUtf8(kRows[i].keys), this);
    keys->setFont(monoFont(12));
    grid->addWidget(keys, i + 1, 0);
    grid->addWidget(new QLabel(tr(kRows[i].action), this), i + 1, 1);
  }
  hide();
}

void ShortcutSheet::toggle() {
  if (isVisible()) return hide();
  adjustSize();
  move((parentWidget()->width() - width()) / 2, 60);
  show();
  raise();
  setFocus();
}

void ShortcutSheet::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) return hide();
  QFrame::keyPressEvent(event);
}

void ShortcutSheet::mousePressEvent(QMouseEvent*) {
  hide();
}

}  // namespace varka::ui
