#pragma once
#include "ui/window/view.h"

namespace varka::ui {
/// The Services view: every process with its state and actions; command, environment and events below.
View* createServicesPage(const ViewContext& context, QWidget* parent);
}  // namespace varka::ui
