#pragma once
// Numbers and times as people read them: three significant digits, always a unit, thin space in thousands.

#include <QString>
#include <cstdint>

namespace varka::ui {

QString significant(double value);             // 0.1 1.23 12.3 123 1 234 (thin space)
QString withThousands(std::uint64_t value);
QString rateText(double perSecond);            // "8.4 rps", "idle" below 0.05
QString bytesText(double bytes);               // "640 B" "1.2 kB" "3.4 MB"
QString kibText(std::int64_t kib);             // "12.4 MB"
QString durationText(std::int64_t micros);     // "0.8 ms" "120 ms" "2.35 s"
QString ageText(std::int64_t milliseconds);    // "12 s" "4 min" "3 h 12 min" "2 d"
QString clockText(std::int64_t epochMs);       // local "14:10:24.118"
QString countdownText(std::int64_t milliseconds);  // "00:11:04", "9 y 364 d"
/// Share of errors: percent, or "1 of 3" when fewer than 20 requests were seen (counts are more honest then).
QString errorText(std::uint64_t errors, std::uint64_t requests, double share);
QString percentText(double share);             // 0.027 → "2.7%"

}  // namespace varka::ui
