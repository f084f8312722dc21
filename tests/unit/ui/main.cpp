// Tests of the window need a QApplication with the program's theme; this main replaces the weak one of tests/support.
#include <QApplication>

#include "ui/widgets/theme.h"

namespace varka::test {
int runAll(int argc, char** argv);
}

int main(int argc, char** argv) {
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication app(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("varka-test"));
  QApplication::setQuitOnLastWindowClosed(false);
  varka::ui::Theme::instance().install();
  varka::ui::Theme::instance().setMode(varka::ui::Theme::Mode::Light);
  return varka::test::runAll(argc, argv);
}
