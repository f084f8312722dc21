#pragma once
// Icons: our own SVGs (resources/icons, 20×20, currentColor), recoloured from the theme's tokens when painted.

#include <QColor>
#include <QIcon>
#include <QString>

class QPainter;
class QRectF;

namespace varka::ui {

/// Follows the theme by itself: text colour, accent when checked, idle when disabled.
QIcon icon(const char* name);
/// In the secondary text colour of the theme: inside input fields.
QIcon mutedIcon(const char* name);
/// The same in one fixed colour.
QIcon icon(const char* name, const QColor& color);
void paintIcon(QPainter& painter, const char* name, const QRectF& box, const QColor& color);
QPixmap iconPixmap(const char* name, int size, const QColor& color, double devicePixelRatio = 1);

}  // namespace varka::ui
