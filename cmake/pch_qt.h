#pragma once
#include "cmake/pch_std.h"
// Qt Core, as the engine's rooms use it.
#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>
