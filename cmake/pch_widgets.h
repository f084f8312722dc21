#pragma once
#include "cmake/pch_qt.h"
// Qt Gui and Widgets, as the window uses them.
#include <QAbstractTableModel>
#include <QBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QWidget>
