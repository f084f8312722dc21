#include "ui/widgets/icons.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <cmath>

#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

QByteArray svgSource(const QString& name) {
  static QHash<QString, QByteArray> cache;
  auto& source = cache[name];
  if (source.isEmpty()) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (file.open(QIODevice::ReadOnly)) source = file.readAll();
  }
  return source;
}

QPixmap render(const QString& name, int size, const QColor& color, double ratio) {
  const auto key = QStringLiteral("varka/%1/%2/%3/%4").arg(name).arg(size).arg(color.name()).arg(ratio);
  QPixmap pixmap;
  if (QPixmapCache::find(key, &pixmap)) return pixmap;
  const int pixels = std::max(1, static_cast<int>(std::lround(size * ratio)));
  pixmap = QPixmap(pixels, pixels);
  pixmap.fill(Qt::transparent);
  auto source = svgSource(name);
  source.replace("currentColor", color.name().toLatin1());
  QSvgRenderer svg(source);
  QPainter painter(&pixmap);
  svg.render(&painter);
  painter.end();
  pixmap.setDevicePixelRatio(ratio);
  QPixmapCache::insert(key, pixmap);
  return pixmap;
}

class ThemedIconEngine final : public QIconEngine {
 public:
  ThemedIconEngine(QString name, QColor color, bool muted = false) : name_(std::move(name)), color_(color), muted_(muted) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const int size = std::min(rect.width(), rect.height());
    const QRect box(rect.x() + (rect.width() - size) / 2, rect.y() + (rect.height() - size) / 2, size, size);
    painter->drawPixmap(box, render(name_, size, colorFor(mode, state), painter->device()->devicePixelRatioF()));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return render(name_, std::min(size.width(), size.height()), colorFor(mode, state), 1);
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
    return render(name_, std::min(size.width(), size.height()), colorFor(mode, state), 1);
  }
  [[nodiscard]] QIconEngine* clone() const override { return new ThemedIconEngine(name_, color_, muted_); }

 private:
  [[nodiscard]] QColor colorFor(QIcon::Mode mode, QIcon::State state) const {
    if (mode == QIcon::Disabled) return tokens().idle;
    if (color_.isValid()) return color_;
    if (muted_) return tokens().secondary;
    return state == QIcon::On ? tokens().accent : tokens().text;
  }
  QString name_;
  QColor color_;
  bool muted_;
};

}  // namespace

QIcon icon(const char* name) {
  return QIcon(new ThemedIconEngine(QString::fromLatin1(name), QColor()));
}

QIcon icon(const char* name, const QColor& color) {
  return QIcon(new ThemedIconEngine(QString::fromLatin1(name), color));
}

QIcon mutedIcon(const char* name) {
  return QIcon(new ThemedIconEngine(QString::fromLatin1(name), QColor(), true));
}

void paintIcon(QPainter& painter, const char* name, const QRectF& box, const QColor& color) {
  const int size = static_cast<int>(std::lround(box.width()));
  painter.drawPixmap(QPointF(std::round(box.x()), std::round(box.y())),
                     render(QString::fromLatin1(name), size, color, painter.device()->devicePixelRatioF()));
}

QPixmap iconPixmap(const char* name, int size, const QColor& color, double devicePixelRatio) {
  return render(QString::fromLatin1(name), size, color, devicePixelRatio);
}

}  // namespace varka::ui
