#include "ui/widgets/theme.h"

#include <QDir>
#include <QImage>
#include <set>

#include "tests/support/test.h"
#include "ui/widgets/icons.h"

using namespace varka;
using namespace varka::ui;

class ThemeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void textAndGraphicsHaveContrast_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
  }
  void textAndGraphicsHaveContrast() {
    QFETCH(bool, dark);
    const auto& t = dark ? Theme::dark() : Theme::light();
    for (const auto& ground : {t.ground, t.surface}) {
      for (const auto& ink : {t.text, t.secondary, t.failing, t.accent}) QVERIFY2(contrastRatio(ink, ground) >= 4.5, qPrintable(ink.name() + " on " + ground.name()));
      for (const auto& mark : {t.healthy, t.degraded, t.idle, t.tcp, t.status2xx, t.status3xx, t.status4xx, t.status5xx})
        QVERIFY2(contrastRatio(mark, ground) >= 3.0, qPrintable(mark.name() + " on " + ground.name()));
    }
    QVERIFY(contrastRatio(t.selectedText, t.selectedRow) >= 4.5);
    QVERIFY(contrastRatio(t.accent, t.accentTint) >= 4.5);
    QVERIFY(contrastRatio(t.text, t.raised) >= 4.5);
  }
  void healthAndStatusHuesAreDifferentSets() {
    for (const auto* t : {&Theme::light(), &Theme::dark()})
      for (const auto& health : {t->healthy, t->degraded, t->failing})
        for (const auto& status : {t->status2xx, t->status3xx, t->status4xx, t->status5xx}) QVERIFY(health != status);
  }
  void everyHealthHasItsOwnGlyphAndEveryIconDraws() {
    using mesh::Health;
    std::set<std::string> names;
    for (const auto health : {Health::Unknown, Health::Healthy, Health::Degraded, Health::Failing, Health::Crashed, Health::Stopped, Health::Starting})
      names.insert(healthIcon(health));
    QCOMPARE(names.size(), std::size_t{7});
    const QDir icons(QStringLiteral(VARKA_SOURCE_DIR "/resources/icons"));
    const auto files = icons.entryInfoList({QStringLiteral("*.svg")});
    QVERIFY(files.size() >= 40);
    for (const auto& file : files) {
      const auto name = file.completeBaseName().toLatin1();
      const auto image = iconPixmap(name.constData(), 20, Qt::red).toImage().convertToFormat(QImage::Format_ARGB32);
      int inked = 0;
      for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) inked += qAlpha(image.pixel(x, y)) > 64 ? 1 : 0;
      QVERIFY2(inked > 3, name.constData());
      QVERIFY2(inked < 300, name.constData());
    }
  }
  void digitsHaveOneWidth() {
    const QFontMetrics metrics(uiFont(12));
    for (const char digit : {'1', '4', '8'}) QCOMPARE(metrics.horizontalAdvance(QLatin1Char(digit)), metrics.horizontalAdvance(QLatin1Char('0')));
  }
};

VARKA_TEST(ThemeTest)
#include "theme_test.moc"
