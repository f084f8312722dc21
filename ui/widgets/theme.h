#pragma once
// Theme: colour tokens, fonts, palette and style sheet. One per program, GUI thread. Painters read tokens() at paint
// time; widgets that cache colours listen to changed(). Token values and their measured contrasts: README.md here.

#include <QColor>
#include <QFont>
#include <QObject>

#include "core/mesh/view.h"

namespace varka::ui {

struct Tokens {
  QColor ground, surface, raised, border, groupBox;
  QColor text, secondary;
  QColor healthy, degraded, failing, idle, tcp;
  QColor accent, selectedRow, selectedText;
  QColor status2xx, status3xx, status4xx, status5xx;  // charts only, never for health
  QColor halo;      // find hits
  QColor accentTint;  // ground of a checked chip, of the selected rail item
  QColor alternate;   // every second row
};

class Theme : public QObject {
  Q_OBJECT
 public:
  enum class Mode { System, Light, Dark };

  static Theme& instance();
  static const Tokens& light();
  static const Tokens& dark();

  /// Fonts, Fusion, palette, style sheet. Once, after QApplication exists.
  void install();
  void setMode(Mode mode);
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] bool isDark() const { return dark_; }
  [[nodiscard]] const Tokens& tokens() const { return dark_ ? dark() : light(); }

 Q_SIGNALS:
  void changed();

 private:
  void apply();

  Mode mode_ = Mode::System;
  bool dark_ = false;
};

inline const Tokens& tokens() {
  return Theme::instance().tokens();
}

Theme::Mode themeModeFromName(const QString& name);

/// The interface font at a pixel size (never below 11) and the code font.
QFont uiFont(int pixels = 12, QFont::Weight weight = QFont::Normal);
QFont monoFont(int pixels = 12);

QColor healthColor(mesh::Health health);
/// Name of the glyph drawn in the health box; every state has its own.
const char* healthIcon(mesh::Health health);
QString healthWord(mesh::Health health);
/// WCAG contrast ratio, 1…21.
double contrastRatio(const QColor& a, const QColor& b);
QColor mixed(const QColor& a, const QColor& b, double shareOfB);
/// One of eight fixed hues, by hash of the name: log gutter, trace bars.
QColor identityColor(const QString& name);

}  // namespace varka::ui
