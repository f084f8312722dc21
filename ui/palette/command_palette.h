#pragma once
// CommandPalette: Ctrl+K. One list of views, services, requests, configuration objects and actions, narrowed by typing.
// Prefixes: > actions, @ services, # request id, : file:line.

#include <QFrame>
#include <functional>
#include <vector>

#include "ui/window/view.h"

class QLineEdit;
class QListWidget;

namespace varka::ui {

struct PaletteEntry {
  QChar prefix;  // > @ # : or a space for views
  const char* icon;
  QString title, detail;
  std::function<void()> run;
};

/// All entries for the present state of the mesh. Free of widgets, so that tests can ask it.
std::vector<PaletteEntry> paletteEntries(const ViewContext& context);
/// Entries that fit what was typed, best first, at most `limit`.
std::vector<PaletteEntry> narrowed(std::vector<PaletteEntry> entries, const QString& typed, std::size_t limit = 50);

class CommandPalette : public QFrame {
  Q_OBJECT
 public:
  CommandPalette(const ViewContext& context, QWidget* parent);
  void open(const QString& text = {});

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void refresh();
  void runCurrent();

  ViewContext context_;
  QLineEdit* input_;
  QListWidget* list_;
  std::vector<PaletteEntry> all_, shown_;
};

}  // namespace varka::ui
