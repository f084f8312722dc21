// Each view in both themes and two sizes, rendered offscreen: not blank, no clipped label, names for screen readers.
// With VARKA_SHOTS=DIR the pictures are kept for looking at.
#include <QAbstractButton>
#include <QDir>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QToolButton>
#include <set>

#include "tests/support/synthetic_mesh.h"
#include "tests/support/test.h"
#include "ui/models/traffic_model.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"

using namespace varka;
using namespace varka::ui;
using test::SyntheticClient;

namespace {

void keep(const QImage& image, const QString& name) {
  const auto directory = qEnvironmentVariable("VARKA_SHOTS");
  if (!directory.isEmpty()) image.save(QDir(directory).filePath(name + QStringLiteral(".png")));
}

std::size_t colours(const QImage& image, const QRect& part) {
  std::set<QRgb> seen;
  for (int y = part.top(); y < part.bottom(); y += 3)
    for (int x = part.left(); x < part.right(); x += 3) seen.insert(image.pixel(x, y));
  return seen.size();
}

QString clippedLabels(const QWidget& window) {
  QStringList bad;
  for (const auto* label : window.findChildren<QLabel*>()) {
    if (!label->isVisible() || label->wordWrap() || label->text().isEmpty() || label->textFormat() == Qt::RichText) continue;
    if (label->fontMetrics().horizontalAdvance(label->text()) > label->width() + 1) bad << label->text();
  }
  for (const auto* button : window.findChildren<QAbstractButton*>()) {
    if (!button->isVisible() || button->text().isEmpty()) continue;
    if (const auto* tool = qobject_cast<const QToolButton*>(button); tool && tool->toolButtonStyle() == Qt::ToolButtonIconOnly) continue;
    if (button->fontMetrics().horizontalAdvance(button->text()) > button->width()) bad << button->text();
  }
  return bad.join(QStringLiteral(" | "));
}

QString namelessControls(const QWidget& window) {
  QStringList bad;
  for (const auto* button : window.findChildren<QAbstractButton*>())
    if (button->isVisible() && button->text().isEmpty() && button->accessibleName().isEmpty() && !qobject_cast<const QLineEdit*>(button->parent()) &&
        !button->objectName().startsWith(QLatin1String("qt_")))
      bad << QLatin1String(button->metaObject()->className());
  return bad.join(QStringLiteral(" | "));
}

/// The newest failed request, so that the inspector has something to explain.
void selectFailure(MainWindow& window) {
  const auto& rows = window.models().traffic.rows();
  for (auto at = rows.rbegin(); at != rows.rend(); ++at)
    if (isError((*at)->record)) return window.selection().selectRequest(*at);
}

}  // namespace

class WindowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyViewRenders_data() {
    QTest::addColumn<QString>("view");
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("services");
    for (const auto& entry : viewEntries())
      for (const bool dark : {false, true})
        for (const auto& size : {QSize(1600, 1000), QSize(1280, 800)})
          QTest::addRow("%s-%s-%d", entry.id, dark ? "dark" : "light", size.width()) << QString::fromLatin1(entry.id) << dark << size << 20;
    QTest::newRow("graph-light-n4") << "graph" << false << QSize(1600, 1000) << 4;
    QTest::newRow("graph-dark-n100") << "graph" << true << QSize(1600, 1000) << 100;
    QTest::newRow("graph-light-small") << "graph" << false << QSize(1024, 680) << 20;
  }
  void everyViewRenders() {
    QFETCH(QString, view);
    QFETCH(bool, dark);
    QFETCH(QSize, size);
    QFETCH(int, services);
    Theme::instance().setMode(dark ? Theme::Mode::Dark : Theme::Mode::Light);
    SyntheticClient client(services);
    MainWindow window(client);
    window.resize(size);
    window.show();
    window.showView(view);
    client.publishAll(0);
    selectFailure(window);
    client.publishAll(1);
    QTest::qWait(350);
    const auto image = window.grab().toImage();
    keep(image, QString::fromLatin1(QTest::currentDataTag()));
    QCOMPARE(image.size(), size);
    const QRect centre(size.width() / 4, 80, size.width() / 3, size.height() / 2);
    QVERIFY2(colours(image, centre) > 8, "the view is blank");
    QCOMPARE(clippedLabels(window), QString());
    QCOMPARE(namelessControls(window), QString());
    const auto corner = image.pixelColor(size.width() / 2, 2);
    QCOMPARE(corner.lightness() < 128, dark);
  }

  void withoutAProjectTheCardsOpenTheDemo() {
    Theme::instance().setMode(Theme::Mode::Light);
    SyntheticClient client(0);
    MainWindow window(client);
    window.resize(1280, 800);
    window.show();
    keep(window.grab().toImage(), QStringLiteral("first-run"));
    QAbstractButton* open = nullptr;
    for (auto* button : window.findChildren<QAbstractButton*>())
      if (button->isVisible() && button->text() == QLatin1String("Open Bookinfo")) open = button;
    QVERIFY(open);
    open->click();
    QCOMPARE(client.commands, QStringList{QStringLiteral("open sample:bookinfo")});
    QCOMPARE(window.currentViewId(), QStringLiteral("graph"));
  }

  void servicesWithoutTrafficSayWhatToDo() {
    SyntheticClient client(4);
    MainWindow window(client);
    window.resize(1280, 800);
    window.show();
    client.setView(test::syntheticView(4));
    QTest::qWait(50);
    keep(window.grab().toImage(), QStringLiteral("graph-no-traffic"));
    QAbstractButton* load = nullptr;
    for (auto* button : window.findChildren<QAbstractButton*>())
      if (button->isVisible() && button->text().contains(QLatin1String("sample load (5 rps)"))) load = button;
    QVERIFY(load);
    load->click();
    QVERIFY(client.commands.contains(QStringLiteral("load 5")));
  }
};

VARKA_TEST(WindowTest)
#include "window_test.moc"
