#include "ui/models/format.h"

#include <QDateTime>
#include <QLocale>
#include <cmath>

namespace varka::ui {
namespace {
constexpr QChar kThinSpace(0x2009);

QString unit(double value, const char* name) {
  return significant(value) + QLatin1Char(' ') + QLatin1String(name);
}
}  // namespace

QString withThousands(std::uint64_t value) {
  auto digits = QString::number(value);
  for (auto at = digits.size() - 3; at > 0; at -= 3) digits.insert(at, kThinSpace);
  return digits;
}

QString significant(double value) {
  if (!std::isfinite(value)) return QStringLiteral("–");
  const double size = std::abs(value);
  if (size >= 999.5) return (value < 0 ? QStringLiteral("-") : QString()) + withThousands(static_cast<std::uint64_t>(std::llround(size)));
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 1 ? 2 : 2;
  auto text = QString::number(value, 'f', decimals);
  if (text.contains(QLatin1Char('.'))) {
    while (text.endsWith(QLatin1Char('0'))) text.chop(1);
    if (text.endsWith(QLatin1Char('.'))) text.chop(1);
  }
  return text;
}

QString rateText(double perSecond) {
  return perSecond < 0.05 ? QStringLiteral("idle") : unit(perSecond, "rps");
}

QString bytesText(double bytes) {
  if (bytes < 1000) return unit(std::round(bytes), "B");
  if (bytes < 1e6) return unit(bytes / 1e3, "kB");
  if (bytes < 1e9) return unit(bytes / 1e6, "MB");
  return unit(bytes / 1e9, "GB");
}

QString kibText(std::int64_t kib) {
  return kib <= 0 ? QStringLiteral("–") : bytesText(static_cast<double>(kib) * 1024.0);
}

QString durationText(std::int64_t micros) {
  if (micros < 0) return QStringLiteral("–");
  const double ms = static_cast<double>(micros) / 1000.0;
  return ms < 1000 ? unit(ms, "ms") : unit(ms / 1000.0, "s");
}

QString ageText(std::int64_t milliseconds) {
  const auto s = milliseconds / 1000;
  if (s < 0) return QStringLiteral("–");
  if (s < 60) return QStringLiteral("%1 s").arg(s);
  if (s < 3600) return QStringLiteral("%1 min").arg(s / 60);
  if (s < 86400) return QStringLiteral("%1 h %2 min").arg(s / 3600).arg(s % 3600 / 60);
  return QStringLiteral("%1 d %2 h").arg(s / 86400).arg(s % 86400 / 3600);
}

QString clockText(std::int64_t epochMs) {
  return epochMs <= 0 ? QStringLiteral("–")
                      : QDateTime::fromMSecsSinceEpoch(epochMs).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString countdownText(std::int64_t milliseconds) {
  if (milliseconds <= 0) return QStringLiteral("expired");
  const auto s = milliseconds / 1000;
  const auto days = s / 86400;
  if (days >= 365) return QStringLiteral("%1 y %2 d").arg(days / 365).arg(days % 365);
  if (days > 0) return QStringLiteral("%1 d %2 h").arg(days).arg(s % 86400 / 3600);
  return QStringLiteral("%1:%2:%3")
      .arg(s / 3600, 2, 10, QLatin1Char('0'))
      .arg(s % 3600 / 60, 2, 10, QLatin1Char('0'))
      .arg(s % 60, 2, 10, QLatin1Char('0'));
}

QString percentText(double share) {
  const double percent = share * 100.0;
  if (percent <= 0) return QStringLiteral("0%");
  if (percent < 0.1) return QStringLiteral("<0.1%");
  return (percent >= 9.95 ? QString::number(std::lround(percent)) : significant(std::round(percent * 10) / 10)) + QLatin1Char('%');
}

QString errorText(std::uint64_t errors, std::uint64_t requests, double share) {
  if (errors > 0 && requests < 20) return QStringLiteral("%1 of %2 err").arg(errors).arg(requests);
  return percentText(share) + QStringLiteral(" err");
}

}  // namespace varka::ui
