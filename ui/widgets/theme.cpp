#include "ui/widgets/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QFile>
#include <QFontDatabase>
#include <QFontInfo>
#include <QPalette>
#include <QSettings>
#include <QStyleFactory>
#include <algorithm>
#include <array>
#include <cmath>

// The macro must stand outside of every namespace; it is needed because the library is static.
static void initResources() {
  Q_INIT_RESOURCE(varka_ui);
}

namespace varka::ui {
namespace {

QColor rgb(QRgb value) {
  return QColor::fromRgb(value);
}

bool systemPrefersDark() {
  // Qt 6.4 cannot tell; the desktop portal can. 1 = dark, 2 = light, 0 = no preference.
  auto ask = QDBusMessage::createMethodCall(
      QStringLiteral("org.freedesktop.portal.Desktop"), QStringLiteral("/org/freedesktop/portal/desktop"),
      QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("Read"));
  ask << QStringLiteral("org.freedesktop.appearance") << QStringLiteral("color-scheme");
  const auto bus = QDBusConnection::sessionBus();
  if (bus.isConnected()) {
    const auto answer = bus.call(ask, QDBus::Block, 200);
    if (answer.type() == QDBusMessage::ReplyMessage && !answer.arguments().isEmpty()) {
      QVariant value = answer.arguments().constFirst();
      while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
      if (value.toUInt() != 0) return value.toUInt() == 1;
    }
  }
  return QApplication::palette().color(QPalette::Window).lightness() < 128;
}

QPalette paletteOf(const Tokens& t) {
  QPalette p;
  p.setColor(QPalette::Window, t.surface);
  p.setColor(QPalette::WindowText, t.text);
  p.setColor(QPalette::Base, t.surface);
  p.setColor(QPalette::AlternateBase, t.alternate);
  p.setColor(QPalette::Text, t.text);
  p.setColor(QPalette::Button, t.surface);
  p.setColor(QPalette::ButtonText, t.text);
  p.setColor(QPalette::BrightText, t.failing);
  p.setColor(QPalette::ToolTipBase, t.raised);
  p.setColor(QPalette::ToolTipText, t.text);
  p.setColor(QPalette::PlaceholderText, t.secondary);
  p.setColor(QPalette::Highlight, t.selectedRow);
  p.setColor(QPalette::HighlightedText, t.selectedText);
  p.setColor(QPalette::Link, t.accent);
  p.setColor(QPalette::LinkVisited, t.accent);
  p.setColor(QPalette::Light, t.raised);
  p.setColor(QPalette::Midlight, t.raised);
  p.setColor(QPalette::Mid, t.border);
  p.setColor(QPalette::Dark, t.border);
  p.setColor(QPalette::Shadow, t.border);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    p.setColor(QPalette::Disabled, role, t.idle);
  return p;
}

QString styleSheet(const Tokens& t) {
  QFile file(QStringLiteral(":/themes/varka.qss"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  auto text = QString::fromUtf8(file.readAll());
  const std::pair<const char*, QColor> names[] = {
      {"@ground", t.ground},         {"@surface", t.surface},     {"@raised", t.raised},
      {"@border", t.border},         {"@text", t.text},           {"@secondary", t.secondary},
      {"@accentTint", t.accentTint}, {"@accent", t.accent},       {"@selectedRow", t.selectedRow},
      {"@selectedText", t.selectedText}, {"@failing", t.failing}, {"@idle", t.idle},
      {"@healthy", t.healthy},       {"@degraded", t.degraded}};
  // Longer names first: @accentTint before @accent.
  for (const auto& [name, color] : names) text.replace(QLatin1String(name), color.name());
  return text;
}

QString firstFamily(const std::array<const char*, 3>& files, const QString& fallback) {
  QString family;
  for (const char* file : files) {
    if (!file) continue;
    const int id = QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/%1.ttf").arg(QLatin1String(file)));
    const auto families = QFontDatabase::applicationFontFamilies(id);
    if (family.isEmpty() && !families.isEmpty()) family = families.constFirst();
  }
  return family.isEmpty() ? fallback : family;
}

struct Families {
  QString ui, mono;
};

Families& families() {
  static Families names;
  return names;
}

double channel(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c) {
  return 0.2126 * channel(c.redF()) + 0.7152 * channel(c.greenF()) + 0.0722 * channel(c.blueF());
}

}  // namespace

const Tokens& Theme::light() {
  static const Tokens t = {
      .ground = rgb(0xF6F7F9), .surface = rgb(0xFFFFFF), .raised = rgb(0xEEF1F5), .border = rgb(0xCBD2DB), .groupBox = rgb(0xE9EDF3),
      .text = rgb(0x1B1F27), .secondary = rgb(0x4F5866),
      .healthy = rgb(0x14866D), .degraded = rgb(0xB8750A), .failing = rgb(0xB3202C), .idle = rgb(0x7C8694), .tcp = rgb(0x2B6CB0),
      .accent = rgb(0x1D4ED8), .selectedRow = rgb(0xB5C7FF), .selectedText = rgb(0x1B1F27),
      .status2xx = rgb(0x3E7CB1), .status3xx = rgb(0x6B7686), .status4xx = rgb(0x8250A8), .status5xx = rgb(0xA3156B),
      .halo = rgb(0xE0A800), .accentTint = rgb(0xE4EBFF), .alternate = rgb(0xF8F9FB)};
  return t;
}

const Tokens& Theme::dark() {
  static const Tokens t = {
      .ground = rgb(0x15181D), .surface = rgb(0x22272F), .raised = rgb(0x2B313B), .border = rgb(0x3D4653), .groupBox = rgb(0x1B2027),
      .text = rgb(0xE8EAED), .secondary = rgb(0xA8B0BC),
      .healthy = rgb(0x3CC9A3), .degraded = rgb(0xF2B84B), .failing = rgb(0xF0616D), .idle = rgb(0x828C9A), .tcp = rgb(0x6FB1F5),
      .accent = rgb(0x8AB4FF), .selectedRow = rgb(0x2C4470), .selectedText = rgb(0xE8EAED),
      .status2xx = rgb(0x6FA8DC), .status3xx = rgb(0x96A0B0), .status4xx = rgb(0xC08AE6), .status5xx = rgb(0xFF7AC6),
      .halo = rgb(0xFFD54A), .accentTint = rgb(0x2A3A57), .alternate = rgb(0x262B34)};
  return t;
}

Theme& Theme::instance() {
  static Theme theme;
  return theme;
}

void Theme::install() {
  initResources();
  families().ui = firstFamily({"Roboto-Regular", "Roboto-Medium", "Roboto-Bold"}, QApplication::font().family());
  families().mono = firstFamily({"JetBrainsMono-Regular", "JetBrainsMono-Bold", nullptr},
                                QFontDatabase::systemFont(QFontDatabase::FixedFont).family());
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setFont(uiFont());
  setMode(mode_);
}

void Theme::setMode(Mode mode) {
  mode_ = mode;
  dark_ = mode == Mode::Dark || (mode == Mode::System && systemPrefersDark());
  apply();
}

void Theme::apply() {
  QApplication::setPalette(paletteOf(tokens()));
  qApp->setStyleSheet(styleSheet(tokens()));
  Q_EMIT changed();
}

Theme::Mode themeModeFromName(const QString& name) {
  if (name == QLatin1String("dark")) return Theme::Mode::Dark;
  if (name == QLatin1String("light")) return Theme::Mode::Light;
  return Theme::Mode::System;
}

QFont uiFont(int pixels, QFont::Weight weight) {
  QFont font(families().ui);
  font.setPixelSize(std::max(pixels, 11));
  font.setWeight(weight);
  return font;
}

QFont monoFont(int pixels) {
  QFont font(families().mono);
  font.setPixelSize(std::max(pixels, 11));
  font.setStyleHint(QFont::Monospace);
  return font;
}

QColor healthColor(mesh::Health health) {
  const auto& t = tokens();
  switch (health) {
    case mesh::Health::Healthy: return t.healthy;
    case mesh::Health::Degraded: return t.degraded;
    case mesh::Health::Failing:
    case mesh::Health::Crashed: return t.failing;
    case mesh::Health::Stopped:
    case mesh::Health::Starting:
    case mesh::Health::Unknown: break;
  }
  return t.idle;
}

const char* healthIcon(mesh::Health health) {
  switch (health) {
    case mesh::Health::Healthy: return "check";
    case mesh::Health::Degraded: return "minus";
    case mesh::Health::Failing: return "alert";
    case mesh::Health::Crashed: return "cross";
    case mesh::Health::Stopped: return "stopped";
    case mesh::Health::Starting: return "more";
    case mesh::Health::Unknown: break;
  }
  return "idle";
}

QString healthWord(mesh::Health health) {
  switch (health) {
    case mesh::Health::Healthy: return Theme::tr("healthy");
    case mesh::Health::Degraded: return Theme::tr("degraded");
    case mesh::Health::Failing: return Theme::tr("failing");
    case mesh::Health::Crashed: return Theme::tr("crashed");
    case mesh::Health::Stopped: return Theme::tr("stopped");
    case mesh::Health::Starting: return Theme::tr("starting");
    case mesh::Health::Unknown: break;
  }
  return Theme::tr("idle");
}

double contrastRatio(const QColor& a, const QColor& b) {
  const double first = luminance(a), second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor mixed(const QColor& a, const QColor& b, double shareOfB) {
  const auto blend = [shareOfB](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * shareOfB)); };
  return QColor(blend(a.red(), b.red()), blend(a.green(), b.green()), blend(a.blue(), b.blue()));
}

QColor identityColor(const QString& name) {
  static constexpr std::array<QRgb, 8> kLight = {0x2B6CB0, 0x8250A8, 0x0B7285, 0x9C4221, 0x4C6B22, 0xA3156B, 0x5A4FCF, 0x6B5B2E};
  static constexpr std::array<QRgb, 8> kDark = {0x6FB1F5, 0xC08AE6, 0x5CC8D7, 0xF0A177, 0xA9CF6C, 0xFF7AC6, 0xA6A0FF, 0xD6C28A};
  std::uint32_t hash = 2166136261u;  // FNV-1a: the same colour on every machine and run
  for (const char c : name.toUtf8()) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return rgb((Theme::instance().isDark() ? kDark : kLight)[hash % 8]);
}

}  // namespace varka::ui
