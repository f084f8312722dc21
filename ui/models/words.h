#pragma once
// Translation for code that is no QObject.

#include <QCoreApplication>
#include <QString>

namespace varka::ui {

inline QString tr(const char* text) {
  return QCoreApplication::translate("varka", text);
}

}  // namespace varka::ui
