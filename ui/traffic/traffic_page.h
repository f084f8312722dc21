#pragma once
#include "ui/window/view.h"

namespace varka::ui {
/// The Traffic view: the table at full height.
View* createTrafficPage(const ViewContext& context, QWidget* parent);
}  // namespace varka::ui
